"""Chapter 4, parameter quantization: each paper's claim as an experiment with its controls.

Jacob et al. (2018), Krishnamoorthi (2018) and Wu et al. (2020) on integers; Han et al. (2016) on
Deep Compression; Courbariaux et al. (2015, 2016) on binary weights and binary activations;
Rastegari et al. (2016) on XNOR-Net.
"""

from nc_teach.claims.experiment import judged, overview, shipped
from nc_teach.claims.network_pruning.dense import dense_networks

from .binarized import BINARIZED, Binarized, compare_gradients
from .binary_connect import BINARY_CONNECT, BINARY_CONNECT_FULL, BinaryConnectTable
from .clipping import Clipping, where_to_clip
from .drift import Drift, watch_weights_drift
from .fewer_bits import FEW_BITS, FewerBits, fewer_bits
from .hundredfold import HUNDREDFOLD, LENET5_HUNDREDFOLD, Hundredfold, files_beside_paper
from .integer_speed import IntegerSpeed, time_integers
from .integers import INTEGERS, Integers, small_convnets, try_integers
from .lectures_table import beside_paper
from .pipeline import DEEP_COMPRESSION, Pipeline, compress_step_by_step
from .weight_sharing import WEIGHT_SHARING, Sharing, share_weights
from .xnor import XNOR, BitSpeed, time_bits
from .xnor_accuracy import XNOR_ACCURACY, XnorAccuracy, cost_of_bits

CLAIMS = (
    FEW_BITS,
    INTEGERS,
    WEIGHT_SHARING,
    DEEP_COMPRESSION,
    HUNDREDFOLD,
    LENET5_HUNDREDFOLD,
    BINARY_CONNECT,
    BINARY_CONNECT_FULL,
    BINARIZED,
    XNOR,
    XNOR_ACCURACY,
)
