"""A network as the chain of layers that the runner in the browser knows.

Unlike :mod:`nc_teach.surgery`, which follows any network, this takes chains only, one layer after
the other, and refuses all else by name.
"""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, fx, nn

from nc_teach.surgery.graphs import graph_of, is_plain, kind_of, words_of

KNOWN = "linear, convolution, batch norm after one of these, ReLU, max or average pooling, flatten"
NOTHING = ("flatten", "dropout", "dropout1d", "dropout2d", "identity")  # at rest, in one's hand


@dataclass(frozen=True)
class Layer:
    """One layer: ``source`` and ``to`` are the shapes of what goes in and out.

    A norm that follows is ``scale`` and ``shift``, one number a unit; the weight stays as it was.
    """

    kind: str
    source: tuple[int, ...]
    to: tuple[int, ...]
    weight: Tensor | None = None
    scale: Tensor | None = None
    shift: Tensor | None = None
    kernel: tuple[int, int] = (1, 1)
    stride: tuple[int, int] = (1, 1)
    padding: tuple[int, int] = (0, 0)


def chain(model: nn.Module, shape: tuple[int, ...]) -> list[Layer]:
    """The layers of ``model`` for an image of ``shape`` (C x H x W), as they are when it is used.

    Raises ``ValueError`` that names the first layer that the runner does not know.

    >>> [layer.kind for layer in chain(nn.Sequential(nn.Flatten(), nn.Linear(4, 2)), (1, 2, 2))]
    ['linear']
    """
    model = copy.deepcopy(model).cpu().eval()
    layers: list[Layer] = []
    before: fx.Node | None = None
    for node in graph_of(model).nodes:
        if node.op == "output":
            break
        if before is not None and (node.all_input_nodes != [before] or len(before.users) > 1):
            raise _unknown(model, node, "does not read just what the one before it gave")
        if node.op != "placeholder":
            at = layers[-1].to if layers else shape
            layers = _followed(layers, _Call(model, node, at))
        before = node
    return layers


@dataclass(frozen=True)
class _Call:
    """One call of the network: what is called, and the shape that it reads."""

    model: nn.Module
    node: fx.Node
    shape: tuple[int, ...]

    @property
    def kind(self) -> str:
        return kind_of(self.node, self.model).replace("_", "")

    @property
    def module(self) -> Any:
        return self.model.get_submodule(str(self.node.target))

    def argument(self, name: str, place: int, usual: object) -> Any:
        """An argument of a module's constructor, of a function, or of a method."""
        if self.node.op == "call_module":
            return getattr(self.module, name, usual)
        args = self.node.args
        found = args[place] if len(args) > place else self.node.kwargs.get(name)
        return usual if found is None else found


def _followed(layers: list[Layer], call: _Call) -> list[Layer]:
    """The layers with one more, or with the last one changed by a norm."""
    kind, shape = call.kind, call.shape
    if call.node.op == "call_module" and kind in ("linear", "conv2d") and is_plain(call.module):
        return [*layers, (_linear if kind == "linear" else _conv)(call)]
    if kind in ("batchnorm1d", "batchnorm2d"):
        if not layers or layers[-1].weight is None or call.module.running_mean is None:
            raise _unknown(call.model, call.node, "is not after a linear layer or convolution")
        return [*layers[:-1], _normed(layers[-1], call)]
    if kind == "relu":
        return [*layers, Layer("relu", shape, shape)]
    if kind in ("maxpool2d", "avgpool2d"):
        return [*layers, _pool(call, kind[:3])]
    mean = kind == "mean" and tuple(call.argument("dim", 1, ())) in ((2, 3), (-2, -1))
    adaptive = kind == "adaptiveavgpool2d" and call.argument("output_size", 1, 0) in (1, (1, 1))
    if len(shape) == 3 and (mean or adaptive):
        return [*layers, Layer("avg", shape, (shape[0], 1, 1), kernel=(shape[1], shape[2]))]
    if kind in NOTHING and (kind != "flatten" or call.argument("start_dim", 1, 0) == 1):
        return layers  # a map's numbers lie one after the other already
    raise _unknown(call.model, call.node, "is none of them")


def _linear(call: _Call) -> Layer:
    layer = call.module
    if math.prod(call.shape) != layer.in_features:
        raise _unknown(call.model, call.node, f"does not read {math.prod(call.shape)} numbers")
    weight, source = layer.weight.detach(), (layer.in_features,)
    return Layer("linear", source, (layer.out_features,), weight, shift=_detached(layer.bias))


def _conv(call: _Call) -> Layer:
    layer = call.module
    usual = layer.groups == 1 and set(layer.dilation) == {1} and layer.padding_mode == "zeros"
    if not usual or isinstance(layer.padding, str) or len(call.shape) != 3:
        raise _unknown(call.model, call.node, "has groups, dilation or padding of another kind")
    kernel, stride, padding = layer.kernel_size, layer.stride, layer.padding
    to = (layer.out_channels, *_places(call.shape, kernel, stride, padding))
    weight, shift = layer.weight.detach(), _detached(layer.bias)
    return Layer("conv", call.shape, to, weight, None, shift, kernel, stride, padding)


def _pool(call: _Call, kind: str) -> Layer:
    kernel = _pair(call.argument("kernel_size", 1, 1))
    stride = _pair(call.argument("stride", 2, kernel))
    plain = len(call.node.args) <= 4 and _pair(call.argument("padding", 3, 0)) == (0, 0)
    plain = plain and not call.argument("ceil_mode", 9, False)
    plain = plain and _pair(call.argument("dilation", 9, 1)) == (1, 1)
    if not plain or len(call.shape) != 3 or call.argument("divisor_override", 9, None):
        raise _unknown(call.model, call.node, "has padding, dilation or rounds up")
    to = (call.shape[0], *_places(call.shape, kernel, stride, (0, 0)))
    return Layer(kind, call.shape, to, kernel=kernel, stride=stride)


def _normed(layer: Layer, call: _Call) -> Layer:
    """(scale * x + shift - mean) / deviation * weight + bias, as one scale and one shift."""
    norm = call.module
    wide = norm.running_mean.double()
    scale = (norm.running_var.double() + norm.eps).rsqrt()
    if norm.weight is not None:
        scale = scale * norm.weight.detach().double()
    before = torch.zeros_like(wide) if layer.shift is None else layer.shift.double()
    shift = (before - wide) * scale
    if norm.bias is not None:
        shift = shift + norm.bias.detach().double()
    old = 1 if layer.scale is None else layer.scale.double()
    return replace(layer, scale=(scale * old).float(), shift=shift.float())


def _places(
    shape: tuple[int, ...], kernel: tuple[int, int], stride: tuple[int, int], pad: tuple[int, int]
) -> tuple[int, int]:
    high, wide = (
        (length + 2 * p - k) // s + 1
        for length, k, s, p in zip(shape[1:], kernel, stride, pad, strict=True)
    )
    return high, wide


def _pair(value: int | tuple[int, int]) -> tuple[int, int]:
    high, wide = (value, value) if isinstance(value, int) else value
    return high, wide


def _detached(parameter: Tensor | None) -> Tensor | None:
    return None if parameter is None else parameter.detach()


def _unknown(model: nn.Module, node: fx.Node, why: str) -> ValueError:
    called = str(node.target) if node.op == "call_module" else words_of(node, str(node.name))
    if node.op == "call_module":
        called = f"{called!r} ({type(model.get_submodule(called)).__name__})"
    return ValueError(f"model must be a chain of {KNOWN}; {called} {why}")
