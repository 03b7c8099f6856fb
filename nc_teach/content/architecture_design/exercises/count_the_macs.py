"""Card 5.3: how many multiply-accumulates does a convolution take?"""

from __future__ import annotations

from nc_teach.classroom.old_card import Exercise

from .count_the_macs_checks import CHECKS
from .count_the_macs_wrong import WRONG_ANSWERS


def count_macs(conv, height, width):
    places = 1
    for size, kernel, stride, padding in zip(
        (height, width), conv.kernel_size, conv.stride, conv.padding, strict=True
    ):
        places *= (size + 2 * padding - kernel) // stride + 1
    window = conv.kernel_size[0] * conv.kernel_size[1]
    return places * conv.out_channels * (conv.in_channels // conv.groups) * window


CARD = Exercise(
    key="5.3",
    title="Count the MACs",
    difficulty=2,
    minutes=8,
    task=(
        "`conv` is a `torch.nn.Conv2d`. Return how many multiply-accumulates it takes for one "
        "image of `height` × `width`, as a whole number. Kernel, stride and padding may differ "
        "between the two directions (each of `conv.kernel_size`, `conv.stride` and `conv.padding` "
        "is a pair, height first), there may be `conv.groups`, and there is no dilation. Products "
        "with the zeros of the padding count, the bias does not. "
        "What is larger in a network: its parameters, or its MACs?"
    ),
    stub="""\
def count_macs(conv, height, width):
    places = ...
    return places
""",
    checks=CHECKS,
    hints=(
        "Three factors: the places of the *output*, the number of filters, and the weights of one "
        "filter. How many channels does one filter see, if there are groups?",
        "Each side of the output is `(size + 2 * padding - kernel) // stride + 1`. A filter holds "
        "`in_channels // groups` channels of `kernel_size[0] * kernel_size[1]` numbers.",
    ),
    near_miss=(
        "counting the places of the input. As long as stride is 1 and the padding is half of the "
        "kernel they are as many as those of the output; with stride 2 they are four times as many."
    ),
    solution=count_macs,
    reasoning=(
        "At every place of the output, each filter multiplies all its weights once. So MACs are "
        "the weights (without bias) times the places of the output: that is why early layers, "
        "whose maps are large, do most of the work, and late ones hold most of the weights. Groups "
        "are divided out once: there are still `out_channels` filters, each of them thinner."
    ),
    wrong_answers=WRONG_ANSWERS,
)
