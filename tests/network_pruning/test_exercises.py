"""The cards of chapter 1: right answers by other methods pass; what the engine says of others."""

import copy
import re

import pytest
import torch
from torch import nn

from nc_teach import meter, models, pruning, training
from nc_teach.classroom import cards
from nc_teach.classroom.examine import examine
from nc_teach.content.network_pruning.exercises import a_fifth_of_the_bytes
from tests.card_rules import assert_a_near_miss


def masks_by_topk(scores, sparsity):
    masks = {}
    for name, s in scores.items():
        mask = torch.zeros(s.numel(), dtype=torch.bool)
        mask[s.flatten().topk(s.numel() - int(sparsity * s.numel())).indices] = True
        masks[name] = mask.reshape(s.shape)
    return masks


def hook_by_data(masks):
    def after_step(model):
        for name, p in model.named_parameters():
            if name in masks:
                p.data[~masks[name]] = 0

    return after_step


def hook_that_forgets_the_gradients(masks):
    def after_step(model):
        for name, mask in masks.items():
            p = model.get_parameter(name)
            p.data = p.data.where(mask, 0.0)
            p.grad = None

    return after_step


def neurons_by_index(first, second, keep):
    first, second = copy.deepcopy(first), copy.deepcopy(second)
    places = keep.nonzero().flatten()
    first.weight = nn.Parameter(first.weight.detach().index_select(0, places))
    second.weight = nn.Parameter(second.weight.detach().index_select(1, places))
    if first.bias is not None:
        first.bias = nn.Parameter(first.bias.detach()[places])
    first.out_features = second.in_features = len(places)
    return [first, second]


def neurons_in_another_order(first, second, keep):
    small, reader = neurons_by_index(first, second, keep)
    small.weight.data = small.weight.data.flip(0)
    reader.weight.data = reader.weight.data.flip(1)
    if small.bias is not None:
        small.bias.data = small.bias.data.flip(0)
    return small, reader


def grown_by_padding(first, second, new):
    wide = nn.functional.pad(second, (0, len(new)))
    return nn.functional.pad(first, (0, 0, 0, len(new))).index_add(
        0, torch.arange(len(first), len(first) + len(new)), new
    ), wide


RIGHT = {
    "1.1": [masks_by_topk],
    "1.2": [hook_by_data, hook_that_forgets_the_gradients],
    "1.6": [neurons_by_index, neurons_in_another_order],
    "1.7": [pruning.shrink_groups],
    "1.8": [grown_by_padding],
}


@pytest.mark.parametrize(
    ("key", "right"),
    [pytest.param(k, f, id=f"{k}-{f.__name__}") for k, found in RIGHT.items() for f in found],
)
def test_a_right_answer_by_another_method_passes(key, right):
    assert examine(cards.find(key), right) is None


def test_a_narrow_network_without_a_single_zero_passes():
    def by_removal(net, digits):
        scores = {"fc1": pruning.output_std_times_norm(net, digits.train)["fc1"]}
        small = pruning.remove_neurons(net, "fc1", pruning.select(scores, 0.84)["fc1"])
        training.fit(small, digits, epochs=5, seed=0)
        return small

    assert examine(cards.find("1.4"), by_removal) is None


def forgets_no_grad(masks):
    return lambda model: [model.get_parameter(name).mul_(mask) for name, mask in masks.items()]


def two_tensors(first, second, keep):
    return first.weight[keep], second.weight[:, keep]


def with_the_saliency(weights, inverse):
    return cards.find("1.3").solution(weights, inverse), 0.1


@pytest.mark.parametrize(
    ("key", "wrong", "said"),
    [
        ("1.2", forgets_no_grad, "with torch.no_grad():"),
        ("1.2", lambda masks: masks, "`make_hook` returns a dict"),
        ("1.2", lambda masks: None, "`make_hook` returns `None`"),
        ("1.3", with_the_saliency, "is a tuple"),
        ("1.3", lambda weights, inverse: weights[1:], "the shape (6,)"),
        ("1.4", lambda net, digits: net.state_dict(), "you return an OrderedDict"),
        ("1.4", lambda net, digits: nn.Linear(3, 3), "in the network that it returned"),
        ("1.5", lambda outputs: outputs.mean(), "the shape ()"),
        ("1.6", two_tensors, "two `torch.nn.Linear` layers"),
    ],
)
def test_a_general_mistake_is_named(key, wrong, said):
    assert said in examine(cards.find(key), wrong)


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("1.3", "as if no other weight could move"),
        ("1.5", "a share for every position"),
        ("1.7", "`clamp` does not take that away"),
        ("1.8", "no gradient ever reaches either side"),
    ],
)
def test_a_near_miss_passes_the_first_case_alone(key, said):
    assert_a_near_miss(key, said)


def test_the_design_task_tells_how_much_is_missing():
    card, cut = cards.find("1.4"), a_fifth_of_the_bytes.cut
    message = examine(card, lambda net, digits: copy.deepcopy(net))
    dense = meter.stored_bytes(models.LeNet300100(), "dense")
    assert f"{int(0.2 * dense):,}. {dense - int(0.2 * dense):,} bytes are too many" in message
    message = examine(card, lambda net, digits: cut(net, 0.9)[0])
    numbers = re.search(r"from (\S+) % to (\S+) %: (\S+) points, (\S+) too many", message)
    before, after, lost, missing = map(float, numbers.groups())
    assert before - after == pytest.approx(lost)
    assert missing == pytest.approx(lost - 1)
