"""Gaier and Ha (2019): is the topology enough, whatever the one weight is?

The digits 0 to 3 of the 8 x 8 set. Beside the networks that were found: the usual linear
classifier's graph with one weight; networks that changed as often, but with no selection; and,
for orientation, a linear classifier all of whose weights are trained.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from nc_teach.claims import (
    Check,
    Claim,
    Result,
    check,
    local,
    measured,
    with_bar,
)
from nc_teach.claims.why_pruning import topologies
from nc_teach.claims.why_pruning.networks import by_name
from nc_teach.claims.why_pruning.topologies import CLASSES, Evolution, OneWeight, few_classes
from nc_teach.common.spread import percent, share
from nc_teach.data import Dataset
from nc_teach.pruning import weight_agnostic
from nc_teach.pruning.weight_agnostic import Found, Network
from nc_teach.pruning.weight_agnostic.changes import change_between, replay
from nc_teach.pruning.weight_agnostic.mutations import mutate
from nc_teach.pruning.weight_agnostic.search import first_network
from nc_teach.table import Table

DRAWS, UNSELECTED = 100, 20  # random weights per network, and unselected networks per seed
ROWS = {
    "random": "found, a random weight",
    "ensemble": "found, six weights together",
    "tuned": "found, the best weight on validation",
    "fully connected": "fully connected, a random weight",
    "unselected": "changed as often, not selected, a random weight",
    "linear classifier": "linear classifier, every weight trained",
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

    def table(self) -> Table:
        """A row per way of using a network."""
        rows = tuple((ROWS[name], percent(values)) for name, values in self.test.items())
        note = (
            f"Test accuracy on the digits 0 to 3 (chance: {1 / CLASSES:.0%}), "
            f"{len(self.seeds)} {'search' if len(self.seeds) == 1 else 'searches'} of "
            f"{self.generations} generations, mean ± standard deviation between them. "
            f"Connections found: {', '.join(map(str, self.connections))}. {self.provenance.line()}"
        )
        return Table(("network", "accuracy"), rows, (note,))


@measured
def search_topologies(
    dataset: Dataset, seeds: Sequence[int] = (0, 1, 2), *, generations: int = 500
) -> Topologies:
    """Search once from every seed and measure what was found and its controls on the test split."""
    train, validation = few_classes(dataset.train), few_classes(dataset.validation)
    found = [
        weight_agnostic.search(
            train.inputs,
            train.labels,
            classes=CLASSES,
            generations=generations,
            seed=seed,
            validation=(validation.inputs, validation.labels),
        )
        for seed in with_bar(seeds, "search")
    ]
    runs = by_name([measure(one, dataset, seed) for one, seed in zip(found, seeds, strict=True)])
    return Topologies(
        seeds=tuple(seeds),
        generations=generations,
        test={name: runs[name] for name in ROWS},
        deviation=runs["deviation"],
        weight=runs["weight"],
        connections=tuple(len(one.network.connections) for one in found),
        hidden=tuple(len(one.network.hidden) for one in found),
        line=written(found[0]),
        found=tuple(found),
    )


def measure(found: Found, dataset: Dataset, seed: int) -> dict[str, float]:
    """Every number of one seed. The random weights and networks are drawn from it."""
    random = np.random.default_rng(1000 + seed)
    weights = random.uniform(-2, 2, DRAWS)
    test, validation = few_classes(dataset.test), few_classes(dataset.validation)
    own = topologies.accuracies(found.network, test, weights)
    weight, at_best = topologies.tuned(found.network, validation, test)
    others = [unselected(found, random) for _ in range(UNSELECTED)]
    return {
        "random": float(own.mean()),
        "deviation": float(own.std(ddof=1)),
        "ensemble": topologies.ensemble(found.network, test),
        "tuned": at_best,
        "weight": weight,
        "fully connected": float(topologies.accuracies(control(), test, weights).mean()),
        "unselected": float(np.mean([topologies.accuracies(net, test, weights) for net in others])),
        "linear classifier": trained_linear(dataset),
    }


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
    provenance = result.provenance
    return topologies.evolution_of(networks, born, result.generations, dataset, provenance)


def one_weight(result: Topologies, dataset: Dataset) -> OneWeight:
    """The first network that was found under every weight of a slider, measured now."""
    network = read_line(result.line)[0][-1]
    return topologies.under_one_weight(network, control(), dataset, result.provenance)


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
