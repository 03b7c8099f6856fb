"""Gaier and Ha (2019): is the topology enough, whatever the one weight is?

The digits 0 to 3 of the 8 x 8 set. Beside the networks that were found: the usual linear
classifier's graph with one weight; networks that changed as often, but with no selection; and,
for orientation, a linear classifier all of whose weights are trained.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from nc_teach.claims.claim import Check, Claim, Outcome, Provenance, measured_now
from nc_teach.claims.running import points, spread, stopping_as_a_whole, with_bar
from nc_teach.claims.why_pruning import topologies
from nc_teach.claims.why_pruning.topologies import CLASSES, Evolution, OneWeight, few_classes
from nc_teach.data import Dataset
from nc_teach.pruning import weight_agnostic
from nc_teach.pruning.weight_agnostic import Found, Network
from nc_teach.pruning.weight_agnostic.changes import change_between, replay
from nc_teach.pruning.weight_agnostic.mutations import mutate
from nc_teach.pruning.weight_agnostic.search import first_network
from nc_teach.table import Table

DRAWS, UNSELECTED = 100, 20  # random weights a network, and unselected networks a seed
ROWS = {
    "random": "found, a random weight",
    "ensemble": "found, six weights together",
    "tuned": "found, the best weight on validation",
    "fully connected": "fully connected, a random weight",
    "unselected": "changed as often, not selected, a random weight",
    "trained": "linear classifier, every weight trained",
}


@dataclass(frozen=True)
class Topologies:
    """Test accuracy in [0, 1], one number a seed, by the keys of ``ROWS``; the networks found.

    ``random`` is the mean over 100 weights drawn from -2 to 2, ``deviation`` their standard
    deviation within each network, ``weight`` the tuned ones.
    """

    seeds: tuple[int, ...]
    test: dict[str, np.ndarray]
    deviation: np.ndarray
    weight: np.ndarray
    found: tuple[Found, ...]
    generations: int
    provenance: Provenance

    def numbers(self) -> dict[str, Any]:
        """Accuracies, sizes, and the first network with its history, for a file."""
        test = {name: array.round(4).tolist() for name, array in self.test.items()}
        nets = [found.network for found in self.found]
        return {
            "seeds": list(self.seeds), "generations": self.generations, "test": test,
            "deviation": self.deviation.round(4).tolist(), "weight": self.weight.tolist(),
            "connections": [len(net.connections) for net in nets],
            "hidden": [len(net.hidden) for net in nets], "line": written(self.found[0]),
        }  # fmt: skip

    def table(self) -> Table:
        """A row per way of using a network."""
        rows = tuple((ROWS[name], spread(values)) for name, values in self.test.items())
        sizes = [len(found.network.connections) for found in self.found]
        note = (
            f"Test accuracy on the digits 0 to 3 (chance: {1 / CLASSES:.0%}), "
            f"{len(self.seeds)} {'search' if len(self.seeds) == 1 else 'searches'} of "
            f"{self.generations} generations, mean ± standard deviation between them. "
            f"Connections found: {', '.join(map(str, sizes))}. {self.provenance.line()}"
        )
        return Table(("network", "accuracy"), rows, (note,))


def search_topologies(
    dataset: Dataset, seeds: Sequence[int] = (0, 1, 2), *, generations: int = 500
) -> Topologies:
    """Search once a seed and measure what was found and its controls on the test split."""
    started = time.perf_counter()
    train, validation = few_classes(dataset.train), few_classes(dataset.validation)
    with stopping_as_a_whole():
        found = [
            weight_agnostic.search(
                train.inputs, train.labels, classes=CLASSES, generations=generations, seed=seed,
                validation=(validation.inputs, validation.labels),
            )
            for seed in with_bar(seeds, "search")
        ]  # fmt: skip
    measured = [measure(one, dataset, seed) for one, seed in zip(found, seeds, strict=True)]
    return Topologies(
        tuple(seeds),
        {name: np.array([m[name] for m in measured]) for name in ROWS},
        np.array([m["deviation"] for m in measured]),
        np.array([m["weight"] for m in measured]),
        tuple(found),
        generations,
        measured_now("search_topologies", time.perf_counter() - started),
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
        "trained": trained_linear(dataset),
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


def written(found: Found) -> dict[str, Any]:
    """The line of a found network as short texts: where it began, and "born kind a b name"."""
    line = found.history
    steps = itertools.pairwise(line)
    changes = [(b.born, *change_between(a.network, b.network)) for a, b in steps]
    first = [f"{a} {b}" for a, b in line[0].network.connections]
    return {"first": first, "changes": [" ".join(map(str, change)).strip() for change in changes]}


def read_line(written: dict[str, Any]) -> tuple[list[Network], list[int]]:
    """The networks of a line, oldest first, and the generations in which they were born.

    >>> networks, born = read_line({"first": ["3 65"], "changes": ["8 node 3 65 sin"]})
    >>> networks[-1].connections, born
    (((3, 69), (69, 65)), [1, 8])
    """
    network = weight_agnostic.empty(64, CLASSES)
    for pair in written["first"]:
        network = network.with_connection(*map(int, pair.split()))
    rows = [text.split() for text in written["changes"]]
    changes = [(kind, int(a), int(b), *(name or [""])) for _, kind, a, b, *name in rows]
    return replay(network, changes), [1, *(int(row[0]) for row in rows)]


def evolution(source: Topologies | Outcome, dataset: Dataset) -> Evolution:
    """The line of the first network that was found, now or in a shipped result."""
    numbers = numbers_of(source)
    networks, born = read_line(numbers["line"])
    line = source.provenance.line()
    return topologies.evolution_of(networks, born, numbers["generations"], dataset, line)


def one_weight(source: Topologies | Outcome, dataset: Dataset) -> OneWeight:
    """The first network that was found under every weight of a slider, measured now."""
    network = read_line(numbers_of(source)["line"])[0][-1]
    line = source.provenance.line()
    return topologies.under_one_weight(network, control(), dataset, line)


def numbers_of(source: Topologies | Outcome) -> dict[str, Any]:
    """The numbers of a result, measured just now or read from a file."""
    return source.numbers if isinstance(source, Outcome) else source.numbers()


def _judge(numbers: dict[str, Any]) -> tuple[Check, ...]:
    """The criteria, fixed before the runs."""
    test = {name: np.array(values) for name, values in numbers["test"].items()}
    mean, gain = test["random"], test["ensemble"].mean() - test["random"].mean()
    ahead = mean.mean() - test["unselected"].mean()
    return (
        Check("a random weight: at least 60 % in every search", spread(mean),
              bool(mean.min() >= 0.6)),
        Check("six weights together: at least 8 points more", points(gain), bool(gain >= 0.08)),
        Check("fully connected with one weight: at most 35 %", spread(test["fully connected"]),
              bool(test["fully connected"].max() <= 0.35)),
        Check("at least 20 points ahead of networks that were not selected", points(ahead),
              bool(ahead >= 0.2)),
    )  # fmt: skip


WEIGHT_AGNOSTIC = Claim(
    key="weight_agnostic",
    title="A topology that works with any one weight",
    paper="Gaier and Ha 2019, arXiv:1906.04358",
    says=(
        "on MNIST a searched topology reads 82.0 % with a random shared weight, 91.6 % with "
        "several weights together, 91.9 % with the best one."
    ),
    dataset="digits",
    experiment=search_topologies,
    judge=_judge,
)
