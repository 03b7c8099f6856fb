"""From a file back to a network, without unpickling: the class gives the form, the file the sizes.

A network whose neurons were removed does not fit the class that made it. The tensors in its file
say how large each layer is; so a fresh, full-sized network of that class is cut to those sizes and
filled. No code comes out of a file.
"""

import copy
from pathlib import Path

import torch
from torch import Tensor, nn

from nc_teach.pruning.removal import SIZES
from nc_teach.quantization import deep_compression


def load_into(model: nn.Module, path: str | Path) -> nn.Module:
    """A copy of ``model``, with the sizes and the numbers of the file at ``path``.

    Raises ``ValueError`` when the file is damaged, or its tensors have other names, or more numbers
    in a layer, than ``model`` has room for.

    >>> import tempfile
    >>> small, full = nn.Sequential(nn.Linear(2, 1)), nn.Sequential(nn.Linear(2, 3))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = deep_compression.save(small, f"{folder}/small.ncd")
    ...     back = load_into(full, f"{folder}/small.ncd")
    >>> back[0], torch.equal(back[0].weight, small[0].weight)
    (Linear(in_features=2, out_features=1, bias=True), True)
    """
    tensors = deep_compression.load(path)
    _check(model, tensors, str(path))
    copied = copy.deepcopy(model)
    for name, module in copied.named_modules():
        split = {key.rpartition("."): tensor for key, tensor in tensors.items()}
        _resize(module, {own: t for (owner, _, own), t in split.items() if owner == name})
    copied.load_state_dict(tensors)
    return copied


def _check(model: nn.Module, tensors: dict[str, Tensor], path: str) -> None:
    wanted = model.state_dict()
    if set(tensors) != set(wanted):
        odd = ", ".join(sorted(set(tensors) ^ set(wanted))[:4])
        raise ValueError(f"{path} is not a file of a {type(model).__name__}: {odd} only in one")
    for name, module in model.named_modules():
        weight = f"{name}.weight" if name else "weight"
        cut = weight in wanted and tensors[weight].shape != wanted[weight].shape
        if cut and getattr(module, "groups", 1) != 1:
            raise ValueError(f"{weight!r} in {path}: a layer of several groups cannot be cut")
    for name, tensor in tensors.items():
        room = wanted[name].shape
        fits = tensor.ndim == len(room) and all(
            a <= b for a, b in zip(tensor.shape, room, strict=True)
        )
        if not fits or tensor.dtype != wanted[name].dtype:
            raise ValueError(
                f"{name!r} in {path} must fit into {tuple(room)} {wanted[name].dtype}, got "
                f"{tuple(tensor.shape)} {tensor.dtype}"
            )


@torch.no_grad()
def _resize(module: nn.Module, tensors: dict[str, Tensor]) -> None:
    """Give a module's own parameters and buffers the sizes of ``tensors``."""
    for name, tensor in tensors.items():
        own = getattr(module, name)
        if own.shape == tensor.shape:
            continue
        empty = torch.empty_like(tensor, device=own.device)
        is_parameter = isinstance(own, nn.Parameter)
        setattr(module, name, nn.Parameter(empty) if is_parameter else empty)
    weight = getattr(module, "weight", None)
    for size, dim in SIZES.items():
        if hasattr(module, size) and isinstance(weight, Tensor):
            groups = int(getattr(module, "groups", 1)) if size == "in_channels" else 1
            setattr(module, size, weight.shape[dim] * groups)
