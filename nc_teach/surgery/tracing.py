"""From a graph to ids: who mixes, keeps and ties which units.

We go through the list of calls (:mod:`.graphs`) in its order. A linear layer or convolution
*mixes*: what it reads ends there, as columns of its weight, and new units begin, its rows. A norm
or a depthwise convolution has parameters per unit and *keeps* the units. All else is in the table
of :mod:`.operators`.
"""

import operator
import re
from dataclasses import dataclass, field

import torch
from torch import Tensor, fx, nn

from nc_teach.common.weights import check_plain
from nc_teach.models import weight_of
from nc_teach.surgery.graphs import Layer, Norm, graph_of, is_plain, kind_of, words_of
from nc_teach.surgery.operators import ACTIVATIONS, follow
from nc_teach.surgery.shapes import Convolution, is_depthwise
from nc_teach.surgery.units import UNKNOWN, Call, Ties, Units, Value

OverUnits = nn.LayerNorm | nn.RMSNorm
WithWeights = Layer | Norm | OverUnits | nn.GroupNorm | nn.PReLU | nn.Embedding
OUTPUT = "its units are the network's output"


@dataclass
class Trace:
    """What was found: ids along the weights of each module, by its name.

    ``units``: of a layer's own units, its rows. ``reads``: of what a layer reads, its columns.
    ``carries``: of a module that keeps the units and has parameters for each. None where no unit of
    a layer comes in. ``after``: the norm that directly follows a layer. ``activation``: the first
    activation that its units meet, such as "relu".
    """

    ties: Ties = field(default_factory=Ties)
    units: dict[str, Tensor] = field(default_factory=dict)
    reads: dict[str, Tensor | None] = field(default_factory=dict)
    carries: dict[str, Tensor | None] = field(default_factory=dict)
    after: dict[str, str] = field(default_factory=dict)
    activation: dict[str, str] = field(default_factory=dict)


def trace(model: nn.Module, units: dict[str, Tensor] | None = None) -> Trace:
    """Follow all units of ``model``; ``units`` are the layers' ids, if not new ones.

    >>> found = trace(nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2)))
    >>> found.units["0"], found.reads["2"]
    (tensor([0, 1, 2]), tensor([0, 1, 2]))
    """
    check_plain(model, ())
    walk, values = _Walk(model, units or {}), dict[fx.Node, Value]()
    for node in graph_of(model).nodes:
        inputs = fx.map_arg(node.args, values.__getitem__)
        options = fx.map_arg(node.kwargs, values.__getitem__)
        values[node] = walk.step(node, inputs, dict(options))
    return walk.finished()


