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

from nc_teach import pruning, training
from nc_teach.claims.claim import Check, Claim, Provenance, measured_now
from nc_teach.claims.running import spread, stopping_as_a_whole, with_bar
from nc_teach.claims.why_pruning.untrained import CRITERIA, Criterion, Pair, scores_of, train_pair
from nc_teach.data import Dataset
from nc_teach.pruning.supermask import masked
from nc_teach.table import Table

KEEPS = tuple(k / 20 for k in range(1, 21))
VALUES = {"signed constant": True, "as initialised": False}  # of the kept weights
JUDGED = 0.4  # the share kept at which the criterion was set


@dataclass(frozen=True)
class Supermasks:
    """Accuracy of untrained networks in [0, 1] by the share of the weights kept in every layer.

    ``test[values][criterion]`` and ``validation`` are networks x keeps, where values is "signed
    constant" or "as initialised"; ``read[values][criterion]`` is what the first network reads in
    the examples, keeps x examples. ``trained`` is the accuracy of the trained twins.
    """

    keeps: tuple[float, ...]
    seeds: tuple[int, ...]
    test: dict[str, dict[str, np.ndarray]]
    validation: dict[str, dict[str, np.ndarray]]
    trained: np.ndarray
    examples: np.ndarray
    labels: np.ndarray
    read: dict[str, dict[str, np.ndarray]]
    provenance: Provenance

    def numbers(self) -> dict[str, Any]:
        """The accuracies as plain lists, for a file."""
        return {
            "keeps": list(self.keeps), "seeds": list(self.seeds),
            "trained": self.trained.round(4).tolist(),
            "test": {v: {c: a.round(4).tolist() for c, a in by.items()}
                     for v, by in self.test.items()},
        }  # fmt: skip

    def table(self, keep: float = JUDGED) -> Table:
        """A row per criterion: with the signed constant and as initialised, at one share kept."""
        place = self.keeps.index(keep)
        rows = tuple(
            (criterion, *(spread(self.test[values][criterion][:, place]) for values in VALUES))
            for criterion in CRITERIA
        )
        note = (
            f"Test accuracy of {len(self.seeds)} networks that were never trained, "
            f"{100 * keep:.0f} % of every layer kept, mean ± standard deviation. "
            f"Their trained twins: {spread(self.trained)}. {self.provenance.line()}"
        )
        return Table(("kept by", *VALUES), rows, (note,))


def untrained_masks(
    dataset: Dataset,
    seeds: Sequence[int] = (0, 1, 2),
    *,
    keeps: Sequence[float] = KEEPS,
    examples: int = 16,
) -> Supermasks:
    """Train a twin a seed, score, and measure the untrained network under every mask."""
    started = time.perf_counter()
    with stopping_as_a_whole():
        pairs = [train_pair(dataset, seed) for seed in with_bar(seeds, "network")]
        test, validation, read = measure_masks(pairs, dataset, keeps, examples)
    shown = dataset.test.subset(examples)
    return Supermasks(
        tuple(keeps), tuple(seeds), test, validation,
        np.array([training.accuracy(pair.final, dataset.test) for pair in pairs]),
        shown.images.cpu().numpy(), shown.labels.cpu().numpy(), read,
        measured_now("untrained_masks", time.perf_counter() - started),
    )  # fmt: skip


def measure_masks(
    pairs: Sequence[Pair], dataset: Dataset, keeps: Sequence[float], examples: int
) -> tuple[dict, dict, dict]:
    """Test accuracy, validation accuracy, and what the first network reads in the examples."""
    shape = (len(pairs), len(keeps))
    test, validation = (
        {v: {c: np.zeros(shape) for c in CRITERIA} for v in VALUES} for _ in range(2)
    )
    read = {v: {c: np.zeros((len(keeps), examples), dtype=int) for c in CRITERIA} for v in VALUES}
    jobs = [(values, name) for values in VALUES for name in CRITERIA]
    for values, name in with_bar(jobs, "curve"):
        for row, pair in enumerate(pairs):
            nets = masked_networks(pair, CRITERIA[name], keeps, VALUES[values])
            for column, net in enumerate(nets):
                test[values][name][row, column] = training.accuracy(net, dataset.test)
                validation[values][name][row, column] = training.accuracy(net, dataset.validation)
                if row == 0:
                    outputs = training.predictions(net, dataset.test.subset(examples))
                    read[values][name][column] = outputs.argmax(dim=1).numpy()
    return test, validation, read


def masked_networks(
    pair: Pair, criterion: Criterion, keeps: Sequence[float], constant: bool
) -> list[Any]:
    """The untrained network under the criterion's mask at every share."""
    scores = scores_of(pair, criterion)
    return [
        masked(pair.initial, pruning.select(scores, 1 - keep, "layer"), constant=constant)
        for keep in keeps
    ]


def best_keep(validation: Mapping[str, np.ndarray], criterion: str, keeps: Sequence[float]) -> int:
    """The place of the share kept that is best on validation images, mean over the networks."""
    return int(validation[criterion].mean(axis=0).argmax())


def _judge(numbers: dict[str, Any]) -> tuple[Check, ...]:
    place = numbers["keeps"].index(JUDGED)
    at = {
        values: {name: np.array(rows)[:, place] for name, rows in by.items()}
        for values, by in numbers["test"].items()
    }
    constant, drawn = at["signed constant"], at["as initialised"]
    same, chance = constant["large final, same sign"], constant["random"]
    gain = same.mean() - drawn["large final, same sign"].mean()
    return (
        Check(f"{100 * JUDGED:.0f} % kept, signed constant: at least 75 % in every network",
              spread(same), bool(same.min() >= 0.75)),
        Check("a random mask of the same size: at most 20 %", spread(chance),
              bool(chance.max() <= 0.2)),
        Check("the constant is better than the initial values",
              f"{100 * gain:+.2f} points", bool(gain > 0)),
    )  # fmt: skip


SUPERMASKS = Claim(
    key="supermasks",
    title="Masks that make an untrained network work",
    paper="Zhou, Lan, Liu, Yosinski (2019), Deconstructing Lottery Tickets, arXiv:1905.01067",
    says=(
        "a mask of large final weights that kept their sign, on a network of signed constants that "
        "was never trained, reads 86 % of MNIST"
    ),
    dataset="mnist",
    experiment=untrained_masks,
    judge=_judge,
)
