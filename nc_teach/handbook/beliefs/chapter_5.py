"""Chapter 5, architecture design: what people believe."""

from __future__ import annotations

from ..belief import Belief

BELIEFS = (
    Belief(
        "A depthwise convolution loses spatial information.",
        "The other way round: it sees every neighbourhood and no other channel. It is the "
        "pointwise one that sees no neighbour. Two tasks, one for each, show it.",
        "halves", "blind_halves",
    ),
    Belief(
        "A separable convolution is eight to nine times faster.",
        "It has that many times fewer multiplications. Ask what else takes time, then time it.",
        "halves", "separable_cost", "less time is saved",
    ),
    Belief(
        "Two thin matrices are always smaller than one.",
        "Only below the rank K = NM/(N + M). Above it they are larger, and at any rank they can do "
        "less. Let them compute it for a square layer.",
        "low_rank", "low_rank", "K = 32 (",
    ),
    Belief(
        "The SVD is the best that one can do.",
        "It gives the nearest matrix. What counts is what comes out for real inputs, so one can "
        "also make the factors for those. Whether that helps has to be measured: read it out.",
        "low_rank", "low_rank", "K = 8: at least 2 points more",
    ),
    Belief(
        "SqueezeNet's block makes it fifty times smaller than AlexNet.",
        "Most of the fifty is leaving out the fully connected layers. Cover the last column and "
        "ask where AlexNet's parameters sit.",
        "fewer_parameters", "fifty_times", "most of the 50",
    ),
    Belief(
        "Fewer parameters, so fewer multiplications, so less time.",
        "Three different things. SqueezeNet has fewer of the first and more of the second.",
        "fewer_parameters", "fifty_times", "fewer parameters, not fewer MACs",
    ),
    Belief(
        "Without the shuffle, groups are useless.",
        "On a task that was built so that groups must talk. On pictures each group can see most "
        "of what matters.",
        "shuffle", "shuffle_on_images",
    ),
    Belief(
        "Training makes the maps redundant, and GhostNet uses that.",
        "Look at the untrained network too before you say what training did.",
        "ghosts", "ghost_maps", "training makes ghosts",
    ),
    Belief(
        "The newest network is the best.",
        "Each paper's table has its author's network ahead. At equal budget, read the row of the "
        "plain one, and then the clock.",
        "equal_budget", "equal_budget",
    ),
)  # fmt: skip
