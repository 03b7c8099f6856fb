"""What a network is run with: one input, told by its shape, or an example of it."""

import numbers
from collections.abc import Iterator, Sequence
from typing import Annotated, TypeAlias

import numpy as np
import torch
from torch import Tensor, nn

from nc_teach.common.kinds import That
from nc_teach.training.evaluate import device_of

Shape: TypeAlias = int | Sequence[int] | np.ndarray
InputShape: TypeAlias = Shape | Tensor | Sequence[Shape | Tensor]
"""A shape, an example, or one of these for each of several inputs."""

ALLOWED = (
    "one input's sizes without the batch, like (1, 28, 28) or 784; an example tensor with its "
    "batch; or a tuple of these, one for each input"
)
Sizes = Annotated[InputShape, That(f"sizes of at least 1 ({ALLOWED})", lambda shape: True)]


def blank_inputs(model: nn.Module, input_shape: InputShape) -> Iterator[tuple[Tensor, ...]]:
    """What ``model`` may take, best first: a batch of one, zeros in the parameters' dtype; and, for
    a model that looks tokens up, the same as integers. An example is copied as it is.

    Raises ``ValueError`` naming ``input_shape`` for anything that is neither sizes nor examples.

    >>> [x.dtype for (x,) in blank_inputs(nn.Linear(4, 2).half(), 4)]
    [torch.float16, torch.int64]
    >>> [tuple(x.shape) for x in next(blank_inputs(nn.Bilinear(4, 3, 2), ((4,), (3,))))]
    [(1, 4), (1, 3)]
    """
    device = device_of(model)
    wanted = [_one(item, input_shape) for item in _items(input_shape)]
    dtypes = (parameter.dtype for parameter in model.parameters())
    dtype = next((d for d in dtypes if d.is_floating_point or d.is_complex), None)
    kinds = [dtype or torch.get_default_dtype(), torch.int64]
    for kind in kinds if any(not isinstance(item, Tensor) for item in wanted) else kinds[:1]:
        yield tuple(
            item.to(device, copy=True)
            if isinstance(item, Tensor)
            else torch.zeros(1, *item, dtype=kind, device=device)
            for item in wanted
        )


def described(input_shape: InputShape) -> str:
    """How a message names it: an example by its own shape.

    >>> described((torch.zeros(1, 3), (4,)))
    '(example of shape (1, 3), (4,))'
    """
    if isinstance(input_shape, Tensor):
        return f"example of shape {tuple(input_shape.shape)}"
    if isinstance(input_shape, tuple | list):
        return f"({', '.join(map(described, input_shape))}{',' * (len(input_shape) == 1)})"
    return repr(input_shape.tolist() if isinstance(input_shape, np.ndarray) else input_shape)


def _items(input_shape: InputShape) -> Sequence[object]:
    """The inputs one by one: a shape alone is one input."""
    several = isinstance(input_shape, tuple | list) and not all(map(_is_size, input_shape))
    return input_shape if several and isinstance(input_shape, tuple | list) else [input_shape]


def _one(item: object, input_shape: InputShape) -> Tensor | tuple[int, ...]:
    if isinstance(item, Tensor) and item.numel():
        return item
    sizes: tuple[object, ...] = ()
    if _is_size(item):
        sizes = (item,)
    elif isinstance(item, tuple | list) or (isinstance(item, np.ndarray) and item.ndim == 1):
        sizes = tuple(item)
    whole = tuple(int(size) for size in sizes if isinstance(size, numbers.Integral))
    if not sizes or len(whole) < len(sizes) or min(whole) < 1 or True in map(_is_truth, sizes):
        raise ValueError(
            f"input_shape must be sizes of at least 1 ({ALLOWED}), got {described(input_shape)}"
        )
    return whole


def _is_size(item: object) -> bool:
    return isinstance(item, numbers.Integral)


def _is_truth(item: object) -> bool:
    return isinstance(item, bool | np.bool_)
