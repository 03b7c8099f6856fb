"""Chapter 1, pruning: its ten questions."""

from __future__ import annotations

from .structure import STRUCTURE
from .weights import WEIGHTS

QUESTIONS = WEIGHTS + STRUCTURE
