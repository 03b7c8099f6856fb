"""One function's declared parameters, and whether arguments are what they say."""

import functools
import inspect
import reprlib
import sys
import types
import typing
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Annotated, Any

import numpy as np
from beartype import BeartypeConf, FrozenDict, beartype
from beartype.door import is_bearable
from beartype.roar import BeartypeCallHintParamViolation
from beartype.vale import Is
from torch import Tensor, fx, nn

from nc_teach.common.kinds import Like

WORDS = {int: "an integer", float: "a number", bool: "True or False", str: "a text"}
WORDS |= {Tensor: "a tensor", nn.Module: "a network", type(None): "None"}


class Declaration:
    """The declared parameters of ``function``."""

    def __init__(self, function: Callable[..., Any]) -> None:
        function = inspect.unwrap(function)
        self.signature = inspect.signature(function)
        self.hints = dict(_hints(function))
        self.conf = reading(frozenset(own for hint in self.hints.values() for own in parts(hint)))
        self.alike = {
            name: mark.other
            for name, hint in self.hints.items()
            for mark in getattr(hint, "__metadata__", ())
            if isinstance(mark, Like)
        }
        self.look = self._look(function.__name__)

    def _look(self, name: str) -> Callable[..., None]:
        """A function of the same parameters that does nothing but look at them."""
        bare = [each.replace(annotation=each.empty) for each in self.signature.parameters.values()]
        bare = [each if each.default is each.empty else each.replace(default=...) for each in bare]
        looks: dict[str, Any] = {}
        exec(f"def {name}{inspect.Signature(bare)}: pass", looks)
        looks[name].__annotations__ = self.hints
        return beartype(conf=self.conf)(looks[name])

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
            args, kwargs = bound.args, bound.kwargs
        if self.alike:
            given = self.signature.bind(*args, **kwargs).arguments
            for name, other in self.alike.items():
                shape, wanted = tuple(given[name].shape), tuple(given[other].shape)
                if shape != wanted:
                    raise ValueError(f"{name} must have shape {wanted} like {other}, got {shape}")
        return args, kwargs

    def _allowed(self, name: str, value: Any) -> Any:
        hint = self.hints.get(name, Any)
        kind = self.signature.parameters[name].kind
        if kind is inspect.Parameter.VAR_POSITIONAL:
            hint = types.GenericAlias(tuple, (hint, ...))
        elif kind is inspect.Parameter.VAR_KEYWORD:
            hint = types.GenericAlias(dict, (str, hint))
        for candidate in (value, plain(value)):
            if is_bearable(candidate, hint, conf=self.conf):
                return candidate
        name, hint, value = self._first_wrong(name, hint, value)
        raise ValueError(f"{name} must be {words(hint)}, got {shown(value)}") from None

    def _first_wrong(self, name: str, hint: Any, value: Any) -> tuple[str, Any, Any]:
        """What is wrong inside a mapping or a sequence, where that is what is declared."""
        item = items(hint)
        if item and isinstance(value, typing.get_origin(hint)) and not isinstance(value, str):
            pairs = value.items() if isinstance(value, Mapping) else enumerate(value)
            for key, each in pairs:
                if not is_bearable(each, item[-1], conf=self.conf):
                    return f"{name}[{key!r}]", item[-1], each
        return name, hint, value


def _hints(function: Callable[..., Any]) -> Iterator[tuple[str, Any]]:
    """The declared type of each parameter.

    A name that a module imports only for a type checker is the one that others of us know by it.
    """
    space = dict(function.__globals__)
    ours = [vars(module) for name, module in sys.modules.items() if name.startswith("nc_teach.")]
    for name in function.__annotations__.keys() - {"return"}:
        one = types.SimpleNamespace(__annotations__={name: function.__annotations__[name]})
        while True:
            try:
                yield from typing.get_type_hints(one, space, None, True).items()
                break
            except NameError as missing:
                lost = str(missing.name)
                space[lost] = next((each[lost] for each in ours if lost in each), Any)


