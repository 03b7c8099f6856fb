"""Chapter 5, architecture design: its exercise cards in their order."""

from __future__ import annotations

from . import (
    count_the_macs,
    deal_them_out,
    half_are_ghosts,
    hundred_thousand,
    two_halves,
    two_thin_layers,
)

EXERCISES = (
    two_halves.CARD,
    two_thin_layers.CARD,
    count_the_macs.CARD,
    deal_them_out.CARD,
    half_are_ghosts.CARD,
    hundred_thousand.CARD,
)
