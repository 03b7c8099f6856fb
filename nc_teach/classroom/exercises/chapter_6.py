"""Chapter 6, dynamic computation: its exercise cards in their order."""

from __future__ import annotations

from . import (
    better_than_greedy,
    first_to_be_sure,
    norms_apart,
    really_skipped,
    two_budgets,
    within_the_budget,
)

EXERCISES = (
    two_budgets.CARD,
    first_to_be_sure.CARD,
    within_the_budget.CARD,
    norms_apart.CARD,
    really_skipped.CARD,
    better_than_greedy.CARD,
)
