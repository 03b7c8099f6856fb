"""Five questions about cheaper layers: two halves, their cost, and low rank."""

from __future__ import annotations

from ...question import Choice, Question

LAYERS = (
    Question(
        "what_depthwise_loses",
        '"Depthwise convolution loses spatial information", says the lecture. What does a '
        "depthwise 3 × 3 convolution really not see?",
        (
            Choice(
                "What stands beside a place: it looks at one pixel at a time.",
                "That is the 1 × 1 convolution. The depthwise one has a whole 3 × 3 filter for "
                "every channel, so neighbours are just what it does see.",
            ),
            Choice(
                "The other channels.",
                "Each filter stays in its own channel. Whether something is at the same place in "
                "two channels, no number of depthwise layers can tell.",
                right=True,
            ),
            Choice(
                "The borders of the map.",
                "Padding is the same as for any convolution. Nothing is lost there that a standard "
                "convolution would keep.",
            ),
            Choice(
                "Fine detail, because it has fewer weights.",
                "It has fewer weights because it has no weights between channels. Inside a channel "
                "it has all nine.",
            ),
        ),
    ),
    Question(
        "cost_limit",
        "A separable 3 × 3 convolution costs 1/O + 1/9 of a standard one, with O output channels. "
        "O grows from 64 to 1,024. What happens to the ratio?",
        (
            Choice(
                "It falls towards 1/9 and never below.",
                "Already at 64 it is 0.127. What is left at the end is the 1 × 1 half, which has "
                "one weight where the standard convolution has nine.",
                right=True,
            ),
            Choice(
                "It falls sixteenfold.",
                "Only the first term does, and that one is small already: 1/64 beside 1/9.",
            ),
            Choice(
                "It stays: both grow with O.",
                "The depthwise half does not grow with O at all. Its share, 1/O of the standard "
                "cost, becomes smaller.",
            ),
        ),
    ),
    Question(
        "where_the_work_is",
        "A separable 3 × 3 convolution with 256 output channels. Which part of its "
        "multiplications is in the depthwise half?",
        (
            Choice(
                "Nine tenths: it has the large kernel.",
                "A large kernel, but one channel for each filter: 9 products for an input channel "
                "and place. The 1 × 1 half has 256.",
            ),
            Choice(
                "Half: that is why it is called a half.",
                "They are two steps, not two equal parts. Count the products for one input channel "
                "at one place in each of them.",
            ),
            Choice(
                "About a thirtieth.",
                "9 of 9 + 256. So thinner depthwise filters would save almost nothing, and the "
                "networks after MobileNet work on the 1 × 1 half: groups, splits, ghosts.",
                right=True,
            ),
        ),
    ),
    Question(
        "break_even",
        "A layer of 300 outputs and 784 inputs becomes two factors of rank 250. What was gained?",
        (
            Choice(
                "Weights: 250 is less than 300.",
                "Two factors of rank K hold K · (300 + 784) weights. For K = 250 that is more than "
                "300 · 784.",
            ),
            Choice(
                "Nothing: there are more weights and MACs than before, and one layer more.",
                "Weights are saved for K below M N / (M + N): up to 216 here, and in a square "
                "layer below half of its side.",
                right=True,
            ),
            Choice(
                "Accuracy: two layers can express more than one.",
                "Not without an activation between them. Their product is one matrix, and one of "
                "rank 250 at most.",
            ),
        ),
    ),
    Question(
        "nearest_in_what",
        "The truncated singular value decomposition gives the nearest matrix of rank K. Yet "
        "another matrix of rank K can read more digits. How?",
        (
            Choice(
                "It cannot: nearest is nearest.",
                "Nearest in its weights. Two matrices equally far from the original can act very "
                "differently on the inputs that really occur.",
            ),
            Choice(
                "By chance: accuracy is noisy.",
                "There is a reason that holds for every network. Which error does the "
                "decomposition make small?",
            ),
            Choice(
                "Because singular values are inexact in float32.",
                "They are exact enough by far. The question is what one asks them to make small.",
            ),
            Choice(
                "By being near where the inputs are, instead of everywhere.",
                "An error on a pixel that is always black costs nothing. Weighing by the inputs "
                "makes the error of the *outputs* small.".replace("*outputs*", "**outputs**"),
                right=True,
            ),
        ),
    ),
)
