"""One live figure per idea: from plain numbers to a picture with controls. Nothing trains here."""

from nc_teach.figures.apoz_histogram import apoz_histogram
from nc_teach.figures.bit_speed import bit_speed
from nc_teach.figures.bits_of_a_weight import bits_of_a_weight
from nc_teach.figures.byte_budget import byte_budget
from nc_teach.figures.cluster_table import cluster_table
from nc_teach.figures.distilling import distilling
from nc_teach.figures.evolution import evolution
from nc_teach.figures.fewer_and_fewer import fewer_and_fewer
from nc_teach.figures.filters_fading import filters_fading
from nc_teach.figures.healing import healing
from nc_teach.figures.hint_cable import hint_cable
from nc_teach.figures.huffman_tree import huffman_tree
from nc_teach.figures.importance import importance
from nc_teach.figures.interpolation import interpolation
from nc_teach.figures.latent_weights import latent_weights
from nc_teach.figures.learning_rates import learning_rates
from nc_teach.figures.lottery import lottery
from nc_teach.figures.matrix import TOY_LAYER, matrix, toy_pruning
from nc_teach.figures.mimic import mimic
from nc_teach.figures.one_weight import one_weight
from nc_teach.figures.pruning_curve import pruning_curve
from nc_teach.figures.pruning_loop import pruning_loop
from nc_teach.figures.sign_gradients import sign_gradients
from nc_teach.figures.speedup import speedup
from nc_teach.figures.students import students
from nc_teach.figures.supermask_keep import supermask_keep
from nc_teach.figures.teacher_size import teacher_size
from nc_teach.figures.temperature import temperature
from nc_teach.figures.ticket_loop import ticket_loop
from nc_teach.figures.unseen_class import unseen_class
from nc_teach.figures.weight_histogram import weight_histogram
from nc_teach.figures.weight_plane import weight_plane
from nc_teach.figures.xnor_words import xnor_words
from nc_teach.figures.xor_surgery import xor_surgery

__all__ = [
    "TOY_LAYER",
    "apoz_histogram",
    "bit_speed",
    "bits_of_a_weight",
    "byte_budget",
    "cluster_table",
    "distilling",
    "evolution",
    "fewer_and_fewer",
    "filters_fading",
    "healing",
    "hint_cable",
    "huffman_tree",
    "importance",
    "interpolation",
    "latent_weights",
    "learning_rates",
    "lottery",
    "matrix",
    "mimic",
    "one_weight",
    "pruning_curve",
    "pruning_loop",
    "sign_gradients",
    "speedup",
    "students",
    "supermask_keep",
    "teacher_size",
    "temperature",
    "ticket_loop",
    "toy_pruning",
    "unseen_class",
    "weight_histogram",
    "weight_plane",
    "xnor_words",
    "xor_surgery",
]
