"""One function's declared parameters, and whether arguments are what they say."""

import functools
import inspect
import reprlib
import sys
import types
import typing
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Annotated

import numpy as np
from beartype import BeartypeConf, FrozenDict, beartype
from beartype.door import is_bearable
from beartype.roar import BeartypeCallHintParamViolation
from beartype.vale import Is
from torch import Tensor, fx, nn

from nc_teach.common.hints import Hint, arguments, article, items, parts, words
from nc_teach.common.kinds import Like
from nc_teach.common.remedies import remedy

Function = Callable[..., object]


class Declaration:
    """The declared parameters of ``function``."""

    def __init__(self, function: Function) -> None:
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

    def _look(self, name: str) -> Function:
        """A function of the same parameters that does nothing but look at them."""
        bare = [each.replace(annotation=each.empty) for each in self.signature.parameters.values()]
        bare = [each if each.default is each.empty else each.replace(default=...) for each in bare]
        looks: dict[str, Function] = {}
        exec(f"def {name}{inspect.Signature(bare)}: pass", looks)
        looks[name].__annotations__ = self.hints
        return beartype(conf=self.conf)(looks[name])

    def allowed(
        self, args: tuple[object, ...], kwargs: dict[str, object]
    ) -> tuple[tuple[object, ...], dict[str, object]]:
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

    def _allowed(self, name: str, value: object) -> object:
        hint = self.hints.get(name, object)
        kind = self.signature.parameters[name].kind
        if kind is inspect.Parameter.VAR_POSITIONAL:
            hint = types.GenericAlias(tuple, (hint, ...))
        elif kind is inspect.Parameter.VAR_KEYWORD:
            hint = types.GenericAlias(dict, (str, hint))
        for candidate in (value, plain(value)):
            if is_bearable(candidate, hint, conf=self.conf):
                return candidate
        name, hint, value = self._first_wrong(name, hint, value)
        wanted = words(hint)
        said = f"{name} must be {wanted}, got {shown(value)}{remedy(value, wanted)}"
        raise ValueError(said) from None

    def _first_wrong(self, name: str, hint: Hint, value: object) -> tuple[str, Hint, object]:
        """What is wrong inside a mapping or a sequence, where that is what is declared."""
        item = items(hint)
        if item and isinstance(value, Collection) and not isinstance(value, str):
            pairs = value.items() if isinstance(value, Mapping) else enumerate(value)
            for key, each in pairs:
                if not is_bearable(each, item[-1], conf=self.conf):
                    return f"{name}[{key!r}]", item[-1], each
        return name, hint, value


def _hints(function: Function) -> Iterator[tuple[str, Hint]]:
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
                space[lost] = next((each[lost] for each in ours if lost in each), object)


@functools.cache
def reading(own: frozenset[Hint]) -> BeartypeConf:
    """How beartype is to read types: True is no number, an integer is a number.

    Of a sequence it would look at one item, drawn at random, and of a mapping at the first. Here
    all are looked at, and nobody else's random numbers move.
    """
    read: dict[Hint, Hint] = {
        int: Annotated[int, Is[lambda value: not isinstance(value, bool)]],
        float: float | int,
        Tensor: Tensor | fx.Proxy,  # stands for a tensor while torch.fx writes a network down
    }
    for hint in own:
        read[hint] = Annotated[hint.__origin__, Is[_test(hint, lambda: conf)]]
    conf = BeartypeConf(hint_overrides=FrozenDict(read))
    return conf


def _test(hint: Hint, conf: Callable[[], BeartypeConf]) -> Callable[..., bool]:
    """Whether a value of the right class is one that ``hint`` allows."""
    if (count := arguments(hint)) is not None:
        return lambda value: takes(value, count)
    if not (inside := items(hint)):
        holds = hint.__metadata__[0].holds
        return lambda value: isinstance(value, fx.Proxy) or holds(value)

    def all_fit(value: Iterable[object]) -> bool:
        if not isinstance(value, Collection):
            return True  # it can be gone through only once
        rows = [value, value.values()] if isinstance(value, Mapping) else [value]
        try:
            for row, of in zip(rows, inside, strict=True):
                _each(of, conf())(*row)
        except BeartypeCallHintParamViolation:
            return False
        return not isinstance(value, str)

    return all_fit


@functools.cache
def _each(hint: Hint, conf: BeartypeConf) -> Callable[..., None]:
    """A function that looks at each of its arguments: several times as fast as one by one."""

    def look(*each: object) -> None: ...

    look.__annotations__ = {"each": hint}
    return beartype(conf=conf)(look)


def takes(function: object, count: int) -> bool:
    """Whether ``function`` can be called with ``count`` arguments, as far as it tells.

    >>> takes(len, 1), takes(len, 2), takes(nn.ReLU(), 2)
    (True, False, False)
    """
    called = function.forward if isinstance(function, nn.Module) else function
    assert callable(called)  # beartype has looked
    try:
        inspect.signature(called).bind(*range(count))
    except TypeError:
        return False
    except ValueError:  # some that are built in do not tell
        return True
    return True


def plain(value: object) -> object:
    """Numbers of numpy and torch, also in lists and dicts, as Python's.

    >>> plain([np.int64(3), np.float32(0.5)])
    [3, 0.5]
    """
    if isinstance(value, np.generic | np.ndarray | Tensor):
        return value.tolist() if value.ndim < 2 else value
    if type(value) is list or type(value) is tuple:
        return type(value)(map(plain, value))
    if type(value) is dict:
        return {key: plain(each) for key, each in value.items()}
    return value


def shown(value: object) -> str:
    """A value in few words.

    >>> shown(np.zeros((2, 3))), shown(nn.ReLU())
    ('an ndarray of float64, shape (2, 3)', 'a ReLU')
    """
    if isinstance(value, Tensor):
        return f"{value.dtype} of shape {tuple(value.shape)}"
    if isinstance(value, np.ndarray):
        return f"an ndarray of {value.dtype}, shape {value.shape}"
    if inspect.isclass(value):
        return f"the class {value.__name__}"
    large = Tensor | np.ndarray | nn.Module
    if isinstance(value, Mapping) and any(isinstance(v, large) for v in value.values()):
        return f"{article(type(value).__name__)} of {', '.join(map(repr, [*value][:3]))}..."
    if isinstance(value, tuple | list) and any(isinstance(v, large) for v in value):
        return f"({', '.join(map(shown, value[:4]))}{', ...' * (len(value) > 4)})"
    if isinstance(value, str | bytes | int | float | Collection | None):
        return reprlib.repr(value)
    return article(type(value).__name__)
