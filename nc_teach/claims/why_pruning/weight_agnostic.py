"""Gaier and Ha (2019): is the topology enough, whatever the one weight is?

The digits 0 to 3 of the 8 x 8 set. Beside the networks that were found: the usual linear
classifier's graph with one weight; networks that changed as often, but with no selection; and,
for orientation, a linear classifier all of whose weights are trained.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from nc_teach.claims import Check, Claim, Result, Table, check, local, measured, together, with_bar
from nc_teach.common.spread import percent, share
from nc_teach.data import Dataset
from nc_teach.pruning import weight_agnostic
from nc_teach.pruning.weight_agnostic import SHARED_WEIGHTS, Found, Network
from nc_teach.pruning.weight_agnostic.changes import change_between, replay
from nc_teach.pruning.weight_agnostic.mutations import mutate
from nc_teach.pruning.weight_agnostic.search import first_network

from .topologies import CLASSES, Evolution, OneWeight, accuracies, ensemble, few_classes

DRAWS, UNSELECTED = 100, 20  # random weights per network, and unselected networks per seed
GRID = tuple(w / 4 for w in range(-8, 9))  # of the slider
FINE = tuple(w / 20 for w in range(-50, 51))  # of the curve
TUNING = tuple(w / 10 for w in range(-20, 21))  # of the one tuned weight, as far as random ones go
ROWS = {
    "random": "found, a random weight",
    "ensemble": "found, six weights together",
    "tuned": "found, the best weight on validation",
    "fully connected": "fully connected, a random weight",
    "unselected": "changed as often, not selected, a random weight",
    "linear classifier": "another network: a linear classifier, its 260 weights learned",
}


@dataclass(frozen=True)
class Line:
    """How a network came about, as short texts: the connections that it began with, "a b", and
    every change, "born kind a b name"."""

    first: tuple[str, ...]
    changes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Topologies(Result):
    """Test accuracy in [0, 1], one number per seed, by the keys of ``ROWS``; what was found.

    ``test["random"]`` is the mean over 100 weights drawn from -2 to 2, ``deviation`` their standard
    deviation within each network, ``weight`` the tuned ones. ``connections`` and ``hidden`` count
    those of every network found; ``line`` is the history of the first one. The networks themselves,
    ``found``, are not kept in a file.
    """

    seeds: tuple[int, ...]
    generations: int
    test: dict[str, np.ndarray]
    deviation: np.ndarray
    weight: np.ndarray
    connections: tuple[int, ...]
    hidden: tuple[int, ...]
    line: Line
    found: tuple[Found, ...] | None = local()

    def in_words(self) -> str:
        """What a found network reads under one weight and under six, beside a linear classifier."""
        read = {name: share(values.mean()) for name, values in self.test.items()}
        return (
            f"Of four digits a found network reads {read['random']} with a random shared weight, "
            f"{read['ensemble']} with six together and {read['tuned']} with the best one; a linear "
            f"classifier, all of whose weights were learned, reads {read['linear classifier']}."
        )

    def table(self) -> Table:
        """A row per way of using a network."""
        rows = tuple((ROWS[name], percent(values)) for name, values in self.test.items())
        note = (
            f"Test accuracy on the digits 0 to 3 (chance: {1 / CLASSES:.0%}), "
            f"{len(self.seeds)} {'search' if len(self.seeds) == 1 else 'searches'} of "
            f"{self.generations} generations, mean ± standard deviation between them. "
            f"Connections found: {', '.join(map(str, self.connections))}."
        )
        return self.tabled(("network", "accuracy"), rows, note)


@measured
def search_topologies(
    dataset: Dataset, seeds: Sequence[int] = (0, 1, 2), *, generations: int = 500
) -> Topologies:
    """Search once from every seed and measure what was found and its controls on the test split."""
    train, validation = few_classes(dataset.train), few_classes(dataset.validation)
    search = partial(
        weight_agnostic.search,
        train.inputs,
        train.labels,
        classes=CLASSES,
        generations=generations,
        validation=(validation.inputs, validation.labels),
    )
    found = [search(seed=seed) for seed in with_bar(seeds, "search")]
    runs = [measure(one, dataset, seed) for one, seed in zip(found, seeds, strict=True)]
    return Topologies(
        seeds=tuple(seeds),
        generations=generations,
        connections=tuple(len(one.network.connections) for one in found),
        hidden=tuple(len(one.network.hidden) for one in found),
        line=written(found[0]),
        found=tuple(found),
        **together(runs),
    )


def measure(found: Found, dataset: Dataset, seed: int) -> dict[str, Any]:
    """Every number of one seed. The random weights and networks are drawn from it."""
    random = np.random.default_rng(1000 + seed)
    weights = random.uniform(-2, 2, DRAWS)
    test, validation = few_classes(dataset.test), few_classes(dataset.validation)
    own = accuracies(found.network, test, weights)
    best = TUNING[int(accuracies(found.network, validation, TUNING).argmax())]
    others = [unselected(found, random) for _ in range(UNSELECTED)]
    rates: dict[str, np.ndarray | float] = {
        "random": own,
        "ensemble": ensemble(found.network, test),
        "tuned": accuracies(found.network, test, [best]),
        "fully connected": accuracies(control(), test, weights),
        "unselected": np.stack([accuracies(network, test, weights) for network in others]),
        "linear classifier": trained_linear(dataset),
    }
    means = {name: float(np.mean(values)) for name, values in rates.items()}
    return {"test": means, "deviation": float(own.std(ddof=1)), "weight": best}


def control() -> Network:
    """Every pixel and the bias connected with every output."""
    return weight_agnostic.fully_connected(64, CLASSES)


def unselected(found: Found, random: np.random.Generator) -> Network:
    """A first network after as many changes as the found one has seen, whatever they did."""
    network = first_network(64, CLASSES, random)
    for _ in found.history[1:]:
        network = mutate(network, random)
    return network


def trained_linear(dataset: Dataset) -> float:
    """Test accuracy of a linear classifier after 500 full steps of Adam from zero."""
    train, test = few_classes(dataset.train), few_classes(dataset.test)
    weight = torch.zeros(CLASSES, 65, requires_grad=True)
    images, labels = with_one(train.inputs), torch.from_numpy(train.labels)
    adam = torch.optim.Adam([weight], lr=0.03)
    for _ in range(500):
        adam.zero_grad()
        F.cross_entropy(images @ weight.T, labels).backward()
        adam.step()
    answers = (with_one(test.inputs) @ weight.detach().T).argmax(dim=1).numpy()
    return float((answers == test.labels).mean())


def with_one(inputs: np.ndarray) -> torch.Tensor:
    """The inputs and, last, the input that is always 1."""
    return F.pad(torch.from_numpy(inputs), (0, 1), value=1.0)


def written(found: Found) -> Line:
    """The line of a found network."""
    line = found.history
    steps = itertools.pairwise(line)
    changes = [(b.born, *change_between(a.network, b.network)) for a, b in steps]
    first = tuple(f"{a} {b}" for a, b in line[0].network.connections)
    return Line(first, tuple(" ".join(map(str, change)).strip() for change in changes))


def read_line(written: Line) -> tuple[list[Network], list[int]]:
    """The networks of a line, oldest first, and the generations in which they were born.

    >>> networks, born = read_line(Line(("3 65",), ("8 node 3 65 sin",)))
    >>> networks[-1].connections, born
    (((3, 69), (69, 65)), [1, 8])
    """
    network = weight_agnostic.empty(64, CLASSES)
    for pair in written.first:
        network = network.with_connection(*map(int, pair.split()))
    rows = [text.split() for text in written.changes]
    changes = [(kind, int(a), int(b), "".join(name)) for _, kind, a, b, *name in rows]
    return replay(network, changes), [1, *(int(row[0]) for row in rows)]


def evolution(result: Topologies, dataset: Dataset) -> Evolution:
    """The line of the first network that was found, every ancestor measured now."""
    networks, born = read_line(result.line)
    test = few_classes(dataset.test)
    accuracy = np.stack([accuracies(net, test, SHARED_WEIGHTS) for net in networks])
    return Evolution(tuple(networks), tuple(born), result.generations, accuracy, result.provenance)


def one_weight(result: Topologies, dataset: Dataset) -> OneWeight:
    """The first network that was found under every weight of a slider, measured now."""
    network, test = read_line(result.line)[0][-1], few_classes(dataset.test)
    first = [int(np.flatnonzero(test.labels == digit)[0]) for digit in range(CLASSES)]
    return OneWeight(
        network=network,
        weights=GRID,
        fine=FINE,
        accuracy=accuracies(network, test, FINE),
        control=accuracies(control(), test, FINE),
        ensemble=ensemble(network, test),
        examples=test.inputs[first].reshape(-1, 1, 8, 8),
        labels=test.labels[first],
        signals=network.signals(test.inputs[first], list(GRID)),
        provenance=result.provenance,
    )


def judge(found: Topologies) -> tuple[Check, ...]:
    """The criterion, fixed before the runs."""
    test = found.test
    mean, connected = test["random"], test["fully connected"]
    return (
        check("a random weight", mean, least=0.6, say=share, every="search"),
        check("six weights together ahead of a random one", test["ensemble"] - mean, least=0.08),
        check("fully connected, one weight", connected, most=0.35, say=share, every="search"),
        check("ahead of networks that were not selected", mean - test["unselected"], least=0.2),
    )


WEIGHT_AGNOSTIC = Claim("weight_agnostic", Topologies, search_topologies, judge, dataset="digits")
