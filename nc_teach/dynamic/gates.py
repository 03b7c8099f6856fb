"""Gates: small networks that look at a block's input and say whether the block is worth it.

Every input is first averaged over its map, so a gate costs next to nothing. Feed-forward gates
decide one by one; a recurrent gate is one for all blocks and remembers what came before.

Both begin with the bias ``start`` in their last layer: at 2 a block is kept with probability 0.88.

Source: Wang, Yu, Dou, Darrell, Gonzalez (2018), "SkipNet", the section on the gates. The paper's
feed-forward gates have one or two convolutions before the average; ours have none. Its recurrent
gate is as here: average, linear layer to 10, LSTM of 10, linear layer to 1.
"""

import torch.nn.functional as F
from torch import Tensor, nn

from nc_teach.common.kinds import Count, Finite, Seed
from nc_teach.models import seeded_init

State = tuple[Tensor, Tensor] | None


def pooled(hidden: Tensor) -> Tensor:
    """The mean over each map: N x C x H x W to N x C; N x C stays as it is."""
    return hidden.flatten(2).mean(dim=2) if hidden.dim() > 2 else hidden  # N x channels


class FeedForwardGates(nn.Module):
    """A gate of its own for every block: linear layer, ReLU, linear layer to one number.

    ``forward(hidden, place, state)`` gives N numbers for the block at ``place``, and the state,
    which this gate does not use.
    """

    def __init__(
        self,
        blocks: Count,
        width: Count,
        hidden: Count = 10,
        start: Finite = 2.0,
        seed: Seed | None = None,
    ) -> None:
        super().__init__()
        with seeded_init(seed):
            self.first = nn.ModuleList(nn.Linear(width, hidden) for _ in range(blocks))
            last = [nn.Linear(hidden, 1) for _ in range(blocks)]
        for layer in last:
            nn.init.constant_(layer.bias, start)
        self.last = nn.ModuleList(last)

    def forward(self, hidden: Tensor, place: int, state: State) -> tuple[Tensor, State]:
        return self.last[place](F.relu(self.first[place](pooled(hidden)))).squeeze(1), state  # N


class RecurrentGates(nn.Module):
    """One gate for all blocks, with a memory: linear layer, LSTM cell, linear layer to one number.

    ``forward(hidden, place, state)`` gives N numbers and the state for the next block; ``state``
    is None before the first.
    """

    def __init__(
        self,
        blocks: Count,
        width: Count,
        hidden: Count = 10,
        start: Finite = 2.0,
        seed: Seed | None = None,
    ) -> None:
        super().__init__()
        with seeded_init(seed):
            self.project = nn.Linear(width, hidden)
            self.cell = nn.LSTMCell(hidden, hidden)
            self.last = nn.Linear(hidden, 1)
        nn.init.constant_(self.last.bias, start)

    def forward(self, hidden: Tensor, place: int, state: State) -> tuple[Tensor, State]:
        memory, cell = self.cell(self.project(pooled(hidden)), state)
        return self.last(memory).squeeze(1), (memory, cell)  # N, and N x hidden twice
