"""5.1 Two halves (difficulty 1, 6 minutes)

Build a depthwise separable convolution of two `torch.nn.Conv2d`, and return them as
`torch.nn.Sequential(look, talk)`. `look` has one filter of `kernel_size` × `kernel_size` (odd) for
each channel, and each filter sees its own channel alone; the map keeps its size but for `stride`,
which belongs to this half. `talk` is 1 × 1 and mixes all channels. No biases, and nothing between
the two. How many weights has each half?

## Stub
    def separable(in_channels, out_channels, kernel_size, stride):
        look = ...
        talk = ...
        return nn.Sequential(look, talk)

## Hint 1
`nn.Conv2d(inputs, outputs, kernel_size, stride, padding, groups=..., bias=False)`. With how many
groups does every filter see a single channel?

## Hint 2
`groups=in_channels`, and as many outputs as inputs. An odd kernel keeps the map's size with
`kernel_size // 2` zeros on each side.

## Near miss
leaving out `groups`. Every shape is right, and so is every output that you look at; but `look` is
then a standard convolution, and costs more than the one it was to replace.

## Reasoning
`groups` cuts the channels into that many parts which do not see each other; with a group for every
channel there is one filter of k × k for each. The stride belongs to the first half, so that the 1 ×
1 half, which does nearly all the multiplications, has a quarter of the places to do. Weights: k² ·
I and I · O.
"""

import torch
import torch.nn.functional as F
from torch import nn

from nc_teach.classroom.card import Refused
from nc_teach.classroom.compare import kind_of, same, say


def separable(in_channels, out_channels, kernel_size, stride):
    look = nn.Conv2d(
        in_channels,
        in_channels,
        kernel_size,
        stride,
        kernel_size // 2,
        groups=in_channels,
        bias=False,
    )
    talk = nn.Conv2d(in_channels, out_channels, 1, bias=False)
    return nn.Sequential(look, talk)


