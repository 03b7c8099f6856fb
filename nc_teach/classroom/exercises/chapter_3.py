"""Chapter 3, knowledge distillation: its exercise cards in their order."""

from __future__ import annotations

from . import cannot_say_no, chosen_on_the_test, forgotten_regressor, four_flaws, half_way

EXERCISES = (
    four_flaws.CARD,
    cannot_say_no.CARD,
    chosen_on_the_test.CARD,
    half_way.CARD,
    forgotten_regressor.CARD,
)
