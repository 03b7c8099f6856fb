"""Wiring: which layers read what a layer puts out.

Unlike a mask, which changes one tensor, the removal of a neuron or filter changes every layer that
reads it. ``torch.fx`` runs the network once on symbols and writes down who calls whom; we follow a
layer's output from there to the layers that multiply it by weights.
"""

import re
from dataclasses import dataclass

from torch import fx, nn

Layer = nn.Linear | nn.Conv2d
Norm = nn.modules.batchnorm._BatchNorm

# What leaves every unit in its place and a silent one (zero everywhere) at zero.
PASSES = re.compile(
    r"relu6?|relu_|leaky_?relu|elu|gelu|silu|(hard)?tanh|dropout(1d|2d)?"
    r"|(adaptive_?)?(max|avg)_?pool2d|identity|contiguous|flatten|mean"
)
ADDS = {"add", "iadd", "add_"}


@dataclass(frozen=True)
class Wiring:
    """Where a layer's output goes, as names of modules.

    ``layers``: the layer itself, and every layer whose output is added to its own (both ends of a
    shortcut), which must all keep the same units. ``norms``: batch normalisation on the way.
    ``readers``: the layers whose weights meet these units as inputs. ``is_output``: whether the
    units are (also) the network's output. ``norm``: the batch normalisation that directly follows
    the layer itself, if any.
    """

    layers: tuple[str, ...]
    norms: tuple[str, ...]
    readers: tuple[str, ...]
    is_output: bool
    norm: str | None = None


def wirings(model: nn.Module) -> dict[str, Wiring]:
    """The wiring of every linear and convolutional layer that the network calls, in that order.

    Raises ``ValueError`` when the network cannot be followed: its ``forward`` branches on values,
    it calls a layer twice, or something on the way moves units about.

    >>> net = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2))
    >>> wirings(net)["0"]
    Wiring(layers=('0',), norms=(), readers=('2',), is_output=False, norm=None)
    """
    graph = _traced(model)
    nodes = {str(n.target): n for n in graph.nodes if isinstance(_called(n, model), Layer)}
    return {name: _follow(node, model) for name, node in nodes.items()}


def hidden_layers(model: nn.Module) -> dict[str, Wiring]:
    """The wiring of the layers that other layers read; the output layer is not among them.

    Raises ``ValueError`` when there is none.
    """
    hidden = {name: w for name, w in wirings(model).items() if not w.is_output}
    if not hidden:
        raise ValueError(f"model must have a hidden layer, got {type(model).__name__} with none")
    return hidden


class _Tracer(fx.Tracer):
    def is_leaf_module(self, module: nn.Module, name: str) -> bool:
        return isinstance(module, Layer | Norm) or super().is_leaf_module(module, name)


def _traced(model: nn.Module) -> fx.Graph:
    try:
        graph = _Tracer().trace(model)
    except Exception as error:
        raise ValueError(
            f"model must have a forward that torch.fx can follow, got {type(model).__name__}: "
            f"{error}"
        ) from error
    called = [n.target for n in graph.nodes if n.op == "call_module"]
    for name in called:
        if isinstance(model.get_submodule(name), Layer | Norm) and called.count(name) > 1:
            raise ValueError(f"model must call every layer once, got {name!r} called twice")
    return graph


def _follow(start: fx.Node, model: nn.Module) -> Wiring:
    """Forward from a layer; from an addition also back to the other layers that it adds."""
    layers: list[str] = []
    norms: list[str] = []
    readers: list[str] = []
    is_output, waiting, seen = False, [start], set[fx.Node]()
    while waiting:
        node = waiting.pop(0)
        if node in seen:
            continue
        seen.add(node)
        if isinstance(_called(node, model), Layer):
            layers.append(str(node.target))
        for user in node.users:
            if user.op == "output":
                is_output = True
            elif isinstance(_called(user, model), Layer):
                readers.append(str(user.target))
            elif isinstance(_called(user, model), Norm):
                norms.append(str(user.target))
                waiting.append(user)
            elif kind_of(user, model) in ADDS:
                waiting += [user, *_sources(user, model)]
            else:
                _check_passes(user, model, start)
                waiting.append(user)
    norm = next((str(u.target) for u in start.users if isinstance(_called(u, model), Norm)), None)
    return Wiring(
        layers=tuple(dict.fromkeys(layers)),
        norms=tuple(dict.fromkeys(norms)),
        readers=tuple(dict.fromkeys(readers)),
        is_output=is_output,
        norm=norm,
    )


def _sources(addition: fx.Node, model: nn.Module) -> list[fx.Node]:
    """The layers whose outputs an addition adds, however many norms and ReLUs lie between."""
    found, waiting = [], list(addition.all_input_nodes)
    if len(waiting) < 2:
        raise ValueError(f"cannot follow {addition}: it must add the outputs of two layers")
    while waiting:
        node = waiting.pop()
        if isinstance(_called(node, model), Layer):
            found.append(node)
        elif node.op in ("placeholder", "get_attr"):
            raise ValueError(
                f"cannot follow {addition}: it adds {node}, which is no layer's output and keeps "
                "all its units"
            )
        else:
            waiting += node.all_input_nodes
    return found


def _called(node: fx.Node, model: nn.Module) -> nn.Module | None:
    return model.get_submodule(str(node.target)) if node.op == "call_module" else None


def kind_of(node: fx.Node, model: nn.Module) -> str:
    """Lower-case name of the function, method or class of module that a node calls."""
    module = _called(node, model)
    if module is not None:
        return type(module).__name__.lower()
    return node.target if isinstance(node.target, str) else node.target.__name__


def _check_passes(node: fx.Node, model: nn.Module, start: fx.Node) -> None:
    """Refuse what may move units about, and a flatten or mean over the wrong dimensions."""
    kind, module = kind_of(node, model), _called(node, model)
    fits = bool(PASSES.fullmatch(kind))
    if kind == "flatten" and fits:
        first = node.args[1] if len(node.args) > 1 else node.kwargs.get("start_dim", 0)
        fits = bool((module.start_dim if module is not None else first) == 1)
    if kind == "mean" and fits:
        over = node.args[1] if len(node.args) > 1 else node.kwargs.get("dim", 0)
        places = set(over) if isinstance(over, tuple | list) else {over}
        fits = places <= {2, 3, -1, -2} and isinstance(_called(start, model), nn.Conv2d)
    if not fits:
        raise ValueError(f"cannot follow the units of {start.target!r} through {kind!r} ({node})")
