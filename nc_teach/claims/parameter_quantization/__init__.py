"""Chapter 4, parameter quantization: each paper's claim as an experiment with its controls.

Han et al. (2016) on Deep Compression; Courbariaux et al. (2015, 2016) on binary weights and binary
activations; Rastegari et al. (2016) on XNOR-Net.
"""

from nc_teach.claims.claim import overview, shipped
from nc_teach.claims.network_pruning.dense import dense_networks
from nc_teach.claims.parameter_quantization.binarized import (
    BINARIZED,
    Binarized,
    compare_gradients,
    read_binarized,
)
from nc_teach.claims.parameter_quantization.binary_connect import (
    BINARY_CONNECT,
    BINARY_CONNECT_FULL,
    BinaryConnectTable,
    paper_beside_here,
)
from nc_teach.claims.parameter_quantization.drift import Drift, watch_weights_drift
from nc_teach.claims.parameter_quantization.fewer_bits import FEW_BITS, FewerBits, fewer_bits
from nc_teach.claims.parameter_quantization.hundredfold import (
    HUNDREDFOLD,
    LENET5_HUNDREDFOLD,
    Hundredfold,
    compress_by,
    files_beside_paper,
)
from nc_teach.claims.parameter_quantization.pipeline import (
    DEEP_COMPRESSION,
    Pipeline,
    compress_step_by_step,
)
from nc_teach.claims.parameter_quantization.weight_sharing import (
    WEIGHT_SHARING,
    Sharing,
    share_weights,
)
from nc_teach.claims.parameter_quantization.xnor import XNOR, BitSpeed, time_bits
from nc_teach.claims.parameter_quantization.xnor_accuracy import (
    XNOR_ACCURACY,
    XnorAccuracy,
    cost_of_bits,
)

CLAIMS = (
    FEW_BITS,
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

__all__ = [
    "BINARIZED",
    "BINARY_CONNECT",
    "BINARY_CONNECT_FULL",
    "CLAIMS",
    "DEEP_COMPRESSION",
    "FEW_BITS",
    "HUNDREDFOLD",
    "LENET5_HUNDREDFOLD",
    "WEIGHT_SHARING",
    "XNOR",
    "XNOR_ACCURACY",
    "Binarized",
    "BinaryConnectTable",
    "BitSpeed",
    "Drift",
    "FewerBits",
    "Hundredfold",
    "Pipeline",
    "Sharing",
    "XnorAccuracy",
    "compare_gradients",
    "compress_by",
    "compress_step_by_step",
    "cost_of_bits",
    "dense_networks",
    "fewer_bits",
    "files_beside_paper",
    "overview",
    "paper_beside_here",
    "read_binarized",
    "share_weights",
    "shipped",
    "time_bits",
    "watch_weights_drift",
]
