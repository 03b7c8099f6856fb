"""The live figures of chapter 2, why pruning."""

from nc_teach.figures.matrix import TOY_LAYER, matrix
from nc_teach.figures.why_pruning.evolution import evolution
from nc_teach.figures.why_pruning.learning_rates import learning_rates
from nc_teach.figures.why_pruning.lottery import lottery
from nc_teach.figures.why_pruning.one_weight import one_weight
from nc_teach.figures.why_pruning.supermask_keep import supermask_keep
from nc_teach.figures.why_pruning.ticket_loop import ticket_loop
from nc_teach.figures.why_pruning.weight_plane import weight_plane
