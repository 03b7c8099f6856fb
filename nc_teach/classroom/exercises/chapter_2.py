"""Chapter 2, why pruning: its exercise cards in their order."""

from __future__ import annotations

from . import (
    a_fair_budget,
    one_weight_for_all,
    only_the_signs,
    reset_the_ticket,
    straight_mask,
)

EXERCISES = (
    reset_the_ticket.CARD,
    only_the_signs.CARD,
    a_fair_budget.CARD,
    straight_mask.CARD,
    one_weight_for_all.CARD,
)
