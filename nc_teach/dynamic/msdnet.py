"""MSDNet: several scales at once, densely connected, with exits on the coarsest scale.

Unlike :class:`.EarlyExitNet` an early exit here need not live on fine, early features, and does not
force them to be coarse: every layer has maps at all scales, exits look only at the coarsest, and
each layer sees all layers before it, so that what an exit bends can be walked around.

Layer 1 makes the scales, x_1^1 from the image and x_1^s from x_1^(s-1) by a strided convolution.
For every later layer l, with [...] for concatenation of maps,

    x_l^1 = h([x_1^1, ..., x_(l-1)^1])
    x_l^s = [ h~([x_1^(s-1), ..., x_(l-1)^(s-1)]),  h([x_1^s, ..., x_(l-1)^s]) ]      for s > 1

where h is a convolution, batch normalisation and ReLU, and h~ the same with stride 2. Exit k reads
[x_1^S, ..., x_l^S] of the coarsest scale S.

It is computed *lazily*: exit k asks for the maps that it needs, and a fine scale runs only as far
ahead as the coarsest will want it. Maps that no exit ever needs have no weights here. Where a
network is reduced, its blocks end as the paper's text says; the release (Torch and its ports) has
other borders, and halves the channels one layer later.

Source: Huang, Chen, Li, Wu, van der Maaten, Weinberger (2018), "Multi-Scale Dense Networks for
Resource Efficient Image Classification", arXiv:1703.09844, the section on the architecture.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from nc_teach.common.kinds import Count, Natural, Seed
from nc_teach.dynamic.exits import ExitNet, State
from nc_teach.models import conv_norm_relu, seeded_init


class MSDNet(ExitNet):
    """A multi-scale dense network; calling it gives the logits of all exits, a list.

    - ``exits_at``: The layers that have an exit, growing, for example ``(3, 5, 7)``. Layers count
      from 1; the last of them is the network's depth L.
    - ``factors``: How many times as many channels each scale has, the finest first; its length is
      S.
    - ``channels``, ``growth``: Channels of the first layer and of every later one at the finest
      scale.
    - ``bottleneck``: Put a 1 x 1 convolution with at most ``bottleneck`` times as many channels
      before each h (the paper: 1, 2 and 4 on the three scales, one number here); None: none.
    - ``reduction``: *Network reduction*: the layers are split into S blocks; after each, a 1 x 1
      convolution halves the channels of every scale, and block i keeps only the coarsest S - i + 1
      scales.
    - ``exit_channels``: Channels of the two strided convolutions of each exit (128 in the paper).

    Raises ``ValueError`` for exits that do not grow from at least 1, or a count below 1.

    >>> net = MSDNet.small()
    >>> [tuple(logits.shape) for logits in net(torch.zeros(2, 1, 14, 14))]
    [(2, 10), (2, 10), (2, 10), (2, 10)]
    """

    def __init__(
        self,
        exits_at: Sequence[Count],
        num_classes: Count = 10,
        in_channels: Count = 1,
        factors: Sequence[Count] = (1, 2, 4),
        channels: Count = 16,
        growth: Count = 6,
        bottleneck: Count | None = 4,
        reduction: bool = False,
        exit_channels: Count = 128,
        seed: Seed | None = None,
    ) -> None:
        _check(exits_at, factors, channels, growth, bottleneck, exit_channels)
        super().__init__()
        self.exits_at, self.factors, self.bottleneck = tuple(exits_at), tuple(factors), bottleneck
        self.blocks = split_layers(exits_at[-1], len(factors) if reduction else 1)
        self.channels: dict[tuple[int, int], int] = {}  # of [x_1, ..., x_l], by (scale, layer)
        with seeded_init(seed):
            self._add_layers(in_channels, channels, growth)
            coarsest = len(factors) - 1
            self.classifiers = nn.ModuleList(
                _classifier(self.channels[coarsest, layer], exit_channels, num_classes)
                for layer in exits_at
            )

    @classmethod
    def small(cls, num_classes: Count = 10, seed: Seed | None = None) -> MSDNet:
        """Five layers, three scales and four exits for images of 14 x 14 or 28 x 28."""
        sizes: dict[str, Any] = {"channels": 4, "growth": 4, "exit_channels": 16}
        return cls((2, 3, 4, 5), num_classes, bottleneck=None, seed=seed, **sizes)

    @property
    def exits(self) -> int:
        return len(self.exits_at)

    def finest(self, layer: int) -> int:
        """The finest scale (0-based) that ``layer`` still has; 0 without network reduction."""
        return next(block for block, last in enumerate(self.blocks) if layer <= last)

    def _add_layers(self, in_channels: int, channels: int, growth: int) -> None:
        """All maps that some exit needs: scale s up to layer L - (S - 1 - s)."""
        self.horizontal, self.vertical = nn.ModuleDict(), nn.ModuleDict()
        self.transition = nn.ModuleDict()
        scales, depth = len(self.factors), self.exits_at[-1]
        for scale, factor in enumerate(self.factors):
            width = self.channels.get((scale - 1, 1), in_channels)
            layer_1 = conv_norm_relu(width, factor * channels, stride=1 if scale == 0 else 2)
            (self.vertical if scale else self.horizontal)[_key(scale, 1)] = layer_1
            self.channels[scale, 1] = factor * channels
        for layer in range(2, depth + 1):
            for scale in range(self.finest(layer), scales):
                if layer <= depth - (scales - 1 - scale):
                    self._add_maps(scale, layer, self.factors[scale] * growth)

    def _add_maps(self, scale: int, layer: int, out: int) -> None:
        before = self.channels[scale, layer - 1]
        from_finer = out // 2 if scale - 1 >= self.finest(layer - 1) else 0
        if from_finer:
            finer = self.channels[scale - 1, layer - 1]
            self.vertical[_key(scale, layer)] = self._transform(finer, from_finer, 2)
        self.horizontal[_key(scale, layer)] = self._transform(before, out - from_finer, 1)
        total = before + out
        if layer in self.blocks[:-1]:
            self.transition[_key(scale, layer)] = conv_norm_relu(total, total // 2, kernel_size=1)
            total //= 2
        self.channels[scale, layer] = total

    def _transform(self, in_channels: int, out_channels: int, stride: int) -> nn.Module:
        """h, or h~ with stride 2: with or without a bottleneck in front."""
        if self.bottleneck is None:
            return conv_norm_relu(in_channels, out_channels, stride=stride)
        inner = min(in_channels, self.bottleneck * out_channels)
        return nn.Sequential(
            conv_norm_relu(in_channels, inner, kernel_size=1),
            conv_norm_relu(inner, out_channels, stride=stride),
        )

    def begin(self, images: Tensor) -> State:
        return {(0, 1): self.horizontal[_key(0, 1)](images)}

    def advance(self, state: State, k: Natural) -> tuple[State, Tensor]:
        done, coarsest = dict(state), len(self.factors) - 1
        logits = self.classifiers[k](self._maps(done, coarsest, self.exits_at[k]))  # N x classes
        furthest = {scale: layer for scale, layer in sorted(done)}  # the rest is not needed again
        return {place: done[place] for place in furthest.items()}, logits

    def _maps(self, done: State, scale: int, layer: int) -> Tensor:
        """[x_1^s, ..., x_l^s], computed with all that it needs, unless it is in ``done``."""
        if (scale, layer) not in done:
            key = _key(scale, layer)
            parts = []
            if layer > 1:
                parts.append(self._maps(done, scale, layer - 1))  # N x channels so far x H x W
            if key in self.vertical:
                finer = self._maps(done, scale - 1, max(layer - 1, 1))
                parts.append(self.vertical[key](finer))  # h~, stride 2: the finer scale's part
            if key in self.horizontal:
                parts.append(self.horizontal[key](parts[0]))  # h: this scale's part
            # Dense: a layer sees the maps of all earlier layers of its scale.
            maps = torch.cat(parts, dim=1)  # N x more channels x H x W
            if key in self.transition:
                maps = self.transition[key](maps)
            done[scale, layer] = maps
        return done[scale, layer]


def split_layers(layers: Count, blocks: Count) -> list[int]:
    """The last layer of each of ``blocks`` nearly equal blocks, the earlier ones the longer.

    >>> split_layers(7, 3)
    [3, 5, 7]
    """
    return [-(-layers * (block + 1) // blocks) for block in range(blocks)]


def _classifier(channels: int, width: int, num_classes: int) -> nn.Sequential:
    """Two strided 3 x 3 convolutions, the mean of what is left of each map, one linear layer."""
    return nn.Sequential(
        conv_norm_relu(channels, width, stride=2),
        conv_norm_relu(width, width, stride=2),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(width, num_classes),
    )


def _key(scale: int, layer: int) -> str:
    return f"scale {scale}, layer {layer}"


def _check(
    exits_at: Sequence[Count],
    factors: Sequence[Count],
    channels: int,
    growth: int,
    bottleneck: int | None,
    exit_channels: int,
) -> None:
    grows = all(a < b for a, b in itertools.pairwise(exits_at))
    if not exits_at or not grows:
        raise ValueError(f"exits_at must be layers that grow, from 1, got {list(exits_at)}")
    if not factors:
        raise ValueError("factors must be at least one, got none")
