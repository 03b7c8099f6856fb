"""Card 5.6: the chapter's design task, the best network under 100,000 MACs."""

from __future__ import annotations

from torch import nn

from nc_teach.classroom.old_card import Exercise

from .hundred_thousand_checks import CHECKS
from .hundred_thousand_wrong import WRONG_ANSWERS


def design():
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU(),
        nn.Flatten(), nn.Linear(16 * 7 * 7, 10),
    )  # fmt: skip


CARD = Exercise(
    key="5.6",
    title="A hundred thousand",
    difficulty=3,
    minutes=20,
    task=(
        "Now you are the designer. Return a new, untrained `nn.Module` for 1 × 28 × 28 images with "
        "10 outputs, which takes at most **100,000 MACs** (`meter.count_macs(net, (1, 28, 28))`). "
        "The check trains it on Fashion-MNIST for three epochs (Adam, learning rate 0.005, falling "
        "as a cosine), which takes some seconds, and wants **87 %** of the validation split right. "
        "Everything in this chapter is allowed. Where do you spend your multiplications?"
    ),
    stub="""\
from torch import nn


def design():
    net = ...
    return net
""",
    checks=CHECKS,
    hints=(
        "A convolution on the full 28 × 28 pays for 784 places. What does a first layer with "
        "stride 2 cost, and a second one after a pool? And do MACs run out first, or parameters?",
        "Two convolutions of 3 × 3 (8 and 16 channels) with batch normalisation and ReLU, the map "
        "7 × 7 at the end, then `Flatten` and one `Linear`. A linear layer is dear in parameters, "
        "but cheap in MACs: here only the MACs are limited.",
    ),
    near_miss=(
        "one hidden layer of 120 neurons. It fits the budget and is the fastest to run of all, but "
        "every pixel has weights of its own, and it does not quite get there."
    ),
    solution=design,
    reasoning=(
        "14,112 MACs see edges at half the size, the pool is free, and 56,448 more put them "
        "together on 7 × 7 places; 7,840 are left for the answer. Depthwise separable layers fit "
        "as well and are not needed: so few channels are not what they were made for, since the "
        "standard convolution of one input channel is no dearer. Three epochs also favour a "
        "network that learns fast; more would favour another one."
    ),
    wrong_answers=WRONG_ANSWERS,
)
