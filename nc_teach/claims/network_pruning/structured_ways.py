"""The four kinds of groups of Wen et al.: how each is penalised, found, removed and drawn anew.

Filters with channels, and shapes, are those of LeNet-5, layers those of a residual network. A
filter of the first convolution can go when it is zero, or when no filter of the second reads it.
What is kept is always a mask per layer, so that as many groups can be drawn at random.

All groups count the same (``weighted=False``), as in the paper: with sqrt(size) the first layers,
of few weights, would hardly be touched. Each strength is the largest tried that lost at most 1
point on validation data of another seed (``choose_strength``): 0.1 of 0.07 and 0.1 for filters and
channels; 0.2 of 0.05, 0.08, 0.12, 0.16 and 0.2 for shapes; 1 of 0.3, 0.6, 0.8 and 1 for layers.
Before the largest ones were tried, the claims ran once with 0.07 and 0.8: then 0.37 and 0.63
points on the test split were lost against dense.
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from nc_teach import pruning
from nc_teach.models import LeNet5Caffe, SmallResNet, seeded_init
from nc_teach.pruning.group_lasso import Groups

Masks = dict[str, Tensor]
Hook = Callable[[nn.Module], nn.Module]


@dataclass(frozen=True)
class Way:
    """One kind of group.

    ``network(num_classes, seed)`` makes the whole network; ``hooks(lr, strength)`` are the proximal
    steps after each update; ``find(net)`` says which groups are not zero (bool, a mask per layer);
    ``remove(net, masks)`` is a smaller copy. ``strength`` is that of the penalty; of each of
    ``layers`` at most half shall be left, and that be ``faster`` times as fast, on a batch.
    """

    network: Callable[..., nn.Module]
    hooks: Callable[[float, float], tuple[Hook, ...]]
    find: Callable[[nn.Module], Masks]
    remove: Callable[[nn.Module, Masks], nn.Module]
    strength: float
    layers: tuple[str, ...]
    faster: float = 2.0


def drawn_anew(net: nn.Module, seed: int) -> nn.Module:
    """The same network with initial weights drawn for its present sizes, in place."""
    with seeded_init(seed):
        for module in net.modules():
            if isinstance(module, pruning.Im2colConv2d):
                _draw_lowered(module)
            elif callable(reset := getattr(module, "reset_parameters", None)):
                reset()
    return net


def as_many_at_random(masks: Masks, seed: int) -> Masks:
    """Masks that keep as many groups of each layer as these do, but any.

    >>> as_many_at_random({"conv": torch.tensor([True, False, False])}, 0)["conv"].sum().item()
    1
    """
    generator = torch.Generator().manual_seed(seed)
    return {
        name: mask.flatten()[torch.randperm(mask.numel(), generator=generator)].view(mask.shape)
        for name, mask in masks.items()
    }


def remove_units(net: nn.Module, masks: Masks) -> nn.Module:
    """A copy without these filters of LeNet-5's convolutions and neurons of its hidden layer."""
    for name, keep in masks.items():
        remove = pruning.remove_neurons if name == "fc1" else pruning.remove_channels
        net = remove(net, name, keep)
    return net


def live_and_read(net: nn.Module) -> Masks:
    """Units that have a weight that is not zero, and of conv1 those that conv2 reads with one.

    Of a layer that would lose all its units the first one stays.
    """
    live = {name: _norms(net, name, "filters") > 0 for name in UNITS}
    live["conv1"] &= _norms(net, "conv2", "channels") > 0
    return _at_least_one(live)


def live_shapes(net: nn.Module) -> Masks:
    """Places (c, i, j) of a convolution that some filter uses."""
    return _at_least_one(
        {n: (net.get_parameter(f"{n}.weight").detach() != 0).any(0) for n in CONVOLUTIONS}
    )


def remove_filter_positions(net: nn.Module, masks: Masks) -> nn.Module:
    """A copy with lowered convolutions, without the other shapes."""
    for name, keep in masks.items():
        net = pruning.remove_filter_positions(net, name, keep)
    return net


def live_blocks(net: nn.Module) -> Masks:
    """Residual blocks whose branch is not zero."""
    silent = pruning.zero_blocks(net)
    return {"blocks": torch.tensor([name not in silent for name in pruning.residual_blocks(net)])}


def remove_blocks(net: nn.Module, masks: Masks) -> nn.Module:
    """A copy without the other residual blocks."""
    blocks = pruning.residual_blocks(net)
    gone = [name for name, keep in zip(blocks, masks["blocks"].tolist(), strict=True) if not keep]
    return pruning.remove_layers(net, gone) if gone else copy.deepcopy(net)


UNITS, CONVOLUTIONS = ("conv1", "conv2", "fc1"), ("conv1", "conv2")


def _steps(lr: float, strength: float, *, groups: tuple[Groups, ...]) -> tuple[Hook, ...]:
    return tuple(pruning.proximal_step(one, lr, strength, weighted=False) for one in groups)


def _branches(lr: float, strength: float) -> tuple[Hook, ...]:
    return _steps(lr, strength, groups=(dict(pruning.branch_groups(SmallResNet()).items()),))


def _norms(net: nn.Module, name: str, kind: str) -> Tensor:
    return pruning.group_norms(net.get_parameter(f"{name}.weight").detach(), kind)


def _at_least_one(masks: Masks) -> Masks:
    for mask in masks.values():
        if not mask.any():
            mask.view(-1)[0] = True
    return masks


def _draw_lowered(module: pruning.Im2colConv2d) -> None:
    """Uniform in +-1 / sqrt(inputs of a filter), as PyTorch draws a convolution."""
    bound = module.weight.shape[1] ** -0.5
    for parameter in module.parameters():
        nn.init.uniform_(parameter, -bound, bound)


_FILTERS: Groups = {"conv1.weight": "filters", "conv2.weight": "filters", "fc1.weight": "filters"}
_CHANNELS: Groups = {"conv2.weight": "channels"}
_SHAPES: Groups = {"conv1.weight": "shapes", "conv2.weight": "shapes"}

CHANNELS = Way(
    LeNet5Caffe,
    partial(_steps, groups=(_FILTERS, _CHANNELS)),
    live_and_read,
    remove_units,
    strength=0.1,
    layers=CONVOLUTIONS,
)
SHAPES = Way(
    LeNet5Caffe,
    partial(_steps, groups=(_SHAPES,)),
    live_shapes,
    remove_filter_positions,
    strength=0.2,
    layers=CONVOLUTIONS,
)
LAYERS = Way(SmallResNet, _branches, live_blocks, remove_blocks, 1.0, ("blocks",), faster=1.5)
