"""The check of card 1.4: form, bytes, honesty, accuracy, all of one run of the reader's function.

Unlike the other cards' checks it is a single one, since every call trains a network.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from nc_teach import meter, training
from nc_teach.classroom.old_card import ask
from nc_teach.data import Split
from nc_teach.training.evaluate import predictions

from .a_fifth_of_the_bytes_data import trained

Candidate = Callable[..., Any]
SHARE, POINTS = 0.2, 1.0


def is_a_fifth_and_as_good(candidate: Candidate) -> str | None:
    """A network in at most a fifth of the bytes that loses at most one point."""
    net, digits = trained()
    given = copy.deepcopy(net)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(71)
        small = ask(candidate, "on the trained LeNet-300-100", given, digits)
    return (
        _form(small)
        or _changed(given, net)
        or _outputs(small, digits.validation)
        or _bytes(small, net)
        or _accuracy(small, net, digits.validation)
        or _hidden(small, digits.validation)
    )


def _form(small: Any) -> str | None:
    if small is None:
        return "your function returns `None`. Let it end with `return small`."
    if not isinstance(small, nn.Module):
        kind = type(small).__name__
        return f"you return something of type {kind}; return the network, a `torch.nn.Module`."
    return None


def _changed(given: nn.Module, net: nn.Module) -> str | None:
    if _same(given, net):
        return None
    return (
        "your function changes the network that it was given, so nothing is left to compare with. "
        "Work on `deepcopy(net)`."
    )


def _same(one: nn.Module, other: nn.Module) -> bool:
    """Whether two networks hold the same numbers under the same names."""
    left, right = one.state_dict(), other.state_dict()
    return left.keys() == right.keys() and all(
        left[name].dtype == tensor.dtype and torch.equal(left[name], tensor)
        for name, tensor in right.items()
    )


def _outputs(small: nn.Module, split: Split) -> str | None:
    where = "in the network that it returned, on 1 × 28 × 28 images,"
    outputs = ask(predictions, where, small, split.subset(100))
    if outputs.shape != (100, 10):
        return (
            f"for 100 images your network puts out the shape {tuple(outputs.shape)}; it should be "
            "(100, 10), a number for each digit."
        )
    if not outputs.isfinite().all():
        return "your network puts out NaN or infinity. What do you divide by?"
    return None


def _bytes(small: nn.Module, net: nn.Module) -> str | None:
    size = ask(meter.stored_bytes, "while the network that it returned was stored,", small)
    most = int(SHARE * meter.stored_bytes(net, "dense"))
    if size <= most:
        return None
    return (
        f"your network's file has {size:,} bytes; a fifth of the dense file is {most:,}. "
        f"{size - most:,} bytes are too many. {_why_so_large(small, net)}"
    )


def _why_so_large(small: nn.Module, net: nn.Module) -> str:
    stored = small.state_dict()
    numbers = torch.cat([t.detach().flatten().double() for t in stored.values()])
    kept, total = int(numbers.count_nonzero()), len(numbers)
    if any(name.endswith("_orig") for name in stored):
        return (
            "`torch.nn.utils.prune` keeps every old value beside its mask; `prune.remove` makes "
            "the cut final."
        )
    if _same(small, net):
        return "It is the network that you were given."
    if total < meter.count_params(net):
        return f"It holds {kept:,} numbers of 4 bytes. Which of them can go as well?"
    if kept > total / 2 and (numbers.abs() < 1e-6).sum() > total / 2:
        return "Most of its numbers are tiny, but not zero. Only an exact zero takes no room."
    if kept > 0.6 * total:
        return (
            f"{kept:,} of its {total:,} numbers are not zero. If you cut more than that: did "
            "training bring them back?"
        )
    if kept <= SHARE * total + 500:  # the biases, which are rarely cut
        return (
            f"Only {kept:,} of its {total:,} numbers are not zero, but the file has to say where "
            "they belong, too."
        )
    return (
        f"{kept:,} of its {total:,} numbers are still there, 4 bytes each and some for the place."
    )


def _accuracy(small: nn.Module, net: nn.Module, split: Split) -> str | None:
    before, after = (100 * training.accuracy(model, split) for model in (net, small))
    lost = before - after
    if lost <= POINTS + 1e-6:
        return None
    size = meter.stored_bytes(small) / meter.stored_bytes(net, "dense")
    return (
        f"the bytes are few enough ({100 * size:.1f} %), but on the validation split accuracy "
        f"falls from {before:.2f} % to {after:.2f} %: {lost:.2f} points, {lost - POINTS:.2f} too "
        f"many. {_how_to_heal(after)}"
    )


def _how_to_heal(after: float) -> str:
    if after < 15:
        return "That is guessing. Is there anything left of what it has learnt?"
    return "Can what is left be trained on? And is it the right part that is left?"


def _hidden(small: nn.Module, split: Split) -> str | None:
    """Whether the network reads digits with every number of its file set to zero."""
    stored: dict[str, Tensor] = small.state_dict()
    kept = {name: tensor.clone() for name, tensor in stored.items()}
    try:
        for tensor in stored.values():
            tensor.zero_()
        right = training.accuracy(small, split)
    finally:
        for name, tensor in stored.items():
            tensor.copy_(kept[name])
    if right < 0.5:
        return None
    return (
        "with every number in its file set to zero, your network still reads digits: it keeps "
        "numbers where no file finds them. Make them parameters or buffers."
    )


CHECKS = (is_a_fifth_and_as_good,)
