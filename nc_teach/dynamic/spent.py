"""What a network really spends when it spends differently on every input.

:func:`nc_teach.meter.count_macs` runs one blank image. Here the images are real ones, and what is
counted is what ran for them; a latency over many different images, one at a time or in batches, is
measured by :func:`nc_teach.meter.latencies` with the network inside :class:`InBatches`.
"""

import torch
from torch import Tensor, nn

from nc_teach.common.kinds import Count
from nc_teach.meter import macs_of
from nc_teach.training.evaluate import as_input


def mean_macs(model: nn.Module, images: Tensor, batch_size: Count = 250) -> float:
    """Multiply-accumulates that ``model(images)`` executes, per image, in evaluation mode.

    All products and convolutions that run are counted, gates and exits included; what is skipped
    is not. Raises ``ValueError`` for no images, and for an operator that is not known to the meter.

    >>> mean_macs(nn.Linear(784, 10), torch.zeros(4, 784))
    7840.0
    """
    if not len(images):
        raise ValueError("images must be at least one, got none")
    parts = as_input(model, images).split(batch_size)
    return sum(macs_of(model, (part,)) for part in parts) / len(images)


class InBatches(nn.Module):
    """A network that is given its images ``size`` at a time; 1 is one by one.

    >>> InBatches(nn.Identity(), 2)(torch.arange(5.0)).tolist()
    [0.0, 1.0, 2.0, 3.0, 4.0]
    """

    def __init__(self, model: nn.Module, size: Count) -> None:
        super().__init__()
        self.model, self.size = model, size

    def forward(self, images: Tensor) -> Tensor:
        return torch.cat([self.model(part) for part in images.split(self.size)])
