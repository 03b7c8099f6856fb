"""Batch normalisation, measured anew.

The running statistics of a network belong to the weights that it had while they were gathered.
Where the weights become others afterwards (a mean of several networks, or their signs), the
statistics are those of another network's outputs, and have to be measured again.
"""

import torch
from torch import Tensor, nn

from nc_teach.common.kinds import Count
from nc_teach.training.checks import batches_of
from nc_teach.training.evaluate import as_input, preserve_modes
from nc_teach.training.settings import restored


@torch.no_grad()
def recalibrate_bn(model: nn.Module, images: Tensor, batch_size: Count = 100) -> nn.Module:
    """Measure the running mean and variance of every batch normalisation anew, in place.

    The images run through the network in training mode, batch by batch, and each statistic becomes
    the plain mean over the batches (a last image by itself joins the batch before). Everything else
    is in evaluation mode meanwhile. After an error the statistics are what they were. Raises
    ``ValueError`` for no image, or for one of which a layer has a single number for each unit.

    >>> norm = nn.BatchNorm1d(1)
    >>> recalibrate_bn(norm, torch.tensor([[1.0], [3.0]])).running_mean
    tensor([2.])
    """
    if not len(images):
        raise ValueError("images must be at least one, got none")
    norms = [m for m in model.modules() if isinstance(m, nn.modules.batchnorm._BatchNorm)]
    momenta = [norm.momentum for norm in norms]
    try:
        with preserve_modes(model), restored(model):
            model.eval()
            for norm in norms:
                norm.reset_running_stats()
                norm.train()
                norm.momentum = None  # torch's word for the plain mean over the batches
            for places in batches_of(torch.arange(len(images)), batch_size, model):
                if norms:
                    _run(model, as_input(model, images[places.to(images.device)]))
    finally:
        for norm, momentum in zip(norms, momenta, strict=True):
            norm.momentum = momentum
    return model


def _run(model: nn.Module, batch: Tensor) -> None:
    try:
        model(batch)
    except ValueError as error:
        if len(batch) > 1:
            raise
        raise ValueError(f"images must be at least 2 for this network, got 1: {error}") from error
