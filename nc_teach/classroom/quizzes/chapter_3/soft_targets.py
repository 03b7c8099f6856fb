"""The first five questions: temperature, soft targets and their controls, the unseen class."""

from __future__ import annotations

from ...question import Choice, Question

SOFT_TARGETS = (
    Question(
        "temperature_changes_what",
        "You raise the temperature of a trained classifier's softmax from 1 to 20. What happens "
        "to its accuracy?",
        (
            Choice(
                "It falls: the probabilities come closer to each other.",
                "Closer, but in the same order. The largest logit divided by 20 is still the "
                "largest.",
            ),
            Choice(
                "It rises: the network is no longer too sure of itself.",
                "It does sound less sure. What it answers is the largest probability, and that "
                "stays where it was.",
            ),
            Choice(
                "Nothing.",
                "T divides all logits by the same number, so their order stays. What changes is "
                "how much one hears of the classes behind the first.",
                right=True,
            ),
            Choice(
                "It depends on the data.",
                "The order of ten numbers does not change when all are divided by 20, whatever "
                "the image.",
            ),
        ),
    ),
    Question(
        "why_t_squared",
        "A loss mixes soft targets at T = 10 with labels, without the factor T². What does the "
        "student learn from?",
        (
            Choice(
                "Nearly from the labels alone.",
                "The gradient of the soft part shrinks as 1/T², a hundredfold here, and that of "
                "the hard part does not. The factor gives the soft part its voice back.",
                right=True,
            ),
            Choice(
                "Nearly from the soft targets alone.",
                "It is the soft part that becomes quiet: one 1/T comes from dividing the logits, "
                "another because the probabilities come so close.",
            ),
            Choice(
                "From both as the weights say; Adam evens it out.",
                "Adam scales the sum of the two gradients. It would even out a factor on the "
                "whole loss, but not the balance inside.",
            ),
            Choice(
                "From neither: the gradients cancel.",
                "They usually point the same way. Only their sizes differ.",
            ),
        ),
    ),
    Question(
        "which_control",
        "A student makes fewer errors with soft targets than with labels. You say: it learned "
        "from **which** wrong classes the teacher finds likely. Which control could prove you "
        "wrong?",
        (
            Choice(
                "A student that trains twice as long on labels.",
                "Worth doing if soft targets cost more training. But it says nothing about what "
                "is inside the soft targets.",
            ),
            Choice(
                "The teacher's accuracy.",
                "It says how much there is to learn, not from what the student learned it.",
            ),
            Choice(
                "Soft targets at another temperature.",
                "They hold the same wrong classes in the same order.",
            ),
            Choice(
                "The same soft targets with the wrong classes shuffled for each image.",
                "As soft as before, and the label keeps its probability. Only the thing you speak "
                "of is gone. Label smoothing is a second such control.",
                right=True,
            ),
        ),
    ),
    Question(
        "how_can_it_know_a_three",
        "A student never saw a 3, neither image nor label, and yet reads most 3s. From where does "
        "it know them?",
        (
            Choice(
                "From the shape of its initial weights.",
                "They are random. The student that learns from labels starts from the same ones "
                "and reads no 3 at all.",
            ),
            Choice(
                "From the soft targets of other digits, which say how much of a 3 is in each.",
                "A 2 that looks a little like a 3, an 8 that does, a 7 that does not: together "
                "they say what a 3 would be.",
                right=True,
            ),
            Choice(
                "From the validation data.",
                "Those only choose the bias, one number, and there is a rule that needs no labels "
                "even for that.",
            ),
            Choice(
                "It guesses 3 whenever it knows no better.",
                "Then it would read other strange digits as 3 as well. And before its bias is "
                "moved it says 3 too rarely, not too often.",
            ),
        ),
    ),
    Question(
        "very_hot",
        "What does a student learn from soft targets at a very high temperature, with the factor "
        "T²?",
        (
            Choice(
                "Nothing: all targets are one tenth.",
                "They differ little, but T² makes up for exactly that. The gradient does not fade.",
            ),
            Choice(
                "To match the teacher's logits, up to a constant for each image.",
                "The limit of T (q − p) is the difference of the logits, each centred, divided by "
                "the number of classes: least squares on logits.",
                right=True,
            ),
            Choice(
                "The same as from labels.",
                "That is the other end: towards T = 0 the soft target becomes the teacher's "
                "first choice alone.",
            ),
            Choice(
                "Only the order of the classes.",
                "More than that: also how far apart their logits are.",
            ),
        ),
    ),
)
