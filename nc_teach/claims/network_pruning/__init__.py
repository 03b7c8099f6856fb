"""Chapter 1, network pruning: each paper's claim as an experiment with its controls.

Han et al. (2015) on magnitude; LeCun et al. (1990) and Hassibi and Stork (1993) on second
derivatives; EWC, MAS and synaptic intelligence as pruning scores; Hu et al. (2016) on neurons that
are mostly zero; Wen et al. (2016) on structured sparsity.
"""

from nc_teach.claims.experiment import judged, overview, shipped

from . import han2015, lifelong, second_order
from .curve import one_shot_curve
from .deletions import deletion_curves
from .dense import dense_networks
from .fading import watch_filters_fade
from .granularity import single_weights, whole_neurons
from .han2015 import FREE_LUNCH, ITERATIVE_PRUNING
from .healing import iterative_or_one_shot
from .lifelong import RAW_OR_SQUARED, raw_against_squared
from .network_trimming import NETWORK_TRIMMING, trim, trim_networks
from .second_order import OPTIMAL_BRAIN_DAMAGE, OPTIMAL_BRAIN_SURGEON
from .sentences import paragraph
from .small_network import SMALL_AT_ONCE, cut_down, small_at_once
from .structured import STRUCTURED_SPARSITY, time_products
from .structured_learning import STRUCTURED_DEPTH, STRUCTURED_LEARNING, STRUCTURED_SHAPES
from .xor import xor_surgeries

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
