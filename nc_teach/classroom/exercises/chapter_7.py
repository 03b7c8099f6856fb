"""Chapter 7, fit the budget: its exercise cards in their order."""

from __future__ import annotations

from . import cut_what_is_shared, is_it_that_file, which_one_ships

EXERCISES = (
    which_one_ships.CARD,
    cut_what_is_shared.CARD,
    is_it_that_file.CARD,
)
