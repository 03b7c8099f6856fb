"""Calls are held to their declarations: what an argument may be is said once, by its type.

:func:`hold` stands at the end of a package's door. From then on a call with an argument that its
declaration does not allow ends in one sentence, before anything has changed:

>>> from nc_teach.models import SmallResNet
>>> SmallResNet(blocks=-1)
Traceback (most recent call last):
ValueError: blocks must be an integer of at least 1, got -1

Numbers of numpy and torch count as what they are: ``np.int64(3)`` arrives as 3. What several
arguments must be together is not in a type; the function itself says it. beartype compares values
with types, and is loaded by the first call.
"""

import functools
import inspect
import sys
import types
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nc_teach.common.declaration import Declaration

_CALLED_BY_TORCH = {"forward", "backward"}


def hold(package: str) -> None:
    """Hold all that the loaded modules of ``package`` offer to its declarations."""
    names = [name for name in sys.modules if f"{name}.".startswith(f"{package}.")]
    spaces = [vars(sys.modules[name]) for name in names]
    own = {id(v): v for space in spaces for v in space.values() if _is_own(v, space)}.values()
    classes = [value for value in own if inspect.isclass(value)]
    functions = [value for value in own if inspect.isfunction(value)]
    held = {id(f): _held(f) for f in functions if not f.__name__.startswith(("_", "<"))}
    for function in (*functions, *(f for each in classes for _, f in _methods(each))):
        function.__defaults__ = function.__defaults__ and tuple(
            held.get(id(value), value) for value in function.__defaults__
        )
        for name, value in (function.__kwdefaults__ or {}).items():
            function.__kwdefaults__[name] = held.get(id(value), value)
    for each in classes:
        for name, method in list(_methods(each)):
            if name == "__init__" or not (name.startswith("_") or name in _CALLED_BY_TORCH):
                kind = type(vars(each)[name])  # a function, a classmethod or a staticmethod
                wrapped = _held(method)
                setattr(each, name, wrapped if kind is types.FunctionType else kind(wrapped))
    for space in spaces:
        space.update({name: held[id(value)] for name, value in space.items() if id(value) in held})


def _is_own(value: object, space: dict[str, Any]) -> bool:
    return getattr(value, "__module__", None) == space["__name__"]


def _methods(owner: type) -> Iterator[tuple[str, Callable[..., Any]]]:
    if not getattr(owner, "_is_protocol", False):
        for name, value in vars(owner).items():
            function = getattr(value, "__func__", value)
            if inspect.isfunction(function):
                yield name, function


def _held(function: Callable[..., Any]) -> Callable[..., Any]:
    """``function``, whose arguments are looked at before it is called."""
    declared: Declaration | None = None

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        nonlocal declared
        if declared is None:
            from nc_teach.common.declaration import Declaration

            declared = Declaration(function)
        args, kwargs = declared.allowed(args, kwargs)
        return function(*args, **kwargs)

    return call
