"""Chapter 1, pruning: its exercise cards in their order."""

from __future__ import annotations

from . import cut_by_layer, hold_the_mask

EXERCISES = (cut_by_layer.CARD, hold_the_mask.CARD)
