"""One function's declared parameters, and whether arguments are what they say."""

import inspect
import re
import reprlib
import types
import typing
from collections.abc import Callable, Mapping
from typing import Annotated, Any

import numpy as np
from beartype import BeartypeConf, FrozenDict, beartype
from beartype.door import is_bearable
from beartype.roar import BeartypeCallHintParamViolation
from beartype.vale import Is
from torch import Tensor, fx, nn

from nc_teach.common import kinds

_WORDS = {
    int: "an integer",
    float: "a number",
    bool: "True or False",
    Tensor: "a tensor",
    nn.Module: "a network",
    type(None): "None",
}


def _overrides() -> dict[Any, Any]:
    """What beartype is to read for a type: True is no number, a whole number is a number."""
    own: dict[Any, Any] = {
        int: Annotated[int, Is[lambda value: not isinstance(value, bool)]],
        float: float | int,
        Tensor: Tensor | fx.Proxy,  # stands for a tensor while torch.fx writes a network down
    }
    for kind in vars(kinds).values():
        for that in getattr(kind, "__metadata__", ()):
            own[kind] = Annotated[typing.get_args(kind)[0], Is[_of_values(that.holds)]]
    return own


def _of_values(holds: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, fx.Proxy) or holds(value)


_CONF = BeartypeConf(hint_overrides=FrozenDict(_overrides()))


class Declaration:
    """The declared parameters of ``function``."""

    def __init__(self, function: Callable[..., Any]) -> None:
        function = inspect.unwrap(function)
        self.signature = inspect.signature(function)
        declared = {name: of for name, of in function.__annotations__.items() if name != "return"}
        self.hints = typing.get_type_hints(
            types.SimpleNamespace(__annotations__=declared), function.__globals__, None, True
        )
        self.look = self._look(function.__name__)

    def _look(self, name: str) -> Callable[..., None]:
        """A function of the same parameters that does nothing but look at them."""
        bare = [each.replace(annotation=each.empty) for each in self.signature.parameters.values()]
        bare = [each if each.default is each.empty else each.replace(default=...) for each in bare]
        looks: dict[str, Any] = {}
        exec(f"def {name}{inspect.Signature(bare)}: pass", looks)
        looks[name].__annotations__ = self.hints
        return beartype(conf=_CONF)(looks[name])

    def allowed(
        self, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The arguments, numbers of numpy and torch as Python's where those are declared.

        Raises ``ValueError`` for one that its declaration does not allow.
        """
        try:
            self.look(*args, **kwargs)
        except BeartypeCallHintParamViolation:
            bound = self.signature.bind(*args, **kwargs)
            for name, value in bound.arguments.items():
                bound.arguments[name] = self._allowed(name, value)
            return bound.args, bound.kwargs
        return args, kwargs

    def _allowed(self, name: str, value: Any) -> Any:
        hint = self.hints.get(name, Any)
        kind = self.signature.parameters[name].kind
        if kind is inspect.Parameter.VAR_POSITIONAL:
            hint = tuple[hint, ...]
        elif kind is inspect.Parameter.VAR_KEYWORD:
            hint = dict[str, hint]
        for candidate in (value, plain(value)):
            if is_bearable(candidate, hint, conf=_CONF):
                return candidate
        raise ValueError(f"{name} must be {words(hint)}, got {shown(value)}") from None


def plain(value: Any) -> Any:
    """Numbers of numpy and torch, also in lists and dicts, as Python's.

    >>> plain([np.int64(3), np.float32(0.5)])
    [3, 0.5]
    """
    if isinstance(value, np.generic | np.ndarray | Tensor):
        return value.tolist() if value.ndim < 2 else value
    if type(value) in (list, tuple):
        return type(value)(map(plain, value))
    return {key: plain(each) for key, each in value.items()} if type(value) is dict else value


def words(hint: Any) -> str:
    """What a declaration allows, in words.

    >>> words(kinds.Count | None)
    'an integer of at least 1, or None'
    """
    if hasattr(hint, "__metadata__"):
        return str(hint.__metadata__[0].words)
    origin, inside = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return ", or ".join(map(words, inside))
    if origin is typing.Literal:
        return f"one of {', '.join(map(repr, inside))}"
    if inspect.isclass(origin) and issubclass(origin, Callable):
        return "a function"
    if hint in _WORDS:
        return _WORDS[hint]
    name = re.sub(r"[A-Za-z_.]+\.", "", hint.__name__ if inspect.isclass(hint) else str(hint))
    return f"a {name}"


def shown(value: object) -> str:
    """A value in few words.

    >>> shown(torch.zeros(2, 3)), shown(nn.ReLU())
    ('a float32 tensor of shape (2, 3)', 'a ReLU')
    """
    if isinstance(value, Tensor | np.ndarray):
        kind = "tensor" if isinstance(value, Tensor) else "array"
        dtype = str(value.dtype).removeprefix("torch.")
        return f"a {dtype} {kind} of shape {tuple(value.shape)}"
    if isinstance(value, str | bytes | int | float | list | tuple | Mapping | None):
        return reprlib.repr(value)
    return f"a {type(value).__name__}"
