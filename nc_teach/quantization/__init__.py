"""Parameter quantization (參數量化): fewer bits for every weight, down to one.

Uniform quantization rounds weights to a grid, clustering lets several share one value, Huffman
coding gives short codes to what is frequent, and Deep Compression puts pruning and the three into
one file. A weight of one bit is a sign: BinaryConnect trains with it, and binarized and XNOR
networks take the signs of the activations as well.
"""

from nc_teach.models import layer_weights
from nc_teach.quantization import (
    binarized,
    binary,
    deep_compression,
    huffman,
    huffman_code,
    xnor,
    xnor_compiled,
    xnor_net,
)
from nc_teach.quantization.clustering import Codebook, cluster, distortion
from nc_teach.quantization.exact_clustering import cluster_exactly
from nc_teach.quantization.mlp import mlp, square_hinge, square_hinge_loss
from nc_teach.quantization.quantization_aware import (
    quantization_aware_loss,
    quantize_weights,
    quantized_weights,
)
from nc_teach.quantization.shared_weights import SharedWeights, cluster_weights, put_weights, share
from nc_teach.quantization.sign import sign, sign_ste, sign_ste_unclipped, sign_zero
from nc_teach.quantization.uniform import (
    choose_grid,
    dequantize,
    fake_quantize,
    grid_values,
    quantize,
)
