"""BlockDrop: one small policy network looks at the input and decides on all blocks at once.

Unlike SkipNet, whose gates decide block by block on the way, the decision is made before the large
network has begun. A trained residual network is given; the policy network learns by REINFORCE

    R(u) = 1 - (|u| / K)^2   if the prediction is right,   -gamma   if not
    dJ = E[ (R(u) - R(v)) d log p(u) ]

where u is drawn, block by block, and v is the *greedy* policy, s > 1/2: what the network would do
when it is used is its own baseline (self-critical). The last blocks are learned first (curriculum),
and in the end the network and its policy are trained together. (The release also rewards a policy
for being unsure, an entropy bonus; the paper's formula has none, and so ours.)

Source: Wu, Nagarajan, Kumar, Rennie, Davis, Grauman, Feris (2018), "BlockDrop: Dynamic Inference
Paths in Residual Networks", the section on the approach.
"""

from collections.abc import Callable, Sequence
from typing import Annotated

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nc_teach.common.kinds import Count, Finite, Mask, NotNegative, Seed, That, one_of
from nc_teach.dynamic.skipping import Blocks
from nc_teach.models import seeded_init
from nc_teach.training import Loss
from nc_teach.training.evaluate import evaluating

BASELINES = ("self-critical", "none")
Train = Callable[[nn.Module, Loss], object]


class PolicyNet(nn.Module):
    """Two convolutions, the mean over each map, a number for every block: images to N x blocks.

    It must cost less than the blocks that it saves: 28,616 MACs for 28 x 28 images and six blocks,
    an eighth of one block of :func:`~nc_teach.dynamic.backbones.image_blocks`. There is no
    batch norm in it. ``start`` is the bias of its last layer.
    """

    def __init__(
        self, blocks: Count, width: Count = 8, start: Finite = 2.0, seed: Seed | None = None
    ) -> None:
        super().__init__()
        with seeded_init(seed):
            self.conv1 = nn.Conv2d(1, width, 5, stride=4, padding=2)
            self.conv2 = nn.Conv2d(width, 2 * width, 3, padding=1, stride=2)
            self.fc = nn.Linear(2 * width * 4, blocks)
        nn.init.constant_(self.fc.bias, start)

    def forward(self, images: Tensor) -> Tensor:
        maps = F.relu(self.conv2(F.relu(self.conv1(images))))  # N x channels x H x W
        return self.fc(F.adaptive_avg_pool2d(maps, 2).flatten(1))  # N x blocks


class BlockDrop(nn.Module):
    """A residual network, and a policy network that says which of its blocks an input takes.

    ``forward`` takes the greedy policy, and a block that is dropped is not computed. ``policy_net``
    is any module from inputs to N x blocks numbers.
    """

    def __init__(self, backbone: Blocks, policy_net: nn.Module) -> None:
        super().__init__()
        self.backbone, self.policy_net = backbone, policy_net

    def forward(self, inputs: Tensor) -> Tensor:
        return self.backbone(inputs, self.policy(inputs))

    def probabilities(self, inputs: Tensor) -> Tensor:
        """s, the probability of keeping each block: N x blocks."""
        return self.policy_net(inputs).sigmoid()

    def policy(self, inputs: Tensor) -> Tensor:
        """The greedy policy, s > 1/2: N x blocks, bool."""
        return self.probabilities(inputs).detach() > 0.5


def bounded(probabilities: Tensor, alpha: Finite) -> Tensor:
    """alpha s + (1 - alpha) (1 - s): never surer than alpha, so that all is tried now and then.

    >>> [round(p, 2) for p in bounded(torch.tensor([0.0, 0.5, 1.0]), alpha=0.8).tolist()]
    [0.2, 0.5, 0.8]
    """
    return alpha * probabilities + (1 - alpha) * (1 - probabilities)


def reward(policy: Tensor, right: Mask, gamma: NotNegative) -> Tensor:
    """1 - (share of blocks used)^2 for a right prediction, -``gamma`` for a wrong one: N numbers.

    Raises ``ValueError`` when ``right`` is not bool: numbers would pick inputs by their place.

    >>> policy = torch.tensor([[1.0, 0.0], [0.0, 0.0], [0.0, 0.0]])
    >>> reward(policy, torch.tensor([True, True, False]), gamma=2.0).tolist()
    [0.75, 1.0, -2.0]
    """
    used = policy.float().mean(dim=1)  # N, in [0, 1]
    return torch.where(right, 1 - used**2, torch.full_like(used, -gamma))