@functools.cache
def reading(own: frozenset[Any]) -> BeartypeConf:
    """How beartype is to read types: True is no number, an integer is a number.

    Of a sequence it would look at one item, drawn at random, and of a mapping at the first. Here
    all are looked at, and nobody else's random numbers move.
    """
    read: dict[Any, Any] = {
        int: Annotated[int, Is[lambda value: not isinstance(value, bool)]],
        float: float | int,
        Tensor: Tensor | fx.Proxy,  # stands for a tensor while torch.fx writes a network down
    }
    for hint in own:
        read[hint] = Annotated[hint.__origin__, Is[_test(hint, lambda: conf)]]
    conf = BeartypeConf(hint_overrides=FrozenDict(read))
    return conf


def _test(hint: Any, conf: Callable[[], BeartypeConf]) -> Callable[[Any], bool]:
    """Whether a value of the right class is one that ``hint`` allows."""
    if (count := arguments(hint)) is not None:
        return lambda value: takes(value, count)
    if not (inside := items(hint)):
        holds = hint.__metadata__[0].holds
        return lambda value: isinstance(value, fx.Proxy) or holds(value)

    def all_fit(value: Any) -> bool:
        rows = [value, value.values()] if isinstance(value, Mapping) else [value]
        return not isinstance(value, str) and all(
            is_bearable(each, of, conf=conf())
            for row, of in zip(rows, inside, strict=True)
            for each in row
        )

    return all_fit


def items(hint: Any) -> tuple[Any, ...]:
    """The types of a mapping's keys and values, or of a sequence's items; none of other types."""
    origin, inside = typing.get_origin(hint), typing.get_args(hint)
    if not inspect.isclass(origin) or (origin is tuple and inside[-1] is not ...):
        return ()
    if issubclass(origin, Mapping | Sequence):
        return tuple(part for part in inside if part is not ...)
    return ()


def arguments(hint: Any) -> int | None:
    """How many arguments a declared function is called with; None for other types."""
    inside = typing.get_args(hint)
    return len(inside[0]) if inside and isinstance(inside[0], list) else None


def takes(function: Callable[..., Any], count: int) -> bool:
    """Whether ``function`` can be called with ``count`` arguments, as far as it tells.

    >>> takes(len, 1), takes(len, 2), takes(nn.ReLU(), 2)
    (True, False, False)
    """
    called = function.forward if isinstance(function, nn.Module) else function
    try:
        inspect.signature(called).bind(*range(count))
    except TypeError:
        return False
    except ValueError:  # some that are built in do not tell
        return True
    return True


def parts(hint: Any) -> Iterator[Any]:
    """The types within a type of which :func:`reading` has more to say than beartype."""
    if hasattr(hint, "__metadata__") or items(hint) or arguments(hint) is not None:
        yield hint
    for part in typing.get_args(hint):
        yield from () if isinstance(part, list) else parts(part)


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

    >>> from nc_teach.common.kinds import Count
    >>> words(Count | None)
    'an integer of at least 1, or None'
    """
    if hasattr(hint, "__metadata__"):
        return str(hint.__metadata__[0].words)
    origin, inside = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return ", or ".join(map(words, inside))
    if origin is Callable:
        count = arguments(hint)
        return "a function" if count is None else f"a function that takes {count}"
    if item := items(hint):
        kind = "mapping" if len(item) == 2 else "sequence"
        return f"a {kind}" if item[-1] is Any else f"a {kind} (each {words(item[-1])})"
    if hint in WORDS:
        return WORDS[hint]
    name = hint.__name__ if inspect.isclass(hint) and not inside else origin.__name__
    return f"a{'n' * (name[0] in 'AEIOU')} {name}"


def shown(value: object) -> str:
    """A value in few words.

    >>> shown(np.zeros((2, 3))), shown(nn.ReLU())
    ('an ndarray of float64, shape (2, 3)', 'a ReLU')
    """
    if isinstance(value, Tensor):
        return f"{value.dtype} of shape {tuple(value.shape)}"
    if isinstance(value, np.ndarray):
        return f"an ndarray of {value.dtype}, shape {value.shape}"
    if isinstance(value, str | bytes | int | float | Collection | None):
        return reprlib.repr(value)
    return f"a {type(value).__name__}"
