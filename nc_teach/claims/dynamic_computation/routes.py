"""The result of an experiment on paths: every way to learn them, and its controls."""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import numpy as np
from torch import Tensor

from nc_teach import training
from nc_teach.claims import Result, Table, each_seed, measured
from nc_teach.common.spread import percent
from nc_teach.data import Dataset
from nc_teach.dynamic.blockdrop import BlockDrop
from nc_teach.dynamic.skipnet import SkipNet
from nc_teach.dynamic.skipping import Blocks

from . import routing
from .settings import BLOCKS, PLANE, Setting

Learn = Callable[[str, Blocks, Dataset, int], tuple[SkipNet | BlockDrop, Tensor]]
SHOWN = 300  # test inputs whose paths are kept
COLUMNS = {
    "blocks": "blocks",
    "easy": "easy",
    "hard": "hard",
    "accuracy": "accuracy",
    "random": "random",
    "others": "another's",
    "static": "static",
    "subset": "best subset",
    "deviation": "gates differ",
    "distinct": "paths",
}

COUNTED = ("blocks", "easy", "hard", "deviation")  # not shares


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

    unit = "block"  # what block_heat calls a column
    columns = tuple(COLUMNS)  # the measures that a table shows

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
    def mean_used(self) -> dict[str, np.ndarray]:
        """Mean number of blocks that an input takes, by way, one number per seed."""
        return self.measures["blocks"]

    def in_words(self) -> str:
        """The first way to learn, beside all blocks and a static network, and is it dynamic?"""
        way = next(iter(self.accuracy))
        at = {name: by_way[way].mean() for name, by_way in self.measures.items()}
        lost = 100 * (self.accuracy[way] - self.measures["others"][way]).mean()
        fit = f"loses {lost:.1f} points" if lost >= 0.1 else "does as well"
        return (
            f"{way}: {at['blocks']:.1f} of {self.depth} blocks, {100 * at['accuracy']:.1f} % "
            f"right; all blocks {100 * self.whole.mean():.1f} %, a static network of the same cost "
            f"{100 * at['static']:.1f} %; the path of another {self.input} {fit}."
        )

    def table(self) -> Table:
        """A row per way to learn, with its controls."""
        first = dict.fromkeys(("blocks", "easy", "hard"), str(self.depth))
        first["accuracy"] = percent(self.whole)
        shown = {name: self.measures[name] for name in self.columns if name in self.measures}
        rows = [
            ("all blocks", *(first.get(name, "") for name in shown)),
            *(
                (way, *(_cell(name, by_way[way]) for name, by_way in shown.items()))
                for way in self.accuracy
            ),
        ]
        note = (
            f"{self.setting}: test accuracy, mean ± standard deviation of {len(self.whole)} runs. "
            f"Random, another's and static cost as many blocks (static: rounded up); "
            f"what decides is not counted as a block."
        )
        return self.tabled(("learned by", *(COLUMNS[name] for name in shown)), rows, note)


@measured
def race(
    learn: Learn,
    dataset: Dataset,
    seeds: Sequence[int],
    setting: Setting,
    ways: Sequence[str],
    epochs: int,
    also: Callable[..., dict[str, float]] = lambda start, data, seed, depth: {},
) -> Routes:
    """Every way to learn from every seed, and its controls, measured on the test split.

    ``learn(way, start, data, seed)`` gives a trained network, and its paths on the test split;
    ``epochs`` are what that takes beyond ``start``, which has learned with all of its blocks. For
    as long the networks without gates are trained on. ``also(start, data, seed, depth)`` measures
    further controls with ``depth`` blocks.
    """
    one = partial(_one_seed, learn, dataset, setting, ways, epochs, also)
    runs = each_seed(one, seeds)
    kinds = setting.kinds(setting.data(dataset, seeds[0]).test)
    places = routing.evenly(len(kinds), SHOWN)
    used = {way: paths[0][places] for way, paths in runs.pop("used").items()}
    return Routes(
        setting=setting.name,
        used=used,
        labels=kinds[places].numpy(),
        names=setting.names,
        epochs=setting.epochs[0] + epochs,
        depth=BLOCKS,
        **runs,
    )


def _one_seed(
    learn: Learn,
    dataset: Dataset,
    setting: Setting,
    ways: Sequence[str],
    epochs: int,
    also: Callable[..., dict[str, float]],
    seed: int,
) -> dict[str, Any]:
    """Accuracy with all blocks, and by way what was measured and the paths."""
    data = setting.data(dataset, seed)
    start = all_blocks(setting, data, seed)
    whole = longer(setting, copy.deepcopy(start), data, seed, epochs)

    @cache
    def same_cost(depth: int) -> dict[str, float]:
        static = longer(setting, all_blocks(setting, data, seed, depth), data, seed, epochs)
        return {"static": training.accuracy(static, data.test), **also(start, data, seed, depth)}

    found, paths = {}, {}
    for way in ways:
        net, policy = learn(way, start, data, seed)
        found[way] = {
            "accuracy": training.accuracy(net, data.test),
            **routing.controls(net.backbone, data.test, policy),
            **same_cost(routing.depth_of(policy)),
        }
        paths[way] = policy.int().numpy()
    names = [name for name in COLUMNS if name in found[ways[0]]]
    measures = {name: {way: found[way][name] for way in ways} for name in names}
    return {"whole": training.accuracy(whole, data.test), "measures": measures, "used": paths}


def all_blocks(setting: Setting, data: Dataset, seed: int, blocks: int = BLOCKS) -> Blocks:
    """A residual network that has learned with all of its blocks."""
    net = setting.network(len(data.classes), blocks, seed)
    how = {"lr": setting.first, "batch_size": setting.batch}
    return routing.train(net, data, seed, setting.epochs[0], **how)


def longer(
    setting: Setting, net: Blocks, data: Dataset, seed: int, epochs: int, **options: Any
) -> Blocks:
    """The same network, trained on for ``epochs``."""
    options = {"lr": setting.later, "batch_size": setting.batch, **options}
    return routing.train(net, data, 1000 + seed, epochs, **options)


def check_ways(ways: Sequence[str], known: Sequence[str]) -> None:
    """Raise ``ValueError`` unless ``ways`` are some of the known ones."""
    if not ways or set(ways) - set(known):
        raise ValueError(f"ways must be among {', '.join(known)}, got {list(ways)}")


def _cell(name: str, values: np.ndarray) -> str:
    if name == "distinct":
        return ", ".join(f"{n:.0f}" for n in values)
    return f"{values.mean():.2f}" if name in COUNTED else percent(values)
