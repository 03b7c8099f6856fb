"""The checks of card 5.6: form, MACs, and what the reader's network has learnt after training."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import torch
from torch import nn

from nc_teach import data, meter, training
from nc_teach.classroom.old_card import ask
from nc_teach.data import Dataset

Candidate = Callable[..., Any]
MOST, WANTED = 100_000, 0.87
EPOCHS, LR, SHAPE = 3, 0.005, (1, 28, 28)


@cache
def fashion() -> Dataset:
    """The clothes, read once a process."""
    return data.load("fashion")


def fits_the_budget(candidate: Candidate) -> str | None:
    """A network with ten outputs, and at most 100,000 MACs."""
    net = _designed(candidate)
    return _form(net) or _outputs(net) or _macs(net)


def has_learnt(candidate: Candidate) -> str | None:
    """Trained from one seed, it reads 87 % of the validation split."""
    net = _designed(candidate)
    straight = _is_linear(net)
    ask(_train, "while the check trained your network", net)
    right = training.accuracy(net, fashion().validation)
    if right >= WANTED:
        return None
    macs = meter.count_macs(net, SHAPE)
    return (
        f"{macs:,} MACs are few enough, but after {EPOCHS} epochs your network has "
        f"{100 * right:.1f} % of the validation split right; {100 * WANTED:.0f} % are wanted. "
        f"{_advice(net, straight, macs)}"
    )


def _designed(candidate: Candidate) -> Any:
    """Its first weights are drawn from the same seed each time, and not from the reader's."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(61)
        return ask(candidate, "while it designed")


def _train(net: nn.Module) -> None:
    done = training.fit(net, fashion(), epochs=EPOCHS, seed=0, lr=LR, schedule=training.cosine,
                        progress=False)  # fmt: skip
    if done.interrupted:
        raise KeyboardInterrupt


def _form(net: Any) -> str | None:
    if net is None:
        return "your function returns `None`. Let it end with `return net`."
    if isinstance(net, type):
        return f"you return the class `{net.__name__}` itself; make one with `{net.__name__}()`."
    if not isinstance(net, nn.Module):
        kind = type(net).__name__
        return f"you return something of type {kind}; return the network, a `torch.nn.Module`."
    if not any(p.requires_grad for p in net.parameters()):
        return "your network has no parameters that could be trained."
    return None


def _outputs(net: nn.Module) -> str | None:
    images = fashion().validation.images[:20]
    with torch.no_grad():
        net.eval()
        outputs = ask(net, "in the network that it returned, on 20 images of 1 × 28 × 28,", images)
    if not isinstance(outputs, torch.Tensor):
        return f"your network puts out a {type(outputs).__name__}; it should be one tensor."
    if outputs.shape != (20, 10):
        return (
            f"for 20 images your network puts out the shape {tuple(outputs.shape)}; it should be "
            "(20, 10), a number for each kind of clothes."
        )
    if (outputs >= 0).all() and torch.allclose(outputs.sum(dim=1), torch.ones(20), atol=1e-4):
        return (
            "your network ends with a softmax. The loss has one of its own, and with two of them "
            "nearly nothing is learnt: put out the numbers before it."
        )
    return None


def _macs(net: nn.Module) -> str | None:
    count = meter.count_macs(net, SHAPE)
    if count <= MOST:
        return None
    name, dearest = max(_by_layer(net).items(), key=lambda item: item[1])
    layer = f" The dearest layer is `{name}`, with {dearest:,}." if dearest else ""
    return f"your network takes {count:,} MACs, {count - MOST:,} too many.{layer}"


def _by_layer(net: nn.Module) -> dict[str, int]:
    """MACs of every convolution and linear layer, by name."""
    counts: dict[str, int] = {"": 0}
    hooks = []
    for name, layer in net.named_modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):

            def note(layer: nn.Module, inputs: Any, output: torch.Tensor, name: str = name) -> None:
                places = output.numel() // len(layer.weight)
                counts[name] = counts.get(name, 0) + layer.weight.numel() * places

            hooks.append(layer.register_forward_hook(note))
    try:
        with torch.no_grad():
            net.eval()(torch.zeros(1, *SHAPE))
    finally:
        for hook in hooks:
            hook.remove()
    return counts


def _is_linear(net: nn.Module) -> bool:
    """Whether f(a) + f(b) = f(a + b) + f(0): then no activation bends anything."""
    a, b = fashion().validation.images[:20].chunk(2)
    with torch.no_grad():
        net.eval()
        left, right = net(a) + net(b), net(a + b) + net(torch.zeros_like(a))
    return torch.allclose(left, right, atol=1e-3)


def _advice(net: nn.Module, straight: bool, macs: int) -> str:
    if straight:
        return "Nothing in it bends: without activations all its layers together are one matrix."
    if not any(isinstance(layer, nn.Conv2d) for layer in net.modules()):
        return "It has no convolution, so what it learns at one place it does not know at another."
    if any(isinstance(layer, nn.AdaptiveAvgPool2d) for layer in net.modules()):
        return (
            "It ends with the mean over each map, which forgets where things are; with so few "
            "channels much is lost by that. A linear layer over the places costs few MACs."
        )
    if macs < MOST / 2:
        return "It has not spent half of its budget yet. What would more channels do?"
    return "Where are its MACs: at large maps or at small ones, and in how many channels?"


CHECKS = (fits_the_budget, has_learnt)
