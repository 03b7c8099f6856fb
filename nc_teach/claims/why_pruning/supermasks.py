"""Zhou et al. (2019): masks that make an untrained network work, by criterion.

A network is trained only to score its weights; then it is thrown away, and the masks are put on its
untrained twin. Two controls, random masks and those of the largest initial weights, know nothing of
the training.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nc_teach import training
from nc_teach.claims.claim import Check, Claim, Outcome, Provenance, measured_now
from nc_teach.claims.running import points, spread, stopping_as_a_whole, with_bar
from nc_teach.claims.why_pruning.untrained import CRITERIA, Pair, masked_networks, train_pair
from nc_teach.data import Dataset, Split
from nc_teach.table import Table

KEEPS = tuple(k / 20 for k in range(1, 21))
VALUES = {"signed constant": True, "as initialised": False}  # of the kept weights
JUDGED = 0.4  # the share kept at which the criterion was set
EXAMPLES = 16
CONTROLS = ("random", "large initial")
Curves = dict[str, dict[str, np.ndarray]]  # values -> criterion -> array


@dataclass(frozen=True)
class Supermasks:
    """Accuracy of untrained networks in [0, 1] by the share of the weights kept in every layer.

    ``test[values][criterion]`` is networks x keeps, where values is "signed constant" or "as
    initialised"; ``read[values][criterion]`` is what the first network reads in the examples,
    keeps x examples. ``trained`` is the accuracy of the trained twins.
    """

    keeps: tuple[float, ...]
    seeds: tuple[int, ...]
    test: Curves
    read: Curves
    trained: np.ndarray
    examples: np.ndarray
    labels: np.ndarray
    provenance: Provenance

    def numbers(self) -> dict[str, Any]:
        """The accuracies and what was read as plain lists and texts, for a file."""
        return {
            "keeps": list(self.keeps),
            "seeds": list(self.seeds),
            "trained": self.trained.round(4).tolist(),
            "test": _each(self.test, lambda array: array.round(4).tolist()),
            "read": _each(self.read, lambda rows: ["".join(map(str, row)) for row in rows]),
        }

    def table(self, keep: float = JUDGED) -> Table:
        """A row per criterion: with the signed constant and as initialised, at one share kept."""
        place = self.keeps.index(keep)
        rows = tuple(
            (criterion, *(spread(self.test[values][criterion][:, place]) for values in VALUES))
            for criterion in CRITERIA
        )
        note = (
            f"Test accuracy of networks that were never trained (seeds {_listed(self.seeds)}), "
            f"{100 * keep:.0f} % of every layer kept. Their trained twins: "
            f"{spread(self.trained)}. {self.provenance.line()}"
        )
        return Table(("kept by", *VALUES), rows, (note,))


def untrained_masks(
    dataset: Dataset,
    seeds: Sequence[int] = (0, 1, 2),
    *,
    keeps: Sequence[float] = KEEPS,
    images: int | None = None,
) -> Supermasks:
    """Train a twin a seed, score, and measure the untrained network under every mask.

    ``images`` is how many of the test images are used (all by default).
    """
    started = time.perf_counter()
    test = dataset.test if images is None else dataset.test.subset(images)
    with stopping_as_a_whole():
        pairs = [train_pair(dataset, seed) for seed in with_bar(seeds, "network")]
        curves, read = measure_masks(pairs, test, keeps)
    return Supermasks(
        tuple(keeps), tuple(seeds), curves, read,
        np.array([training.accuracy(pair.final, test) for pair in pairs]),
        *_examples(dataset), measured_now("untrained_masks", time.perf_counter() - started),
    )  # fmt: skip


def measure_masks(
    pairs: Sequence[Pair], test: Split, keeps: Sequence[float]
) -> tuple[Curves, Curves]:
    """The accuracies, and what the first network reads in the first images."""
    curves: Curves = {values: {} for values in VALUES}
    read: Curves = {values: {} for values in VALUES}
    for values, criterion in with_bar([(v, c) for v in VALUES for c in CRITERIA], "curve"):
        answers = [
            [training.predictions(net, test).argmax(dim=1) for net in nets]
            for nets in (masked_networks(p, criterion, keeps, VALUES[values]) for p in pairs)
        ]
        curves[values][criterion] = np.array(
            [[(a == test.labels.cpu()).double().mean().item() for a in row] for row in answers]
        )
        read[values][criterion] = np.array([a[:EXAMPLES].tolist() for a in answers[0]])
    return curves, read


def shipped_masks(outcome: Outcome, dataset: Dataset) -> Supermasks:
    """The result as it was measured, from the file that ships with the package."""
    numbers = outcome.numbers
    return Supermasks(
        tuple(numbers["keeps"]), tuple(numbers["seeds"]),
        _each(numbers["test"], np.array),
        _each(numbers["read"], lambda rows: np.array([[int(c) for c in row] for row in rows])),
        np.array(numbers["trained"]), *_examples(dataset), outcome.provenance,
    )  # fmt: skip


def _examples(dataset: Dataset) -> tuple[np.ndarray, np.ndarray]:
    shown = dataset.test.subset(min(EXAMPLES, len(dataset.test)))
    return shown.images.cpu().numpy(), shown.labels.cpu().numpy()


def _each(curves: Mapping[str, Mapping[str, Any]], change: Any) -> dict[str, dict[str, Any]]:
    return {v: {c: change(array) for c, array in by.items()} for v, by in curves.items()}


def _listed(seeds: Sequence[int]) -> str:
    return ", ".join(map(str, seeds))


def _judge(numbers: dict[str, Any]) -> tuple[Check, ...]:
    place = numbers["keeps"].index(JUDGED)
    at = _each(numbers["test"], lambda rows: np.array(rows)[:, place])
    constant, drawn = at["signed constant"], at["as initialised"]
    same = constant["large final, same sign"]
    gain = same.mean() - drawn["large final, same sign"].mean()
    controls = np.concatenate([by[name] for by in at.values() for name in CONTROLS])
    return (
        Check(f"{100 * JUDGED:.0f} % kept, signed constant: at least 75 % in every network",
              spread(same), bool(same.min() >= 0.75)),
        Check("masks that know nothing of the training, as many kept: at most 20 %",
              f"largest {100 * controls.max():.2f} %", bool(controls.max() <= 0.2)),
        Check("the constant is better than the initial values", points(gain), bool(gain > 0)),
    )  # fmt: skip


SUPERMASKS = Claim(
    key="supermasks",
    title="Masks that make an untrained network work",
    paper="Zhou et al. 2019, arXiv:1905.01067",
    says=(
        "a mask of large final weights that kept their sign, on a network of signed constants that "
        "was never trained, reads 86 % of MNIST."
    ),
    dataset="mnist",
    experiment=untrained_masks,
    judge=_judge,
)
