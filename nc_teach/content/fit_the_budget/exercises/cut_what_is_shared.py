"""Card 7.2: weights that share values are pruned; what becomes of indices and codebook?"""

from __future__ import annotations

import torch

from nc_teach.classroom.old_card import Exercise

from .cut_what_is_shared_checks import CHECKS
from .cut_what_is_shared_wrong import WRONG_ANSWERS


def cut(centroids, index, keep):
    left = torch.where(keep, index, -1)
    used = left[left >= 0].unique()
    place = torch.full((len(centroids),), -1, dtype=index.dtype)
    place[used.long()] = torch.arange(len(used), dtype=index.dtype)
    return centroids[used.long()], torch.where(left >= 0, place[left.long()], -1)


CARD = Exercise(
    key="7.2",
    title="Cut what is shared",
    difficulty=2,
    minutes=12,
    task=(
        "A layer's weights share values: weight i is `centroids[index[i]]`, and an index of -1 "
        "means that the weight is zero already. Now some weights are pruned: `keep` is a bool "
        "tensor of index's shape, false = gone. Return the new `(centroids, index)`: a weight that "
        "is gone has index -1, a centroid that nobody shares any more is left out, the others keep "
        "their order, and every kept weight still has its value. Before you write: what happens "
        "to index 5 when centroid 2 is left out?"
    ),
    stub="""\
def cut(centroids, index, keep):
    ...
    return centroids, index
""",
    checks=CHECKS,
    hints=(
        "Two steps: first the indices of what is gone, then the codebook. `index[index >= 0]"
        ".unique()` gives the centroids that somebody shares, in order.",
        "A table from old place to new: `place[used] = torch.arange(len(used))`. Look each kept "
        "index up in it, and put -1 where it was -1: `place[-1]` would be the last one's.",
    ),
    near_miss=(
        "Only setting the indices to -1. Every kept weight has its value, but the file still "
        "stores values that nobody shares."
    ),
    solution=cut,
    reasoning=(
        "After sharing, a weight is no number any more but a place in a table, so pruning changes "
        "places. Small values go first, so whole clusters near zero empty, and the table shrinks: "
        "that is why the other order has the smaller file. But what is left can only move "
        "together, and so it heals worse."
    ),
    wrong_answers=WRONG_ANSWERS,
)
