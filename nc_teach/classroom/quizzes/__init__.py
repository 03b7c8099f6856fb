"""The quiz questions, one module per chapter."""
