"""Chapter 4, parameter quantization: its questions."""

from __future__ import annotations

from .binary import BINARY

QUESTIONS = BINARY
