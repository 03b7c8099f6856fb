"""Chapter 6, dynamic computation: what people believe."""

from __future__ import annotations

from ..belief import Belief

BELIEFS = (
    Belief(
        "A more flexible network is a better one.",
        "Ask for the static network of the same cost, trained for that cost alone. It is a strong "
        "opponent, and some papers leave it out.",
        "exits", "early_exit", "at the cost of the static networks",
    ),
    Belief(
        "MACs that are saved are time that is saved.",
        "One by one, if the network is large enough; in batches often not. Many codes compute "
        "everything and multiply by zero.",
        "battery", "saved_time", "small network, one by one",
    ),
    Belief(
        "Seeing more of the network can only help.",
        "Some images are right at an early exit and wrong at the last: overthinking.",
        "exits", "early_exit", "overthinking",
    ),
    Belief(
        "The threshold may be tuned where it is judged.",
        "Chosen on the test set, it makes the result look better than it is. Validation data "
        "choose, the test set judges.",
        "exits", "early_exit", "a threshold chosen on validation data",
    ),
    Belief(
        "Early exits are free for the last one.",
        "They ask the first layers for something else. Compare with a network that was trained "
        "for its last exit alone.",
        "msdnet", "early_exits_hurt", "plain chain: joint training",
    ),
    Belief(
        "A wide network can simply be cut to a part of its width.",
        "Its channels were never asked to do without the others. It has to be trained at every "
        "width that it shall run at.",
        "width", "slimmable", "the full network, just cut",
    ),
    Belief(
        "Trained at four widths and bad at the narrowest: its weights are bad.",
        "The weights would do; it is the normalisation that is wrong. Measure the statistics anew "
        "and look again.",
        "width", "slimmable", "width 0.25: the naive network, recalibrated",
    ),
    Belief(
        "Gates that skip most blocks are dynamic.",
        "Not if they skip the same ones for every input: that is static pruning with a detour. Ask "
        "for the deviation between inputs, and for the static network.",
        "blocks", "skip_plane", "dynamic, not static",
    ),
    Belief(
        "Random skipping would do as well.",
        "Let them guess before you show the row of random gates of the same budget.",
        "blocks", "skip_plane", "random gates",
    ),
)  # fmt: skip
