"""Chapter 5's cards and quiz: other right answers, near misses, and sound questions."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from nc_teach import architecture, meter
from nc_teach.classroom import cards, questions
from nc_teach.classroom.examine import examine
from nc_teach.content.architecture_design.exercises.hundred_thousand_checks import _by_layer

QUESTIONS = questions.find("5")


def test_our_own_separable_convolution_is_a_right_answer():
    def by_the_package(in_channels, out_channels, kernel_size, stride):
        return architecture.separable_conv(in_channels, out_channels, kernel_size, stride)

    assert examine(cards.find("5.1"), by_the_package) is None


def test_other_factors_of_the_same_product_are_right_answers():
    def by_the_package(layer, rank):
        outputs, inputs = layer.weight.shape
        if rank > architecture.break_even_rank(outputs, inputs):
            return layer
        return architecture.low_rank(layer, rank)

    def by_eigenvectors(layer, rank):
        weight = layer.weight.detach()
        outputs, inputs = weight.shape
        if outputs * inputs <= rank * (outputs + inputs):
            return layer
        _, vectors = torch.linalg.eigh(weight.T @ weight)
        basis = vectors[:, -rank:]
        first = nn.Linear(inputs, rank, bias=False)
        second = nn.Linear(rank, outputs, bias=layer.bias is not None)
        first.weight.data, second.weight.data = basis.T.contiguous(), weight @ basis
        if layer.bias is not None:
            second.bias.data = layer.bias.detach().clone()
        return nn.Sequential(first, second)

    assert examine(cards.find("5.2"), by_the_package) is None
    assert examine(cards.find("5.2"), by_eigenvectors) is None


def test_counting_by_shapes_is_a_right_answer():
    def by_running(conv, height, width):
        with torch.no_grad():
            out = conv(torch.zeros(1, conv.in_channels, height, width))
        return conv.weight.numel() * out[0, 0].numel()

    assert examine(cards.find("5.3"), by_running) is None


def test_torch_s_own_shuffle_is_a_right_answer():
    def by_torch(maps, groups):
        return F.channel_shuffle(maps, groups)

    def by_index(maps, groups):
        size = maps.shape[1] // groups
        order = [g * size + i for i in range(size) for g in range(groups)]
        return maps[:, order]

    assert examine(cards.find("5.4"), by_torch) is None
    assert examine(cards.find("5.4"), by_index) is None


def test_cutting_the_ghosts_beforehand_is_a_right_answer():
    def cut_first(maps, primary, cheap, out_channels):
        computed = primary(maps)
        ghosts = cheap(computed)[:, : out_channels - computed.shape[1]]
        return torch.cat((computed, ghosts), 1)

    assert examine(cards.find("5.5"), cut_first) is None


def test_the_reasons_of_the_design_task_are_its_numbers():
    net = cards.find("5.6").solution()
    counts = _by_layer(net)
    assert [counts[name] for name in ("0", "4", "8")] == [14_112, 56_448, 7_840]
    assert sum(counts.values()) == meter.count_macs(net, (1, 28, 28)) <= 100_000


@pytest.mark.parametrize(
    ("key", "name"),
    [("5.1", "no groups"), ("5.2", "bias in the first"), ("5.3", "places of the input"),
     ("5.4", "the way back"), ("5.5", "not cut"), ("5.6", "one hidden layer")],
)  # fmt: skip
def test_a_near_miss_passes_the_first_check_and_not_the_second(key, name):
    card = cards.find(key)
    wrong = card.wrong_answers[name].function
    assert card.checks[0](wrong) is None
    assert card.checks[1](wrong) is not None


def test_the_numbers_in_the_questions_are_right():
    cost = architecture.separable_cost(16, 64)
    assert float(cost.ratio) == pytest.approx(0.127, abs=5e-4)
    assert 1 - architecture.separable_cost(16, 256).pointwise_share == pytest.approx(
        1 / 30, rel=0.1
    )
    assert architecture.break_even_rank(300, 784) == 216
    assert 250 * 1084 > 300 * 784
