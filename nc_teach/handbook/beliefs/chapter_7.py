"""Chapter 7, fit the budget: what people believe."""

from __future__ import annotations

from ..belief import Belief

BELIEFS = (
    Belief(
        "One good technique is enough.",
        "Each was made for one limit. Let them name, for each dot on the board, the limit that it "
        "misses.",
        "alone", "fit_the_budget",
    ),
    Belief(
        "The network with the fewest MACs is the fastest.",
        "Every layer is a call, and a call costs time before it multiplies anything.",
        "alone", "fit_the_budget", "a separable network",
    ),
    Belief(
        "The order of the steps does not matter: the numbers are the same.",
        "What is taken away second is chosen among what the first has left. And the worse order "
        "has the smaller file, so bytes alone would choose it.",
        "order", "order_of_steps", "at the stack's own numbers",
    ),
    Belief(
        "Losses add up.",
        "Sometimes. It is a measurement and no law: write the sum on the board first.",
        "stack", "fit_the_budget", "the losses add up",
    ),
    Belief(
        "After healing, any neurons and weights would have done.",
        "That is what the random control is for.",
        "stack", "fit_the_budget", "random neurons and weights",
    ),
)  # fmt: skip