class InLoops(nn.Conv2d):
    """A convolution of the oracle: one window after the other, zeros around the map."""

    def forward(self, maps):
        k, stride = self.kernel_size[0], self.stride[0]
        padded = F.pad(maps, (k // 2,) * 4)
        side = (maps.shape[-1] - 1) // stride + 1
        out = torch.zeros(len(maps), self.out_channels, side, side)
        for row in range(side):
            for column in range(side):
                y, x = row * stride, column * stride
                window = padded[:, :, y : y + k, x : x + k]
                if self.groups == 1:
                    out[:, :, row, column] = window.flatten(1) @ self.weight.flatten(1).T
                else:
                    out[:, :, row, column] = (window * self.weight[:, 0]).sum(dim=(2, 3))
        return out


def oracle(into, out, kernel, stride):
    """Two convolutions in loops, one for each half."""
    look = InLoops(into, into, kernel, stride, kernel // 2, groups=into, bias=False)
    return nn.Sequential(look, InLoops(into, out, 1, bias=False))


HOLDS = "your Sequential holds {kinds}; it should hold two {kind} alone."
RETURNS = "you return {kind}; return `torch.nn.Sequential({names})`."


def two_of(kind, names, layer):
    """Both layers of an answer that must be a Sequential of two layers of one kind."""
    if not isinstance(layer, nn.Sequential):
        raise Refused(RETURNS.format(kind=kind_of(layer), names=names))
    if len(layer) != 2 or not all(isinstance(part, kind) for part in layer):
        kinds = ", ".join(type(part).__name__ for part in layer)
        raise Refused(HOLDS.format(kinds=kinds, kind=kind.__name__))
    return layer


def play(function, into, out, kernel, stride):
    """How both halves are set, and what they do to a map of 9 x 9 with weights of ours."""
    layer = function(into, out, kernel, stride)
    look, talk = two_of(nn.Conv2d, "look, talk", layer)
    draw = torch.Generator().manual_seed(51)
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=draw))
        outputs = layer(torch.randn(2, into, 9, 9, generator=draw))
    biased = [name for name, half in (("look", look), ("talk", talk)) if half.bias is not None]
    return {
        "kernel of `look`": tuple(look.kernel_size),
        "kernel of `talk`": tuple(talk.kernel_size),
        "number of filters in `look`": look.out_channels,
        "number of channels that each of them sees": look.in_channels // look.groups,
        "number of groups in `talk`": talk.groups,
        "bias": " and ".join(biased) or "nowhere",
        "stride of `look`": tuple(look.stride),
        "stride of `talk`": tuple(talk.stride),
        "shape of the output": str(tuple(outputs.shape)),
        "output": outputs,
    }


def cases():
    """A single channel, where `groups` makes no difference; then kernels, channels, stride."""
    sizes = [(1, 10, 3, 1), (6, 10, 3, 1), (6, 10, 5, 1), (6, 10, 1, 1), (6, 12, 3, 1)]
    for into, out, kernel, stride in (*sizes, (6, 10, 3, 2), (3, 4, 3, 2)):
        where = f"for {into} to {out} channels, kernel {kernel}, stride {stride}"
        yield where, (into, out, kernel, stride)


def details(into, out, kernel, stride, seen):
    """The first thing that is not as it should be, and the words of our sentences."""
    right = play(separable, into, out, kernel, stride)
    name = next(name for name in right if not same(seen[name], right[name]))
    return {
        "problem": f"the {name} is {say(seen[name])}; it should be {say(right[name])}.",
        "sees": seen["number of channels that each of them sees"],
        "filters": seen["number of filters in `look`"],
        "kernel": kernel,
        "channels": f"{into} channel{'s' * (into > 1)}",
        "shape": seen["shape of the output"],
        "wanted": right["shape of the output"],
    }


def nothing(*sizes):
    return {}


def halves(look=nothing, talk=nothing):
    """A wrong function: right but for some settings of its halves, from the four arguments."""

    def wrong(into, out, kernel, stride):
        sizes = into, out, kernel, stride
        usual = {"kernel_size": kernel, "stride": stride, "padding": kernel // 2, "groups": into}
        first = {"out_channels": into, "bias": False, **usual, **look(*sizes)}
        second = {"kernel_size": 1, "bias": False, **talk(*sizes)}
        between = first["out_channels"]
        return nn.Sequential(nn.Conv2d(into, **first), nn.Conv2d(between, out, **second))

    return wrong


def pointwise_first(into, out, kernel, stride):
    look = separable(out, out, kernel, stride)[0]
    return nn.Sequential(nn.Conv2d(into, out, 1, bias=False), look)


SEES = "a filter of `look` sees {sees} of the {channels}; each should see its own alone. "
SHAPE = "{where} a map of 9 × 9 gives the shape {shape}; it should be {wanted}. "

WRONG = {
    halves(lambda i, o, k, s: {"groups": 1}): SEES + "What does `groups` do?",
    halves(lambda i, o, k, s: {"groups": 2 if i % 2 == 0 else i}): SEES + "How many groups does "
    "that take?",
    halves(lambda i, o, k, s: {"groups": o}): "{where} your function stopped with {answer}. Every "
    "channel is a group of its own: `groups=in_channels`.",
    halves(lambda i, o, k, s: {"out_channels": 2 * i}): "{where} `look` has {filters} filters for "
    "{channels}; it should have one for each. It is `talk` that changes the number of "
    "channels.",
    pointwise_first: "{where} your 1 × 1 convolution comes first. Here one looks around first, and "
    "then talks.",
    halves(lambda i, o, k, s: {"padding": 0}): SHAPE + "What does the padding have to be?",
    halves(lambda i, o, k, s: {"padding": 1}): SHAPE + "One zero on each side is right for a "
    "kernel of 3. And for others?",
    halves(lambda i, o, k, s: {"kernel_size": 3}): "the kernel of `look` is (3, 3), but "
    "kernel_size is {kernel}.",
    halves(lambda i, o, k, s: {"stride": 1}, lambda i, o, k, s: {"stride": s}): "the stride is in "
    "`talk`. The shape is right, but `look` then computes four places of which three are thrown "
    "away.",
    halves(talk=lambda i, o, k, s: {"stride": s}): "both halves have stride 2, so every side of "
    "the map is divided by 4.",
    halves(lambda i, o, k, s: {"stride": 1}): "neither half has the stride that was asked for.",
    halves(lambda i, o, k, s: {"bias": True}, lambda i, o, k, s: {"bias": True}): "there is a bias "
    "in look and talk; `bias=False` leaves it out.",
    halves(lambda i, o, k, s: {"bias": True}): "there is a bias in look; `bias=False` leaves it "
    "out.",
    halves(talk=lambda i, o, k, s: {"bias": True}): "there is a bias in talk; `bias=False` leaves "
    "it out.",
    halves(talk=lambda i, o, k, s: {"kernel_size": k, "padding": k // 2}): "{where} `talk` has a "
    "kernel of ({kernel}, {kernel}); it should look at no neighbour: 1 × 1.",
    halves(talk=lambda i, o, k, s: {"groups": 2 if i % 2 == o % 2 == 0 else 1}): "`talk` has 2 "
    "groups: its channels do not all hear each other.",
    halves(lambda i, o, k, s: {"padding_mode": "circular"}): "{where} the outputs are off at the "
    "rim of the map. Pad with zeros, which `padding` alone does.",
    lambda i, o, k, s: separable(i, o, k, s).insert(1, nn.ReLU()): HOLDS,
    lambda i, o, k, s: nn.Conv2d(i, o, k, s, k // 2, bias=False): RETURNS,
}

OTHERWISE = "{where} {problem}"
