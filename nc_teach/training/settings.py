"""A training in its own settings, which leaves nothing behind: neither in torch, nor (after an
error) in the network."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import torch
from torch import nn


@contextmanager
def own_settings(device: torch.device) -> Iterator[None]:
    """Inside, gradients are on and new tensors are real ones, whatever the caller has set.

    >>> with torch.no_grad(), own_settings(torch.device("cpu")):
    ...     (2 * torch.ones(1, requires_grad=True)).requires_grad
    True
    """
    with ExitStack() as stack:
        stack.enter_context(torch.inference_mode(False))
        stack.enter_context(torch.enable_grad())
        if torch.get_default_device().type == "meta":
            stack.enter_context(device)
        yield


@contextmanager
def restored(model: nn.Module, always: bool = False) -> Iterator[None]:
    """After an error inside, parameters, gradients and buffers are what they were.

    ``always``: also when all went well. An interrupt is no error.

    >>> layer = nn.Linear(2, 1)
    >>> before = layer.bias.item()
    >>> try:
    ...     with restored(layer), torch.no_grad():
    ...         layer.bias.add_(1 / 0)
    ... except ZeroDivisionError:
    ...     layer.bias.item() == before
    True
    """
    numbers = [(p, p.detach().clone(), p.grad) for p in model.parameters()]
    places = [(m, n, b) for m in model.modules() for n, b in m._buffers.items() if b is not None]
    buffers = [(module, name, old, old.clone()) for module, name, old in places]
    whole = False
    try:
        yield
        whole = not always
    except BaseException as error:
        whole = not isinstance(error, Exception)
        raise
    finally:
        if not whole:
            with torch.no_grad():
                for parameter, before, gradient in numbers:
                    parameter.copy_(before)
                    parameter.grad = gradient
                for module, name, old, before in buffers:
                    module._buffers[name] = old.copy_(before)
