"""From a network to its graph: ``torch.fx`` runs it on symbols and writes down who calls whom."""

import inspect
from collections.abc import Callable
from typing import Any

from torch import fx, nn

from nc_teach.surgery.shapes import Convolution

Norm = nn.modules.batchnorm._BatchNorm | nn.modules.instancenorm._InstanceNorm
Layer = nn.Linear | Convolution


class _Tracer(fx.Tracer):
    """Follows what it can; a part whose forward branches on values becomes one strange node."""

    proxy_buffer_attributes = True

    def is_leaf_module(self, module: nn.Module, name: str) -> bool:
        plain = isinstance(module, Layer | Norm) and is_plain(module)
        return plain or super().is_leaf_module(module, name)

    def call_module(
        self, m: nn.Module, forward: Callable[..., Any], args: tuple[Any, ...], kwargs: Any
    ) -> Any:
        before, stack = len(self.graph.nodes), self.module_stack.copy()
        try:
            return super().call_module(m, forward, args, kwargs)
        except Exception:
            for node in reversed(list(self.graph.nodes)[before:]):
                self.graph.erase_node(node)
            self.module_stack = stack
            return self.create_proxy("call_module", self.path_of_module(m), args, kwargs)


def is_plain(module: nn.Module) -> bool:
    """Whether it computes what its class in torch.nn computes, also if it is a subclass of that."""
    kinds = [kind for kind in type(module).__mro__ if kind.__module__.startswith("torch.nn.mod")]
    return type(module).forward is kinds[0].forward  # type: ignore[attr-defined]


def kind_of(node: fx.Node, model: nn.Module) -> str:
    """Lower-case name of the function, method or class of module that a node calls."""
    if node.op == "call_module":
        return type(model.get_submodule(str(node.target))).__name__.lower()
    return node.target if isinstance(node.target, str) else node.target.__name__


def graph_of(model: nn.Module) -> fx.Graph:
    """The calls of ``model`` when it is given what it needs and no more.

    Raises ``ValueError`` where torch.fx cannot follow the network's own forward.
    """
    parameters = inspect.signature(model.forward).parameters.values()
    plain = (type(None), bool, int, float, str)
    defaults = {p.name: p.default for p in parameters if isinstance(p.default, plain)}
    try:
        return _Tracer().trace(model, concrete_args=defaults or None)
    except Exception as error:
        raise ValueError(
            f"model must have a forward that torch.fx can follow, got {type(model).__name__}: "
            f"{error}"
        ) from error


def words_of(node: fx.Node, kind: str) -> str:
    """A call in the reader's own names: which operator, and in the forward of which module."""
    stack = list(node.meta.get("nn_module_stack", ()))
    return f"{kind!r} in {stack[-1]!r}" if stack and stack[-1] else f"{kind!r} in forward"
