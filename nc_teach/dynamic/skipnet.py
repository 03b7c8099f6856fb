"""SkipNet: before every block a gate looks at what there is so far, and may skip the block.

Unlike a network with exits, which stops, this goes on to the end and leaves out single blocks.
There are three ways to train it, each a loss for ``fit``:

- :func:`supervised_loss`: hard gates forward and soft ones in the gradient, with no term for the
  cost (the paper's supervised pre-training). Ours adds logistic noise, so that a gate that is
  unsure tries both; the paper and its release round without noise;
- :func:`hybrid_loss`: gates are drawn, the prediction learns by its gradient and the gates by
  REINFORCE, with what is skipped as the reward (the paper's second stage);
- :func:`counting_loss`: the number of blocks used is a term of the loss, straight through the
  gates. Not in the paper: simpler, since it needs no reinforcement learning.

Source: Wang, Yu, Dou, Darrell, Gonzalez (2018), "SkipNet: Learning Dynamic Routing in
Convolutional Networks", the section on learning the skipping policy.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nc_teach.common.kinds import Finite, Floats, Labels
from nc_teach.dynamic.decisions import draw, hard, log_likelihood, noisy_gate, straight_through_gate
from nc_teach.dynamic.skipping import Blocks, through
from nc_teach.training import Loss
from nc_teach.training.evaluate import evaluating


@dataclass(frozen=True)
class GatedPass:
    """One pass: N x classes ``logits``; ``gates`` (what was decided) and ``gate_logits``, both
    N x blocks.
    """

    logits: Tensor
    gates: Tensor
    gate_logits: Tensor


class SkipNet(nn.Module):
    """A residual network (:class:`~nc_teach.dynamic.skipping.Blocks`) with a gate at every block.

    In evaluation mode gates are hard, and a skipped block is not computed. Gates are any module
    that is called as ``gates(hidden, place, state) -> (numbers, state)``.
    """

    def __init__(self, backbone: Blocks, gates: nn.Module) -> None:
        super().__init__()
        self.backbone, self.gates = backbone, gates

    def forward(self, inputs: Tensor) -> Tensor:
        return self.run_gated(inputs, straight_through_gate if self.training else hard).logits

    def run_gated(self, inputs: Tensor, decide: Callable[[Tensor], Tensor]) -> GatedPass:
        """From the stem to the head; ``decide`` makes a gate's numbers into decisions."""
        hidden, state, gates, numbers = self.backbone.stem(inputs), None, [], []
        for place, block in enumerate(self.backbone.blocks):
            number, state = self.gates(hidden, place, state)
            gate = decide(number)
            hidden = through(block, hidden, gate)
            gates.append(gate)
            numbers.append(number)
        logits = self.backbone.head(hidden)
        # N x blocks each
        return GatedPass(logits, torch.stack(gates, dim=1), torch.stack(numbers, dim=1))


def whole_network_loss(model: SkipNet, inputs: Floats, labels: Labels) -> Tensor:
    """Cross-entropy with every block on: the gates are not asked, and learn nothing."""
    return F.cross_entropy(model.backbone(inputs), labels)


def supervised_loss(model: SkipNet, inputs: Floats, labels: Labels) -> Tensor:
    """Cross-entropy through noisy gates, hard forward and soft in the gradient.

    Blocks are missing now and then, so the network learns to do without any one of them.
    """
    return F.cross_entropy(model.run_gated(inputs, noisy_gate).logits, labels)


def counting_loss(weight: Finite) -> Loss:
    """Cross-entropy + ``weight`` x (number of blocks used), straight through noisy gates."""

    def loss(model: SkipNet, inputs: Floats, labels: Labels) -> Tensor:
        gated = model.run_gated(inputs, noisy_gate)
        return F.cross_entropy(gated.logits, labels) + weight * gated.gates.sum(dim=1).mean()

    return loss


def reward_to_go(errors: Tensor, gates: Tensor, weight: Finite) -> Tensor:
    """r_i = -(L - ``weight`` x number of blocks skipped from i on), N x blocks.

    The paper's r_i = -[L - alpha / N sum_{j >= i} R_j] with R_j = (1 - g_j) C_j, all costs C = 1
    and ``weight`` = alpha / N. ``errors`` is the loss L of each input.

    >>> gates = torch.tensor([[1.0, 0.0, 0.0]])
    >>> [round(r, 2) for r in reward_to_go(torch.tensor([0.5]), gates, 0.1)[0].tolist()]
    [-0.3, -0.3, -0.4]
    """
    skipped = (1 - gates).flip(1).cumsum(dim=1).flip(1)  # N x blocks: skipped from here on
    return -(errors[:, None] - weight * skipped)


def hybrid_loss(weight: Finite, *, baseline: bool = True) -> Loss:
    """Cross-entropy with drawn gates, minus sum_i log p(g_i) r_i: its gradient is REINFORCE's.

    dE[J] = E[dL] - E[sum_i r_i d log p(g_i | x)] for J = L - ``weight`` x (blocks skipped).
    ``baseline`` takes the batch's mean off r_i at each block, which leaves the expectation (nearly)
    as it is and the noise much smaller; the paper's formula has none.
    """

    def loss(model: SkipNet, inputs: Floats, labels: Labels) -> Tensor:
        gated = model.run_gated(inputs, draw)
        errors = F.cross_entropy(gated.logits, labels, reduction="none")  # N, in nats
        rewards = reward_to_go(errors.detach(), gated.gates, weight)
        # A mean that does not depend on the draw changes no expectation, only the noise.
        rewards = rewards - rewards.mean(dim=0) if baseline else rewards
        chance = log_likelihood(gated.gate_logits, gated.gates)
        return errors.mean() - (chance * rewards).sum(dim=1).mean()

    return loss


def paths(model: SkipNet, inputs: Floats) -> Tensor:
    """Which blocks each input takes, N x blocks, bool: the hard decisions of evaluation mode."""
    with evaluating(model):
        return model.run_gated(inputs, hard).gates
