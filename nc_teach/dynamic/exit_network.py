"""Early exits (提前退出): a chain of blocks with a small classifier after each.

Unlike an ordinary network it has an answer after every block, and an image that is easy need not go
to the end. The exits are trained together, L = e_1 + e_2 + ... + e_K (:func:`.sum_of_exits`), and
used by :func:`.early_exit`, which stops, or :func:`.anytime`, which answers ever better.

Source: Teerapittayanon, McDanel, Kung (2016), "BranchyNet: Fast Inference via Early Exiting from
Deep Neural Networks", arXiv:1709.01686.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from nc_teach.common.kinds import Count, Natural, Seed
from nc_teach.dynamic.exits import ExitNet, State
from nc_teach.models import conv_norm_relu, seeded_init

SMALL = ((16, 2), (16, 1), (32, 2), (32, 1))  # channels and stride of each block


class EarlyExitNet(ExitNet):
    """``blocks`` in a chain; ``classifiers[k]`` turns what block k gives into N x classes logits.

    Calling it gives the logits of *all* exits, a list, as training needs them.

    Raises ``ValueError`` unless there are as many classifiers as blocks, at least one.
    """

    def __init__(self, blocks: Sequence[nn.Module], classifiers: Sequence[nn.Module]) -> None:
        super().__init__()
        if not blocks or len(blocks) != len(classifiers):
            raise ValueError(
                f"classifiers must be one for each block, got {len(classifiers)} for {len(blocks)}"
            )
        self.blocks, self.classifiers = nn.ModuleList(blocks), nn.ModuleList(classifiers)

    @classmethod
    def small(
        cls,
        num_classes: Count = 10,
        layers: Sequence[tuple[int, int]] = SMALL,
        in_channels: Count = 1,
        seed: Seed | None = None,
    ) -> EarlyExitNet:
        """A block for each (channels, stride): 3 x 3 convolution, normalisation, ReLU; an exit.

        An exit takes the mean of the maps in 2 x 2 fields, and one linear layer. The exits' layers
        are drawn after the blocks', so a shorter network begins as the beginning of a longer one.

        >>> import torch
        >>> net = EarlyExitNet.small()
        >>> [tuple(logits.shape) for logits in net(torch.zeros(3, 1, 14, 14))]
        [(3, 10), (3, 10), (3, 10), (3, 10)]
        """
        with seeded_init(seed):
            widths = [in_channels, *(channels for channels, _ in layers)]
            blocks = [
                conv_norm_relu(widths[k], channels, stride=stride)
                for k, (channels, stride) in enumerate(layers)
            ]
            exits = [pooled_classifier(channels, num_classes) for channels, _ in layers]
        return cls(blocks, exits)

    @property
    def exits(self) -> int:
        return len(self.classifiers)

    def begin(self, images: Tensor) -> State:
        return {"maps": images}

    def advance(self, state: State, k: Natural) -> tuple[State, Tensor]:
        maps = self.blocks[k](state["maps"])
        return {"maps": maps}, self.classifiers[k](maps)


def pooled_classifier(channels: Count, num_classes: Count) -> nn.Sequential:
    """The mean of each map in 2 x 2 fields, then one linear layer."""
    return nn.Sequential(
        nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(4 * channels, num_classes)
    )
