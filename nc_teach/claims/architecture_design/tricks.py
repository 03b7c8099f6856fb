"""One trick at a time: a network, and the same network without it.

SqueezeNet without its Fire modules, MobileNet without separable convolutions, a plain network with
ghosts (and, as a control, a plain one of the same MACs), ShuffleNet without its shuffle. Small
forms on Fashion-MNIST. The criteria for Fire modules and ghosts are those that were set for the
course before any run; the others follow the papers' tables, mildly, and were set before the run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from nc_teach.architecture import MobileNetV1, ShuffleNetV1, SqueezeNet
from nc_teach.claims.architecture_design import networks
from nc_teach.claims.architecture_design.compared import Compared, compare
from nc_teach.claims.claim import Check, Claim
from nc_teach.claims.running import points
from nc_teach.data import Dataset

Judge = Callable[[dict[str, Any]], tuple[Check, ...]]
EPOCHS = 8
FEW = 2  # where the networks take minutes an epoch
FIRES = {"Fire modules": SqueezeNet.small, "plain 3 x 3": networks.plain_squeezenet}
SEPARABLE = {"separable": MobileNetV1.small, "full 3 x 3": networks.plain_mobilenet}
GHOSTS = {
    "half of them ghosts": networks.ghost_network,
    "no ghosts": networks.plain_network,
    "no ghosts, same MACs": partial(networks.plain_network, layers=networks.NARROW),
}
SHUFFLES = {
    f"{groups} groups, {'shuffled' if shuffle else 'not shuffled'}": partial(
        ShuffleNetV1.small, groups=groups, shuffle=shuffle
    )
    for groups in (2, 8)
    for shuffle in (True, False)
}


def without_the_trick(
    pair: Mapping[str, networks.Make],
    dataset: Dataset,
    seeds: Sequence[int],
    *,
    epochs: int = EPOCHS,
    **rates: Any,
) -> Compared:
    """Train every network of :data:`FIRES`, :data:`SEPARABLE`, :data:`GHOSTS` or so."""
    return compare(pair, dataset, seeds, epochs=epochs, **rates)


def _mean(numbers: dict[str, Any]) -> dict[str, float]:
    means = np.mean(numbers["accuracy"], axis=0).tolist()
    return dict(zip(numbers["names"], means, strict=True))


def _share(numbers: dict[str, Any], what: str) -> float:
    """Of the first network against the second."""
    return numbers[what][0] / numbers[what][1]


def _loss(numbers: dict[str, Any]) -> float:
    first, second, *_ = _mean(numbers).values()
    return first - second


def _at_most(share: float, limit: float, what: str) -> Check:
    return Check(f"at most {limit:g} of the {what}", f"{share:.3f}", share <= limit)


def _judge_fires(numbers: dict[str, Any]) -> tuple[Check, ...]:
    loss = _loss(numbers)
    return (
        _at_most(_share(numbers, "params"), 0.25, "parameters"),
        Check("at most 1.5 points lost", points(loss), loss >= -0.015),
    )


def _judge_separable(numbers: dict[str, Any]) -> tuple[Check, ...]:
    loss = _loss(numbers)
    return (
        _at_most(_share(numbers, "macs"), 0.2, "MACs"),
        _at_most(_share(numbers, "params"), 0.2, "parameters"),
        Check("at most 2 points lost", points(loss), loss >= -0.02),
    )


def _judge_ghosts(numbers: dict[str, Any]) -> tuple[Check, ...]:
    ghosts, whole, narrow = _mean(numbers).values()
    return (
        _at_most(_share(numbers, "macs"), 0.55, "MACs"),
        Check("at most 1 point lost", points(ghosts - whole), ghosts - whole >= -0.01),
        Check(
            "at least as good as the plain network of the same MACs",
            points(ghosts - narrow),
            ghosts >= narrow,
        ),
    )


def _judge_shuffles(numbers: dict[str, Any]) -> tuple[Check, ...]:
    mean = _mean(numbers)
    gains = {g: mean[f"{g} groups, shuffled"] - mean[f"{g} groups, not shuffled"] for g in (2, 8)}
    return (
        *(Check(f"{g} groups: the shuffle helps", points(gain), gain > 0)
          for g, gain in gains.items()),
        Check(
            "it helps more with 8 groups than with 2",
            points(gains[8] - gains[2]),
            gains[8] > gains[2],
        ),
    )  # fmt: skip


def _claim(
    pair: Mapping[str, networks.Make], judge: Judge, epochs: int = EPOCHS, **told: str
) -> Claim:
    """A claim about the networks of ``pair``; ``told``: its key, title, paper, what it says."""
    experiment = partial(without_the_trick, pair, epochs=epochs)
    return Claim(dataset="fashion", experiment=experiment, judge=judge, **told)


FIRE = _claim(
    FIRES,
    _judge_fires,
    FEW,
    key="fire",
    title="SqueezeNet's Fire modules against plain convolutions",
    paper="Iandola et al. 2016, arXiv:1602.07360",
    says="AlexNet's accuracy with 50 times fewer parameters.",
)
FULL_CONVOLUTIONS = _claim(
    SEPARABLE,
    _judge_separable,
    key="full_convolutions",
    title="MobileNet's separable convolutions against full ones",
    paper="Howard et al. 2017, arXiv:1704.04861, the table on full and separable convolutions",
    says="70.6 % instead of 71.7 % on ImageNet, with 569 instead of 4,866 million MACs.",
)
GHOST_NETWORK = _claim(
    GHOSTS,
    _judge_ghosts,
    key="ghost_network",
    title="Half of the maps as ghosts",
    paper="Han et al. 2020, arXiv:1911.11907",
    says="With s = 2 a network takes about half of the MACs at about the same accuracy.",
)
SHUFFLE_ON_IMAGES = _claim(
    SHUFFLES,
    _judge_shuffles,
    FEW,
    key="shuffle_on_images",
    title="ShuffleNet without its shuffle",
    paper="Zhang et al. 2018, arXiv:1707.01083, the experiments on the channel shuffle",
    says="The shuffle helps in every network, and most with many groups.",
)
