"""Chapter 6, dynamic computation: each paper's claim as an experiment with its controls."""

from nc_teach.claims.claim import Claim, overview, shipped

CLAIMS: tuple[Claim, ...] = ()

__all__ = [
    "CLAIMS",
    "overview",
    "shipped",
]
