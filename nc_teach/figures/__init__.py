"""One live figure per idea: from plain numbers to a picture with controls. Nothing trains here."""

from nc_teach.figures.alexnet_params import alexnet_params
from nc_teach.figures.any_budget import any_budget
from nc_teach.figures.apoz_histogram import apoz_histogram
from nc_teach.figures.battery import battery
from nc_teach.figures.bit_speed import bit_speed
from nc_teach.figures.bits_of_a_weight import bits_of_a_weight
from nc_teach.figures.block_diagram import block_diagram
from nc_teach.figures.block_heat import block_heat
from nc_teach.figures.budget_stages import budget_stages, budget_ways
from nc_teach.figures.byte_budget import byte_budget
from nc_teach.figures.channel_shuffle import channel_shuffle
from nc_teach.figures.cluster_table import cluster_table
from nc_teach.figures.cost_calculator import cost_calculator
from nc_teach.figures.depthwise_by_hand import (
    TOY_FILTERS,
    TOY_MAPS,
    TOY_MIX,
    depthwise_by_hand,
)
from nc_teach.figures.distilling import distilling
from nc_teach.figures.equal_budget import equal_budget
from nc_teach.figures.evolution import evolution
from nc_teach.figures.exit_gallery import exit_gallery
from nc_teach.figures.fewer_and_fewer import fewer_and_fewer
from nc_teach.figures.filters_fading import filters_fading
from nc_teach.figures.ghost_maps import ghost_maps
from nc_teach.figures.healing import healing
from nc_teach.figures.hint_cable import hint_cable
from nc_teach.figures.huffman_tree import huffman_tree
from nc_teach.figures.importance import importance
from nc_teach.figures.interpolation import interpolation
from nc_teach.figures.latent_weights import latent_weights
from nc_teach.figures.learning_rates import learning_rates
from nc_teach.figures.lottery import lottery
from nc_teach.figures.low_rank import low_rank
from nc_teach.figures.matrix import TOY_LAYER, matrix, toy_pruning
from nc_teach.figures.mimic import mimic
from nc_teach.figures.msdnet_grid import msdnet_grid
from nc_teach.figures.one_weight import one_weight
from nc_teach.figures.paths import paths
from nc_teach.figures.plane_of_blocks import plane_of_blocks
from nc_teach.figures.pruning_curve import pruning_curve
from nc_teach.figures.pruning_loop import pruning_loop
from nc_teach.figures.saved_time import saved_time
from nc_teach.figures.sign_gradients import sign_gradients
from nc_teach.figures.speedup import speedup
from nc_teach.figures.step_order import step_order
from nc_teach.figures.students import students
from nc_teach.figures.supermask_keep import supermask_keep
from nc_teach.figures.teacher_size import teacher_size
from nc_teach.figures.temperature import temperature
from nc_teach.figures.three_ways import three_ways
from nc_teach.figures.ticket_loop import ticket_loop
from nc_teach.figures.two_tasks import two_tasks
from nc_teach.figures.unseen_class import unseen_class
from nc_teach.figures.weight_histogram import weight_histogram
from nc_teach.figures.weight_plane import weight_plane
from nc_teach.figures.width_slider import width_slider
from nc_teach.figures.xnor_words import xnor_words
from nc_teach.figures.xor_surgery import xor_surgery

__all__ = [
    "TOY_FILTERS",
    "TOY_LAYER",
    "TOY_MAPS",
    "TOY_MIX",
    "alexnet_params",
    "any_budget",
    "apoz_histogram",
    "battery",
    "bit_speed",
    "bits_of_a_weight",
    "block_diagram",
    "block_heat",
    "budget_stages",
    "budget_ways",
    "byte_budget",
    "channel_shuffle",
    "cluster_table",
    "cost_calculator",
    "depthwise_by_hand",
    "distilling",
    "equal_budget",
    "evolution",
    "exit_gallery",
    "fewer_and_fewer",
    "filters_fading",
    "ghost_maps",
    "healing",
    "hint_cable",
    "huffman_tree",
    "importance",
    "interpolation",
    "latent_weights",
    "learning_rates",
    "lottery",
    "low_rank",
    "matrix",
    "mimic",
    "msdnet_grid",
    "one_weight",
    "paths",
    "plane_of_blocks",
    "pruning_curve",
    "pruning_loop",
    "saved_time",
    "sign_gradients",
    "speedup",
    "step_order",
    "students",
    "supermask_keep",
    "teacher_size",
    "temperature",
    "three_ways",
    "ticket_loop",
    "toy_pruning",
    "two_tasks",
    "unseen_class",
    "weight_histogram",
    "weight_plane",
    "width_slider",
    "xnor_words",
    "xor_surgery",
]
