"""Network compression, one technique at a time.

``from nc_teach import data, models, training, meter, pruning`` is how a chapter begins. Importing
the package itself loads nothing else: each part is loaded when it is first used.
"""

from importlib import import_module
from types import ModuleType

__version__ = "0.1.0"

_PARTS = [  # each imports only from those above it
    *("data", "models", "surgery", "training", "storage", "table", "meter", "sweep"),
    *("pruning", "distillation", "quantization", "architecture", "dynamic", "budget"),
    *("claims", "live", "figures", "classroom"),
]


def __getattr__(name: str) -> ModuleType:
    if name in _PARTS:
        return import_module(f"nc_teach.{name}")
    raise AttributeError(f"nc_teach has no part named {name!r}; it has {', '.join(_PARTS)}")


def __dir__() -> list[str]:
    return [*_PARTS, "__version__"]
