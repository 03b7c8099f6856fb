"""Calls are held to their declarations: what an argument may be is said once, by its type.

:func:`hold` stands at the end of a package's door. From then on a call with an argument that its
declaration does not allow ends in one sentence, before anything has changed:

>>> from nc_teach.models import SmallResNet
>>> SmallResNet(blocks=-1)
Traceback (most recent call last):
ValueError: blocks must be an integer of at least 1, got -1

Numbers of numpy and torch count as what they are: ``np.int64(3)`` arrives as 3. What several
arguments must be together is in no type; the function itself says it.

But for the constructors of networks, only calls from outside the course are held. A network's
forward pass, which is timed, does not pay for looking at what our own code hands on.
:mod:`.declaration`, which compares values with types, is loaded by the first call.
"""

import functools
import inspect
import os
import sys
import types
from collections.abc import Callable
from dataclasses import is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nc_teach.common.declaration import Declaration

OURS = str(Path(__file__).parents[1]) + os.sep  # where the code of the course lies
Function = Callable[..., object]
CALLED_BY_TORCH = ("forward", "backward", "train")  # often, and what a network is given is its own


def hold(package: str, *modules: types.ModuleType) -> None:
    """Hold functions and classes of ``package``'s door, and of the ``modules`` that it offers."""
    inside = [vars(m) for name, m in sys.modules.items() if f"{name}.".startswith(f"{package}.")]
    held: dict[int, Function] = {}  # by the id of the function itself
    for door in (vars(sys.modules[package]), *map(vars, modules)):
        for name, value in door.items():
            of = getattr(value, "__module__", "")
            if name.startswith("_") or not of.startswith((door["__name__"], "nc_teach.common")):
                continue
            if inspect.isclass(value):
                _hold_methods(value, held)
            elif inspect.isfunction(value) and id(value) not in held:
                held[id(value)] = _held(value)
    for wrapped in held.values():  # the same function as a default of another
        inner = inspect.unwrap(wrapped)
        inner.__defaults__ = inner.__defaults__ and tuple(
            held.get(id(value), value) for value in inner.__defaults__
        )
        for name, value in (inner.__kwdefaults__ or {}).items():
            inner.__kwdefaults__[name] = held.get(id(value), value)
    for space in inside:  # under whatever name, in whatever module of the package
        space.update({name: held[id(value)] for name, value in space.items() if id(value) in held})


def _hold_methods(owner: type, held: dict[int, Function]) -> None:
    makers = [vars(each)["__init__"] for each in owner.__mro__ if "__init__" in vars(each)]
    for name, method in ({"__init__": makers[0]} | dict(vars(owner))).items():
        function = getattr(method, "__func__", method)
        public = name == "__init__" or not (name.startswith("_") or name in CALLED_BY_TORCH)
        if public and inspect.isfunction(function) and not hasattr(function, "__wrapped__"):
            made = name == "__init__" and not is_dataclass(
                owner
            )  # a network: never in a forward pass
            held[id(function)] = wrapped = _held(function, always=made)
            kind = type(method)  # of a function, a classmethod or a staticmethod
            setattr(owner, name, wrapped if function is method else kind(wrapped))


def _held(function: Function, always: bool = False) -> Function:
    """``function``, whose arguments are looked at before it is called, by us only if ``always``."""
    declared: Declaration | None = None

    @functools.wraps(function)
    def call(*args: object, **kwargs: object) -> object:
        nonlocal declared
        if not always and sys._getframe(1).f_code.co_filename.startswith(OURS):
            return function(*args, **kwargs)
        if declared is None:
            from nc_teach.common.declaration import Declaration

            declared = Declaration(function)
        args, kwargs = declared.allowed(args, kwargs)
        return function(*args, **kwargs)

    return call
