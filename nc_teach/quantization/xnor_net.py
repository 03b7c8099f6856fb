"""XNOR-Net: convolutions of signs, scaled by one real number per filter (and one per position).

Unlike BinaryConnect and binarized networks, whose weights are plain ±1, a filter W becomes
alpha B with B = sign(W) and alpha = mean |W|: of all alpha and B that is the closest to W in the
sense of least squares. A binary-weight network does this to the weights alone; an XNOR network
takes the sign of the inputs as well. The order of a block is norm, sign, convolution, pooling: the
maximum of a few signs is nearly always +1, so what is pooled has to be real.

Source: Rastegari, Ordonez, Redmon, Farhadi (2016), "XNOR-Net", sections 3.1 and 3.2.
"""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nc_teach.common.kinds import Count, Floats, Images, Seed
from nc_teach.models import seeded_init
from nc_teach.quantization.sign import sign_ste


def filter_scale(weight: Floats) -> Tensor:
    """alpha = mean |W| of every filter: out, for a weight of out x anything.

    Minimises ||W - alpha B||^2 over alpha >= 0 and B in {-1, +1} for each filter.

    >>> filter_scale(torch.tensor([[0.5, -1.5], [2.0, 0.0]]))
    tensor([1., 1.])
    """
    return weight.abs().flatten(1).mean(dim=1)  # filters


def scaled_sign(weight: Floats) -> Tensor:
    """alpha sign(W), a weight of the same shape. Differentiable, through alpha and the sign.

    The gradient is what calculus and the clipped straight-through sign give, with g the gradient
    at the result: g alpha 1{|w| <= 1} + sign(w) mean(g sign(w)), the mean over the filter. The
    paper prints g / n in place of the second term, and so does its authors' code.
    """
    shape = (-1, *[1] * (weight.dim() - 1))
    return filter_scale(weight).view(shape) * sign_ste(weight)


def input_scale(inputs: Images, layer: nn.Conv2d) -> Tensor:
    """K of the paper: the mean |input| over all channels and the window, for every position.

    A = mean over the channels of |inputs|, then A convolved with a window of ones / (w h), with the
    layer's stride and padding: N x 1 x H' x W'. The sign of the inputs times K is near the inputs.
    """
    window = torch.ones(1, 1, *layer.kernel_size, device=inputs.device, dtype=inputs.dtype)
    mean = inputs.abs().mean(dim=1, keepdim=True)  # N x 1 x H x W
    return F.conv2d(mean, window / window.numel(), None, layer.stride, layer.padding)


class ScaledSignConv2d(nn.Conv2d):
    """A convolution with alpha sign(W) for its weights (a binary-weight network's layer)."""

    def forward(self, inputs: Tensor) -> Tensor:
        return F.conv2d(inputs, scaled_sign(self.weight), self.bias, self.stride, self.padding)


class XnorBlock(nn.Module):
    """Norm, sign, convolution with alpha sign(W), and pooling over ``pool`` x ``pool``.

    ``scale_inputs`` multiplies by K, as the paper has it. The code that the authors released
    leaves K out, and so does this block unless it is asked. With another ``conv`` and
    ``activation`` the same block is a binary-weight one (``activation=F.relu``) or a real one
    (``conv=nn.Conv2d`` as well).

    N x ``inputs`` x H x W to N x ``outputs`` x H / pool x W / pool, with a 3 x 3 window.
    """

    def __init__(
        self,
        inputs: Count,
        outputs: Count,
        *,
        pool: Count = 1,
        scale_inputs: bool = False,
        conv: type[nn.Conv2d] = ScaledSignConv2d,
        activation: Callable[[Tensor], Tensor] = sign_ste,
    ) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(inputs)
        self.conv = conv(inputs, outputs, 3, padding=1, bias=False)
        self.pool, self.scale_inputs, self.activation = pool, scale_inputs, activation

    def forward(self, inputs: Tensor) -> Tensor:
        normed = self.norm(inputs)  # N x inputs x H x W
        maps = self.conv(self.activation(normed))  # N x outputs x H x W
        if self.scale_inputs:
            maps = maps * input_scale(normed, self.conv)
        return F.max_pool2d(maps, self.pool) if self.pool > 1 else maps


class XnorNet(nn.Module):
    """A small XNOR network: the first and the last layer stay real.

    A real 3 x 3 convolution with norm and ReLU, pooled by two; two blocks, the second pooled by two
    again; norm, ReLU, the mean over each map, and a real linear layer. Of its weights, 3 x 3 x
    (16 x 32 + 32 x 32) = 13,824 are binary and 144 + 320 are not.

    ``block`` goes to both blocks: ``scale_inputs``, ``conv``, ``activation``.

    Input N x 1 x H x W, float32, 4 x 4 or larger. Output N x ``num_classes`` logits.
    """

    def __init__(self, num_classes: Count = 10, *, seed: Seed | None = None, **block: Any) -> None:
        super().__init__()
        with seeded_init(seed):
            self.first = nn.Conv2d(1, 16, 3, padding=1, bias=False)
            self.norm1 = nn.BatchNorm2d(16)
            self.block1 = XnorBlock(16, 32, **block)
            self.block2 = XnorBlock(32, 32, pool=2, **block)
            self.norm2 = nn.BatchNorm2d(32)
            self.last = nn.Linear(32, num_classes)

    def forward(self, images: Tensor) -> Tensor:
        maps = F.max_pool2d(F.relu(self.norm1(self.first(images))), 2)  # N x 16 x 14 x 14
        maps = F.relu(self.norm2(self.block2(self.block1(maps))))  # N x 32 x 7 x 7
        return self.last(maps.mean(dim=(2, 3)))


def centre_and_clip(model: nn.Module) -> nn.Module:
    """Take the mean over its channels off every binary filter, then clip it to [-1, 1], in place.

    For ``fit(..., after_step=centre_and_clip)``, as the released code does before it takes signs:
    a filter that is mostly of one sign has little to say with signs alone.
    """
    with torch.no_grad():
        for layer in model.modules():
            if isinstance(layer, ScaledSignConv2d):
                layer.weight.sub_(layer.weight.mean(dim=1, keepdim=True)).clamp_(-1, 1)
    return model