class _Walk:
    def __init__(self, model: nn.Module, units: dict[str, Tensor]) -> None:
        self.model, self.found, self.begin = model, Trace(units=dict(units)), units
        self.ties, self.used = self.found.ties, set[str]()
        if units:
            self.ties.new(1 + max(int(ids.max()) for ids in units.values()))

    def step(self, node: fx.Node, inputs: Value, options: Value) -> Value:
        """The ids that a node puts out."""
        if node.op == "output":
            self.ties.stay(inputs, OUTPUT)
        if node.op in ("output", "placeholder"):
            return UNKNOWN
        name, kind = str(node.target), kind_of(node, self.model).replace("_", "")
        self.activates(kind, inputs)
        if node.op == "get_attr":  # a tensor of the network itself: it has lengths, but no units
            self.used.add(name.rpartition(".")[0])
            value = operator.attrgetter(name)(self.model)
            return Units(torch.full(value.shape, -1)) if isinstance(value, Tensor) else UNKNOWN
        if node.op != "call_module":
            return follow(self.ties, Call(kind, inputs, options, words_of(node, kind)))
        module, x = self.model.get_submodule(name), (*inputs, *options.values())[0]
        before = node.all_input_nodes[0]
        if isinstance(module, Norm) and before.op == "call_module":
            self.found.after.setdefault(str(before.target), name)
        if isinstance(module, WithWeights) and is_plain(module):
            return self.with_weights(name, module, x)
        for inner, block in module.named_modules():
            if isinstance(block, nn.TransformerEncoderLayer | nn.TransformerDecoderLayer):
                self.feed_forward(f"{name}.{inner}".rstrip("."), block)
        words = f"{name!r} ({type(module).__name__})"
        return follow(self.ties, Call(kind, inputs, vars(module) | options, words))

    def activates(self, kind: str, inputs: Value) -> None:
        """Note the activation of the layers whose units come in."""
        if re.fullmatch(ACTIVATIONS, kind) and inputs and isinstance(inputs[0], Units):
            for name, units in self.found.units.items():
                if name not in self.found.activation and torch.isin(units, inputs[0].ids).any():
                    self.found.activation[name] = kind

    def with_weights(self, name: str, module: nn.Module, x: Value) -> Value:
        if isinstance(module, nn.Embedding):  # N x words x dim, from no layer's units
            return Units(torch.full((1, 1, module.embedding_dim), -1))
        if isinstance(module, OverUnits):
            for dim in range(-len(module.normalized_shape), 0):
                if isinstance(x, Units) and dim >= -x.ids.ndim:
                    self.ties.tie_along(x.ids, dim, f"{name!r} normalises over all of them")
            return x
        begins = name in self.begin if self.begin else not is_depthwise(module)
        if isinstance(module, Layer) and begins:
            return self.mixes(name, module, x)
        return self.keeps(name, module, x)

    def mixes(self, name: str, module: nn.Linear | Convolution, x: Value) -> Units:
        """A layer: the units that it reads end here, its own begin."""
        axes = weight_of(module).ndim
        if isinstance(module, nn.Linear):
            groups, count, axes = 1, module.out_features, x.ids.ndim if isinstance(x, Units) else 2
            ids = self.read(self.found.reads, name, x, -1, module.in_features, axes)
            shape = (*(1,) * (axes - 1), count)
        else:
            groups, count = module.groups, module.out_channels
            ids = self.read(self.found.reads, name, x, 1, module.in_channels, axes)
            shape = (1, count, *(1,) * (axes - 2))
        if name not in self.found.units:
            self.found.units[name] = self.ties.new(count)
        units = self.found.units[name]
        if groups > 1:
            why = f"{name!r} works in {groups} groups"
            for row in (units, ids) if ids is not None else (units,):
                self.ties.parts.append((row.view(groups, -1), why))
            if module.transposed:
                self.ties.stay([x, Units(units)], why)
        alone = count == 1 and not self.begin  # it cannot go, and is like a number for all others
        # Of an unknown number of axes, those before the last may be flattened into it.
        spread = "outer" if isinstance(module, nn.Linear) and not isinstance(x, Units) else ""
        return Units((torch.tensor([-1]) if alone else units).view(shape), spread)

    def keeps(self, name: str, module: nn.Module, x: Value) -> Value:
        """A norm or a depthwise convolution: parameters for each unit, and the units go on."""
        sizes = ("num_features", "num_channels", "num_parameters", "in_channels")
        length = next(getattr(module, size) for size in sizes if hasattr(module, size))
        if (
            isinstance(module, nn.PReLU)
            and length == 1
            and not (isinstance(x, Units) and x.ids.numel() == 1)
        ):
            return x  # one number for all units
        axes = weight_of(module).ndim if isinstance(module, Convolution) else 0
        ids = self.read({}, name, x, 1, length, axes)
        if ids is not None and isinstance(module, nn.GroupNorm):
            why = f"{name!r} normalises over each group of them"
            self.ties.tie_along(ids.view(module.num_groups, -1), 1, why)
        if isinstance(module, Convolution):
            times = module.out_channels // length
            row = torch.full((length,), -1) if ids is None else ids
            ids = None if ids is None else ids.repeat_interleave(times)
            x = Units(row.repeat_interleave(times).view(1, -1, *(1,) * (axes - 2)))
        if isinstance(x, Units) and x.ids.numel() == length:
            x = Units(x.ids)  # the units are axis 1, so there are no words before them
        self.note(self.found.carries, name, ids)
        return x if ids is not None or isinstance(module, Convolution) else UNKNOWN

    def read(
        self, store: dict[str, Tensor | None], name: str, x: Value, dim: int, length: int, axes: int
    ) -> Tensor | None:
        """The ids of ``length`` inputs, noted; where they do not fit, the units stay."""
        ids = None
        if isinstance(x, Units):
            ids = x.over(length, dim) if axes in (0, x.ids.ndim) else None
            if ids is None:
                self.ties.stay(x, f"{name!r} does not read them as its {length} inputs")
        self.note(store, name, ids)
        return ids

    def note(self, store: dict[str, Tensor | None], name: str, ids: Tensor | None) -> None:
        """Write ids down; at a second call of a module, units at one place go together."""
        if name not in store:
            store[name] = ids
            return
        known = store[name]
        why = f"{name!r} is called twice, and not always with units that can go"
        if known is None or ids is None:
            self.ties.stay([Units(row) for row in (known, ids) if row is not None], why)
        else:
            self.ties.tie(known, ids)
            self.ties.stay([Units(known[ids < 0]), Units(ids[known < 0])], why)

    def feed_forward(self, name: str, block: nn.Module) -> None:
        """What a Transformer's block of torch.nn does inside: linear1, activation, linear2."""
        first, second = (block.get_submodule(part) for part in ("linear1", "linear2"))
        assert isinstance(first, nn.Linear)
        assert isinstance(second, nn.Linear)
        act = block.activation
        kind = (getattr(act, "__name__", "") or type(act).__name__).lower()
        hidden = self.mixes(f"{name}.linear1", first, UNKNOWN)
        words, kind = f"the activation of {name!r}", kind.replace("_", "")
        self.activates(kind, [hidden])
        hidden = follow(self.ties, Call(kind, (hidden,), {}, words))
        self.ties.stay(self.mixes(f"{name}.linear2", second, hidden), f"{name!r} adds its input")

    def finished(self) -> Trace:
        """A weight that the network also uses by itself keeps its shape; equal parts stay equal."""
        self.ties.settle()
        for store in (self.found.units, self.found.reads, self.found.carries):
            for name in self.used & set(store):
                ids = store[name]
                if ids is not None:
                    self.ties.stay(Units(ids), f"{name!r} has a weight that is used twice")
        return self.found
