"""Parameter quantization (参数量化): fewer bits for every weight, down to one.

Uniform quantization rounds weights to a grid; with activations on grids as well, a network computes
with integers alone. Clustering lets several weights share one value, Huffman coding gives short
codes to what is frequent, and Deep Compression puts pruning and the three into one file. A weight
of one bit is a sign: BinaryConnect trains with it, and binarized and XNOR networks take the signs
of the activations as well.
"""

from nc_teach.common import declared
from nc_teach.models import layer_weights as layer_weights
from nc_teach.quantization import (
    binarized as binarized,
    binary as binary,
    deep_compression as deep_compression,
    huffman as huffman,
    huffman_code as huffman_code,
    xnor as xnor,
    xnor_compiled as xnor_compiled,
    xnor_net as xnor_net,
)
from nc_teach.quantization.calibration import (
    calibrate as calibrate,
    clip_range as clip_range,
    quantization_error as quantization_error,
)
from nc_teach.quantization.clustering import (
    Codebook as Codebook,
    cluster as cluster,
    distortion as distortion,
)
from nc_teach.quantization.exact_clustering import cluster_exactly as cluster_exactly
from nc_teach.quantization.integer_arithmetic import (
    fixed_point as fixed_point,
    has_exact_int8 as has_exact_int8,
    int_matmul as int_matmul,
    rescale as rescale,
)
from nc_teach.quantization.integer_layer import (
    IntegerLayer as IntegerLayer,
    simulate as simulate,
)
from nc_teach.quantization.integer_network import (
    IntegerNetwork as IntegerNetwork,
    integer_network as integer_network,
    simulate_network as simulate_network,
)
from nc_teach.quantization.mlp import (
    mlp as mlp,
    square_hinge as square_hinge,
    square_hinge_loss as square_hinge_loss,
)
from nc_teach.quantization.plain_row import plain_row as plain_row
from nc_teach.quantization.quantization_aware import (
    quantization_aware_loss as quantization_aware_loss,
    quantize_weights as quantize_weights,
    quantized_weights as quantized_weights,
)
from nc_teach.quantization.shared_weights import (
    SharedWeights as SharedWeights,
    cluster_weights as cluster_weights,
    put_weights as put_weights,
    share as share,
)
from nc_teach.quantization.sign import (
    sign as sign,
    sign_ste as sign_ste,
    sign_ste_unclipped as sign_ste_unclipped,
    sign_zero as sign_zero,
)
from nc_teach.quantization.torch_engine import torch_integers as torch_integers
from nc_teach.quantization.uniform import (
    choose_grid as choose_grid,
    dequantize as dequantize,
    fake_quantize as fake_quantize,
    grid_values as grid_values,
    quantize as quantize,
)

declared.hold(__name__, binarized, binary, deep_compression, huffman, huffman_code, xnor, xnor_net)