def with_first_kept(policy: Tensor, last: int | None) -> Tensor:
    """The policy with all blocks but the ``last`` ones switched on; None learns all of them.

    >>> with_first_kept(torch.tensor([[False, False, False]]), last=1)
    tensor([[ True,  True, False]])
    """
    kept = policy.clone()
    kept[:, : policy.shape[1] - _learned(policy.shape[1], last)] = 1
    return kept


def policy_loss(
    gamma: NotNegative,
    *,
    alpha: Annotated[float, That("from 0.5 to 1", lambda a: 0.5 <= a <= 1)] = 0.8,
    last: Count | None = None,
    baseline: Annotated[str, one_of(*BASELINES)] = "self-critical",
    joint: bool = False,
) -> Loss:
    """-(R(u) - R(v)) log p(u), the mean over the batch: its gradient is REINFORCE's.

    ``gamma`` is the penalty for a wrong prediction; a larger one keeps more blocks. Probabilities
    are kept within [1 - ``alpha``, ``alpha``] while learning. The ``last`` blocks are learned, or
    all (None), and the others are on. ``baseline`` is "self-critical", or "none": then R(u) alone.
    ``joint`` trains the residual network as well, by the cross-entropy under the policy that was
    drawn; otherwise it is not touched, its running statistics included.

    Raises ``ValueError`` for another baseline, or an ``alpha`` outside 0.5 to 1.
    """

    def loss(model: BlockDrop, inputs: Tensor, labels: Tensor) -> Tensor:
        s = bounded(model.probabilities(inputs), alpha)
        drawn = with_first_kept(torch.bernoulli(s.detach()), last)  # N x blocks
        error, right = (_learning if joint else _held_still)(model, inputs, labels, drawn)
        gain = reward(drawn, right, gamma)
        if baseline == "self-critical":
            greedy = with_first_kept(s.detach() > 0.5, last)
            gain = gain - reward(greedy, _right(model, inputs, labels, greedy), gamma)
        learned = _learned(s.shape[1], last)
        # N x learned: log-probabilities
        chance = -F.binary_cross_entropy(s, drawn, reduction="none")[:, -learned:]
        return error - (gain * chance.sum(dim=1)).mean()

    return loss


def learn_with_curriculum(
    model: BlockDrop, train: Train, gamma: NotNegative, *, stages: Sequence[Count], **options
) -> BlockDrop:
    """Learn the policy in stages: of the last blocks first, then of more, in place.

    ``train(model, loss)`` trains by a loss; ``stages`` says how many blocks from the end each stage
    learns, such as (1, 2, 3); ``options`` go to :func:`policy_loss`.
    """
    for last in stages:
        train(model, policy_loss(gamma, last=last, **options))
    return model


def _learned(blocks: int, last: int | None) -> int:
    learned = blocks if last is None else last
    if not 1 <= learned <= blocks:
        raise ValueError(f"last must be from 1 to {blocks}, got {last!r}")
    return learned


def _learning(
    model: BlockDrop, inputs: Tensor, labels: Tensor, policy: Tensor
) -> tuple[Tensor, Tensor]:
    """The network's cross-entropy under a policy, with its gradient, and what it has right."""
    logits = model.backbone(inputs, policy)
    return F.cross_entropy(logits, labels), logits.argmax(dim=1) == labels


def _held_still(
    model: BlockDrop, inputs: Tensor, labels: Tensor, policy: Tensor
) -> tuple[Tensor, Tensor]:
    """No error that the network could learn from, and what it has right."""
    return torch.zeros(()), _right(model, inputs, labels, policy)


def _right(model: BlockDrop, inputs: Tensor, labels: Tensor, policy: Tensor) -> Tensor:
    """Which inputs the network has right under a policy; the network is left as it was."""
    with evaluating(model.backbone):
        return model.backbone(inputs, policy.bool()).argmax(dim=1) == labels
