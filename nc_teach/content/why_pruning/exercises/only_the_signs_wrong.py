"""Known wrong answers to card 2.2. Each is rejected with its own message; a test proves it."""

from __future__ import annotations

import torch

from nc_teach.classroom.old_card import WrongAnswer


def all_positive(initial, mask):
    return initial.std() * mask.float()


def turned_round(initial, mask):
    return -initial.std() * initial.sign() * mask


def drawn_signs(initial, mask):
    signs = torch.ones_like(initial)
    signs.view(-1)[::2] = -1
    return initial.std() * signs * mask


def without_the_mask(initial, mask):
    return initial.std() * initial.sign()


def upside_down(initial, mask):
    return initial.std() * initial.sign() * ~mask


def rewound(initial, mask):
    return initial * mask


def bare_signs(initial, mask):
    return initial.sign() * mask


def mean_size(initial, mask):
    return initial.abs().mean() * initial.sign() * mask


def spread_of_sizes(initial, mask):
    return initial.abs().std() * initial.sign() * mask


def variance(initial, mask):
    return initial.var() * initial.sign() * mask


def largest(initial, mask):
    return initial.abs().max() * initial.sign() * mask


def spread_of_the_kept(initial, mask):
    return initial[mask].std() * initial.sign() * mask


def spread_after_the_mask(initial, mask):
    return (initial * mask).std() * initial.sign() * mask


def removed_are_small(initial, mask):
    return initial.std() * initial.sign() * torch.where(mask, 1.0, 0.01)


def sizes_by_neuron(initial, mask):
    size = initial.std(dim=-1, keepdim=True) if initial.dim() > 1 else initial.std()
    return size * initial.sign() * mask


def half_as_large(initial, mask):
    return initial.std() / 2 * initial.sign() * mask


def only_the_kept(initial, mask):
    return (initial.std() * initial.sign())[mask][: initial.numel() - 1]


def a_list(initial, mask):
    return (initial.std() * initial.sign() * mask).tolist()


def in_place(initial, mask):
    size = initial.std()
    return initial.sign_().mul_(size).mul_(mask)


def spoils_the_mask(initial, mask):
    answer = initial.std() * initial.sign() * mask
    mask.fill_(True)
    return answer


def forgets_to_return(initial, mask):
    initial.std() * initial.sign() * mask


WRONG_ANSWERS = {
    "all positive": WrongAnswer(all_positive, "all kept weights are +a"),
    "turned round": WrongAnswer(turned_round, "turned round"),
    "drawn signs": WrongAnswer(drawn_signs, "have lost the sign"),
    "without the mask": WrongAnswer(without_the_mask, "nothing is removed"),
    "upside down": WrongAnswer(upside_down, "True in the mask means kept"),
    "rewound": WrongAnswer(rewound, "Their sizes should be gone"),
    "bare signs": WrongAnswer(bare_signs, "your a is 1"),
    "mean size": WrongAnswer(mean_size, "the mean of |w|"),
    "spread of sizes": WrongAnswer(spread_of_sizes, "standard deviation of |w|"),
    "variance": WrongAnswer(variance, "the variance"),
    "largest": WrongAnswer(largest, "the largest |w|"),
    "spread of the kept": WrongAnswer(spread_of_the_kept, "**kept** weights alone"),
    "spread after the mask": WrongAnswer(spread_after_the_mask, "after the mask"),
    "removed are small": WrongAnswer(removed_are_small, "some removed weights are not 0"),
    "sizes by neuron": WrongAnswer(sizes_by_neuron, "differ in size"),
    "half as large": WrongAnswer(half_as_large, "initial weights is"),
    "only the kept": WrongAnswer(only_the_kept, "the shape (3,)"),
    "a list": WrongAnswer(a_list, "return one tensor"),
    "in place": WrongAnswer(in_place, "changes the initial weights"),
    "spoils the mask": WrongAnswer(spoils_the_mask, "changes the mask"),
    "forgets to return": WrongAnswer(forgets_to_return, "returns `None`"),
}
