"""Blocks that some inputs compute and others skip: the arithmetic of it, and the saving of it.

A residual block keeps the shape of its input, so it can be left out. With a gate g of 0 or 1 for
every input the block becomes

    x' = g F(x) + (1 - g) x

:func:`blend` computes just that, F for every input: gradients flow through g, and no time is saved.
:func:`compute_chosen` computes F for the chosen inputs alone. Both give the same numbers where a
block treats every input by itself, as it does in evaluation mode.

Source: Wang, Yu, Dou, Darrell, Gonzalez (2018), "SkipNet", the section on the model's design.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

Block = Callable[[Tensor], Tensor]


def blend(block: Block, x: Tensor, gate: Tensor) -> Tensor:
    """g F(x) + (1 - g) x, with a gate for every input: N numbers, usually 0 or 1.

    The block is computed for all N inputs.

    >>> blend(lambda x: 10 * x, torch.tensor([[1.0], [2.0]]), torch.tensor([1.0, 0.0])).tolist()
    [[10.0], [2.0]]
    """
    g = gate.reshape(-1, *[1] * (x.dim() - 1))
    return g * block(x) + (1 - g) * x


def compute_chosen(block: Block, x: Tensor, chosen: Tensor) -> Tensor:
    """F(x) for the chosen inputs, x for the others: these are not computed.

    ``chosen`` is N times True or False. Some of a batch are gathered, computed, and scattered back;
    with one input this is an ``if``. Raises ``ValueError`` when ``chosen`` is not bool or not N
    long: integers would pick inputs by their place.

    >>> seen = []
    >>> def block(x):
    ...     seen.append(len(x))
    ...     return 10 * x
    >>> chosen = torch.tensor([True, False, False])
    >>> compute_chosen(block, torch.tensor([[1.0], [2.0], [3.0]]), chosen).tolist()
    [[10.0], [2.0], [3.0]]
    >>> seen  # of three inputs the block has seen one
    [1]
    """
    if chosen.dtype != torch.bool or chosen.shape != x.shape[:1]:
        raise ValueError(
            f"chosen must be bool of shape ({len(x)},), got {chosen.dtype} of {tuple(chosen.shape)}"
        )
    if not chosen.any():
        return x
    if chosen.all():
        return block(x)
    result = x.clone()
    result[chosen] = block(x[chosen])
    return result


def through(block: Block, x: Tensor, gate: Tensor) -> Tensor:
    """One block under a gate: a bool one really skips, one of numbers blends."""
    return (compute_chosen if gate.dtype == torch.bool else blend)(block, x, gate)


class Blocks(nn.Module):
    """A residual network in three parts: ``stem``, ``blocks`` of one shape each, and ``head``.

    Without a policy it is the ordinary network. With one, N x blocks, every input takes the blocks
    that its row names: as True and False they are really skipped, as numbers blended.

    Raises ``ValueError`` for a policy of another shape.
    """

    def __init__(self, stem: nn.Module, blocks: nn.ModuleList, head: nn.Module) -> None:
        super().__init__()
        self.stem, self.blocks, self.head = stem, blocks, head

    def forward(self, inputs: Tensor, policy: Tensor | None = None) -> Tensor:
        wanted = (len(inputs), len(self.blocks))
        if policy is not None and policy.shape != wanted:
            raise ValueError(f"policy must have shape {wanted}, got {tuple(policy.shape)}")
        hidden = self.stem(inputs)
        for place, block in enumerate(self.blocks):
            hidden = block(hidden) if policy is None else through(block, hidden, policy[:, place])
        return self.head(hidden)
