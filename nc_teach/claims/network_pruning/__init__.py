"""Chapter 1, network pruning: each paper's claim as an experiment with its controls.

Han et al. (2015) on magnitude; LeCun et al. (1990) and Hassibi and Stork (1993) on second
derivatives; EWC, MAS and synaptic intelligence as pruning scores; Hu et al. (2016) on neurons that
are mostly zero; Wen et al. (2016) on structured sparsity.
"""

from nc_teach.claims.experiment import judged, overview, shipped
from nc_teach.claims.network_pruning import han2015, lifelong, second_order
from nc_teach.claims.network_pruning.curve import one_shot_curve
from nc_teach.claims.network_pruning.deletions import deletion_curves
from nc_teach.claims.network_pruning.dense import dense_networks
from nc_teach.claims.network_pruning.fading import watch_filters_fade
from nc_teach.claims.network_pruning.granularity import single_weights, whole_neurons
from nc_teach.claims.network_pruning.han2015 import FREE_LUNCH, ITERATIVE_PRUNING
from nc_teach.claims.network_pruning.healing import iterative_or_one_shot
from nc_teach.claims.network_pruning.lifelong import RAW_OR_SQUARED, raw_against_squared
from nc_teach.claims.network_pruning.network_trimming import NETWORK_TRIMMING, trim, trim_networks
from nc_teach.claims.network_pruning.second_order import OPTIMAL_BRAIN_DAMAGE, OPTIMAL_BRAIN_SURGEON
from nc_teach.claims.network_pruning.small_network import SMALL_AT_ONCE, cut_down, small_at_once
from nc_teach.claims.network_pruning.structured import STRUCTURED_SPARSITY, time_products
from nc_teach.claims.network_pruning.structured_learning import (
    STRUCTURED_DEPTH,
    STRUCTURED_LEARNING,
    STRUCTURED_SHAPES,
)
from nc_teach.claims.network_pruning.xor import xor_surgeries

CLAIMS = (
    *han2015.CLAIMS,
    *second_order.CLAIMS,
    *lifelong.CLAIMS,
    NETWORK_TRIMMING,
    STRUCTURED_SPARSITY,
    STRUCTURED_LEARNING,
    STRUCTURED_SHAPES,
    STRUCTURED_DEPTH,
    SMALL_AT_ONCE,
)
