"""The first five questions: tickets, what about them matters, and how much."""

from __future__ import annotations

from ...question import Choice, Question

TICKETS = (
    Question(
        "what_is_rewound",
        "A network is trained, pruned by magnitude, and rewound. What does the ticket begin with?",
        (
            Choice(
                "The trained values of the weights that are kept.",
                "That is ordinary pruning with fine-tuning. A ticket forgets the training.",
            ),
            Choice(
                "The initial values of the weights that are kept; the others are zero.",
                "Mask times initial values: trained once, to find out which weights to keep, and "
                "then as if it had never been.",
                right=True,
            ),
            Choice(
                "New random values under the same mask.",
                "That is the control, re-init. If it learned as well, the initial values would "
                "not matter.",
            ),
        ),
    ),
    Question(
        "two_controls",
        "A ticket learns as well as the whole network. You want to know whether its **mask** was "
        "worth finding. Which control tells you?",
        (
            Choice(
                "Re-init: the same mask, other initial values.",
                "It says what the initial values are worth, given the mask. The mask is the same "
                "on both sides.",
            ),
            Choice(
                "The whole network.",
                "It says what pruning costs. Any other mask might cost as little.",
            ),
            Choice(
                "A random mask: as many weights in each layer, the same initial values.",
                "Only the places differ. What remains between the two is what the mask knows.",
                right=True,
            ),
            Choice(
                "A random mask with the same number of weights in all.",
                "Then the layers differ in size too: you would not know whether it was the places "
                "or the share of each layer.",
            ),
        ),
    ),
    Question(
        "as_many_steps",
        "After a tenth of the training the ticket is ahead of the whole network. Why is that "
        "worth measuring?",
        (
            Choice(
                "Because the claim is also about speed of learning: in at most as many steps.",
                "A small network that got there in ten times the steps would be no surprise.",
                right=True,
            ),
            Choice(
                "Because a sparse network takes less time for a step.",
                "Here it does not: a zero is multiplied like any number. The steps are counted, "
                "not the seconds.",
            ),
            Choice(
                "Because the final accuracy says nothing.",
                "It says whether the ticket gets there. The early one says how fast.",
            ),
        ),
    ),
    Question(
        "signs_are_key",
        "Re-init loses accuracy against rewinding; re-init with the **original signs** loses "
        "less, but still loses. What follows?",
        (
            Choice(
                "The signs are the key: nothing else of the initial values matters.",
                "Then the loss would be gone, not only smaller. What is left of it is no matter "
                "of signs.",
            ),
            Choice(
                "The signs do not matter.",
                "They are worth points of accuracy here, whichever way the sizes are drawn.",
            ),
            Choice(
                "On this network, signs carry a good part of what rewinding preserves, not all.",
                "That is what was measured, on a small network with small steps. On large ones "
                "even the initial values as a whole do not suffice.",
                right=True,
            ),
        ),
    ),
    Question(
        "movement_or_magnitude",
        "One weight goes from 0.5 to -0.1, another from 0.1 to 0.5. Which one does the criterion "
        "**magnitude increase** keep?",
        (
            Choice(
                "The second: it has moved away from zero.",
                "Its size grew by 0.4; that of the first fell by 0.4.",
                right=True,
            ),
            Choice(
                "The first: it has moved further.",
                "It has, and the criterion movement would keep it. But it moved towards zero.",
            ),
            Choice(
                "Both alike: each has changed its size by 0.4.",
                "One up and one down. |final| - |initial| has a sign.",
            ),
        ),
    ),
)
