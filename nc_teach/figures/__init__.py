"""One live figure per idea: from plain numbers to a picture with controls. Nothing trains here."""

from nc_teach.figures.apoz_histogram import apoz_histogram
from nc_teach.figures.evolution import evolution
from nc_teach.figures.filters_fading import filters_fading
from nc_teach.figures.healing import healing
from nc_teach.figures.importance import importance
from nc_teach.figures.learning_rates import learning_rates
from nc_teach.figures.lottery import lottery
from nc_teach.figures.matrix import TOY_LAYER, matrix, toy_pruning
from nc_teach.figures.one_weight import one_weight
from nc_teach.figures.pruning_curve import pruning_curve
from nc_teach.figures.pruning_loop import pruning_loop
from nc_teach.figures.speedup import speedup
from nc_teach.figures.supermask_keep import supermask_keep
from nc_teach.figures.ticket_loop import ticket_loop
from nc_teach.figures.weight_histogram import weight_histogram
from nc_teach.figures.weight_plane import weight_plane
from nc_teach.figures.xor_surgery import xor_surgery

__all__ = [
    "TOY_LAYER",
    "apoz_histogram",
    "evolution",
    "filters_fading",
    "healing",
    "importance",
    "learning_rates",
    "lottery",
    "matrix",
    "one_weight",
    "pruning_curve",
    "pruning_loop",
    "speedup",
    "supermask_keep",
    "ticket_loop",
    "toy_pruning",
    "weight_histogram",
    "weight_plane",
    "xor_surgery",
]
