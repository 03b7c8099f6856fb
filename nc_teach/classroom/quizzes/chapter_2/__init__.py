"""Chapter 2, why pruning: its ten questions."""

from __future__ import annotations

from .tickets import TICKETS
from .untrained import UNTRAINED

QUESTIONS = TICKETS + UNTRAINED
