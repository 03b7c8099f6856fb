"""How much can be cut at once, without any repair? Accuracy against sparsity, with a control."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from nc_teach import pruning, training
from nc_teach.claims import Result, Table, each_seed, local, measured
from nc_teach.common.spread import percent, share
from nc_teach.data import Dataset

from .granularity import single_weights
from .sentences import paragraph, which

SPARSITIES = (*(i / 20 for i in range(20)), 0.98)
SHOWN = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95)  # in the table
CRITERIA = ("magnitude", "random")
NAMES = {"magnitude": "by magnitude", "random": "at random"}

Scores = Mapping[str, Tensor]
Criterion = Callable[[nn.Module, int], Scores]  # a network and its seed -> scores
Remove = Callable[[nn.Module, Scores, float], nn.Module]


@dataclass(frozen=True, kw_only=True)
class PruningCurve(Result):
    """Accuracy of every network at every sparsity, per criterion.

    ``validation[criterion]`` and ``test[criterion]`` are arrays of networks x sparsities in
    [0, 1]; ``read[criterion]`` are the classes that the first network gives the example images,
    sparsities x examples. A shipped curve has the test accuracies alone.
    """

    sparsities: tuple[float, ...]
    seeds: tuple[int, ...]
    test: dict[str, np.ndarray]
    validation: dict[str, np.ndarray] = local()
    examples: np.ndarray = local()
    labels: np.ndarray = local()
    read: dict[str, np.ndarray] = local()

    def free_lunch(self, criterion: str = "magnitude", loss: float = 0.01) -> float:
        """Largest sparsity up to which the *validation* accuracy, mean over the networks, never
        falls by more than ``loss``. Chosen on validation data, to be reported on the test split.
        """
        mean = self.validation[criterion].mean(axis=0)
        falls = np.flatnonzero(mean < mean[0] - loss)
        return self.sparsities[falls[0] - 1 if len(falls) else -1]

    def in_words(self) -> str:
        """What half of the weights is worth, and most of them, by each criterion."""
        parts = []
        for gone in (0.5, 0.9):
            place = self.sparsities.index(gone)
            read = [f"{share(t[:, place].mean())} {NAMES.get(c, c)}" for c, t in self.test.items()]
            parts.append(f"{share(gone)} removed: {', '.join(read)}")
        return f"Test accuracy without any repair, {'; '.join(parts)}."

    def meaning(self) -> str:
        """How far one can go without repair, and what the control says of it."""
        free = self.free_lunch()
        place = self.sparsities.index(free)
        ours, chance = (self.test[name][:, place] for name in ("magnitude", "random"))
        verdict = which(
            ours - chance,
            "So it is not true that any weights would do: the small ones are the ones to take.",
            "So here magnitude is worse than taking any weights, which you should not believe "
            "before you have run it with more seeds.",
            "So in this run we cannot say that magnitude is better than chance.",
        )
        return paragraph(
            f"On validation data {share(free)} of the weights can go before more than one point is "
            f"lost. On the test split, which had no part in that choice, the networks then read "
            f"{percent(ours)} of the digits; with as many weights removed at random, "
            f"{percent(chance)}.",
            verdict,
        )

    def table(self) -> Table:
        """Test accuracy at a few sparsities, mean and standard deviation over the networks."""
        places = [self.sparsities.index(s) for s in SHOWN]
        rows = tuple(
            (f"{100 * s:.0f} %", *(percent(test[:, place]) for test in self.test.values()))
            for s, place in zip(SHOWN, places, strict=True)
        )
        note = f"Test accuracy of {len(self.seeds)} networks, mean ± standard deviation."
        return self.tabled(("removed", *(NAMES.get(c, c) for c in self.test)), rows, note)


@measured
def one_shot_curve(
    networks: Mapping[int, nn.Module],
    dataset: Dataset,
    *,
    sparsities: Sequence[float] = SPARSITIES,
    criteria: Sequence[str] | Mapping[str, Criterion] = CRITERIA,
    remove: Remove = single_weights,
    examples: int = 16,
) -> PruningCurve:
    """Prune copies of every network at every sparsity, without training, and measure them.

    ``networks`` maps a seed to a trained network; the seed also draws the random control.
    ``criteria`` are "magnitude" and "random", or functions of network and seed by name. ``remove``
    is :func:`~.granularity.single_weights` or :func:`~.granularity.whole_neurons`.
    """
    functions = criteria_named(criteria)
    shown = dataset.test.subset(examples)

    def measure(seed: int) -> dict[str, Any]:
        net = networks[seed]
        found: dict[str, dict[str, Any]] = {"validation": {}, "test": {}, "read": {}}
        for name, criterion in functions.items():
            scores = criterion(net, seed)
            cuts = [remove(net, scores, sparsity) for sparsity in sparsities]
            found["validation"][name] = [training.accuracy(cut, dataset.validation) for cut in cuts]
            found["test"][name] = [training.accuracy(cut, dataset.test) for cut in cuts]
            read = [training.predictions(cut, shown).argmax(dim=1) for cut in cuts]
            found["read"][name] = torch.stack(read).numpy()
        return found

    found = each_seed(measure, list(networks))
    return PruningCurve(
        sparsities=tuple(sparsities),
        seeds=tuple(networks),
        test=found["test"],
        validation=found["validation"],
        examples=shown.images.cpu().numpy(),
        labels=shown.labels.cpu().numpy(),
        read={name: read[0] for name, read in found["read"].items()},
    )


def criteria_named(criteria: Sequence[str] | Mapping[str, Criterion]) -> dict[str, Criterion]:
    """The functions by name; "magnitude" and "random" are known. ``ValueError`` for another."""
    if isinstance(criteria, Mapping):
        return dict(criteria)
    known: dict[str, Criterion] = {
        "magnitude": lambda net, seed: pruning.magnitude(net),
        "random": pruning.random,
    }
    for name in criteria:
        if name not in known:
            raise ValueError(f"criterion must be one of {', '.join(known)}, got {name!r}")
    return {name: known[name] for name in criteria}
