"""The building blocks of the compact networks as plain numbers: parts, shapes, counts and arrows.

Nothing here is a layer: every part is counted from its channels alone. A test compares the counts
with those of the real modules.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

LEFT, MIDDLE, RIGHT = 0, 1, 2  # lanes in which a part can be
SIDE, EXPANSION, GROUPS = 28, 6, 3


@dataclass(frozen=True)
class Part:
    """One row of a diagram: a convolution, or something that only moves numbers (no weights)."""

    name: str
    lane: int
    outputs: int
    side: int
    params: int = 0
    macs: int = 0
    kind: str = "moves"  # or "depthwise", "grouped", "1 x 1", "3 x 3"

    @property
    def shape(self) -> str:
        return f"{self.outputs} × {self.side} × {self.side}"


@dataclass(frozen=True)
class Block:
    """Parts from top to bottom (the first is the input, the last the output), and the arrows.

    An arrow is (from, to, lane): two places in ``parts``, and the lane in which it runs down.
    """

    parts: tuple[Part, ...]
    arrows: tuple[tuple[int, int, int], ...]
    halves: bool = True  # whether there is a form with stride 2

    @property
    def params(self) -> int:
        return sum(part.params for part in self.parts)

    @property
    def macs(self) -> int:
        return sum(part.macs for part in self.parts)


def conv(
    name: str,
    lane: int,
    inputs: int,
    outputs: int,
    side: int,
    kernel: int = 1,
    groups: int = 1,
    norm: bool = True,
    bias: bool = False,
) -> Part:
    """A convolution with what belongs to it: ``norm`` adds 2 parameters per channel, ``bias`` 1.

    >>> part = conv("depthwise", MIDDLE, 8, 8, side=5, kernel=3, groups=8)
    >>> part.params, part.macs, part.kind
    (88, 1800, 'depthwise')
    """
    weights = kernel * kernel * inputs // groups * outputs
    plain = "grouped" if groups > 1 else f"{kernel} x {kernel}"
    kind = "depthwise" if groups == inputs else plain
    extra = outputs * (2 * norm + bias)
    return Part(name, lane, outputs, side, weights + extra, weights * side * side, kind)


def _depthwise(lane: int, channels: int, side: int, stride: int = 1, norm: bool = True) -> Part:
    """``side`` is that of its output."""
    name = "depthwise 3 × 3" + ", stride 2" * (stride == 2)
    return conv(name, lane, channels, channels, side, 3, channels, norm)


def _down(*places: int, lane: int) -> tuple[tuple[int, int, int], ...]:
    """Arrows from each place to the next, in one lane."""
    return tuple((a, b, lane) for a, b in pairwise(places))


def standard(channels: int, stride: int, outputs: int, side: int = SIDE) -> Part:
    """What the blocks are compared with: one 3 x 3 convolution of the same shape."""
    return conv("3 × 3", MIDDLE, channels, outputs, side // stride, 3)


def fire(channels: int, stride: int, side: int) -> Block:
    """Squeeze to an eighth, expand to a half in two ways. It has biases and no normalisation."""
    thin, half = channels // 8, channels // 2
    plain = {"norm": False, "bias": True}
    parts = (
        Part("input", MIDDLE, channels, side),
        conv("squeeze 1 × 1", MIDDLE, channels, thin, side, **plain),
        conv("expand 1 × 1", LEFT, thin, half, side, **plain),
        conv("expand 3 × 3", RIGHT, thin, half, side, 3, **plain),
        Part("concatenate", MIDDLE, channels, side),
    )
    arrows = ((0, 1, MIDDLE), (1, 2, LEFT), (1, 3, RIGHT), (2, 4, LEFT), (3, 4, RIGHT))
    return Block(parts, arrows, halves=False)


def mobilenet(channels: int, stride: int, side: int) -> Block:
    outputs, small = channels * stride, side // stride
    parts = (
        Part("input", MIDDLE, channels, side),
        _depthwise(MIDDLE, channels, small, stride),
        conv("1 × 1", MIDDLE, channels, outputs, small),
    )
    return Block(parts, _down(0, 1, 2, lane=MIDDLE))


def mobilenet_v2(channels: int, stride: int, side: int) -> Block:
    """Six times as wide inside; the sum only where the shape stays."""
    wide, outputs, small = EXPANSION * channels, channels * stride, side // stride
    adds = stride == 1
    lane = RIGHT if adds else MIDDLE
    parts = (
        Part("input", MIDDLE, channels, side),
        conv("expand 1 × 1", lane, channels, wide, side),
        _depthwise(lane, wide, small, stride),
        conv("squeeze 1 × 1, no ReLU", lane, wide, outputs, small),
        *((Part("add", MIDDLE, outputs, small),) if adds else ()),
    )
    arrows = _down(0, 1, 2, 3, lane=lane)
    return Block(parts, (*arrows, (3, 4, RIGHT), (0, 4, LEFT)) if adds else arrows)


def shufflenet(channels: int, stride: int, side: int) -> Block:
    """Three groups. With stride 2 the branch makes what the pooled shortcut does not bring."""
    outputs, small = channels * stride, side // stride
    middle, made = outputs // 4, outputs - channels if stride == 2 else outputs
    branch = (
        conv("grouped 1 × 1", RIGHT, channels, middle, side, groups=GROUPS),
        Part("shuffle", RIGHT, middle, side),
        _depthwise(RIGHT, middle, small, stride),
        conv("grouped 1 × 1, no ReLU", RIGHT, middle, made, small, groups=GROUPS),
    )
    start = Part("input", MIDDLE, channels, side)
    if stride == 1:
        short = (start, *branch, Part("add", MIDDLE, outputs, small))
        return Block(short, (*_down(0, 1, 2, 3, 4, 5, lane=RIGHT), (0, 5, LEFT)))
    pool = Part("average pool", LEFT, channels, small)
    parts = (start, pool, *branch, Part("concatenate", MIDDLE, outputs, small))
    return Block(parts, (*_down(0, 1, 6, lane=LEFT), *_down(0, 2, 3, 4, 5, 6, lane=RIGHT)))


def shufflenet_v2(channels: int, stride: int, side: int) -> Block:
    """Stride 1: half of the channels pass. Stride 2: both branches see all of them."""
    outputs, small = channels * stride, side // stride
    half = outputs // 2
    start = Part("input", MIDDLE, channels, side)
    branch = (
        conv("1 × 1", RIGHT, half, half, side),
        _depthwise(RIGHT, half, small, stride),
        conv("1 × 1", RIGHT, half, half, small),
    )
    end = (Part("concatenate", MIDDLE, outputs, small), Part("shuffle", MIDDLE, outputs, small))
    if stride == 1:
        parts = (start, Part("split in halves", MIDDLE, channels, side), *branch, *end)
        arrows = (*_down(1, 2, 3, 4, 5, lane=RIGHT), (1, 5, LEFT))
        return Block(parts, ((0, 1, MIDDLE), *arrows, (5, 6, MIDDLE)))
    left = (_depthwise(LEFT, channels, small, stride), conv("1 × 1", LEFT, channels, half, small))
    arrows = (*_down(0, 1, 2, 6, lane=LEFT), *_down(0, 3, 4, 5, 6, lane=RIGHT), (6, 7, MIDDLE))
    return Block((start, *left, *branch, *end), arrows)


def xception(channels: int, stride: int, side: int) -> Block:
    """Three separable convolutions, or two and a pool beside a 1 x 1 shortcut."""
    outputs, small = channels * stride, side // stride
    widths = (channels, *(outputs,) * (3 if stride == 1 else 2))
    branch = [
        part
        for before, after in pairwise(widths)
        for part in (
            _depthwise(RIGHT, before, side, norm=False),
            conv("1 × 1", RIGHT, before, after, side),
        )
    ]
    start, end = Part("input", MIDDLE, channels, side), Part("add", MIDDLE, outputs, small)
    if stride == 1:
        parts = (start, *branch, end)
        last = len(parts) - 1
        return Block(parts, (*_down(*range(last + 1), lane=RIGHT), (0, last, LEFT)))
    shortcut = conv("1 × 1, stride 2", LEFT, channels, outputs, small)
    parts = (start, shortcut, *branch, Part("max pool", RIGHT, outputs, small), end)
    last = len(parts) - 1
    branch_arrows = _down(0, *range(2, last + 1), lane=RIGHT)
    return Block(parts, (*_down(0, 1, last, lane=LEFT), *branch_arrows))


def _ghost(lane: int, inputs: int, outputs: int, side: int) -> tuple[Part, Part]:
    """Half of the maps computed, the other half their ghosts."""
    half = outputs // 2
    cheap = conv("+ their ghosts, 3 × 3", lane, half, half, side, 3, half)
    return (
        conv("primary 1 × 1", lane, inputs, half, side),
        Part(cheap.name, lane, outputs, side, cheap.params, cheap.macs, cheap.kind),
    )


def ghost_module(channels: int, stride: int, side: int) -> Block:
    parts = (Part("input", MIDDLE, channels, side), *_ghost(MIDDLE, channels, channels, side))
    return Block(parts, _down(0, 1, 2, lane=MIDDLE), halves=False)


def ghost_bottleneck(channels: int, stride: int, side: int) -> Block:
    """Three times as wide inside; with stride 2 a depthwise convolution between."""
    wide, outputs, small = 3 * channels, channels * stride, side // stride
    start, end = Part("input", MIDDLE, channels, side), Part("add", MIDDLE, outputs, small)
    up, down = _ghost(RIGHT, channels, wide, side), _ghost(RIGHT, wide, outputs, small)
    if stride == 1:
        short = (start, *up, *down, end)
        return Block(short, (*_down(0, 1, 2, 3, 4, 5, lane=RIGHT), (0, 5, LEFT)))
    left = (
        _depthwise(LEFT, channels, small, stride),
        conv("1 × 1", LEFT, channels, outputs, small),
    )
    parts = (start, *left, *up, _depthwise(RIGHT, wide, small, stride), *down, end)
    right = _down(0, 3, 4, 5, 6, 7, 8, lane=RIGHT)
    return Block(parts, (*_down(0, 1, 2, 8, lane=LEFT), *right))


BLOCKS: dict[str, Callable[[int, int, int], Block]] = {
    "SqueezeNet: Fire module": fire,
    "MobileNet: separable block": mobilenet,
    "MobileNetV2: inverted residual": mobilenet_v2,
    "ShuffleNet: unit": shufflenet,
    "ShuffleNet V2: unit": shufflenet_v2,
    "Xception: block": xception,
    "GhostNet: Ghost module": ghost_module,
    "GhostNet: bottleneck": ghost_bottleneck,
}
