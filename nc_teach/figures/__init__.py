"""One live figure per idea: from plain numbers to a picture with controls. Nothing trains here."""

from nc_teach.figures.healing import healing
from nc_teach.figures.matrix import TOY_LAYER, matrix, toy_pruning
from nc_teach.figures.pruning_curve import pruning_curve
from nc_teach.figures.pruning_loop import pruning_loop
from nc_teach.figures.weight_histogram import weight_histogram

__all__ = [
    "TOY_LAYER",
    "healing",
    "matrix",
    "pruning_curve",
    "pruning_loop",
    "toy_pruning",
    "weight_histogram",
]
