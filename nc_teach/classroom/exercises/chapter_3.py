"""Chapter 3, knowledge distillation: its exercise cards in their order."""

from __future__ import annotations

from . import cannot_say_no, chosen_on_the_test, four_flaws

EXERCISES = (four_flaws.CARD, cannot_say_no.CARD, chosen_on_the_test.CARD)
