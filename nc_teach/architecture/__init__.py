"""Architecture design (架構設計): networks that are small from the beginning.

Cheaper layers first (:func:`separable_conv`, :func:`low_rank`), then the networks that are built of
such layers. Each is there at the size of its paper and, as ``.small()``, in a form for 28 x 28
images that trains in seconds.
"""

from nc_teach.architecture.alexnet import AlexNet
from nc_teach.architecture.blocks import make_divisible
from nc_teach.architecture.compact import CompactNet
from nc_teach.architecture.ghostnet import GhostBottleneck, GhostModule, GhostNet, SqueezeExcite
from nc_teach.architecture.low_rank import (
    best_factors,
    best_factors_for,
    break_even_rank,
    low_rank,
    low_rank_spatial,
)
from nc_teach.architecture.mobilenet import MobileNetV1, separable_block
from nc_teach.architecture.mobilenet_v2 import InvertedResidual, MobileNetV2
from nc_teach.architecture.separable import (
    ConvCost,
    depthwise,
    is_depthwise,
    nearest_separable,
    pointwise,
    separable_conv,
    separable_cost,
)
from nc_teach.architecture.shufflenet import ShuffleNetV1, ShuffleUnit, channel_shuffle
from nc_teach.architecture.shufflenet_v2 import DownUnit, ShuffleNetV2, SplitUnit
from nc_teach.architecture.squeezenet import Fire, SqueezeNet
from nc_teach.architecture.xception import Xception
