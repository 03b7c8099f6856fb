"""What a number or a tensor may be, declared beside its type: ``count: Count``.

A type checker reads ``Count`` as ``int``. :mod:`.declared` holds every call to the rest.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from torch import Tensor


@dataclass(frozen=True)
class That:
    """Which values of a type are allowed, and how an error says it: "must be <words>"."""

    words: str
    holds: Callable[[Any], bool]


Count = Annotated[int, That("an integer of at least 1", lambda n: n >= 1)]
Natural = Annotated[int, That("an integer of at least 0", lambda n: n >= 0)]
Seed = Annotated[int, That("an integer from 0 to 2^63 - 1", lambda n: 0 <= n < 2**63)]
Finite = Annotated[float, That("a finite number", math.isfinite)]
Positive = Annotated[float, That("a positive number", lambda x: 0 < x < math.inf)]
NotNegative = Annotated[float, That("a number of at least 0", lambda x: 0 <= x < math.inf)]
Share = Annotated[float, That("a number from 0 to 1", lambda x: 0 <= x <= 1)]

Floats = Annotated[Tensor, That("a tensor of floats", Tensor.is_floating_point)]
Mask = Annotated[Tensor, That("a bool tensor (True = kept)", lambda t: not t.dtype.itemsize > 1)]
Masks = Mapping[str, Mask]
