"""The capstone's cards let through other right answers, and say what a wrong one needs."""

import hashlib
import hmac

import numpy as np
import pytest
import torch

from nc_teach.classroom import cards
from nc_teach.classroom.examine import examine


def in_numpy(centroids, index, keep):
    left = np.where(keep.numpy(), index.numpy(), -1)
    used, new = np.unique(left, return_inverse=True)
    gone = int(-1 in used)
    kept = centroids.double()[torch.from_numpy(used[gone:]).long()]
    return [kept, torch.from_numpy(new.reshape(index.shape) - gone)]


def the_sum_alone(certificate, content):
    """What every real checker does: no two contents with one sha256 are known."""
    return hashlib.sha256(content).hexdigest() == certificate["sha256"]


def in_constant_time(certificate, content):
    found = hashlib.sha256(content).digest()
    return np.bool_(hmac.compare_digest(found, bytes.fromhex(certificate["sha256"])))


RIGHT = {
    "7.2": (in_numpy,),
    "7.3": (the_sum_alone, in_constant_time),
}


@pytest.mark.parametrize(("key", "answer"), [(k, answer) for k in RIGHT for answer in RIGHT[k]])
def test_other_right_answers_pass(key, answer):
    assert examine(cards.find(key), answer) is None


def test_a_network_that_no_known_mistake_ships_is_told_what_is_wrong_with_it():
    card = cards.find("7.1")
    first = examine(card, lambda c, b, ms: min(c, default=None))
    assert first == "of two networks, where one fits you ship `dense`: it keeps neither limit."
    second = examine(card, lambda c, b, ms: "tiny" if "tiny" in c else card.oracle(c, b, ms))
    assert "of those that fit, the best" in second


def test_a_codebook_of_another_kind_of_mistake_is_said_in_numbers():
    card = cards.find("7.2")

    def forgets_one(centroids, index, keep):
        used, new = card.oracle(centroids, index, keep)
        return used, new.masked_fill(new == new.max(), -1)

    assert "2 weights have an index after the cut, but 3 are left" in examine(card, forgets_one)
