"""Chapter 5, architecture design: each paper's claim as an experiment with its controls."""

from nc_teach.claims.architecture_design.compared import Compared, read_compared
from nc_teach.claims.architecture_design.equal_budget import EQUAL_BUDGET, NETWORKS, equal_budget
from nc_teach.claims.architecture_design.tricks import (
    FIRE,
    FULL_CONVOLUTIONS,
    GHOST_NETWORK,
    SHUFFLE_ON_IMAGES,
    without_the_trick,
)
from nc_teach.claims.claim import overview, shipped

CLAIMS = (FIRE, FULL_CONVOLUTIONS, SHUFFLE_ON_IMAGES, GHOST_NETWORK, EQUAL_BUDGET)

__all__ = [
    "CLAIMS",
    "EQUAL_BUDGET",
    "FIRE",
    "FULL_CONVOLUTIONS",
    "GHOST_NETWORK",
    "NETWORKS",
    "SHUFFLE_ON_IMAGES",
    "Compared",
    "equal_budget",
    "overview",
    "read_compared",
    "shipped",
    "without_the_trick",
]
