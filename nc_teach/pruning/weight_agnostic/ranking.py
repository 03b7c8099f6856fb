"""Ranking by two goals at once: how good under all weights, and how simple.

Unlike a weighted sum nothing has to be traded: a network is better only if no other beats it in
both goals (Pareto). Those that nobody beats are the first front; without them the next front is
found, and so on. Within a front the more unusual ones come first (crowding distance).

Source: Deb, Pratap, Agarwal, Meyarivan (2002), "A Fast and Elitist Multiobjective Genetic
Algorithm: NSGA-II", sections III-A and III-B; used in Gaier, Ha (2019), section 3.
"""

import numpy as np


def fronts(goals: np.ndarray) -> list[np.ndarray]:
    """Split N x goals numbers (higher = better) into non-dominated fronts, best first.

    Returns the places of each front's members, in rising order.

    >>> [front.tolist() for front in fronts(np.array([[3, 1], [1, 3], [2, 2], [1, 1], [0, 0]]))]
    [[0, 1, 2], [3], [4]]
    """
    at_least = (goals[:, None] >= goals[None]).all(axis=2)
    beats = at_least & (goals[:, None] > goals[None]).any(axis=2)  # beats[i, j]: i beats j
    left, found = np.ones(len(goals), dtype=bool), []
    while left.any():
        front = np.flatnonzero(left & ~(beats & left[:, None]).any(axis=0))
        found.append(front)
        left[front] = False
    return found


def crowding(goals: np.ndarray) -> np.ndarray:
    """How far each member's neighbours in its front are from each other; the ends are infinite.

    >>> crowding(np.array([[0.0, 4.0], [1.0, 3.0], [4.0, 0.0]])).tolist()
    [inf, 2.0, inf]
    """
    distance = np.zeros(len(goals))
    for goal in goals.T:
        order = np.argsort(goal, kind="stable")
        reach = goal[order[-1]] - goal[order[0]]
        distance[order[[0, -1]]] = np.inf
        if reach > 0:
            distance[order[1:-1]] += (goal[order[2:]] - goal[order[:-2]]) / reach
    return distance


def rank(goals: np.ndarray) -> np.ndarray:
    """The rank of each of N members, 0 = best: by front, then by crowding distance.

    >>> rank(np.array([[0.0, 0.0], [0.0, 4.0], [1.0, 3.0], [4.0, 0.0]])).tolist()
    [3, 0, 2, 1]
    """
    order = [front[np.argsort(-crowding(goals[front]), kind="stable")] for front in fronts(goals)]
    ranks = np.empty(len(goals), dtype=int)
    ranks[np.concatenate(order)] = np.arange(len(goals))
    return ranks
