"""Known wrong answers to card 7.2. Each is rejected with its own message; a test proves it."""

from __future__ import annotations

import torch

from nc_teach.classroom.old_card import WrongAnswer


def _right(centroids, index, keep):
    left = torch.where(keep, index, -1)
    used = left[left >= 0].unique().long()
    place = torch.full((len(centroids) + 1,), -1, dtype=index.dtype)
    place[used] = torch.arange(len(used), dtype=index.dtype)
    return centroids[used], place[left.long()]


def only_the_indices(centroids, index, keep):
    return centroids, torch.where(keep, index, -1)


def no_new_places(centroids, index, keep):
    left = torch.where(keep, index, -1)
    return centroids[left[left >= 0].unique().long()], left


def index_zero(centroids, index, keep):
    return centroids, torch.where(keep, index, 0)


def the_other_way_round(centroids, index, keep):
    return _right(centroids, index, ~keep)


def only_what_is_left(centroids, index, keep):
    used, new = _right(centroids, index, keep)
    return used, new[new >= 0]


def the_last_for_minus_one(centroids, index, keep):
    left = torch.where(keep, index, -1)
    used = left[left >= 0].unique().long()
    place = torch.zeros(len(centroids), dtype=index.dtype)
    place[used] = torch.arange(len(used), dtype=index.dtype)
    return centroids[used], place[left.long()]


def backwards(centroids, index, keep):
    used, new = _right(centroids, index, keep)
    return used.flip(0), torch.where(new >= 0, len(used) - 1 - new, -1).to(index.dtype)


def revives_the_dead(centroids, index, keep):
    return _right(centroids, index.clamp(min=0), keep)


def shifts_by_one(centroids, index, keep):
    used, new = _right(centroids, index, keep)
    return used, torch.where(new > 0, new - 1, new)


def in_place(centroids, index, keep):
    index[~keep] = -1
    return _right(centroids, index, keep)


def floats(centroids, index, keep):
    used, new = _right(centroids, index, keep)
    return used, new.float()


def the_weights(centroids, index, keep):
    used, new = _right(centroids, index, keep)
    return torch.cat([used, used.new_zeros(1)])[new.long()]


WRONG_ANSWERS = {
    "only the indices": WrongAnswer(only_the_indices, "stored for nothing"),
    "no new places": WrongAnswer(no_new_places, "but your table ends at"),
    "index zero": WrongAnswer(index_zero, "weights have an index after the cut"),
    "the other way round": WrongAnswer(the_other_way_round, "2 weights have an index"),
    "only what is left": WrongAnswer(only_what_is_left, "keeps its place, with index -1"),
    "the last for minus one": WrongAnswer(the_last_for_minus_one, "6 weights have an index"),
    "backwards": WrongAnswer(backwards, "in another order"),
    "revives the dead": WrongAnswer(revives_the_dead, "4 weights have an index"),
    "shifts by one": WrongAnswer(shifts_by_one, "weights have changed"),
    "in place": WrongAnswer(in_place, "changes the tensors"),
    "floats": WrongAnswer(floats, "indices are whole numbers"),
    "the weights": WrongAnswer(the_weights, "return two tensors"),
}
