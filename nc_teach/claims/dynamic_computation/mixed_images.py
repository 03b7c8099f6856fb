"""Where paths could pay: real images of which half need depth and half need none.

On Fashion-MNIST gates and policies took the same blocks for every image (``skipnet_images`` and
``block_drop_images``). Two explanations are possible: the methods cannot do better, or these images
give them nothing to do. So here is a data set in which there is something to do. Half of its images
are clothes turned by any angle, which more blocks read better; the other half are handwritten
digits, all of one class ("no clothes"), which one block recognises.

Three ways to learn the paths, each at a few prices of a block. On *validation* data each way
chooses the price with the fewest blocks that loses at most a point against the network with all of
its blocks; if none does, the most accurate one. Controls, trained for as long: blocks kept at
random; every image on the path of another; a ``static`` network of as many blocks, rounded up; and
the ``best subset`` of as many of the trained network's blocks, chosen on validation data.

``by_depth`` says what there is to gain: networks of 1, 2, 4 and 6 blocks, without gates, on the two
halves of these images and on Fashion-MNIST as it is. ``plain`` is the same gates on Fashion-MNIST,
with their prices chosen by the same rule.

The criteria were set before the runs, the prices after a trial with a seed that is not among them.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from nc_teach import training
from nc_teach.claims import Check, Claim, Table, check, each_seed, measured
from nc_teach.common.spread import percent
from nc_teach.data import Dataset
from nc_teach.dynamic.skipping import Blocks

from . import block_drop, routing
from .priced import cheapest, path_of
from .routes import SHOWN, Routes, all_blocks, longer
from .settings import BLOCKS, IMAGES, Setting
from .turned_clothes import mixed

DEPTHS = (1, 2, 4, BLOCKS)
OTHERS = "ahead of the paths of other images by"
GATES = ("straight-through", "SP + REINFORCE")
PRICES = {  # of a block in nats; for BlockDrop the penalty of a wrong answer
    "straight-through": (0.05, 0.2),
    "SP + REINFORCE": (0.05, 0.2),
    "BlockDrop": (1.0, 4.0),
}


MIXED = replace(
    IMAGES,
    name="turned clothes and digits",
    data=mixed,
    kinds=lambda split: (split.labels < 10).long(),
    names=("no clothes", "clothes"),
    epochs=(10, 3, 7),
    batch=100,
)


@dataclass(frozen=True, kw_only=True)
class MixedImages(Routes):
    """Routes, and what there was to gain.

    ``measures`` has the mean blocks of each half as well, ``easy`` and ``hard``, and the ``price``
    that was chosen. ``by_depth[kind]`` is the test accuracy of networks of :data:`DEPTHS` blocks
    without gates, seeds x depths, for both halves of these images and for Fashion-MNIST.
    ``plain[way]`` has ``accuracy``, ``others``, ``blocks`` and ``distinct`` of gates that learned
    Fashion-MNIST, one number per seed.
    """

    columns = ("blocks", "easy", "hard", "accuracy", "random", "others", "static", "subset")

    by_depth: dict[str, np.ndarray]
    plain: dict[str, dict[str, np.ndarray]]

    def against_fixed(self) -> dict[str, np.ndarray]:
        """By way: its accuracy less that of the better fixed choice of equal cost, a seed each."""
        static, subset = self.measures["static"], self.measures["subset"]
        return {
            way: accuracy - np.maximum(static[way], subset[way])
            for way, accuracy in self.accuracy.items()
        }

    def in_words(self) -> str:
        """How many blocks each half takes, and whether that pays."""
        easy, hard = self.measures["easy"], self.measures["hard"]
        parts = [
            f"{way} {hard[way].mean():.1f} for {self.names[1]} and {easy[way].mean():.1f} for "
            f"{self.names[0]} ({100 * lead.mean():+.1f} points against the better fixed choice)"
            for way, lead in self.against_fixed().items()
        ]
        return f"Blocks: {', '.join(parts)}."

    def depth_table(self) -> Table:
        """A row per kind of image, a column per number of blocks."""
        rows = [(kind, *map(percent, runs.T)) for kind, runs in self.by_depth.items()]
        heads = ("images", *(f"{d} block{'s' * (d > 1)}" for d in DEPTHS))
        return self.tabled(heads, rows, "Test accuracy of networks that compute all their blocks.")


@measured
def mix_images(
    dataset: Dataset,
    seeds: Sequence[int],
    *,
    setting: Setting = MIXED,
    plain: Setting = IMAGES,
    prices: Mapping[str, Sequence[float]] = PRICES,
) -> MixedImages:
    """Learn the paths in every way and from every seed, and measure on the test split."""
    runs = each_seed(lambda seed: _one_seed(dataset, seed, setting, plain, prices), seeds)
    kinds = setting.kinds(setting.data(dataset, seeds[0]).test)
    places = routing.evenly(len(kinds), SHOWN)
    return MixedImages(
        setting=setting.name,
        used={way: paths[0][places] for way, paths in runs.pop("used").items()},
        labels=kinds[places].numpy(),
        names=setting.names,
        epochs=sum(setting.epochs),
        depth=BLOCKS,
        **runs,
    )


def _one_seed(
    dataset: Dataset,
    seed: int,
    setting: Setting,
    plain: Setting,
    prices: Mapping[str, Sequence[float]],
) -> dict[str, object]:
    some, later = setting.data(dataset, seed), sum(setting.epochs[1:])
    start = all_blocks(setting, some, seed)
    whole = longer(setting, copy.deepcopy(start), some, seed, later)

    @cache
    def static(depth: int) -> Blocks:
        if depth == BLOCKS:
            return whole
        return longer(setting, all_blocks(setting, some, seed, depth), some, seed, later)

    found, paths = {}, {}
    for way in prices:
        price, net = cheapest(way, start, whole, some, seed, setting, prices[way])
        policy, kinds = path_of(net, some.test.images), setting.kinds(some.test)
        depth, used = routing.depth_of(policy), policy.double().sum(dim=1)
        found[way] = {
            "accuracy": training.accuracy(net, some.test),
            **routing.controls(net.backbone, some.test, policy),
            "static": training.accuracy(static(depth), some.test),
            **block_drop.fixed(setting, start, some, seed, depth),
            "easy": used[kinds == 0].mean().item(),
            "hard": used[kinds == 1].mean().item(),
            "price": price,
        }
        paths[way] = policy.int().numpy()
    measures = {name: {way: found[way][name] for way in prices} for name in found[way]}
    by_depth: dict[str, list[float]] = {name: [] for name in setting.names}
    for depth in DEPTHS:
        right = training.predictions(static(depth), some.test).argmax(dim=1) == some.test.labels
        for kind, name in enumerate(setting.names):
            by_depth[name].append(right[kinds == kind].double().mean().item())
    by_depth[plain.name] = [alone(plain, dataset, seed, depth) for depth in DEPTHS]
    return {
        "whole": training.accuracy(whole, some.test),
        "measures": measures,
        "used": paths,
        "by_depth": by_depth,
        "plain": on_plain(plain, dataset, seed, prices),
    }


def on_plain(
    setting: Setting, dataset: Dataset, seed: int, prices: Mapping[str, Sequence[float]]
) -> dict[str, dict[str, float]]:
    """The ways with gates, on images as they are."""
    some = setting.data(dataset, seed)
    start = all_blocks(setting, some, seed)
    whole = longer(setting, copy.deepcopy(start), some, seed, sum(setting.epochs[1:]))
    found = {}
    for way in GATES:
        _, net = cheapest(way, start, whole, some, seed, setting, prices[way])
        policy = path_of(net, some.test.images)
        all_of_it = routing.controls(net.backbone, some.test, policy)
        kept = {name: all_of_it[name] for name in ("blocks", "others", "distinct")}
        found[way] = {"accuracy": training.accuracy(net, some.test), **kept}
    return found


def alone(setting: Setting, dataset: Dataset, seed: int, depth: int) -> float:
    """Test accuracy of a network of ``depth`` blocks without gates."""
    some = setting.data(dataset, seed)
    net = longer(setting, all_blocks(setting, some, seed, depth), some, seed, setting.epochs[2])
    return training.accuracy(net, some.test)


def _judge(result: MixedImages) -> tuple[Check, ...]:
    at, checks = result.measures, []
    for way, lead in result.against_fixed().items():
        more, fit = at["hard"][way] - at["easy"][way], result.accuracy[way] - at["others"][way]
        checks += [
            check(f"{way}: more for clothes than for digits", more, least=0.5, say=_blocks),
            check(f"{way}: {OTHERS}", fit, least=0.01),
            check(f"{way}: against the better fixed choice of equal cost", lead, least=0),
        ]
    return tuple(checks)


def _blocks(count: float) -> str:
    return f"{count:.2f} blocks"


MIXED_IMAGES = Claim("mixed_images", MixedImages, mix_images, _judge, dataset="fashion")
