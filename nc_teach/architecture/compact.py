"""What the compact networks share: features, the mean of every map, a classifier; and a small form.

What a network's own module holds is then only its paper: its blocks, its plan (how many of which),
and its counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from torch import Tensor, nn

from nc_teach.common.kinds import Count, Positive, Seed
from nc_teach.models import seeded_init

if TYPE_CHECKING:
    from typing_extensions import Self


class CompactNet(nn.Module):
    """classifier(mean over each map of features(images)).

    Every network takes ``num_classes`` and ``in_channels`` (1000 and 3 by default, as in its
    paper), and ``seed``, which fixes the initial weights without touching torch's random state.
    Input N x ``in_channels`` x H x W, float32. Output N x ``num_classes`` logits.

    The counts in the docstrings are for 1,000 classes, and MACs for 3 x 224 x 224 where no other
    size is named. Every network raises ``ValueError`` for a count below 1, a width that is not
    above 0, or a version, number of groups or width that its plan does not have.
    """

    SMALL: ClassVar[dict[str, Any]] = {}  # what the constructor is given by ``small``

    def __init__(self, features: nn.Module, classifier: nn.Module) -> None:
        super().__init__()
        self.features = features
        self.classifier = classifier

    @classmethod
    def small(cls, *, num_classes: Count = 10, in_channels: Count = 1, **design: Any) -> Self:
        """A few blocks of the same kind for 28 x 28 images, trained in under a minute.

        ``design`` is what else the constructor takes: ``seed``, ``width_mult``, ``groups``.
        """
        sizes = {"num_classes": num_classes, "in_channels": in_channels}
        return cls(**{**cls.SMALL, **design, **sizes})

    def forward(self, images: Tensor) -> Tensor:
        return self.classifier(self.features(images).mean(dim=(2, 3)))


class PlannedNet(CompactNet):
    """A compact network that is nothing but its plan, at any width.

    ``plan`` says which blocks of how many channels it has, by default its paper's (``PLAN``);
    ``width_mult`` makes them that much wider or thinner. How a plan becomes layers is each
    network's own :meth:`build`.
    """

    PLAN: ClassVar[Any]

    def __init__(
        self,
        width_mult: Positive = 1.0,
        num_classes: Count = 1000,
        in_channels: Count = 3,
        plan: Any = None,
        seed: Seed | None = None,
    ) -> None:
        plan = self.PLAN if plan is None else plan
        if not isinstance(plan, type(self.PLAN)):
            raise ValueError(f"plan must be a {type(self.PLAN).__name__}, got {plan!r}")
        with seeded_init(seed):
            super().__init__(*self.build(plan, width_mult, num_classes, in_channels))

    @staticmethod
    def build(
        plan: Any, width_mult: Positive, num_classes: Count, in_channels: Count
    ) -> tuple[nn.Module, nn.Module]:
        """The features and the classifier."""
        raise NotImplementedError


def make_divisible(channels: Positive, divisor: Count = 8) -> int:
    """The multiple of ``divisor`` that is nearest, never below nine tenths of what was asked.

    Halves are rounded up. Narrow networks would lose too much by rounding down, hence the second
    rule. Source: the code that was released with MobileNetV2; no paper states it.

    >>> [make_divisible(c) for c in (16, 12, 18.0, 11, 3)]  # 11 would become 8, less than 9.9
    [16, 16, 24, 16, 8]
    """
    nearest = max(divisor, int(channels + divisor / 2) // divisor * divisor)
    return nearest if nearest >= 0.9 * channels else nearest + divisor


def one_of(name: str, value: Any, known: dict[Any, Any]) -> Any:
    """What ``known`` holds for ``value``, or ``ValueError`` with the values there are.

    >>> one_of("groups", 2, {1: 144, 2: 200})
    200
    """
    if value not in known:
        raise ValueError(f"{name} must be one of {', '.join(map(str, known))}, got {value!r}")
    return known[value]
