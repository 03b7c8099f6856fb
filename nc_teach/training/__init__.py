"""One training loop for the whole course, over tensors in memory.

``fit`` trains, ``accuracy`` measures, a :class:`History` remembers. See :mod:`.loop`.
"""

from nc_teach.training.batch_norm import recalibrate_bn
from nc_teach.training.evaluate import accuracy, device_of, predictions
from nc_teach.training.history import Epoch, History
from nc_teach.training.loop import Loss, cosine, cross_entropy, fit
