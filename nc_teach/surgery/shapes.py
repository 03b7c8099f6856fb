"""What a module says of its own size, made true again; and a network that is given others' shapes.

A network that was cut no longer fits the class that made it, so ``load_state_dict`` alone refuses
its file. ``torch.save(model)`` would hold it whole, but today's ``torch.load`` opens such a file
only with ``weights_only=False``, which runs whatever code is in it. So save the numbers, and let a
fresh network take their shapes::

    torch.save(small.state_dict(), "small.pt")
    ...
    small = fitted(LeNet300100(), torch.load("small.pt", weights_only=True))
"""

import copy
import operator
from collections.abc import Iterator, Mapping

import torch
from torch import Tensor, nn

from nc_teach.common.kinds import Natural
from nc_teach.models import weight_of

Convolution = nn.modules.conv._ConvNd
ROWS = ("out_features", "out_channels", "num_features", "num_channels", "num_parameters")
COLUMNS = ("in_features", "in_channels")


def set_sizes(module: nn.Module, count: Natural, rows: bool) -> None:
    """``module`` has ``count`` units of its own now (``rows``), or inputs.

    >>> depthwise = nn.Conv2d(6, 12, 3, groups=6)
    >>> set_sizes(depthwise, 4, rows=True)
    >>> depthwise.out_channels, depthwise.in_channels, depthwise.groups
    (4, 2, 2)
    """
    if rows and isinstance(module, nn.GroupNorm):
        module.num_groups = module.num_groups * count // module.num_channels
    if rows and getattr(module, "groups", 1) == getattr(module, "in_channels", 0) != 1:
        assert isinstance(module, Convolution)
        module.groups = module.in_channels = module.in_channels * count // module.out_channels
    for size in ROWS if rows else COLUMNS:
        if hasattr(module, size):
            setattr(module, size, count)


def fitted(model: nn.Module, tensors: Mapping[str, Tensor], source: str = "tensors") -> nn.Module:
    """A copy of ``model`` with the shapes and the numbers of ``tensors``, a smaller one's state.

    ``model`` is of the class, and of the size, that was cut; it is unchanged. Nothing is unpickled.
    Raises ``ValueError`` for other names or dtypes than the model's, for a tensor that is larger
    than its own, and for rows that are not the same number in every group. ``source`` is what the
    tensors are called in errors.

    >>> small, full = nn.Sequential(nn.Linear(2, 1)), nn.Sequential(nn.Linear(2, 3))
    >>> back = fitted(full, small.state_dict())
    >>> back[0], torch.equal(back[0].weight, small[0].weight)
    (Linear(in_features=2, out_features=1, bias=True), True)
    """
    _check(model, tensors, source)
    copied = copy.deepcopy(model)
    for name, module in copied.named_modules():
        for own, old in [
            *module.named_parameters(recurse=False),
            *module.named_buffers(recurse=False),
        ]:
            new = tensors.get(f"{name}.{own}".lstrip("."), old)
            if new.shape != old.shape:
                empty = torch.empty_like(new, device=old.device)
                is_parameter = isinstance(old, nn.Parameter)
                setattr(
                    module, own, nn.Parameter(empty, old.requires_grad) if is_parameter else empty
                )
        for count, rows in _sizes(module):
            set_sizes(module, count, rows)
    copied.load_state_dict(tensors)
    return copied


def is_depthwise(module: nn.Module) -> bool:
    """One filter, or a few, for each channel by itself."""
    if not isinstance(module, Convolution) or module.transposed:
        return False
    return module.groups == module.in_channels > 1


def by_unit(layer: nn.Module) -> Tensor:
    """The weight with the layer's own units first."""
    return weight_of(layer).movedim(int(getattr(layer, "transposed", False)), 0)


def by_input(layer: nn.Module) -> Tensor:
    """The weight with the units first that the layer reads: of a grouped convolution, all groups'.

    >>> by_input(nn.Conv2d(6, 4, 3, groups=2)).shape
    torch.Size([6, 2, 3, 3])
    """
    weight, groups = by_unit(layer), getattr(layer, "groups", 1)
    if groups == 1:
        return weight.transpose(0, 1)
    # groups x (out / groups) x (in / groups) x ... to in x (out / groups) x ...
    return weight.unflatten(0, (groups, -1)).transpose(1, 2).flatten(0, 1)


def _sizes(module: nn.Module) -> Iterator[tuple[int, bool]]:
    """How many units of its own a module's tensors say it has, and how many inputs."""
    weight = getattr(module, "weight", None)
    tensor = getattr(module, "running_mean", None) if weight is None else weight
    if not isinstance(tensor, Tensor) or not any(hasattr(module, size) for size in ROWS):
        return
    turned = int(getattr(module, "transposed", False))
    yield tensor.shape[turned], True  # its own first: with fewer inputs it may become depthwise
    if tensor.ndim > 1 and not is_depthwise(module):
        yield tensor.shape[1 - turned] * getattr(module, "groups", 1), False


def _check(model: nn.Module, tensors: Mapping[str, Tensor], source: str) -> None:
    wanted = model.state_dict()
    if set(tensors) != set(wanted):
        odd = ", ".join(sorted(set(tensors) ^ set(wanted))[:4])
        raise ValueError(f"{source} is not a file of a {type(model).__name__}: {odd} only in one")
    for name, tensor in tensors.items():
        room = wanted[name].shape
        fits = tensor.ndim == len(room) and all(map(operator.le, tensor.shape, room))
        if not fits or tensor.dtype != wanted[name].dtype:
            raise ValueError(
                f"{name!r} in {source} must fit into {tuple(room)} {wanted[name].dtype}, got "
                f"{tuple(tensor.shape)} {tensor.dtype}"
            )
        module = model.get_submodule(name.rpartition(".")[0])
        groups = getattr(module, "groups", 1)
        if is_depthwise(module):
            groups = weight_of(module).shape[0] // groups  # filters for each channel
        if tensor.ndim and len(tensor) % groups:
            raise ValueError(
                f"{name!r} in {source} must have rows for all groups, got {len(tensor)}"
            )
