"""Runtime Neural Pruning: before every layer an agent says how much of it this input needs.

Unlike SkipNet, which skips whole blocks, this computes the first 1, 2, ... or k of a layer's k
groups of channels. Walking up the layers is a Markov decision process, learned by Q-learning:

- the *state* is the mean of each map so far, encoded to a fixed length, and a recurrent memory;
- the *action* a computes a + 1 groups of the next layer;
- the *reward* is -a ``price`` at every layer, and - ``scale`` x cross-entropy at the last.

Training takes turns: the network learns under random actions; the agent learns by
(r + max_a' Q(s', a') - Q(s, a))^2, the network held still; the network learns under the agent's.

Source: Lin, Rao, Lu, Zhou (2017), "Runtime Neural Pruning", NeurIPS 30. As there: groups, state,
encoder - recurrent network - decoder, Q-learning with random actions in between. Ours: four small
layers instead of a large network, each turn taken once, a GRU cell for the recurrent network, a
fixed chance of random actions, and later rewards count in full (no discount).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nc_teach.common.kinds import Count, Images, NotNegative, Seed, Share
from nc_teach.dynamic.channel_groups import computed, masked
from nc_teach.dynamic.gates import pooled
from nc_teach.models import seeded_init, weight_of
from nc_teach.training import Loss
from nc_teach.training.evaluate import evaluating

Choose = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Course:
    """One pass: N x classes ``logits``; ``actions``, N x layers; ``values`` Q, N x layers x k."""

    logits: Tensor
    actions: Tensor
    values: Tensor


class Agent(nn.Module):
    """Encoder, recurrent cell and decoder: from the maps so far to a value for every action."""

    def __init__(self, width: Count, layers: Count, groups: Count, size: Count = 16) -> None:
        super().__init__()
        self.width = width
        self.encoders = nn.ModuleList(nn.Linear(width, size) for _ in range(layers))
        self.cell, self.decoder = nn.GRUCell(size, size), nn.Linear(size, groups)

    def forward(self, maps: Tensor, layer: int, memory: Tensor | None) -> tuple[Tensor, Tensor]:
        """Values, N x groups, and the memory for the next layer. Maps get no gradient from here."""
        state = pooled(maps.detach())  # N x channels so far
        state = F.pad(state, (0, self.width - state.shape[1]))  # N x width
        memory = self.cell(F.relu(self.encoders[layer](state)), memory)
        return self.decoder(memory), memory


class RuntimePruningNet(nn.Module):
    """A plain convolutional network whose layers are computed as far as its agent wants.

    A 5 x 5 convolution with stride 4, always whole; then ``layers`` convolutions of 3 x 3, whose
    ``width`` channels are divided into ``groups``; the mean over each map, and a linear layer.
    There is no batch norm: its statistics would be those of one width only.

    Input N x 1 x 28 x 28, float32. Output N x ``num_classes`` logits.
    """

    def __init__(
        self,
        num_classes: Count = 10,
        layers: Count = 4,
        width: Count = 32,
        groups: Count = 4,
        seed: Seed | None = None,
    ) -> None:
        super().__init__()
        if width % groups:
            raise ValueError(f"groups must divide the {width} channels evenly, got {groups}")
        with seeded_init(seed):
            self.stem = nn.Conv2d(1, width, 5, stride=4, padding=2)
            self.layers = nn.ModuleList(
                nn.Conv2d(width, width, 3, padding=1) for _ in range(layers)
            )
            self.fc = nn.Linear(width, num_classes)
            self.agent = Agent(width, layers, groups)
            for layer in (self.stem, *self.layers):
                nn.init.kaiming_normal_(weight_of(layer), nonlinearity="relu")
        self.groups = groups

    def forward(self, images: Tensor) -> Tensor:
        """The agent's best actions; in evaluation mode what is not needed is not computed."""
        return self.run_gated(images, best).logits

    def run_gated(self, images: Tensor, choose: Choose) -> Course:
        """Layer by layer; ``choose`` makes values, N x groups, into actions, N."""
        layer_of = masked if self.training else computed
        maps, memory, actions, values = F.relu(self.stem(images)), None, [], []
        for place, layer in enumerate(self.layers):
            value, memory = self.agent(maps, place, memory)
            action = choose(value)
            maps = layer_of(cast(nn.Conv2d, layer), maps, action, self.groups)
            actions.append(action)
            values.append(value)
        return Course(self.read(maps), torch.stack(actions, dim=1), torch.stack(values, dim=1))

    def read(self, maps: Tensor) -> Tensor:
        """The linear layer at the end, on the channels that there are."""
        return F.linear(pooled(maps), self.fc.weight[:, : maps.shape[1]], self.fc.bias)

    def run(self, images: Tensor, actions: Tensor) -> Tensor:
        """Logits under given actions, N x layers; the agent is not asked."""
        layer_of = masked if self.training else computed
        maps = F.relu(self.stem(images))
        for place, layer in enumerate(self.layers):
            maps = layer_of(cast(nn.Conv2d, layer), maps, actions[:, place], self.groups)
        return self.read(maps)


