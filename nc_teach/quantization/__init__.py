"""Parameter quantization (参数量化): fewer bits for every weight, down to one.

Uniform quantization rounds weights to a grid, clustering lets several share one value, Huffman
coding gives short codes to what is frequent, and Deep Compression puts pruning and the three into
one file. A weight of one bit is a sign: BinaryConnect trains with it, and binarized and XNOR
networks take the signs of the activations as well.
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
from nc_teach.quantization.clustering import (
    Codebook as Codebook,
    cluster as cluster,
    distortion as distortion,
)
from nc_teach.quantization.exact_clustering import cluster_exactly as cluster_exactly
from nc_teach.quantization.mlp import (
    mlp as mlp,
    square_hinge as square_hinge,
    square_hinge_loss as square_hinge_loss,
)
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
from nc_teach.quantization.uniform import (
    choose_grid as choose_grid,
    dequantize as dequantize,
    fake_quantize as fake_quantize,
    grid_values as grid_values,
    quantize as quantize,
)

declared.hold(__name__, binarized, binary, deep_compression, huffman, huffman_code, xnor, xnor_net)
