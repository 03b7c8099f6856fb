"""Depth: take whole residual blocks out of a network.

Unlike :mod:`nc_teach.surgery`, which makes layers narrower, this makes the network shallower. In a
network without shortcuts a layer of zeros cuts off everything before it. A residual block adds its
input to what its branch computes, so a branch of zeros leaves the input as it is, and the block can
go.

Source: Wen, Wu, Wang, Chen, Li (2016), "Learning Structured Sparsity in Deep Neural Networks",
section 3, on the depth of a network.
"""

import copy
import re
from collections.abc import Sequence

import torch
from torch import fx, nn

from nc_teach.common.weights import check_plain
from nc_teach.surgery.graphs import kind_of

RELU = ("relu", "relu_")
ADDS = ("add", "iadd", "add_")
# What makes nothing negative that was not.
KEEPS_SIGNS = re.compile(r"max_?pool2d|(adaptive_?)?avg_?pool2d|dropout|identity")


def residual_blocks(model: nn.Module) -> tuple[str, ...]:
    """The names of the residual blocks whose shortcut is the identity, in their order.

    Such a block takes one tensor and gives back ``input + branch(input)``, or the ReLU of that.

    >>> from nc_teach.models import SmallResNet
    >>> residual_blocks(SmallResNet(blocks=2))
    ('blocks.0', 'blocks.1')
    """
    named = model.named_modules()
    return tuple(name for name, module in named if name and _adds_its_input(module))


def branch_groups(model: nn.Module) -> dict[tuple[str, ...], str]:
    """Groups for ``proximal_step``: one for each residual block, with all of its branch in it.

    A branch is all parameters of the block: weights, and batch normalisation's gamma and beta.
    Raises ``ValueError`` for a model without residual blocks.

    >>> from nc_teach.models import SmallResNet
    >>> [len(names) for names in branch_groups(SmallResNet(blocks=2))]
    [6, 6]
    """
    blocks = {name: model.get_submodule(name) for name in residual_blocks(model)}
    if not blocks:
        raise ValueError(f"model must have a residual block, got {type(model).__name__} with none")
    return {
        tuple(f"{name}.{parameter}" for parameter, _ in block.named_parameters()): "layer"
        for name, block in blocks.items()
    }


def zero_blocks(model: nn.Module) -> tuple[str, ...]:
    """The names of the residual blocks whose branch is exactly zero, in every parameter."""
    return tuple(
        name
        for name in residual_blocks(model)
        if not any(p.detach().any() for p in model.get_submodule(name).parameters())
    )


def silence_layers(model: nn.Module, layers: str | Sequence[str]) -> nn.Module:
    """A copy of ``model`` in its old size where these blocks' branches are zero.

    It computes what the network without them computes, in the time of the whole one. Arguments and
    errors as in :func:`remove_layers`.
    """
    names, silent = _checked(model, layers), copy.deepcopy(model)
    for name in names:
        for module in silent.get_submodule(name).modules():
            for own, old in list(module.named_parameters(recurse=False)):
                # A new one: another block may share the old.
                zeros = nn.Parameter(torch.zeros_like(old), old.requires_grad)
                setattr(module, own, zeros)
    return silent


def remove_layers(model: nn.Module, layers: str | Sequence[str]) -> nn.Module:
    """A shallower copy of ``model``, with the identity in place of these residual blocks.

    Where a block's branch is zero the numbers stay the same, bit for bit: x + 0 is x. The ReLU
    after the addition goes too when what comes in has been through a ReLU already (then nothing in
    it is negative); otherwise it stays in the block's place. ``model`` itself is unchanged; give
    the copy's parameters to a new optimizer.

    ``layers`` are names of :func:`residual_blocks`, at least one; ``zero_blocks`` gives those whose
    branch is zero. Raises ``ValueError`` for no name, or one that is no residual block.

    >>> from nc_teach.models import SmallResNet
    >>> net = SmallResNet(blocks=3, seed=0)
    >>> residual_blocks(remove_layers(net, "blocks.1"))
    ('blocks.0', 'blocks.2')
    """
    names, shallow = _checked(model, layers), copy.deepcopy(model)
    for name in names:
        block, stand_in = shallow.get_submodule(name), _stand_in(model, name)
        every = list(shallow.named_modules(remove_duplicate=False))
        for place in [other for other, module in every if module is block]:  # it may be used twice
            parent, _, own = place.rpartition(".")
            setattr(shallow.get_submodule(parent), own, stand_in)
    return shallow


