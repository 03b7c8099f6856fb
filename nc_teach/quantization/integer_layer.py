"""A layer that computes with integers alone: int8 times int8, summed in int32, back to int8.

Fake quantization rounds to the grid and goes on in floats. Here the scales never meet the numbers:
with x = s_x (q_x - Z_x), w = s_w q_w and y = s_y (q_y - Z_y) the layer y = sum(w x) + b becomes

    acc = sum(q_w q_x) - Z_x sum(q_w) + q_b     q_b = round(b / (s_x s_w)), all of it int32
    q_y = clamp(Z_y + round(M acc))             M = s_x s_w / s_y

and M, the only number that is no integer, is replaced by an integer and a shift, m / 2^n. ReLU is a
higher lower end of the clamp, Z_y instead of the smallest integer.

Jacob et al. give m 31 bits. Ours has 16 and is odd, so m / 2^n is up to 1 / 32,768 of M beside M.
The weights' scale is moved by as little, to s_w = (m / 2^n) s_y / s_x, and then the layer *is* a
fake-quantized layer with that scale (:func:`simulate`, in float64), bit for bit. That can be
proved: since m is odd, m acc / 2^n is nowhere within the grid half way between two integers, so
that it does not matter which way halves are rounded; and it is at least 1 / 2^n away from there,
which is more than float64 is wrong by for up to 2,000 inputs a neuron. A simulation in float32 is
less exact, and about once in a million outputs one step off (measured: the claim ``integers``).

Source: Jacob et al. (2018), "Quantization and Training of Neural Networks for Efficient
Integer-Arithmetic-Only Inference", sections 2.2 to 2.4.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nc_teach.common.kinds import Floats
from nc_teach.quantization.integer_arithmetic import fixed_point, int_matmul, rescale
from nc_teach.quantization.uniform import Bits, Grid, choose_grid, fake_quantize, limits, quantize

Convertible = nn.Linear | nn.Conv2d
LARGEST = 2**30  # a bias leaves half of an int32 to the products


class IntegerLayer(nn.Module):
    """A linear or convolutional layer between two grids, with its ReLU where it has one.

    ``reads`` and ``writes`` are the grids of its input and output; with ``writes`` None it is the
    last layer, and hands out its accumulators. In: N x K or N x C x H x W, int8; out: int8, or
    int32, in the layer's usual shape. ``unit`` is the scale of the accumulators, s_x s_w, one
    number for each neuron or filter. Raises ``ValueError`` for a convolution that is dilated, or
    padded with anything but zeros.

    >>> layer = nn.Linear(2, 1)
    >>> _ = layer.weight.data.copy_(torch.tensor([[1.27, -0.5]])), layer.bias.data.fill_(0.1)
    >>> zero = torch.tensor(-128, dtype=torch.int32)
    >>> small = IntegerLayer(layer, (torch.tensor(0.01), zero), (torch.tensor(0.02), zero))
    >>> small.weight.tolist(), round(small.unit.item(), 7)  # 0.1 / 0.0001 and 128 * (127 - 50)
    ([[127, -50]], 0.0001)
    >>> small(torch.tensor([[-28, -78]], dtype=torch.int8))  # 1.27 - 0.25 + 0.1 = 1.12, 56 steps
    tensor([[-72]], dtype=torch.int8)
    """

    weight: nn.Parameter
    offset: nn.Parameter
    zero_in: Tensor
    scale_in: Tensor
    zero_out: Tensor  # this and the next three of all layers but the last
    scale_out: Tensor
    multiplier: Tensor
    shift: Tensor
    last_unit: Tensor  # of the last

    def __init__(
        self,
        layer: Convertible,
        reads: Grid,
        writes: Grid | None,
        *,
        relu: bool = False,
        bits: Bits = 8,
        weight_bits: Bits = 8,
        per_channel: bool = True,
    ) -> None:
        super().__init__()
        _check_convolution(layer)
        self.bits, self.relu, self.last = bits, relu, writes is None
        self.stride, self.padding, self.groups = (1, 1), [0, 0, 0, 0], 1
        if isinstance(layer, nn.Conv2d):
            self.stride, self.groups = (layer.stride[0], layer.stride[1]), layer.groups
            self.padding = list(layer._reversed_padding_repeated_twice)  # left, right, top, bottom
        rows = layer.weight.detach().double().flatten(1)  # out x K
        bias = rows.new_zeros(len(rows)) if layer.bias is None else layer.bias.detach().double()
        (scale_in, zero_in), axis = reads, 0 if per_channel else None
        scale = choose_grid(rows, weight_bits, axis=axis)[0].flatten()  # out, or 1
        scale = scale.maximum(bias.abs().max() / scale_in / LARGEST)  # so that q_b fits int32
        q = quantize(rows, scale.view(-1, 1), 0, weight_bits)
        unit = scale * scale_in.double()
        if writes is None:
            self.register_buffer("last_unit", unit)
        else:
            scale_out, zero_out = writes
            multiplier, shift = fixed_point(unit / scale_out)
            self.register_buffer("multiplier", multiplier)
            self.register_buffer("shift", shift.to(torch.uint8))
            self.register_buffer("scale_out", scale_out.clone())
            self.register_buffer("zero_out", zero_out.clone())
        self.register_buffer("scale_in", scale_in.clone())
        self.register_buffer("zero_in", zero_in.clone())
        offset = torch.round(bias / self.unit) - zero_in * q.sum(dim=1, dtype=torch.int64)
        self.weight = nn.Parameter(q.view(layer.weight.shape), requires_grad=False)
        self.offset = nn.Parameter(offset.int(), requires_grad=False)  # q_b - Z_x sum(q_w)

    @property
    def unit(self) -> Tensor:
        """What one step of an accumulator is worth, s_x s_w: float64, out or 1."""
        if self.last:
            return self.last_unit
        return self.multiplier / 2.0 ** self.shift.double() * self.scale_out.double()

    def forward(self, q: Tensor) -> Tensor:
        """Integers to integers."""
        inputs, places = self.inputs(q)  # P x k*k x C, all that an output reads, for P outputs
        weight = self.weight.flatten(2).transpose(1, 2) if q.dim() > 3 else self.weight[:, None]
        if 1 < self.groups == len(weight) == inputs.shape[2]:  # each map by itself: no matrix
            products = (inputs.int() * weight[:, :, 0].T).sum(dim=1, dtype=torch.int32)
        else:
            parts = zip(inputs.chunk(self.groups, 2), weight.chunk(self.groups), strict=True)
            products = torch.cat([int_matmul(x.flatten(1), w.flatten(1).T) for x, w in parts], 1)
        accumulator = products + self.offset  # P x out, int32
        if self.last:
            out = accumulator.clamp(min=0) if self.relu else accumulator
        else:
            low, high = limits(self.bits)
            zero = int(self.zero_out)
            least = zero if self.relu else low
            out = rescale(accumulator, self.multiplier, self.shift, zero, least, high)
        out = out.view(*places, -1)  # N x out, or N x H x W x out
        return out.movedim(-1, 1) if q.dim() > 3 else out

    def inputs(self, q: Tensor) -> tuple[Tensor, tuple[int, ...]]:
        """What every output reads, P x k*k x C, and the places of outputs, N or N x H x W."""
        if self.weight.dim() == 2:
            return q.flatten(0, -2)[:, None], q.shape[:-1]
        (height, width), (down, right) = self.weight.shape[2:], self.stride
        maps = F.pad(q, self.padding, value=int(self.zero_in)).movedim(1, -1)  # with what means 0
        rows, columns = maps.shape[1] - height + 1, maps.shape[2] - width + 1
        read = [
            maps[:, i : i + rows : down, j : j + columns : right]  # N x H x W x C
            for i in range(height)
            for j in range(width)
        ]
        return torch.stack(read, dim=3).flatten(0, 2), read[0].shape[:3]


def simulate(layer: IntegerLayer, x: Floats) -> Tensor:
    """The same layer, fake-quantized: grid weights, products, ReLU and rounding, all in floats.

    ``x`` is what the integers of its input stand for, (q - Z) s, of any shape that the layer takes;
    all is computed in the dtype of ``x``. In float64 :class:`IntegerLayer` is equal to this bit for
    bit. A last layer's output is not rounded. Raises ``ValueError`` for another shape.
    """
    axis, size = (-1 if layer.weight.dim() == 2 else -3), layer.weight.shape[1] * layer.groups
    if x.dim() < -axis or x.shape[axis] != size:
        raise ValueError(f"x must have the size {size} at axis {axis}, got shape {tuple(x.shape)}")
    shape = (-1, *(1,) * (layer.weight.dim() - 1))
    scale = (layer.unit / layer.scale_in).view(shape)  # s_w, out x 1 or out x 1 x 1 x 1, float64
    weight = (layer.weight * scale).to(x.dtype)
    sums = layer.weight.flatten(1).sum(dim=1, dtype=torch.int64)
    bias = ((layer.offset + layer.zero_in * sums) * layer.unit).to(x.dtype)
    if weight.dim() == 2:
        y = F.linear(x, weight, bias)
    else:
        y = F.conv2d(F.pad(x, layer.padding), weight, bias, layer.stride, groups=layer.groups)
    y = F.relu(y) if layer.relu else y
    if layer.last:
        return y
    return fake_quantize(y, layer.scale_out.to(x.dtype), layer.zero_out, layer.bits)


def _check_convolution(layer: Convertible) -> None:
    """Raise ``ValueError`` for one that reads other places than a plain one."""
    if isinstance(layer, nn.Conv2d) and (layer.padding_mode != "zeros" or max(layer.dilation) > 1):
        raise ValueError(f"layer must be padded with zeros and not dilated, got {layer}")
