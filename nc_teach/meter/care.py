"""Before a network is counted: can it be? While it runs: nothing hidden. After: as it was found."""

import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.nn.parameter import is_lazy

from nc_teach.common.weights import GATHER, is_sharded
from nc_teach.training.evaluate import device_of, evaluating


class CannotCountError(ValueError):
    """The network runs something whose products the meter does not know."""


def check_countable(model: nn.Module) -> None:
    """Raise :class:`CannotCountError` naming a layer whose weights are packed, spread over several
    processes, or not there yet."""
    for layer, module in model.named_modules():
        named = f"{layer!r} ({type(module).__name__})" if layer else type(module).__name__
        own = (*module.parameters(recurse=False), *module.buffers(recurse=False))
        if any(map(is_lazy, own)):
            raise CannotCountError(
                f"model must know its sizes to be counted, {named} does not yet: run one batch"
            )
        if is_sharded(module):
            raise CannotCountError(
                f"model must hold its weights in one process to be counted, {named} has a part of "
                f"them: {GATHER}"
            )
        held = () if isinstance(module, torch.jit.ScriptModule) else vars(module).values()
        if any(isinstance(value, torch.ScriptObject) for value in held):
            raise CannotCountError(
                f"model must hold its weights as tensors to be counted, {named} has packed them: "
                "count the network before it is packed, or unpack it"
            )


@contextmanager
def as_found(model: nn.Module) -> Iterator[None]:
    """Evaluation mode without gradients; modes, buffers and random states are put back after."""
    buffers = [
        (module, name, buffer, buffer._version, buffer.clone())
        for module in model.modules()
        for name, buffer in module.named_buffers(recurse=False)
    ]
    device, drawn, drawn_by_numpy = device_of(model), random.getstate(), np.random.get_state()
    devices = [device] if device.type == "cuda" else []
    try:
        with evaluating(model), torch.random.fork_rng(devices):
            yield
    finally:
        random.setstate(drawn)
        np.random.set_state(drawn_by_numpy)
        for module, name, buffer, version, numbers in buffers:
            if buffer._version != version:
                buffer.detach().copy_(numbers)
            if getattr(module, name, None) is not buffer:
                setattr(module, name, buffer)


@contextmanager
def in_parts() -> Iterator[None]:
    """No kernel does several operators at once: an encoder layer and attention run in their parts.

    (A compiled network runs uncompiled while operators are watched; torch sees to that.)
    """
    fast = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        with sdpa_kernel(SDPBackend.MATH):
            yield
    finally:
        torch.backends.mha.set_fastpath_enabled(fast)
