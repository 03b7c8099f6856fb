"""BinaryConnect: train with weights of one bit, and remember in real numbers where they tend.

Unlike rounding after training, the network lives with its signs from the first step. The forward
and the backward pass use the binary weights w_b only; the gradient with respect to w_b is then
applied to the real weights w behind them, which are clipped to [-1, 1]. Many small steps add up in
w until a sign turns. In the field they are called latent weights (隐藏的实数权重).

Source: Courbariaux, Bengio, David (2015), "BinaryConnect: Training Deep Neural Networks with binary
weights during propagations", sections 2.2 (binarization) to 2.6 (test time).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nc_teach import training
from nc_teach.common.kinds import Count, Floats, Positive
from nc_teach.common.straight_through import pass_gradient
from nc_teach.quantization.sign import sign, sign_ste_unclipped


def hard_sigmoid(x: Floats) -> Tensor:
    """max(0, min(1, (x + 1) / 2)): the probability of +1 in :func:`stochastic`.

    >>> hard_sigmoid(torch.tensor([-3.0, -0.5, 0.0, 1.0]))
    tensor([0.0000, 0.2500, 0.5000, 1.0000])
    """
    return ((x + 1) / 2).clamp(0, 1)


def deterministic(weight: Floats) -> Tensor:
    """+1 where w >= 0, else -1; the gradient goes to w as it is (straight through, no clip).

    >>> deterministic(torch.tensor([0.3, 0.0, -0.01]))
    tensor([ 1.,  1., -1.])
    """
    return sign_ste_unclipped(weight)


def stochastic(weight: Floats) -> Tensor:
    """+1 with probability ``hard_sigmoid(w)``, else -1, drawn anew at every call.

    The mean over many draws is w itself (for |w| <= 1): E[w_b] = 2 p - 1 = w. The gradient goes to
    w as it is. The draw comes from torch's random state, which ``fit`` seeds.
    """
    up = torch.rand_like(weight) < hard_sigmoid(weight)  # out x in, bool
    return pass_gradient(weight, torch.where(up, 1.0, -1.0).to(weight.dtype))


def real(weight: Floats) -> Tensor:
    """The weights as they are: full precision."""
    return weight


@dataclass(frozen=True)
class BinaryConnect:
    """Which weights a layer uses while it is trained, and which when it is tested.

    Each of the two is a function from the real weights to those of the forward pass.
    """

    in_training: Callable[[Tensor], Tensor]
    at_test: Callable[[Tensor], Tensor]


DETERMINISTIC = BinaryConnect(in_training=deterministic, at_test=deterministic)
STOCHASTIC = BinaryConnect(in_training=stochastic, at_test=real)
"""As in the paper: what was trained by drawing is tested with the *real* weights. That is a
regulariser, like dropout; the tested network is not small."""


class BinaryLinear(nn.Linear):
    """A linear layer whose forward pass sees binary weights; ``weight`` holds the real ones.

    Real weights begin uniform in [-1, 1], so that signs can still turn. There is no bias: batch
    normalisation follows. ``weight`` is an ordinary float parameter, also after training: it is
    :meth:`binary_weight` that is worth one bit a number.

    >>> layer = BinaryLinear(3, 1)
    >>> _ = layer.weight.data.copy_(torch.tensor([[0.2, -0.7, 0.0]]))
    >>> layer(torch.tensor([[1.0, 10.0, 100.0]])).item()
    91.0
    """

    def __init__(
        self, in_features: Count, out_features: Count, rule: BinaryConnect = DETERMINISTIC
    ) -> None:
        super().__init__(in_features, out_features, bias=False)
        self.rule = rule
        nn.init.uniform_(self.weight, -1, 1)

    def forward(self, inputs: Tensor) -> Tensor:
        used = self.rule.in_training if self.training else self.rule.at_test
        return F.linear(inputs, used(self.weight))

    def binary_weight(self) -> Tensor:
        """sign(w), out x in, without a gradient."""
        return sign(self.weight.detach())


def clip_weights(model: nn.Module) -> nn.Module:
    """Clip the real weights of all binary layers to [-1, 1], in place, and return the model.

    For ``fit(..., after_step=clip_weights)``. Outside of [-1, 1] a weight would have no influence
    on w_b, and it would take ever more steps to come back (section 2.4).
    """
    with torch.no_grad():
        for layer in binary_layers(model).values():
            layer.weight.clamp_(-1, 1)
    return model


def binary_layers(model: nn.Module) -> dict[str, BinaryLinear]:
    """The binary layers of a model by name; an empty dict when it has none."""
    return {name: m for name, m in model.named_modules() if isinstance(m, BinaryLinear)}


def glorot_scale(fan_in: Count, fan_out: Count) -> float:
    """1 / sqrt(1.5 / (fan_in + fan_out)), the inverse of Glorot's initial size, up to a constant.

    The real weights live in [-1, 1] and not in Glorot's narrow range, so their steps grow as much.

    >>> glorot_scale(3, 3)
    2.0
    """
    return 1 / math.sqrt(1.5 / (fan_in + fan_out))


def adam(model: nn.Module, lr: Positive) -> Callable[[object], torch.optim.Adam]:
    """Adam for ``fit(..., optimizer=adam(model, lr))``: binary layers at lr * ``glorot_scale``.

    Section 2.5: with Adam the learning rate is scaled by the coefficient, with SGD by its square.
    """
    scales = {
        id(layer.weight): glorot_scale(layer.in_features, layer.out_features)
        for layer in binary_layers(model).values()
    }
    groups = [
        {"params": [p], "lr": lr * scales.get(id(p), 1.0)}
        for p in model.parameters()
        if p.requires_grad
    ]
    return lambda parameters: training.adam(groups, lr)
