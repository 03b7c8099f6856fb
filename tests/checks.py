"""What many tests ask: a refusal by name, a network left as it was, two networks alike."""

import copy
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import pytest
import torch
from torch import Tensor, nn

from nc_teach.common.compiled import available


def refuses(message: str, call: Callable[..., object], *args: object, **options: object) -> None:
    """The call ends in a ValueError whose text has the message, a regular expression."""
    with pytest.raises(ValueError, match=message):
        call(*args, **options)


def state_of(model: nn.Module | Mapping[str, Tensor]) -> Mapping[str, Tensor]:
    return model.state_dict() if isinstance(model, nn.Module) else model


def same(one: nn.Module | Mapping[str, Tensor], other: nn.Module | Mapping[str, Tensor]) -> bool:
    """Whether two networks, or two dicts of tensors, agree in every name and every bit."""
    first, second = state_of(one), state_of(other)
    return first.keys() == second.keys() and all(
        torch.equal(value, second[name]) for name, value in first.items()
    )


@contextmanager
def unchanged(*models: nn.Module | Mapping[str, Tensor]) -> Iterator[None]:
    """Parameters and buffers are afterwards what they were before."""
    before = [copy.deepcopy(state_of(model)) for model in models]
    yield
    for old, model in zip(before, models, strict=True):
        assert list(old) == list(state_of(model))
        assert same(old, model)


needs_numba = pytest.mark.skipif(not available(), reason="numba is not installed")
