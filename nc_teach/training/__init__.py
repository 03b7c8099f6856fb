"""One training loop for the whole course, over tensors in memory.

``fit`` trains, ``accuracy`` measures, a :class:`History` remembers. See :mod:`.loop`.
"""

from nc_teach.common import declared
from nc_teach.training.adam import adam as adam, can_be_fused as can_be_fused
from nc_teach.training.batch_norm import recalibrate_bn as recalibrate_bn
from nc_teach.training.evaluate import (
    accuracy as accuracy,
    device_of as device_of,
    predictions as predictions,
)
from nc_teach.training.history import Epoch as Epoch, History as History
from nc_teach.training.loop import (
    Loss as Loss,
    cosine as cosine,
    cross_entropy as cross_entropy,
    fit as fit,
)

declared.hold(__name__)
