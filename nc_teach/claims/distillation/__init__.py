"""Chapter 3, knowledge distillation: each paper's claim as an experiment with its controls."""

CLAIMS = ()

__all__ = ["CLAIMS"]
