"""Card 2.3: for how many epochs may the small network train, if the work is to be equal?"""

from __future__ import annotations

from itertools import pairwise

from nc_teach.classroom.old_card import Exercise

from .a_fair_budget_checks import CHECKS
from .a_fair_budget_wrong import WRONG_ANSWERS


def scratch_epochs(epochs, large, small):
    def macs(sizes):
        return sum(inputs * outputs for inputs, outputs in pairwise(sizes))

    return epochs * macs(large) // macs(small)


CARD = Exercise(
    key="2.3",
    title="A fair budget",
    difficulty=2,
    minutes=10,
    task=(
        "`large` and `small` list the layer sizes of two fully connected networks, such as "
        "`[784, 256, 256, 10]`: the inputs, the hidden layers, the outputs. The large one was "
        "trained for `epochs` epochs. Return, as a whole number, for how many epochs the small "
        "one may train from scratch without costing more multiplications (scratch-B). A "
        "multiplication is one weight for one image; biases only add. Both use the same images. "
        "Before you compute: with a quarter of the hidden neurons, is it 4 times the epochs?"
    ),
    stub="""\
def scratch_epochs(epochs, large, small):
    ...
""",
    checks=CHECKS,
    hints=(
        "How many weights has a layer with `inputs` inputs and `outputs` outputs? Each multiplies "
        "once for each image. `zip(sizes, sizes[1:])` gives the pairs.",
        "The work of an epoch is the sum of inputs × outputs. `epochs * work(large) // "
        "work(small)`: `//` rounds down, so the budget is kept, and does it once, at the end.",
    ),
    near_miss=(
        "`epochs * (work(large) // work(small))`. Right where the ratio happens to be whole. "
        "Rounded too early it gives away up to a whole training."
    ),
    solution=scratch_epochs,
    reasoning=(
        "The comparison is between ways to spend the same work, so the work is counted. Between "
        "two hidden layers it falls with the square of the width, at the inputs, which keep "
        "their number, only with the width itself: the ratio lies between. Down, not up: who "
        "wants to show that scratch is as good must not give it a step more."
    ),
    wrong_answers=WRONG_ANSWERS,
)
