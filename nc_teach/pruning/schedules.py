"""Schedules: how much to remove in each round of prune-and-train.

One round is one-shot pruning. More rounds remove a little, let the network heal, and go on.
"""

from nc_teach.common.kinds import Count, Sparsity


def geometric_schedule(final: Sparsity, rounds: Count) -> list[float]:
    """The same share of the *surviving* weights in every round: 1 - (1 - final)^(i / rounds).

    Source: Frankle and Carbin (2019), "The Lottery Ticket Hypothesis", "Identifying winning
    tickets" (the same share of the weights that survive in each of n rounds).

    >>> [round(s, 2) for s in geometric_schedule(0.9, 3)]
    [0.54, 0.78, 0.9]
    """
    return [1 - (1 - final) ** (i / rounds) for i in range(1, rounds)] + [final]


def cubic_schedule(final: Sparsity, rounds: Count) -> list[float]:
    """Fast at first, slow at the end: final * (1 - (1 - i / rounds)^3).

    Source: Zhu and Gupta (2017), "To prune, or not to prune", equation 1, with initial sparsity 0.

    >>> [round(s, 2) for s in cubic_schedule(0.9, 3)]
    [0.63, 0.87, 0.9]
    """
    return [final * (1 - (1 - i / rounds) ** 3) for i in range(1, rounds)] + [final]
