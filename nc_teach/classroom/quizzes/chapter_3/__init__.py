"""Chapter 3, knowledge distillation: its ten questions."""

from __future__ import annotations

from .middle_and_many import MIDDLE_AND_MANY
from .soft_targets import SOFT_TARGETS

QUESTIONS = SOFT_TARGETS + MIDDLE_AND_MANY
