"""Yu and Huang (2019), "Universally Slimmable Networks": what do sandwich and distillation give?

The same network is trained in four ways, all with four widths a step and one normalisation: at the
four fixed widths, at four random widths, by the sandwich rule, and by the sandwich rule with
in-place distillation. All are tested at nine widths after recalibration, and the last also without
it. Beside them stand networks trained for one width alone.

The criteria were set before the first run.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch

from nc_teach import dynamic, training
from nc_teach.claims import Check, Claim, Result, Table, check, each_seed, measured
from nc_teach.common.spread import percent
from nc_teach.data import Dataset

from .networks import EPOCHS, fewer, half_size, train
from .slimmable import CHANNELS, IMAGES, at_widths, one_width

WIDTHS = (0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.95, 1.0)
ALONE = (0.25, 0.45, 0.65, 1.0)  # where a network of that width is trained
WAYS: dict[str, Callable[..., torch.Tensor]] = {
    "four fixed widths": dynamic.sum_of_widths,
    "four random widths": dynamic.sandwich_loss(distil=False, ends=False),
    "sandwich": dynamic.sandwich_loss(distil=False),
    "sandwich, distilled": dynamic.sandwich_loss(),
}
BEST = "sandwich, distilled"


@dataclass(frozen=True, kw_only=True)
class AnyWidth(Result):
    """Test accuracy in [0, 1] by way of training, seeds x :data:`WIDTHS`, recalibrated.

    ``as_trained`` is the distilled network without recalibration; ``alone`` is
    that of networks trained for one width, seeds x ``alone_at``.
    """

    widths: tuple[float, ...]
    accuracy: dict[str, np.ndarray]
    as_trained: np.ndarray
    alone: np.ndarray
    alone_at: tuple[float, ...]

    def in_words(self) -> str:
        """Every way of training: its mean over all widths, and its narrowest."""
        parts = [
            f"{way} {100 * runs.mean():.1f} % ({100 * runs[:, 0].mean():.1f} % at the narrowest)"
            for way, runs in self.accuracy.items()
        ]
        return f"Mean over {len(self.widths)} widths: {', '.join(parts)}."

    def table(self) -> Table:
        """A row per width."""
        alone = dict(zip(self.alone_at, self.alone.T, strict=True))
        rows = tuple(
            (
                f"{width:g}",
                *(percent(a[:, i]) for a in self.accuracy.values()),
                percent(self.as_trained[:, i]),
                percent(alone[width]) if width in alone else "",
            )
            for i, width in enumerate(self.widths)
        )
        heads = ("width", *self.accuracy, "the same, not recalibrated", "that width alone")
        return self.tabled(heads, rows, f"{len(self.alone)} networks.")


@measured
def train_any_width(dataset: Dataset, seeds: Sequence[int], *, epochs: int = EPOCHS) -> AnyWidth:
    """Train every way from every seed, and test at all widths."""
    half = fewer(half_size(dataset), IMAGES)

    def one(seed: int) -> dict[str, Any]:
        make = partial(dynamic.SlimmableNet, len(half.classes), CHANNELS, seed=seed)
        nets = {
            way: train(make(norm=dynamic.SharedBatchNorm2d), half, seed, epochs, loss=loss)
            for way, loss in WAYS.items()
        }
        alone = [one_width(half, width, seed, epochs) for width in ALONE]
        return {
            "accuracy": {
                way: at_widths(net, half, WIDTHS, recalibrated=True) for way, net in nets.items()
            },
            "as_trained": at_widths(nets[BEST], half, WIDTHS),
            "alone": [training.accuracy(net, half.test) for net in alone],
        }

    return AnyWidth(widths=WIDTHS, alone_at=ALONE, **each_seed(one, seeds))


def _judge(result: AnyWidth) -> tuple[Check, ...]:
    distilled, sandwich = result.accuracy[BEST], result.accuracy["sandwich"]
    places = [result.widths.index(width) for width in result.alone_at]
    worst = (distilled[:, places] - result.alone).min(axis=1)
    ends = (sandwich - result.accuracy["four random widths"])[:, [0, -1]].min(axis=1)
    mean, bare = (distilled - sandwich).mean(axis=1), (result.as_trained - distilled)[:, 0]
    alone = "sandwich and distillation, the worst width: against a network of that width alone"
    ahead = partial(check, above=0, of_paper=True)
    return (
        check(alone, worst, least=-0.03),
        ahead("the sandwich at its worse end, ahead of random widths by", ends),
        ahead("distillation, mean over all widths: ahead by", mean),
        check("width 0.25: not recalibrated against recalibrated", bare, most=-0.1),
    )


UNIVERSALLY_SLIMMABLE = Claim(
    "universally_slimmable", AnyWidth, train_any_width, _judge, dataset="fashion"
)
