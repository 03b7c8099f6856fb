"""One wrong argument at a time, to everything that the parts offer."""

import importlib
import inspect
import re
import traceback
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

PARTS = (
    *("models", "pruning", "distillation", "quantization", "architecture", "dynamic", "training"),
    *("meter", "storage", "data", "budget", "surgery", "sweep", "classroom"),
)
WRONG: tuple[Callable[[], Any], ...] = (
    lambda: None,
    lambda: "x",
    lambda: -1,
    lambda: 0.37,
    lambda: float("nan"),
    lambda: float("inf"),
    lambda: True,
    lambda: [],
    lambda: [object()],
    lambda: {"x": "y"},
    object,
    lambda: len,
    lambda: nn.ReLU(),
    lambda: torch.zeros(2, 3, 1, 5, 1, dtype=torch.complex64),
    lambda: torch.zeros(2, 7, 1),
    lambda: np.array(["x"]),
)


LEFT_OUT = {"quantization.xnor_compiled", "data.load_full", "classroom.Verification"}


def offered(part: str) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Functions and classes behind the door of a part, and of the modules that it offers."""
    door = importlib.import_module(f"nc_teach.{part}")
    home = f"nc_teach.{part}" if "." in part else "nc_teach."
    text = Path(door.__file__ or "").read_text()
    for name, value in list(vars(door).items()):
        if name[0] == "_" or f"{part}.{name}" in LEFT_OUT:
            continue
        if isinstance(value, types.ModuleType) and f"{name} as {name}" in text:
            yield from offered(f"{part}.{name}")
        if inspect.isclass(value) and issubclass(value, Exception):
            continue
        if (inspect.isfunction(value) or inspect.isclass(value)) and value.__module__.startswith(
            home
        ):
            if inspect.signature(value).parameters:
                yield f"{part}.{name}", value


def verdict(part: str, parameter: str, call: Callable[[], object]) -> str:
    """How a call with one wrong argument ends."""
    try:
        call()
    except (ValueError, TypeError) as error:
        if re.search(rf"\b{parameter}\b", str(error)):
            return "named"
        frame = traceback.extract_tb(error.__traceback__)[-1].filename
        return "not named" if "nc_teach" in frame else "foreign"
    except Exception:
        return "foreign"
    return "accepted"
