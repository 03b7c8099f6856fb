"""A whole network in integers: from the quantized image to the last accumulator no float is used.

Between two layers there is one grid, that on which the second reads. ReLU, max pooling and
flattening leave numbers in their order, and 0 where it is, so they may do to the integers what they
do to the numbers; ReLU costs nothing, it is in the clamp of the layer before it. So a network of L
layers has L grids, which :mod:`~nc_teach.quantization.calibration` chooses from training images.

Unlike a fake-quantized network this one holds int8 tensors and no others of that size: its file
(:mod:`nc_teach.storage`) and its memory are a quarter of those of float32.

Source: Jacob et al. (2018), "Quantization and Training of Neural Networks for Efficient
Integer-Arithmetic-Only Inference", sections 2.2 to 2.4.
"""

from collections.abc import Iterable, Iterator

import torch
from torch import Tensor, nn

from nc_teach.common.kinds import Floats
from nc_teach.quantization.calibration import Percentile, calibrate
from nc_teach.quantization.integer_layer import IntegerLayer, simulate
from nc_teach.quantization.plain_row import plain_row
from nc_teach.quantization.uniform import Bits, Grid, check_finite, dequantize, limits

LAYERS = (nn.Linear, nn.Conv2d)


class MaxPool(nn.MaxPool2d):
    """Max pooling of integers: the largest integer stands for the largest number."""

    def forward(self, maps: Tensor) -> Tensor:
        """N x C x H x W; torch pools int8 only in small batches, so int32 in between."""
        return super().forward(maps.int() if maps.dtype == torch.int8 else maps).to(maps.dtype)


class IntegerNetwork(nn.Module):
    """Quantizes its input, runs ``steps`` on integers, and gives the last accumulators their unit.

    N x C x H x W, floats, to N x classes, float32.
    """

    scale: Tensor
    zero_point: Tensor

    def __init__(self, steps: nn.Sequential, grid: Grid, bits: Bits = 8) -> None:
        super().__init__()
        self.steps, self.bits = steps, bits
        self.register_buffer("scale", grid[0].clone())
        self.register_buffer("zero_point", grid[1].clone())

    def forward(self, images: Tensor) -> Tensor:
        accumulator = self.steps(self.quantized(images))  # N x classes, int32
        return (accumulator * self.unit).float()

    def quantized(self, images: Tensor) -> Tensor:
        """``images`` on the grid of the first layer, int8, in their shape."""
        check_finite(images, "images")
        q = torch.round(images / self.scale) + self.zero_point  # as quantize, with a known grid
        return q.clamp(*limits(self.bits)).to(torch.int8)

    @property
    def layers(self) -> list[IntegerLayer]:
        """Its linear and convolutional layers, in order."""
        return [step for step in self.steps if isinstance(step, IntegerLayer)]

    @property
    def unit(self) -> Tensor:
        """What one step of the last accumulators is worth, float64."""
        return self.layers[-1].unit


def integer_network(
    net: nn.Module,
    images: Floats,
    *,
    bits: Bits = 8,
    weight_bits: Bits = 8,
    percentile: Percentile = 100.0,
    per_channel: bool = True,
) -> IntegerNetwork:
    """The trained ``net`` with integers instead of floats, calibrated on ``images``; a new network.

    ``images`` are training images, N x C x H x W. ``bits`` are those of the activations, whose
    ranges ``percentile`` cuts (:func:`~nc_teach.quantization.calibration.clip_range`).
    ``weight_bits`` are those of the weights, whose grid is symmetric, one for each neuron or filter
    unless ``per_channel`` is False. Fewer than 8 bits are still held as int8.

    :func:`nc_teach.storage.save` writes it to a file. What :func:`nc_teach.storage.load` reads goes
    into the integer network of any network of that class, with the same options:
    ``integer_network(LeNet300100(), images).load_state_dict(...)``.

    Raises ``ValueError`` as :func:`~nc_teach.quantization.plain_row.plain_row` for a network that
    cannot be converted, or without a layer, and for images or activations that are not finite.

    >>> from nc_teach.models import LeNet300100
    >>> net, images = LeNet300100(seed=0), torch.rand(50, 1, 28, 28)
    >>> small = integer_network(net, images)
    >>> [layer.weight.dtype for layer in small.layers]
    [torch.int8, torch.int8, torch.int8]
    >>> (small(images) - net(images)).abs().max().item() < 0.01
    True
    """
    row = list(plain_row(net, images))
    places = [i for i, part in enumerate(row) if isinstance(part, LAYERS)]
    if not places:
        raise ValueError(f"net must have a linear or convolutional layer, got {type(net).__name__}")
    grids, x = [], images
    with torch.no_grad():
        for i, part in enumerate(row):
            if i in places:
                grids.append(calibrate(x, bits, percentile))  # of what this layer reads
            x = part(x)
    steps = nn.Sequential(*_on_integers(row[: places[0]]))
    ends, between = [*places[1:], len(row)], zip(grids, [*grids[1:], None], strict=True)
    for place, end, (reads, writes) in zip(places, ends, between, strict=True):
        layer, after = row[place], row[place + 1 : end]
        assert isinstance(layer, LAYERS)
        converted = IntegerLayer(
            layer,
            reads,
            writes,
            relu=any(isinstance(part, nn.ReLU) for part in after),
            bits=bits,
            weight_bits=weight_bits,
            per_channel=per_channel,
        )
        steps.extend([converted, *_on_integers(after)])
    return IntegerNetwork(steps, grids[0], bits).eval()


def _on_integers(parts: Iterable[nn.Module]) -> Iterator[nn.Module]:
    """What stands between two layers, without the ReLU that the layer before it does."""
    for part in parts:
        if isinstance(part, nn.MaxPool2d):
            how = (part.kernel_size, part.stride, part.padding, part.dilation)
            yield MaxPool(*how, ceil_mode=part.ceil_mode)
        elif not isinstance(part, nn.ReLU):
            yield part


@torch.no_grad()
def simulate_network(net: IntegerNetwork, images: Floats) -> Tensor:
    """What ``net`` computes, by fake quantization: float64 throughout, N x classes.

    The integer network's outputs are these, rounded to float32; between its layers the two are
    equal bit for bit.
    """
    x = dequantize(net.quantized(images), net.scale.double(), net.zero_point)
    try:
        for step in net.steps:
            x = simulate(step, x) if isinstance(step, IntegerLayer) else step(x)
    except ValueError as error:
        raise ValueError(f"images must be inputs of net: {error}") from error
    return x
