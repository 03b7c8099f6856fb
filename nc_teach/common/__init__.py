"""Small ideas that several rooms share, each of them once. Nothing here imports other rooms."""