def _adds_its_input(module: nn.Module) -> bool:
    """Whether the module's output is its one input plus a branch, or the ReLU of that."""
    if not any(module.children()):
        return False
    try:
        graph = fx.symbolic_trace(module).graph
    except Exception:  # what torch.fx cannot follow is no residual block that we know
        return False
    inputs = [node for node in graph.nodes if node.op == "placeholder"]
    if len(inputs) != 1 or any(_overwrites(node, inputs[0], module) for node in graph.nodes):
        return False
    end = _end(graph)
    if end is not None and kind_of(end, module) in RELU:
        end = _first(end)
    adds = end is not None and kind_of(end, module) in ADDS and not end.kwargs
    return end is not None and adds and end.args.count(inputs[0]) == 1


def _overwrites(node: fx.Node, given: fx.Node, module: nn.Module) -> bool:
    """Whether an activation works in place on the block's input: then the shortcut carries that."""
    if given not in node.args or kind_of(node, module) in ADDS:
        return False
    if node.op == "call_module":
        return getattr(module.get_submodule(str(node.target)), "inplace", False)
    return kind_of(node, module).endswith("_") or bool(node.kwargs.get("inplace"))


def _stand_in(model: nn.Module, name: str) -> nn.Module:
    """What computes the same as the block of this name when its branch is zero."""
    block = model.get_submodule(name)
    if not _ends_in_relu(block) or _is_fed_by_relu(model, name):
        return nn.Identity()
    return nn.ReLU()


def _ends_in_relu(block: nn.Module) -> bool:
    end = _end(fx.symbolic_trace(block).graph)
    return end is not None and kind_of(end, block) in RELU


class _BlocksAsLeaves(fx.Tracer):
    def __init__(self, blocks: Sequence[str]) -> None:
        super().__init__()
        self.blocks = blocks

    def is_leaf_module(self, module: nn.Module, name: str) -> bool:
        return name in self.blocks or super().is_leaf_module(module, name)


def _is_fed_by_relu(model: nn.Module, name: str) -> bool:
    """Whether each time the input comes from a ReLU, with nothing between that changes a sign."""
    blocks = residual_blocks(model)
    try:
        nodes = _BlocksAsLeaves(blocks).trace(model).nodes
    except Exception:  # cannot be followed: nothing is known
        return False
    calls = [node for node in nodes if node.op == "call_module" and node.target == name]
    return all(_is_never_negative(call.args[0], model, blocks) for call in calls)


def _is_never_negative(node: object, model: nn.Module, blocks: Sequence[str]) -> bool:
    while isinstance(node, fx.Node) and KEEPS_SIGNS.fullmatch(kind_of(node, model)):
        node = _first(node)
    if not isinstance(node, fx.Node):
        return False
    if node.op == "call_module" and node.target in blocks:
        return _ends_in_relu(model.get_submodule(str(node.target)))
    return kind_of(node, model) in RELU


def _first(node: fx.Node) -> fx.Node | None:
    """The first argument of a call, if it is what another node gives."""
    given = node.args[0] if node.args else None
    return given if isinstance(given, fx.Node) else None


def _end(graph: fx.Graph) -> fx.Node | None:
    """What the graph gives back, if it is one value."""
    given = next(node for node in graph.nodes if node.op == "output").args[0]
    return given if isinstance(given, fx.Node) else None


def _checked(model: nn.Module, layers: str | Sequence[str]) -> tuple[str, ...]:
    check_plain(model)
    names, known = (layers,) if isinstance(layers, str) else tuple(layers), residual_blocks(model)
    if not names:
        raise ValueError("layers must name at least one residual block, got none")
    for name in names:
        if name not in known:
            blocks = ", ".join(known) or "of which this model has none"
            raise ValueError(f"layers must be residual blocks ({blocks}), got {name!r}")
    return names
