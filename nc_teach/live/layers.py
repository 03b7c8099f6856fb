"""A network as the layers that the runner in the browser knows: a chain, or one with exits.

Unlike :mod:`nc_teach.surgery`, which follows any network, this takes networks only in which each
layer reads one other, and refuses all else by name.
"""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass, replace
from itertools import pairwise
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
    ``reads`` is the place of the layer whose output goes in, -1 for the image itself, and ``exit``
    is whether an answer comes out here. ``name`` is that of the module, where it has weights.
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
    reads: int = -1
    exit: bool = False
    name: str = ""


def chain(model: nn.Module, shape: tuple[int, ...]) -> list[Layer]:
    """The layers of ``model`` for an image of ``shape`` (C x H x W), as they are when it is used.

    They come in the order in which the network computes them. A network that returns a list has an
    exit for each of its members, such as :class:`nc_teach.dynamic.EarlyExitNet`, and its first
    answer is there when the layers up to its first exit have run.
    Raises ``ValueError`` that names the first layer that the runner does not know.

    >>> [layer.kind for layer in chain(nn.Sequential(nn.Flatten(), nn.Linear(4, 2)), (1, 2, 2))]
    ['linear']
    """
    model = copy.deepcopy(model).cpu().eval()
    layers: list[Layer] = []
    place: dict[fx.Node, int] = {}  # of the layer that gives what a node gives
    for node in graph_of(model).nodes:
        if node.op == "placeholder" and not place:
            place[node] = -1
            continue
        if node.op == "output":
            return _with_exits(layers, [place[answer] for answer in _answers(model, node)])
        sources = node.all_input_nodes
        if len(sources) != 1 or sources[0] not in place:
            raise _unknown(model, node, "does not read just what the one before it gave")
        (source,) = sources
        at = place[source]
        call = _Call(model, node, layers[at].to if at >= 0 else shape)
        place[node] = _followed(layers, at, call, shared=len(source.users) > 1)
    return layers


def _answers(model: nn.Module, node: fx.Node) -> list[fx.Node]:
    """What the network returns: one answer, or a list of them, each of another layer."""
    given = node.args[0]
    answers = list(given) if isinstance(given, list | tuple) else [given]
    users = {user for answer in node.all_input_nodes for user in answer.users}
    if answers != node.all_input_nodes or users != {node}:
        raise _unknown(model, node, "returns something else than an answer, or a list of answers")
    return answers


def _with_exits(layers: list[Layer], places: list[int]) -> list[Layer]:
    """The layers up to the last exit, each of which is marked."""
    if not places or places[0] < 0 or places != sorted(set(places)):
        return []
    exits = set(places)
    return [replace(layer, exit=k in exits) for k, layer in enumerate(layers)][: places[-1] + 1]


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


def _followed(layers: list[Layer], at: int, call: _Call, shared: bool) -> int:
    """Append the layer that reads layer ``at``, or change that one by a norm; return its place.

    ``shared`` is whether others read that layer too.
    """
    kind, shape = call.kind, call.shape
    if kind in ("batchnorm1d", "batchnorm2d"):
        alone = at >= 0 and layers[at].weight is not None and not shared
        if not alone or call.module.running_mean is None:
            raise _unknown(call.model, call.node, "is not after a linear layer or convolution")
        layers[at] = _normed(layers[at], call)
        return at
    if kind in NOTHING and (kind != "flatten" or call.argument("start_dim", 1, 0) == 1):
        return at  # a map's numbers lie one after the other already
    layers.append(replace(_layer(call, kind, shape), reads=at))
    return len(layers) - 1


def _layer(call: _Call, kind: str, shape: tuple[int, ...]) -> Layer:
    if call.node.op == "call_module" and kind in ("linear", "conv2d") and is_plain(call.module):
        layer = (_linear if kind == "linear" else _conv)(call)
        return replace(layer, name=str(call.node.target))
    if kind == "relu":
        return Layer("relu", shape, shape)
    if kind in ("maxpool2d", "avgpool2d"):
        return _pool(call, kind[:3])
    mean = kind == "mean" and tuple(call.argument("dim", 1, ())) in ((2, 3), (-2, -1))
    if len(shape) == 3 and mean:
        return Layer("avg", shape, (shape[0], 1, 1), kernel=(shape[1], shape[2]))
    if len(shape) == 3 and kind == "adaptiveavgpool2d":
        return _adaptive(call)
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


def _adaptive(call: _Call) -> Layer:
    """The mean in so many fields each way, where they are all alike: 2 of 7 are 0-3 and 3-6."""
    counts = _pair(call.argument("output_size", 1, 0))
    kernel, stride = [], []
    for length, count in zip(call.shape[1:], counts, strict=True):
        fields = range(count if count and count <= length else 0)
        starts = [k * length // count for k in fields]
        widths = {-(-(k + 1) * length // count) - starts[k] for k in fields}
        steps = {after - before for before, after in pairwise(starts)} or {1}
        if len(widths) != 1 or len(steps) != 1:
            raise _unknown(call.model, call.node, "has fields of several sizes")
        kernel.append(widths.pop())
        stride.append(steps.pop())
    high, wide = kernel
    to, (down, across) = (call.shape[0], *counts), stride
    return Layer("avg", call.shape, to, kernel=(high, wide), stride=(down, across))


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
    if node.op == "output":
        return ValueError(f"model must be a chain of {KNOWN}; it {why}")
    called = str(node.target) if node.op == "call_module" else words_of(node, str(node.name))
    if node.op == "call_module":
        called = f"{called!r} ({type(model.get_submodule(called)).__name__})"
    return ValueError(f"model must be a chain of {KNOWN}; {called} {why}")
