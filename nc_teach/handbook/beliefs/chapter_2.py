"""Chapter 2, why pruning: what people believe."""

from __future__ import annotations

from ..belief import Belief

BELIEFS = (
    Belief(
        "Lottery tickets make training cheaper.",
        "To find one, the large network was trained, once for every round. It shows what would "
        "have been enough.",
        "lottery", "lottery_ticket", "13 % left: ticket at most",
    ),
    Belief(
        "The mask is the ticket.",
        "The mask and the start. Ask which control tests which: re-init the start, a random mask "
        "the mask.",
        "lottery", "lottery_ticket", "13 % left: re-init",
    ),
    Belief(
        "The signs are all you need.",
        "Let them compute the share that the signs undo, and compare it with one hundred.",
        "deconstructed", "lottery_signs", "signs are all",
    ),
    Belief(
        "The hypothesis was refuted in 2019. (Or: it was proved in 2020.)",
        "Each result has its learning rate and its network; the proof is of an untrained part in a "
        "much larger network, and finds none. Ask for these before believing either.",
        "rethinking", "ticket_learning_rate", "25 % left",
    ),
    Belief(
        "From scratch is as good, so pruning is useless.",
        "Epochs or multiplications? With the bill for the large network, or without? The verdict "
        "turns with the budget: write both budgets on the board.",
        "rethinking", "train_from_scratch", "scratch-B at most 0.2 points below a full",
    ),
    Belief(
        "An untrained network reads digits.",
        "No weight was trained, but a yes or no for each was fitted to every training image. "
        "Masking is training.",
        "supermask", "learned_masks", "a random mask of the same size",
    ),
    Belief(
        "A weight agnostic network works with any weight.",
        "At zero nothing passes, and small positive ones do badly. The search has seen the images "
        "thousands of times.",
        "weight_agnostic", "weight_agnostic", "a random weight",
    ),
)  # fmt: skip
