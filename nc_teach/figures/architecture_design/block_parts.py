"""The building blocks of the compact networks as plain numbers: parts, shapes, counts and arrows.

Nothing here is a layer: every part is counted from its channels alone. A test compares the counts
with those of the real modules.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

LEFT, MIDDLE, RIGHT = 0, 1, 2  # lanes in which a part can be
SIDE, EXPANSION, GROUPS = 28, 6, 3
GHOST, XCEPTION = "GhostNet: Ghost module", "Xception: block"


@dataclass(frozen=True)
class Part:
    """One row of a diagram: a convolution, or something that only moves numbers (no weights)."""

    name: str
    outputs: int
    side: int
    params: int = 0
    macs: int = 0
    kind: str = "moves"  # or "depthwise", "grouped", "1 x 1", "3 x 3"
    lane: int = MIDDLE

    @property
    def shape(self) -> str:
        return f"{self.outputs} × {self.side} × {self.side}"


@dataclass(frozen=True)
class Block:
    """Parts from top to bottom, the first is the input and the last the output.

    Between ``head`` and ``end`` are two branches, of which the left may be empty: a shortcut.
    Without a right branch there is no fork.
    """

    head: tuple[Part, ...]
    right: tuple[Part, ...] = ()
    end: tuple[Part, ...] = ()
    left: tuple[Part, ...] = ()
    halves: bool = True  # whether there is a form with stride 2

    @property
    def parts(self) -> tuple[Part, ...]:
        left = (replace(part, lane=LEFT) for part in self.left)
        right = (replace(part, lane=RIGHT) for part in self.right)
        return (*self.head, *left, *right, *self.end)

    @property
    def arrows(self) -> list[tuple[int, int, int]]:
        """From, to, lane: two places in ``parts``, and the lane in which the arrow runs down."""
        fork, second = len(self.head) - 1, len(self.head) + len(self.left)
        join = second + len(self.right)
        ways: list[tuple[int, Iterable[int]]] = [(MIDDLE, range(fork + 1))]
        if self.right:
            ways.append((LEFT, (fork, *range(fork + 1, second), join)))
            ways.append((RIGHT, (fork, *range(second, join), join)))
            ways.append((MIDDLE, range(join, join + len(self.end))))
        return [(a, b, lane) for lane, way in ways for a, b in pairwise(way)]

    @property
    def params(self) -> int:
        return sum(part.params for part in self.parts)

    @property
    def macs(self) -> int:
        return sum(part.macs for part in self.parts)


def conv(
    name: str,
    inputs: int,
    outputs: int,
    side: int,
    kernel: int = 1,
    groups: int = 1,
    norm: bool = True,
    bias: bool = False,
) -> Part:
    """A convolution with what belongs to it: ``norm`` adds 2 parameters per channel, ``bias`` 1.

    ``side`` is that of its output.

    >>> part = conv("depthwise", 8, 8, side=5, kernel=3, groups=8)
    >>> part.params, part.macs, part.kind
    (88, 1800, 'depthwise')
    """
    weights = kernel * kernel * inputs // groups * outputs
    plain = "grouped" if groups > 1 else f"{kernel} x {kernel}"
    kind = "depthwise" if groups == inputs else plain
    extra = outputs * (2 * norm + bias)
    return Part(name, outputs, side, weights + extra, weights * side * side, kind)


def _input(channels: int) -> Part:
    return Part("input", channels, SIDE)


def _depthwise(channels: int, side: int, stride: int = 1, norm: bool = True) -> Part:
    name = "depthwise 3 × 3" + ", stride 2" * (stride == 2)
    return conv(name, channels, channels, side, 3, channels, norm)


def standard(network: str, channels: int, stride: int, outputs: int) -> tuple[str, int, int]:
    """What a block is compared with: its name, parameters and MACs.

    One 3 x 3 convolution of the same shape; but one of 1 x 1 for a Ghost module, which replaces
    that, and three (with stride 2 two, and the shortcut) for Xception's block, which has as many.

    >>> standard("GhostNet: Ghost module", 96, 1, 96)
    ('one standard 1 × 1 convolution', 9408, 7225344)
    """
    side = SIDE // stride
    if network == GHOST:
        parts = [conv("1 × 1", channels, outputs, side)]
        name = "one standard 1 × 1 convolution"
    elif network == XCEPTION:
        ways = pairwise([channels] + [outputs] * (4 - stride))
        parts = [conv("3 × 3", before, after, SIDE, 3) for before, after in ways]
        name = "three standard 3 × 3 convolutions"
        if stride == 2:
            parts.append(conv("1 × 1", channels, outputs, side))
            name = "two standard 3 × 3 convolutions and the shortcut"
    else:
        parts = [conv("3 × 3", channels, outputs, side, 3)]
        name = "one standard 3 × 3 convolution"
    return name, sum(part.params for part in parts), sum(part.macs for part in parts)


def fire(channels: int, stride: int) -> Block:
    """Squeeze to an eighth, expand to a half in two ways. It has biases and no normalisation."""
    thin, half = channels // 8, channels // 2
    plain = {"norm": False, "bias": True}
    return Block(
        (_input(channels), conv("squeeze 1 × 1", channels, thin, SIDE, **plain)),
        (conv("expand 3 × 3", thin, half, SIDE, 3, **plain),),
        (Part("concatenate", channels, SIDE),),
        (conv("expand 1 × 1", thin, half, SIDE, **plain),),
        halves=False,
    )


def mobilenet(channels: int, stride: int) -> Block:
    small = SIDE // stride
    look = _depthwise(channels, small, stride)
    return Block((_input(channels), look, conv("1 × 1", channels, channels * stride, small)))


def mobilenet_v2(channels: int, stride: int) -> Block:
    """Six times as wide inside; the sum only where the shape stays."""
    wide, outputs, small = EXPANSION * channels, channels * stride, SIDE // stride
    branch = (
        conv("expand 1 × 1", channels, wide, SIDE),
        _depthwise(wide, small, stride),
        conv("squeeze 1 × 1, no ReLU", wide, outputs, small),
    )
    if stride == 2:
        return Block((_input(channels), *branch))
    return Block((_input(channels),), branch, (Part("add", outputs, small),))


def shufflenet(channels: int, stride: int) -> Block:
    """Three groups. With stride 2 the branch makes what the pooled shortcut does not bring."""
    outputs, small = channels * stride, SIDE // stride
    middle, made = outputs // 4, outputs - channels if stride == 2 else outputs
    branch = (
        conv("grouped 1 × 1", channels, middle, SIDE, groups=GROUPS),
        Part("shuffle", middle, SIDE),
        _depthwise(middle, small, stride),
        conv("grouped 1 × 1, no ReLU", middle, made, small, groups=GROUPS),
    )
    if stride == 1:
        return Block((_input(channels),), branch, (Part("add", outputs, small),))
    pool = Part("average pool", channels, small)
    return Block((_input(channels),), branch, (Part("concatenate", outputs, small),), (pool,))


def shufflenet_v2(channels: int, stride: int) -> Block:
    """Stride 1: half of the channels pass. Stride 2: both branches see all of them."""
    outputs, small = channels * stride, SIDE // stride
    half = outputs // 2
    branch = (
        conv("1 × 1", half, half, SIDE),
        _depthwise(half, small, stride),
        conv("1 × 1", half, half, small),
    )
    end = Part("concatenate", outputs, small), Part("shuffle", outputs, small)
    if stride == 1:
        return Block((_input(channels), Part("split in halves", channels, SIDE)), branch, end)
    return Block((_input(channels),), branch, end, _down(channels, half))


def _down(channels: int, outputs: int) -> tuple[Part, Part]:
    """A shortcut that halves the map: depthwise with stride 2, then 1 x 1."""
    small = SIDE // 2
    return _depthwise(channels, small, 2), conv("1 × 1", channels, outputs, small)


def xception(channels: int, stride: int) -> Block:
    """Three separable convolutions, or two and a pool beside a 1 x 1 shortcut."""
    outputs, small = channels * stride, SIDE // stride
    branch: list[Part] = []
    for before, after in pairwise([channels] + [outputs] * (4 - stride)):
        branch += [_depthwise(before, SIDE, norm=False), conv("1 × 1", before, after, SIDE)]
    end = (Part("add", outputs, small),)
    if stride == 1:
        return Block((_input(channels),), tuple(branch), end)
    shortcut = conv("1 × 1, stride 2", channels, outputs, small)
    pool = Part("max pool", outputs, small)
    return Block((_input(channels),), (*branch, pool), end, (shortcut,))


def _ghost(inputs: int, outputs: int, side: int) -> tuple[Part, Part]:
    """Half of the maps computed, the other half their ghosts."""
    half = outputs // 2
    cheap = conv("+ their ghosts, 3 × 3", half, half, side, 3, half)
    return conv("primary 1 × 1", inputs, half, side), replace(cheap, outputs=outputs)


def ghost_module(channels: int, stride: int) -> Block:
    return Block((_input(channels), *_ghost(channels, channels, SIDE)), halves=False)


def ghost_bottleneck(channels: int, stride: int) -> Block:
    """Three times as wide inside; with stride 2 a depthwise convolution between."""
    wide, outputs, small = 3 * channels, channels * stride, SIDE // stride
    up, down = _ghost(channels, wide, SIDE), _ghost(wide, outputs, small)
    end = (Part("add", outputs, small),)
    if stride == 1:
        return Block((_input(channels),), (*up, *down), end)
    between = _depthwise(wide, small, stride)
    return Block((_input(channels),), (*up, between, *down), end, _down(channels, outputs))


BLOCKS: dict[str, Callable[[int, int], Block]] = {
    "SqueezeNet: Fire module": fire,
    "MobileNet: separable block": mobilenet,
    "MobileNetV2: inverted residual": mobilenet_v2,
    "ShuffleNet: unit": shufflenet,
    "ShuffleNet V2: unit": shufflenet_v2,
    XCEPTION: xception,
    GHOST: ghost_module,
    "GhostNet: bottleneck": ghost_bottleneck,
}
