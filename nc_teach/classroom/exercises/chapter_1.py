"""Chapter 1, pruning: its exercise cards in their order."""

from __future__ import annotations

from . import (
    a_fifth_of_the_bytes,
    count_the_silence,
    cut_by_layer,
    hold_the_mask,
    shrink_a_group,
    surgeons_cut,
    take_the_neurons_out,
)

EXERCISES = (
    cut_by_layer.CARD,
    hold_the_mask.CARD,
    surgeons_cut.CARD,
    a_fifth_of_the_bytes.CARD,
    count_the_silence.CARD,
    take_the_neurons_out.CARD,
    shrink_a_group.CARD,
)
