"""The second five questions: logits, hints, assistants, and what may be averaged."""

from __future__ import annotations

from ...question import Choice, Question

MIDDLE_AND_MANY = (
    Question(
        "unlabelled_images",
        "You have 2,000 images with labels and 50,000 without. How can a small network use all of "
        "them?",
        (
            Choice(
                "It cannot: without a label there is nothing to compare with.",
                "There is: what the teacher says. The loss on logits never looks at a label.",
            ),
            Choice(
                "Give each of the 50,000 a random label.",
                "Then it learns noise. But there is somebody who knows better than chance.",
            ),
            Choice(
                "Train a teacher on the 2,000, and let it say its logits for all 52,000.",
                "Each image without a label is one more point at which the student sees what the "
                "teacher's function does. The teacher's mistakes come along.",
                right=True,
            ),
        ),
    ),
    Question(
        "what_a_regressor_is_for",
        "A hint asks a layer of 32 units to resemble one of 400. A linear regressor stands between "
        "them. What happens to it?",
        (
            Choice(
                "It is fixed at random, so that it does not help too much.",
                "Then the student would have to meet a random demand. The regressor is trained "
                "together with it: its parameters belong into the optimizer.",
            ),
            Choice(
                "It is trained with the student, and thrown away after the hints.",
                "It translates between two widths, no more. The finished student has no trace of "
                "it.",
                right=True,
            ),
            Choice(
                "It becomes the student's next layer.",
                "The student's next layer is its own. The regressor leads to the teacher's width, "
                "where nothing of the student follows.",
            ),
        ),
    ),
    Question(
        "one_number_of_120",
        "A paper reports for each of two methods the best test accuracy of 120 trials; one is 0.3 "
        "points ahead. What do you know?",
        (
            Choice(
                "That the better one is 0.3 points better.",
                "The maximum of 120 tries is partly luck, and the test set has done the choosing. "
                "Two seeds may differ by more than that.",
            ),
            Choice(
                "That the other one is at least not better.",
                "Not even that: with another 120 trials the order might turn.",
            ),
            Choice(
                "Little: I want the choice on validation data, the same seeds for both, and their "
                "spread.",
                "Paired runs over several seeds say whether 0.3 points are more than noise.",
                right=True,
            ),
        ),
    ),
    Question(
        "averaging_parameters",
        "Two networks, trained from different starts, are both right on 93 % of the digits. You "
        "average their parameters, number by number. What do you get?",
        (
            Choice(
                "About 93 %.",
                "That would be the average of their outputs, or a little more.",
            ),
            Choice(
                "More: averaging removes noise.",
                "It does inside one valley, along one training run for example. These two lie in "
                "different ones.",
            ),
            Choice(
                "Far less, because unit 5 of one does another job than unit 5 of the other.",
                "The units of a layer can stand in any order. Bring those of the second network "
                "into the order of the first, and much of the loss is gone.",
                right=True,
            ),
        ),
    ),
    Question(
        "hints_today",
        "A very deep and thin network does not learn at all, but does so with hints. What else "
        "should you have tried before you thank the hints?",
        (
            Choice(
                "Another initialisation, or batch normalisation.",
                "They cure the same disease: signals that die on their way through the layers. "
                "Where they are at work a hint may even do harm.",
                right=True,
            ),
            Choice(
                "More labelled images.",
                "To its last layers all images look alike. More of them that look alike are no "
                "help.",
            ),
            Choice(
                "A larger teacher.",
                "It would say the same things a little better, to a student that hears nothing.",
            ),
            Choice(
                "Twice as many epochs.",
                "A fair control, and it belongs in the table. But a network that is stuck at "
                "chance is usually still there after twice the time.",
            ),
        ),
    ),
)
