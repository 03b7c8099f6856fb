"""The live figures of chapter 5, architecture design."""

from nc_teach.figures.architecture_design.alexnet_params import alexnet_params
from nc_teach.figures.architecture_design.block_diagram import block_diagram
from nc_teach.figures.architecture_design.channel_kernels import channel_kernels
from nc_teach.figures.architecture_design.channel_shuffle import channel_shuffle
from nc_teach.figures.architecture_design.cost_calculator import cost_calculator
from nc_teach.figures.architecture_design.depthwise_by_hand import (
    TOY_FILTERS,
    TOY_MAPS,
    TOY_MIX,
    depthwise_by_hand,
)
from nc_teach.figures.architecture_design.equal_budget import equal_budget
from nc_teach.figures.architecture_design.ghost_maps import ghost_maps
from nc_teach.figures.architecture_design.low_rank import low_rank
from nc_teach.figures.architecture_design.products_counted import products_counted
from nc_teach.figures.architecture_design.two_tasks import two_tasks
from nc_teach.figures.matrix import TOY_LAYER, matrix
