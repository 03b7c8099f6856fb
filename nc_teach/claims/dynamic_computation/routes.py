"""The result of an experiment on paths: every way to learn them, and its controls."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from nc_teach.claims import Claim, Result, measured, with_bar
from nc_teach.claims.dynamic_computation import routing
from nc_teach.claims.dynamic_computation.settings import PLANE, Setting
from nc_teach.common.spread import percent
from nc_teach.data import Dataset
from nc_teach.table import Table

SHOWN = 300  # test inputs whose paths are kept
COLUMNS = {
    "blocks": "blocks",
    "accuracy": "accuracy",
    "random": "random",
    "others": "another's",
    "static": "static",
    "subset": "best subset",
    "deviation": "gates differ",
    "distinct": "paths",
}


@dataclass(frozen=True, kw_only=True)
class Routes(Result):
    """``measures[name][way]`` is one number per seed.

    ``accuracy``, ``random``, ``others`` (on another input's path), ``static`` (a shorter network)
    and ``subset`` (the best fixed blocks, where measured) are test accuracies in [0, 1]; ``blocks``
    the mean number used, ``deviation`` the standard deviation of the gates, ``distinct`` the number
    of paths. ``whole`` is the accuracy with all blocks. ``used[way]`` are the paths of some test
    inputs in the first seed's network, inputs x ``depth`` blocks; ``labels`` are their kinds, of
    which ``names`` has the names.
    """

    setting: str
    measures: dict[str, dict[str, np.ndarray]]
    whole: np.ndarray
    used: dict[str, np.ndarray]
    labels: np.ndarray
    names: tuple[str, ...]
    epochs: int
    depth: int

    @property
    def input(self) -> str:
        """What an input is: a "point" of the plane, or an "image"."""
        return "point" if self.setting == PLANE.name else "image"

    @property
    def accuracy(self) -> dict[str, np.ndarray]:
        return self.measures["accuracy"]

    @property
    def random(self) -> dict[str, np.ndarray]:
        return self.measures["random"]

    @property
    def blocks(self) -> dict[str, np.ndarray]:
        return self.measures["blocks"]

    def table(self) -> Table:
        """A row per way to learn, with its controls."""
        columns = [name for name in COLUMNS if name in self.measures]
        first = {"blocks": str(self.depth), "accuracy": percent(self.whole)}
        rows = [("all blocks", *(first.get(name, "") for name in columns))]
        for way in self.accuracy:
            rows.append((way, *(_cell(name, self.measures[name][way]) for name in columns)))
        note = (
            f"{self.setting}: test accuracy, mean ± standard deviation of {len(self.whole)} runs. "
            f"Random, another's and static cost as many blocks (static: rounded up); "
            f"what decides is not counted as a block. "
            f"{self.provenance.line()}"
        )
        return Table(("learned by", *(COLUMNS[name] for name in columns)), tuple(rows), (note,))


@measured
def race(
    one: Callable[[int], dict[str, Any]],
    dataset: Dataset,
    seeds: Sequence[int],
    setting: Setting,
    ways: Sequence[str],
    epochs: int,
) -> Routes:
    """What ``one(seed)`` measures, for every seed: "whole", and for every way its numbers and its
    "policy", the paths on the test split.
    """
    runs = [one(seed) for seed in with_bar(seeds, "seed")]
    shown = setting.kinds(setting.data(dataset, seeds[0]).test)
    places = routing.evenly(len(shown), SHOWN)
    used = {way: runs[0][way]["policy"][places].int().numpy() for way in ways}
    return Routes(
        setting=setting.name,
        measures=gather(runs, ways),
        whole=np.array([run["whole"] for run in runs]),
        used=used,
        labels=shown[places].numpy(),
        names=setting.names,
        epochs=epochs,
        depth=used[ways[0]].shape[1],
    )


def check_ways(ways: Sequence[str], known: Sequence[str]) -> None:
    """Raise ``ValueError`` unless ``ways`` are some of the known ones."""
    if not ways or set(ways) - set(known):
        raise ValueError(f"ways must be among {', '.join(known)}, got {list(ways)}")


def on_images(claim: Claim[Routes], experiment: Any) -> Claim[Routes]:
    """The same claim, its criterion included, on Fashion-MNIST instead of the plane."""
    key = f"{claim.key}_images"
    return replace(claim, key=key, experiment=experiment, dataset="fashion")


def gather(runs: Sequence[dict[str, Any]], ways: Sequence[str]) -> dict[str, dict[str, np.ndarray]]:
    """The measures of several seeds: way -> name -> number, a dictionary each."""
    names = [name for name in COLUMNS if name in runs[0][ways[0]]]
    return {n: {way: np.array([run[way][n] for run in runs]) for way in ways} for n in names}


def _cell(name: str, values: np.ndarray) -> str:
    if name == "distinct":
        return ", ".join(f"{n:.0f}" for n in values)
    return f"{values.mean():.2f}" if name in ("blocks", "deviation") else percent(values)
