"""Chapter 1, network pruning: each paper's claim as an experiment with its controls.

So far: Han, Pool, Tran, Dally (2015), "Learning both Weights and Connections for Efficient Neural
Networks", the part about magnitude.
"""

from nc_teach.claims.claim import shipped
from nc_teach.claims.network_pruning.curve import PruningCurve, one_shot_curve
from nc_teach.claims.network_pruning.dense import dense_networks, train_dense
from nc_teach.claims.network_pruning.han2015 import (
    CLAIMS,
    FREE_LUNCH,
    GENTLE_REPAIR,
    ITERATIVE_PRUNING,
    L1_OR_L2,
)
from nc_teach.claims.network_pruning.healing import Healing, iterative_or_one_shot

__all__ = [
    "CLAIMS",
    "FREE_LUNCH",
    "GENTLE_REPAIR",
    "ITERATIVE_PRUNING",
    "L1_OR_L2",
    "Healing",
    "PruningCurve",
    "dense_networks",
    "iterative_or_one_shot",
    "one_shot_curve",
    "shipped",
    "train_dense",
]
