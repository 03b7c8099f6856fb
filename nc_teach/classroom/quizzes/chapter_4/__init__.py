"""Chapter 4, parameter quantization: its nine questions."""

from __future__ import annotations

from .binary import BINARY
from .shared import SHARED

QUESTIONS = SHARED + BINARY
