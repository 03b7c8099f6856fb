"""The first five questions: cutting single weights, and healing (sections 1.1 and 1.2)."""

from __future__ import annotations

from ...question import Choice, Question

WEIGHTS = (
    Question(
        "exact_count",
        "A layer has 25 weights, many of them equal. You ask for sparsity 0.5. How do you cut "
        "exactly as many as you asked for?",
        (
            Choice(
                "Cut every weight below the median score.",
                "Equal scores at the median all stay, so too few go. If all 25 are equal, none.",
            ),
            Choice(
                "Cut every weight at or below the median score.",
                "Now the equal ones all go: too many. If all 25 are equal, the layer is empty.",
            ),
            Choice(
                "Sort the places by score and cut the first 12.",
                "A list of places has a 12th entry whatever the scores are. 12.5 is rounded down: "
                "never cut more than asked.",
                right=True,
            ),
            Choice(
                "Cut each weight with probability one half.",
                "That gives 12.5 on average, each time another number, and the score is not asked.",
            ),
        ),
    ),
    Question(
        "zeros_take_room",
        "You set 80 % of the weights to zero and save the network with `torch.save`. How large is "
        "the file?",
        (
            Choice(
                "About a fifth of what it was.",
                "It would be, if nobody had to know where the zeros are. The file still lists "
                "every weight.",
            ),
            Choice(
                "As large as before.",
                "A zero is stored like any other number, in 32 bits. Only another way of storing "
                "(places and values, or codes) makes the file smaller.",
                right=True,
            ),
            Choice(
                "Somewhat smaller: zeros compress well.",
                "They would, but `torch.save` does not compress. Put a zip around it and you are "
                "right.",
            ),
        ),
    ),
    Question(
        "random_control",
        "Magnitude pruning keeps 95 % accuracy at sparsity 0.7. Which comparison tells you that "
        "the *magnitude* was worth looking at?".replace("*magnitude*", "**magnitude**"),
        (
            Choice(
                "The dense network.",
                "It says what pruning costs, not why it costs so little. Perhaps any 30 % of the "
                "weights would do.",
            ),
            Choice(
                "The same number of weights cut at random, with several seeds.",
                "Same network, same count, same training; only the criterion differs. What "
                "remains between the two is what the magnitude knows.",
                right=True,
            ),
            Choice(
                "Magnitude pruning at sparsity 0.9.",
                "It shows where the method breaks down, but a random cut might break down there "
                "too.",
            ),
        ),
    ),
    Question(
        "adam_revives",
        "After the cut you train on with Adam. The gradients of the pruned weights are set to zero "
        "before each step. Do the weights stay zero?",
        (
            Choice(
                "Yes: without a gradient nothing moves.",
                "True of plain gradient descent. Adam moves a weight by its remembered mean of "
                "past gradients, and that is not zero yet.",
            ),
            Choice(
                "No: Adam's memory of earlier gradients moves them.",
                "The mean decays by a factor 0.9 a step but is never quite zero. Mask the weight "
                "itself, after the step.",
                right=True,
            ),
            Choice(
                "No: multiplying by the mask makes new gradients.",
                "A gradient that is set to zero before the step is zero in the step. It is the "
                "older ones that come back.",
            ),
        ),
    ),
    Question(
        "choose_on_validation",
        "You prune at 20 sparsities, once in one cut and once in rounds with training between, "
        "and want to report one network. What is fair?",
        (
            Choice(
                "Report the best test accuracy of the 40.",
                "The best of 40 tries is partly luck, and the test set has now helped to choose. "
                "It can no longer judge.",
            ),
            Choice(
                "Give both the same budget of training, choose on validation data, then test once.",
                "Rounds train longer; without an equal budget you compare training times. The test "
                "set answers one question, asked at the end.",
                right=True,
            ),
            Choice(
                "Choose on validation data; the budgets need not be equal.",
                "The choice is clean, the comparison is not: rounds that train five times as long "
                "may win by the training alone.",
            ),
            Choice(
                "Choose on the training data, it is the largest.",
                "A network knows its training data too well: it looks good there long after it "
                "has become worse elsewhere.",
            ),
        ),
    ),
)
