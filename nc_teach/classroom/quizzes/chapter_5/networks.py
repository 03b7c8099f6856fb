"""Five questions about whole networks: what makes each small, and what it does not make fast."""

from __future__ import annotations

from ...question import Choice, Question

NETWORKS = (
    Question(
        "fifty_times",
        'SqueezeNet has "AlexNet-level accuracy with 50x fewer parameters". What is most of the '
        "fifty due to?",
        (
            Choice(
                "Fire modules: 1 × 1 filters instead of 3 × 3.",
                "They help. But AlexNet's convolutions hold so few of its parameters that even "
                "leaving them out altogether would not change its size much.",
            ),
            Choice(
                "No fully connected layers.",
                "They hold 96 % of AlexNet's parameters. SqueezeNet ends with a convolution that "
                "has a map for each class, and takes the mean.",
                right=True,
            ),
            Choice(
                "Deep Compression.",
                "That comes on top: with it the paper reaches 510 times fewer **bytes**. The fifty "
                "are parameters of the plain network.",
            ),
            Choice(
                "Smaller images.",
                "The images are the same, and the number of a convolution's parameters does not "
                "depend on them.",
            ),
        ),
    ),
    Question(
        "no_relu_at_the_end",
        "MobileNetV2's block ends with a 1 × 1 convolution to few channels, and no ReLU after it. "
        "Why is it left out just there?",
        (
            Choice(
                "To save its multiplications.",
                "A ReLU has none. It would cost next to nothing.",
            ),
            Choice(
                "Because batch normalisation does the same.",
                "Normalisation shifts and scales. It sets nothing to zero, and so loses nothing.",
            ),
            Choice(
                "Because few channels have no room for what a ReLU would cut away.",
                "Half of the numbers would become zero. Where the block is wide, another channel "
                "still carries them; at its thin end there is none.",
                right=True,
            ),
            Choice(
                "Because the sum with the shortcut must not be negative.",
                "It may well be. The thin ends carry numbers of both signs.",
            ),
        ),
    ),
    Question(
        "never_shuffled",
        "A network of grouped convolutions with two groups in every layer and no shuffle, then "
        "the mean of each map and one linear layer. What can it not do?",
        (
            Choice(
                "Tell apart pictures by how two channels of different groups go together.",
                "The groups are two networks that never meet, and at the end their scores are only "
                "added. With the shuffle, at the same weights and MACs, they meet after one layer.",
                right=True,
            ),
            Choice(
                "Be trained: the gradients of a group vanish.",
                "Each group trains like a network of its own.",
            ),
            Choice(
                "Nothing is lost; the shuffle saves MACs.",
                "The groups save them. The shuffle has no multiplications, and repairs what the "
                "groups have cut.",
            ),
        ),
    ),
    Question(
        "ghosts_of_what",
        "A Ghost module puts out 64 maps with s = 2. What does its cheap half work on?",
        (
            Choice(
                "On the module's input, beside the expensive half.",
                "Then it could only repeat the input's channels. It works on what has been "
                "computed.",
            ),
            Choice(
                "On all 64 maps, to make them smoother.",
                "32 of the 64 come out of it. They cannot go into it.",
            ),
            Choice(
                "On the 32 computed maps, one 3 × 3 filter for each.",
                "A depthwise convolution makes a ghost of each. The output is both, so the 1 × 1 "
                "convolution does half of the work.",
                right=True,
            ),
        ),
    ),
    Question(
        "fewer_but_not_faster",
        "Two networks, the same machine, batch 1. The first has half of the MACs, and takes "
        "longer. What is the likeliest reason?",
        (
            Choice(
                "The MACs were counted wrongly.",
                "They may be exact. A count of multiplications is not a clock.",
            ),
            Choice(
                "It has more and thinner layers, so time goes into moving numbers and starting "
                "layers.",
                "A depthwise layer fetches a number for nine products, a standard one for "
                "thousands, and every layer has a fixed price. Measure on the machine that you "
                "mean.",
                right=True,
            ),
            Choice(
                "It has more parameters.",
                "It could have more or fewer; parameters are not what is waited for at every "
                "layer. AlexNet has 50 times more than SqueezeNet and no more MACs.",
            ),
            Choice(
                "A network with fewer MACs is always slower at batch 1.",
                "Not always: one with half of the channels everywhere has a quarter of the MACs "
                "and is faster. It depends on how the MACs are saved.",
            ),
        ),
    ),
)
