"""A task that is no picture: do these brackets balance? And a small Transformer that reads them.

A string of brackets is balanced when nothing is closed that was not opened, and nothing stays open.
Of all orders of n opening and n closing brackets one in n + 1 is balanced (Catalan's numbers).
Unlike a picture's pixels, brackets mean nothing each by itself: half of them open in every string
here, so whoever only counts them guesses.

Source of the network: Vaswani et al. (2017), "Attention Is All You Need", arXiv:1706.03762, section
3; an encoder alone, with learned places.
"""

import torch
from torch import Tensor, nn

from nc_teach.data import Dataset, Samples
from nc_teach.models import seeded_init

PAIRS, DRAWN = 10, 60_000  # pairs of brackets in a string; shuffles, of which equal ones count once
SIZES = (4000, 1000, 1500)  # strings to train on, to choose by, and to report on


def balanced(strings: Tensor) -> Tensor:
    """Whether each string, N x length with 0 for "(" and 1 for ")", is balanced: N bools.

    >>> balanced(torch.tensor([[0, 0, 1, 1], [0, 1, 1, 0], [0, 0, 1, 0]])).tolist()
    [True, False, False]
    """
    depth = (1 - 2 * strings).cumsum(dim=1)  # N x length: how many are open after each bracket
    return (depth >= 0).all(dim=1) & (depth[:, -1] == 0)


def brackets(seed: int = 0) -> Dataset:
    """Three splits of different strings of 20 brackets, every second one balanced (class 1).

    Every string, balanced or not, has ten brackets of each kind.
    """
    generator = torch.Generator().manual_seed(seed)
    order = torch.rand(DRAWN, 2 * PAIRS, generator=generator).argsort(dim=1)
    strings = (order >= PAIRS).long().unique(dim=0)  # no string twice
    strings = strings[torch.randperm(len(strings), generator=generator)]
    right = balanced(strings)
    count = sum(SIZES) // 2
    both = torch.stack([strings[~right][:count], strings[right][:count]], dim=1).flatten(0, 1)
    labels = torch.arange(2 * count) % 2
    splits = [Samples(*part) for part in zip(both.split(SIZES), labels.split(SIZES), strict=True)]
    train, validation, test = splits
    return Dataset(
        "brackets",
        "generated",
        classes=("not balanced", "balanced"),
        source="drawn at random from a seed",
        train=train,
        validation=validation,
        test=test,
    )


class BracketReader(nn.Module):
    """A Transformer encoder: N x 20 tokens to N x 2 logits.

    Every token becomes ``width`` numbers, and its place is added. In each of two blocks every place
    attends to all places, and then a *feed-forward* part of ``hidden`` units thinks about each
    place by itself. The mean over the places is classified.
    """

    def __init__(self, width: int = 32, hidden: int = 128, seed: int | None = None) -> None:
        super().__init__()
        with seeded_init(seed):
            self.tokens = nn.Embedding(2, width)
            self.places = nn.Parameter(0.1 * torch.randn(2 * PAIRS, width))
            self.first, self.second = (
                nn.TransformerEncoderLayer(width, 4, hidden, dropout=0.0, batch_first=True)
                for _ in range(2)
            )
            self.last = nn.Linear(width, 2)

    def forward(self, strings: Tensor) -> Tensor:
        seen = self.tokens(strings) + self.places  # N x 20 x width
        return self.last(self.second(self.first(seen)).mean(dim=1))
