"""The capstone's quiz is sound, and its cards let through other right answers."""

from __future__ import annotations

import torch

from nc_teach.classroom import cards
from nc_teach.classroom.examine import examine


def test_another_way_to_choose_passes():
    def by_a_loop(candidates, most_bytes, most_ms):
        best, key = None, None
        for name, c in sorted(candidates.items()):
            mine = (c["validation"], -c["bytes"])
            if c["bytes"] <= most_bytes and c["ms"] <= most_ms and (key is None or mine > key):
                best, key = name, mine
        return best

    assert examine(cards.find("7.1"), by_a_loop) is None


def test_another_way_to_cut_passes():
    def by_searching(centroids, index, keep):
        left = index.clone().long()
        left[~keep] = -1
        used = sorted(set(left[left >= 0].tolist()))
        new = torch.tensor([used.index(i) if i >= 0 else -1 for i in left.flatten().tolist()])
        return centroids[torch.tensor(used, dtype=torch.long)], new.reshape(index.shape)

    assert examine(cards.find("7.2"), by_searching) is None
