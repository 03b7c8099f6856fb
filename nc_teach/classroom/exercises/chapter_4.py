"""Chapter 4, parameter quantization: its exercise cards in their order."""

from __future__ import annotations

from . import (
    add_them_up,
    codes_from_lengths,
    count_the_bits,
    onto_the_grid,
    through_the_step,
)

EXERCISES = (
    onto_the_grid.CARD,
    add_them_up.CARD,
    codes_from_lengths.CARD,
    through_the_step.CARD,
    count_the_bits.CARD,
)
