"""A convolution that computes only its first groups of channels, as many as each input needs.

Unlike a slimmable layer, whose width is one switch for everybody, here every input of a batch may
have its own. The channels that are not computed are zero.

Source: Lin, Rao, Lu, Zhou (2017), "Runtime Neural Pruning": the channels of a layer are divided
into k groups, and an action says up to which group they are computed.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nc_teach.common.kinds import Count


def group_mask(actions: Tensor, channels: Count, groups: Count) -> Tensor:
    """Which channels are computed, N x ``channels``, bool; action a computes a + 1 groups.

    Raises ``ValueError`` when the channels cannot be divided evenly.

    >>> group_mask(torch.tensor([0, 2]), channels=6, groups=3).int().tolist()
    [[1, 1, 0, 0, 0, 0], [1, 1, 1, 1, 1, 1]]
    """
    if channels % groups:
        raise ValueError(f"groups must divide the {channels} channels evenly, got {groups}")
    width = channels // groups
    # N x channels
    return torch.arange(channels, device=actions.device) < width * (actions[:, None] + 1)


def masked(layer: nn.Conv2d, x: Tensor, actions: Tensor, groups: Count) -> Tensor:
    """relu(layer(x)) with the channels that an input does not need set to zero.

    Everything is computed, nothing is saved: for training. N x C x H x W.
    """
    kept = group_mask(actions, layer.out_channels, groups)
    return F.relu(layer(x)) * kept[:, :, None, None]  # N x out x H x W


def sliced(layer: nn.Conv2d, x: Tensor, outputs: Count) -> Tensor:
    """relu of the first ``outputs`` channels, from an ``x`` that may have fewer channels as well.

    The channels that are missing in ``x`` count as zeros. The work is that of the slice.
    """
    weight = layer.weight[:outputs, : x.shape[1]]
    bias = None if layer.bias is None else layer.bias[:outputs]
    return F.relu(F.conv2d(x, weight, bias, layer.stride, layer.padding))  # N x outputs x H x W


def computed(layer: nn.Conv2d, x: Tensor, actions: Tensor, groups: Count) -> Tensor:
    """The same numbers as :func:`masked`, and only the channels that are needed are computed.

    One input: its slice alone, so that the next layer is handed fewer channels. More inputs: those
    with the same action are gathered, computed and scattered back.
    """
    width = layer.out_channels // groups
    if len(x) == 1:
        return sliced(layer, x, width * (int(actions) + 1))
    parts = {a: sliced(layer, x[actions == a], width * (a + 1)) for a in actions.unique().tolist()}
    size = next(iter(parts.values())).shape[2:]  # H x W, the same for all
    result = x.new_zeros(len(x), layer.out_channels, *size)
    for action, part in parts.items():  # count x channels x H x W
        result[actions == action, : part.shape[1]] = part
    return result
