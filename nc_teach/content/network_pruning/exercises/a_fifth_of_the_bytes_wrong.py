"""Known wrong answers to card 1.4. Each is rejected with its own message; a test proves it."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn
from torch.nn.utils import prune

from nc_teach import pruning, training
from nc_teach.classroom.old_card import WrongAnswer

from .a_fifth_of_the_bytes_data import TwoSplits


def _cut(net: nn.Module, sparsity: float) -> tuple[nn.Module, dict[str, Tensor]]:
    small = copy.deepcopy(net)
    masks = pruning.select(pruning.magnitude(small), sparsity)
    return pruning.apply_masks(small, masks), masks


def cuts_four_fifths(net: nn.Module, digits: TwoSplits) -> nn.Module:
    return _cut(net, 0.8)[0]


def cuts_half(net: nn.Module, digits: TwoSplits) -> nn.Module:
    return _cut(net, 0.5)[0]


def does_not_heal(net: nn.Module, digits: TwoSplits) -> nn.Module:
    return _cut(net, 0.9)[0]


def cuts_nearly_all(net: nn.Module, digits: TwoSplits) -> nn.Module:
    return _cut(net, 0.999)[0]


def cuts_at_random(net: nn.Module, digits: TwoSplits) -> nn.Module:
    small = copy.deepcopy(net)
    masks = pruning.select(pruning.random(small, seed=0), 0.85)
    pruning.apply_masks(small, masks)
    training.fit(
        small, digits, epochs=1, seed=0, after_step=pruning.mask_hook(masks), progress=False
    )
    return small


def training_revives(net: nn.Module, digits: TwoSplits) -> nn.Module:
    small, _ = _cut(net, 0.85)
    training.fit(small, digits, epochs=1, seed=0, progress=False)
    return small


def in_place(net: nn.Module, digits: TwoSplits) -> nn.Module:
    return pruning.apply_masks(net, pruning.select(pruning.magnitude(net), 0.85))


def as_it_was(net: nn.Module, digits: TwoSplits) -> nn.Module:
    return copy.deepcopy(net)


def nearly_zero(net: nn.Module, digits: TwoSplits) -> nn.Module:
    small, masks = copy.deepcopy(net), _cut(net, 0.9)[1]
    with torch.no_grad():
        for name, mask in masks.items():
            small.get_parameter(name).mul_(torch.where(mask, 1.0, 1e-9))
    return small


def prune_not_removed(net: nn.Module, digits: TwoSplits) -> nn.Module:
    small = copy.deepcopy(net)
    layers = [(layer, "weight") for layer in (small.fc1, small.fc2, small.fc3)]
    prune.global_unstructured(layers, pruning_method=prune.L1Unstructured, amount=0.9)
    return small


def half_the_neurons(net: nn.Module, digits: TwoSplits) -> nn.Module:
    keep = pruning.select({"fc1": pruning.l2_norm(net)["fc1"]}, 0.5)["fc1"]
    return pruning.remove_neurons(net, "fc1", keep)


def half_precision(net: nn.Module, digits: TwoSplits) -> nn.Module:
    return _cut(net, 0.8)[0].half()


def looks_at_the_test(net: nn.Module, digits: TwoSplits) -> nn.Module:
    tried = [_cut(net, sparsity)[0] for sparsity in (0.85, 0.9)]
    return max(tried, key=lambda small: training.accuracy(small, digits.test))


def not_a_number(net: nn.Module, digits: TwoSplits) -> nn.Module:
    small, masks = _cut(net, 0.9)
    with torch.no_grad():
        for name, mask in masks.items():
            weight = small.get_parameter(name)
            weight.div_(weight * mask)
    return small


def without_the_output(net: nn.Module, digits: TwoSplits) -> nn.Module:
    small, _ = _cut(net, 0.9)
    return nn.Sequential(nn.Flatten(), small.fc1, nn.ReLU(), small.fc2)


def hides_the_numbers(net: nn.Module, digits: TwoSplits) -> nn.Module:
    class Hiding(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.hidden = [copy.deepcopy(net)]

        def forward(self, images: Tensor) -> Tensor:
            return self.hidden[0](images)

    return Hiding()


def the_state(net: nn.Module, digits: TwoSplits) -> dict[str, Tensor]:
    return _cut(net, 0.85)[0].state_dict()


def forgets_to_return(net: nn.Module, digits: TwoSplits) -> None:
    _cut(net, 0.85)


WRONG_ANSWERS = {
    "cuts four fifths": WrongAnswer(cuts_four_fifths, "where they belong"),
    "cuts half": WrongAnswer(cuts_half, "are still there"),
    "does not heal": WrongAnswer(does_not_heal, "Can what is left be trained on?"),
    "cuts nearly all": WrongAnswer(cuts_nearly_all, "That is guessing"),
    "cuts at random": WrongAnswer(cuts_at_random, "the right part that is left?"),
    "training revives": WrongAnswer(training_revives, "did training bring them back?"),
    "in place": WrongAnswer(in_place, "changes the network"),
    "as it was": WrongAnswer(as_it_was, "the network that you were given"),
    "nearly zero": WrongAnswer(nearly_zero, "tiny, but not zero"),
    "prune not removed": WrongAnswer(prune_not_removed, "`prune.remove`"),
    "half the neurons": WrongAnswer(half_the_neurons, "numbers of 4 bytes"),
    "half precision": WrongAnswer(half_precision, "in the network that it returned"),
    "looks at the test": WrongAnswer(looks_at_the_test, "no test split"),
    "not a number": WrongAnswer(not_a_number, "NaN"),
    "without the output": WrongAnswer(without_the_output, "(100, 100)"),
    "hides the numbers": WrongAnswer(hides_the_numbers, "where no file finds them"),
    "the state": WrongAnswer(the_state, "of type OrderedDict"),
    "forgets to return": WrongAnswer(forgets_to_return, "returns `None`"),
}
