"""Card 2.5: a network all of whose connections have the same weight."""

from __future__ import annotations

import torch

from nc_teach.classroom.old_card import Exercise

from .one_weight_for_all_checks import CHECKS
from .one_weight_for_all_wrong import WRONG_ANSWERS


def signals(inputs, connections, activations, w):
    sent = list(inputs.T)
    for node, activation in enumerate(activations, start=len(sent)):
        heard = [sent[a] for a, b in connections if b == node]
        sent.append(activation(w * sum(heard, torch.zeros(len(inputs)))))
    return torch.stack(sent[inputs.shape[1] :], dim=1)


CARD = Exercise(
    key="2.5",
    title="One weight for all",
    difficulty=2,
    minutes=12,
    task=(
        "A graph is a network once there is a weight. `inputs` is N × I: nodes 0 to I − 1. The "
        "other nodes follow in order, one for each function in `activations`; `connections` are "
        "pairs (from, to), always from a lower number to a higher one. Every connection has the "
        "weight `w`. A node sends on its activation of `w` times the **sum** of what it hears; one "
        "that hears nothing has the sum 0. Return what the nodes from I on send: N × "
        "len(activations). Then connect every input with two linear outputs: can they differ?"
    ),
    stub="""\
def signals(inputs, connections, activations, w):
    ...
""",
    checks=CHECKS,
    hints=(
        "Keep a list of what every node sends, N numbers each. It begins with the columns of "
        "`inputs`. Then go through the other nodes in their order and append.",
        "`sum((sent[a] for a, b in connections if b == node), torch.zeros(N))` is what a node "
        "hears, also when it hears nothing. Then `activation(w * total)`, and `torch.stack(..., "
        "dim=1)` at the end.",
    ),
    near_miss=(
        "One matrix of zeros and ones, `inputs @ (w * A)`, and the activations on its columns. "
        "Right as long as every node hears inputs alone; nothing arrives from a hidden node."
    ),
    solution=signals,
    reasoning=(
        "Because connections lead only upward, the order of the numbers is an order of computing. "
        "With every input connected to every output, all outputs hear the same sum and multiply "
        "it by the same weight: they are equal, so the network guesses. What makes outputs differ "
        "is who is connected with whom. That is all that such a network can know."
    ),
    wrong_answers=WRONG_ANSWERS,
)