def best(values: Tensor) -> Tensor:
    """The action with the highest value; the cheapest of equals.

    >>> best(torch.tensor([[0.1, 0.3, 0.3], [0.5, 0.2, 0.1]])).tolist()
    [1, 0]
    """
    return values.detach().argmax(dim=1)


def exploring(chance: Share) -> Choose:
    """:func:`best`, but with probability ``chance`` any action at all (epsilon-greedy)."""

    def choose(values: Tensor) -> Tensor:
        anything = torch.randint(0, values.shape[1], (len(values),), device=values.device)
        explores = torch.rand(len(values), device=values.device) < chance
        return torch.where(explores, anything, best(values))

    return choose


def network_loss(choose: Choose) -> Loss:
    """Cross-entropy under the actions that ``choose`` gives. The agent learns nothing from it."""

    def loss(model: RuntimePruningNet, images: Tensor, labels: Tensor) -> Tensor:
        return F.cross_entropy(model.run_gated(images, choose).logits, labels)

    return loss


def rewards(actions: Tensor, errors: Tensor, price: NotNegative, scale: float) -> Tensor:
    """-a ``price`` at every layer, and -``scale`` x error at the last, N x layers.

    >>> got = rewards(torch.tensor([[0, 2, 1]]), torch.tensor([0.5]), price=0.1, scale=2.0)
    >>> [round(r, 2) + 0.0 for r in got[0].tolist()]
    [0.0, -0.2, -1.1]
    """
    got = -price * actions.float()
    got[:, -1] -= scale * errors
    return got


def q_targets(values: Tensor, got: Tensor) -> Tensor:
    """r + max_a Q(next state, a); at the last layer r alone. N x layers, no gradient.

    >>> values = torch.tensor([[[9.0, 9.0], [0.5, 0.2]]])  # what was thought of two layers
    >>> [round(t, 2) for t in q_targets(values, torch.tensor([[-0.1, -0.4]]))[0].tolist()]
    [0.4, -0.4]
    """
    ahead = values.detach()[:, 1:].max(dim=2).values
    return got + F.pad(ahead, (0, 1))


def q_loss(price: NotNegative, *, scale: float = 1.0, chance: Share = 0.2) -> Loss:
    """(target - Q(s, a))^2, the mean: trains the agent, and holds the network still."""

    def loss(model: RuntimePruningNet, images: Tensor, labels: Tensor) -> Tensor:
        course = model.run_gated(images, exploring(chance))
        errors = F.cross_entropy(course.logits.detach(), labels, reduction="none")
        targets = q_targets(course.values, rewards(course.actions, errors, price, scale))
        taken = course.values.gather(2, course.actions[:, :, None]).squeeze(2)
        return F.mse_loss(taken, targets)

    return loss


def actions_of(model: RuntimePruningNet, images: Images) -> Tensor:
    """The agent's best actions for every image, N x layers."""
    with evaluating(model):
        return model.run_gated(images, best).actions
