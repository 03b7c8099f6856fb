"""How much can be cut at once, without any repair? Accuracy against sparsity, with a control."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from torch import Tensor, nn

from nc_teach import pruning, training
from nc_teach.claims import Result, local, measured, with_bar
from nc_teach.claims.network_pruning.granularity import single_weights
from nc_teach.common.spread import percent
from nc_teach.data import Dataset
from nc_teach.table import Table

SPARSITIES = (*(i / 20 for i in range(20)), 0.98)
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

    def table(self, sparsities: Sequence[float] = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95)) -> Table:
        """Test accuracy at a few sparsities, mean and standard deviation over the networks."""
        rows = tuple(
            (
                f"{100 * s:.0f} %",
                *(percent(self.test[c][:, self.sparsities.index(s)]) for c in self.test),
            )
            for s in sparsities
        )
        note = (
            f"Test accuracy of {len(self.seeds)} networks, mean ± standard deviation. "
            f"{self.provenance.line()}"
        )
        return Table(("removed", *(NAMES.get(c, c) for c in self.test)), rows, (note,))


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
    shape = (len(networks), len(sparsities))
    validation = {criterion: np.zeros(shape) for criterion in functions}
    test = {criterion: np.zeros(shape) for criterion in functions}
    shown = dataset.test.subset(examples)
    read = {c: np.zeros((len(sparsities), examples), dtype=int) for c in functions}
    jobs = [(row, seed, c) for row, seed in enumerate(networks) for c in functions]
    for row, seed, criterion in with_bar(jobs, "curve"):
        scores = functions[criterion](networks[seed], seed)
        for column, sparsity in enumerate(sparsities):
            pruned = remove(networks[seed], scores, sparsity)
            validation[criterion][row, column] = training.accuracy(pruned, dataset.validation)
            test[criterion][row, column] = training.accuracy(pruned, dataset.test)
            if row == 0:
                outputs = training.predictions(pruned, shown)
                read[criterion][column] = outputs.argmax(dim=1).numpy()
    return PruningCurve(
        sparsities=tuple(sparsities),
        seeds=tuple(networks),
        test=test,
        validation=validation,
        examples=shown.images.cpu().numpy(),
        labels=shown.labels.cpu().numpy(),
        read=read,
    )


def criteria_named(criteria: Sequence[str] | Mapping[str, Criterion]) -> dict[str, Criterion]:
    """The functions by name; "magnitude" and "random" are known. ``ValueError`` for another."""
    if isinstance(criteria, Mapping):
        return dict(criteria)
    known: dict[str, Criterion] = {
        "magnitude": lambda net, seed: pruning.magnitude(net),
        "random": lambda net, seed: pruning.random(net, seed),
    }
    for name in criteria:
        if name not in known:
            raise ValueError(f"criterion must be one of {', '.join(known)}, got {name!r}")
    return {name: known[name] for name in criteria}
