"""The search: evaluate under several shared weights, rank, let the best have changed children.

Unlike pruning, which starts with too many connections, this starts with almost none and adds.
Unlike training, no weight is ever changed: there is only one, and a network must do its task
whatever it is.

Source: Gaier, Ha (2019), "Weight Agnostic Neural Networks", section 3.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from nc_teach.common.kinds import Count, Natural, Numbers, Seed, whole
from nc_teach.pruning.weight_agnostic.mutations import mutate
from nc_teach.pruning.weight_agnostic.network import Network, empty
from nc_teach.pruning.weight_agnostic.ranking import rank

SHARED_WEIGHTS = (-2.0, -1.0, -0.5, 0.5, 1.0, 2.0)
BY_SIZE = 0.8  # how often the second goal is "few connections"; else "good under the best weight"


@dataclass(frozen=True)
class Individual:
    """A network, the generation in which it was made, and which one it was changed from."""

    network: Network
    born: Natural
    parent: Individual | None = None


@dataclass(frozen=True)
class Found:
    """The network that was found, and how it came about.

    ``history`` is its line: the network itself, last, and all that it descends from, oldest first.
    ``best`` is the best mean score of every generation.
    """

    network: Network
    history: tuple[Individual, ...]
    best: tuple[float, ...]


def log_likelihood(logits: Numbers, labels: Numbers) -> np.ndarray:
    """Mean log-probability (softmax) of the right class, in nats; ... x N x classes -> ...

    >>> log_likelihood(np.zeros((1, 3, 4)), np.array([0, 1, 2])).round(4).tolist()  # -log(4)
    [-1.3863]
    """
    top = logits.max(axis=-1, keepdims=True)
    total = np.log(np.exp(logits - top).sum(axis=-1)) + top[..., 0]
    right = np.take_along_axis(logits, np.broadcast_to(labels, total.shape)[..., None], axis=-1)
    return (right[..., 0] - total).mean(axis=-1)


def search(
    inputs: Numbers,
    labels: Numbers,
    *,
    classes: Count,
    generations: Count = 500,
    population: Annotated[int, whole(5)] = 40,
    weights: Sequence[float] = SHARED_WEIGHTS,
    batch: Count = 300,
    seed: Seed = 0,
    validation: tuple[np.ndarray, np.ndarray] | None = None,
    progress: Callable[[int], object] | None = None,
) -> Found:
    """Search for a topology that classifies whatever its one shared weight is.

    Every generation all networks are scored by the mean, over the shared ``weights``, of the
    log-likelihood of ``batch`` images drawn anew. They are ranked on (mean, 1 / connections)
    with probability 0.8, else on (mean, best weight's score); see :func:`.ranking.rank`. The best
    fifth stays as it is, and the rest are children: the winner of a tournament of four, changed
    once.

    ``inputs`` (N x inputs floats) and ``labels`` (N integers from 0 to ``classes - 1``) are what it
    searches with. The network to return is the one of the last generation with the best mean over
    the weights on ``validation``: inputs and labels, by default those to search with. ``progress``
    is called with the number of each generation as it ends.

    Returns the network and its history. Raises ``ValueError`` for labels that do not fit, no
    generation, fewer than five networks, or no weight.
    """
    _check(inputs, labels, classes, weights)
    random = np.random.default_rng(seed)
    alive = [
        Individual(first_network(inputs.shape[1], classes, random), 1) for _ in range(population)
    ]
    best: list[float] = []
    for number in range(1, generations + 1):
        drawn = random.choice(len(inputs), size=min(batch, len(inputs)), replace=False)
        scores = scored(alive, inputs[drawn], labels[drawn], weights)
        best.append(float(scores.mean(axis=1).max()))
        if number < generations:
            alive = next_generation(alive, scores, number + 1, random)
        if progress is not None:
            progress(number)
    chosen = scored(alive, *(validation or (inputs, labels)), weights).mean(axis=1).argmax()
    return Found(alive[int(chosen)].network, line_of(alive[int(chosen)]), tuple(best))


def line_of(individual: Individual) -> tuple[Individual, ...]:
    """The individual and all that it descends from, oldest first."""
    line: list[Individual] = []
    ancestor: Individual | None = individual
    while ancestor is not None:
        line.append(ancestor)
        ancestor = ancestor.parent
    return tuple(reversed(line))


def first_network(inputs: Count, outputs: Count, random: np.random.Generator) -> Network:
    """No hidden node, and each possible connection with probability 1 in 20."""
    network = empty(inputs, outputs)
    for target in range(inputs + 1, inputs + 1 + outputs):
        for source in range(inputs + 1):
            if random.random() < 0.05:
                network = network.with_connection(source, target)
    return network


def scored(
    alive: Sequence[Individual], inputs: np.ndarray, labels: np.ndarray, weights: Sequence[float]
) -> np.ndarray:
    """The log-likelihood of every network under every shared weight: networks x weights."""
    return np.stack(
        [log_likelihood(one.network.logits(inputs, list(weights)), labels) for one in alive]
    )


def goals(alive: Sequence[Individual], scores: np.ndarray, by_size: bool) -> np.ndarray:
    """The two numbers to rank by, N x 2: the mean score, and 1 / connections or the best score.

    A network without any connection counts as one with one: it would be the simplest for ever.
    """
    size = [1 / max(1, len(one.network.connections)) for one in alive]
    return np.stack([scores.mean(axis=1), size if by_size else scores.max(axis=1)], axis=1)


def next_generation(
    alive: Sequence[Individual], scores: np.ndarray, number: Natural, random: np.random.Generator
) -> list[Individual]:
    """The best fifth, and changed children of tournament winners."""
    ranks = rank(goals(alive, scores, by_size=random.random() < BY_SIZE))
    elite = [alive[k] for k in np.argsort(ranks)[: len(alive) // 5]]
    children = []
    for _ in range(len(alive) - len(elite)):
        rivals = random.integers(len(alive), size=4)
        parent = alive[rivals[ranks[rivals].argmin()]]
        child = mutate(parent.network, random)
        unchanged = child is parent.network
        children.append(parent if unchanged else Individual(child, number, parent))
    return elite + children


def _check(
    inputs: np.ndarray,
    labels: np.ndarray,
    classes: int,
    weights: Sequence[float],
) -> None:
    if np.ndim(inputs) != 2 or np.shape(labels) != (len(inputs),):
        raise ValueError(
            "inputs and labels must be N x inputs and N numbers, "
            f"got {np.shape(inputs)} and {np.shape(labels)}"
        )
    if np.min(labels) < 0 or np.max(labels) >= classes:
        raise ValueError(f"labels must be from 0 to {classes - 1}, got {np.max(labels)}")
    if not len(weights):
        raise ValueError("weights must hold at least one shared weight, got none")
