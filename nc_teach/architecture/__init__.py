"""Architecture design (结构设计): networks that are small from the beginning.

Cheaper layers first (:func:`separable_conv`, :func:`low_rank`), then the networks that are built of
such layers. Each is there at the size of its paper and, as ``.small()``, in a form for 28 x 28
images that trains in seconds.
"""

from nc_teach.architecture.alexnet import AlexNet as AlexNet
from nc_teach.architecture.compact import CompactNet as CompactNet, make_divisible as make_divisible
from nc_teach.architecture.ghostnet import (
    GhostBottleneck as GhostBottleneck,
    GhostModule as GhostModule,
    GhostNet as GhostNet,
    SqueezeExcite as SqueezeExcite,
)
from nc_teach.architecture.low_rank import (
    best_factors as best_factors,
    best_factors_for as best_factors_for,
    break_even_rank as break_even_rank,
    low_rank as low_rank,
    low_rank_spatial as low_rank_spatial,
)
from nc_teach.architecture.mobilenet import (
    MobileNetV1 as MobileNetV1,
    separable_block as separable_block,
)
from nc_teach.architecture.mobilenet_v2 import (
    InvertedResidual as InvertedResidual,
    MobileNetV2 as MobileNetV2,
)
from nc_teach.architecture.separable import (
    ConvCost as ConvCost,
    depthwise as depthwise,
    is_depthwise as is_depthwise,
    nearest_separable as nearest_separable,
    pointwise as pointwise,
    separable_conv as separable_conv,
    separable_cost as separable_cost,
)
from nc_teach.architecture.shufflenet import (
    ShuffleNetV1 as ShuffleNetV1,
    ShuffleUnit as ShuffleUnit,
    channel_shuffle as channel_shuffle,
)
from nc_teach.architecture.shufflenet_v2 import (
    DownUnit as DownUnit,
    ShuffleNetV2 as ShuffleNetV2,
    SplitUnit as SplitUnit,
)
from nc_teach.architecture.squeezenet import Fire as Fire, SqueezeNet as SqueezeNet
from nc_teach.architecture.xception import Xception as Xception
from nc_teach.common import declared

declared.hold(__name__)
