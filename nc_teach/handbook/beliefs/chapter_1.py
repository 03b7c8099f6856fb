"""Chapter 1, pruning: what people believe."""

from __future__ import annotations

from ..belief import Belief

BELIEFS = (
    Belief(
        "A network with most weights removed is smaller and faster.",
        "Not by itself: a zero takes 32 bits and a multiplication like any other number. Show the "
        "meter's two rows, and ask what would have to change in the file, and in the loop.",
        "magnitude", "structured_sparsity",
    ),
    Belief(
        "All at once cannot be healed; one has to prune in rounds.",
        "Let them read the two rows of the table. It is a matter of budget, learning rate and "
        "network: the last round has the least time to heal.",
        "healing", "gentle_repair", "in rounds better in every network",
    ),
    Belief(
        "It recovered, so the method is good.",
        "Ask for the network that removed nothing and trained for as long: training on helps by "
        "itself.",
        "healing", "gentle_repair", "at most 1 point below dense trained for as long",
    ),
    Belief(
        "An important weight in EWC, MAS or SI is one that must not be pruned.",
        "These say what a small step costs. Deleting is a step of the whole length |w|, so it "
        "costs importance times w². Draw the valley.",
        "importance", "raw_or_squared", "times w^2: EWC",
    ),
    Belief(
        "OBD is always better than magnitude.",
        "Only where curvatures differ much from weight to weight. Compare the two orders first.",
        "importance", "optimal_brain_damage",
    ),
    Belief(
        "Only the deleted weight changes.",
        "In OBS all others move with it. That is why it can delete what the others cannot: on XOR "
        "magnitude and OBD name the wrong weight every time.",
        "importance", "optimal_brain_surgeon", "XOR, one deletion by OBS",
    ),
    Belief(
        "Sparse is never fast. (Or: sparse is always fast.)",
        "Both are heard. The famous figure is of three GPUs and libraries of 2016. Ask for the "
        "format, the share of zeros and the hardware, then time it.",
        "speed", "structured_sparsity",
    ),
    Belief(
        "A neuron that is mostly silent does little.",
        "It may be the only one that knows a certain stroke. Dead is another matter: always zero, "
        "and free to remove.",
        "neurons", "network_trimming", "half kept by how often not zero",
    ),
    Belief(
        "The penalty chose the right filters.",
        "It found sizes. Whether it found the right ones, only the control of that size says.",
        "structured", "structured_learning", "at least as good as the same sizes",
    ),
)  # fmt: skip
