"""Chapter 2, why pruning: each paper's claim as an experiment with its controls."""

CLAIMS = ()

__all__ = [
    "CLAIMS",
]
