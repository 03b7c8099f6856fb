"""The live figures of chapter 4, parameter quantization."""

from nc_teach.figures.matrix import TOY_LAYER, matrix
from nc_teach.figures.parameter_quantization.bit_speed import bit_speed
from nc_teach.figures.parameter_quantization.bits_of_a_weight import bits_of_a_weight
from nc_teach.figures.parameter_quantization.byte_budget import byte_budget
from nc_teach.figures.parameter_quantization.cluster_table import cluster_table
from nc_teach.figures.parameter_quantization.fewer_and_fewer import fewer_and_fewer
from nc_teach.figures.parameter_quantization.four_colours import SIXTEEN, four_colours
from nc_teach.figures.parameter_quantization.huffman_tree import huffman_tree
from nc_teach.figures.parameter_quantization.latent_weights import latent_weights
from nc_teach.figures.parameter_quantization.sign_gradients import sign_gradients
from nc_teach.figures.parameter_quantization.where_to_clip import where_to_clip
from nc_teach.figures.parameter_quantization.xnor_words import xnor_words
from nc_teach.figures.parameter_quantization.your_digit import (
    network_in_a_file,
    your_digit,
)
