"""2.3 A fair budget (difficulty 2, 10 minutes)

`large` and `small` list the layer sizes of two fully connected networks, such as `[784, 256, 256,
10]`: the inputs, the hidden layers, the outputs. The large one was trained for `epochs` epochs.
Return, as an integer, for how many epochs the small one may train from scratch without costing more
multiplications (scratch-B). A multiplication is one weight for one image; biases only add. Both use
the same images. Before you compute: with a quarter of the hidden neurons, is it 4 times the epochs?

## Stub
    def scratch_epochs(epochs, large, small):
        ...

## Hint 1
How many weights has a layer with `inputs` inputs and `outputs` outputs? Each multiplies once for
each image. `zip(sizes, sizes[1:])` gives the pairs.

## Hint 2
The work of an epoch is the sum of inputs × outputs. `epochs * work(large) // work(small)`: `//`
rounds down, so the budget is kept, and does it once, at the end.

## Near miss
`epochs * (work(large) // work(small))`. Right where the ratio happens to be an integer. Rounded too
early it gives away up to a whole training.

## Reasoning
The comparison is between ways to spend the same work, so the work is counted. Between two hidden
layers it falls with the square of the width, at the inputs, which keep their number, only with the
width itself: the ratio lies between. Down, not up: whoever wants to show that scratch is as good
must not give it a step more.
"""

import math
from itertools import pairwise


def scratch_epochs(epochs, large, small):
    def macs(sizes):
        return sum(inputs * outputs for inputs, outputs in pairwise(sizes))

    return epochs * macs(large) // macs(small)


def macs(sizes):
    """Multiplications for one image, counted one by one."""
    return sum(1 for inputs, outputs in pairwise(sizes) for _ in range(inputs * outputs))


def oracle(epochs, large, small):
    """Adds epochs until the next one would cost too much."""
    count, budget, price = 0, epochs * macs(large), macs(small)
    while (count + 1) * price <= budget:
        count += 1
    return count


def cases():
    """A ratio of exactly 2; then networks of two to four layers whose ratio is no integer."""
    for epochs, large, small in (
        (10, [8, 4, 2], [8, 2, 2]),
        (8, [784, 256, 256, 10], [784, 64, 64, 10]),
        (7, [30, 20, 5], [30, 9, 5]),
        (10, [12, 40, 40, 3], [12, 11, 7, 3]),
        (6, [9, 8], [9, 5]),
    ):
        where = f"for {epochs} epochs of {large} and the small {small}"
        yield where, (epochs, large, small)


def details(epochs, large, small, answer):
    """What one image costs in each network."""
    return {"macs_large": f"{macs(large):,}", "macs_small": f"{macs(small):,}"}


def ratio(count):
    """A wrong function that counts the work in another way: count(sizes) -> int."""
    return lambda epochs, large, small: epochs * count(large) // (count(small) or 1)


def rounds_too_early(epochs, large, small):
    return epochs * (macs(large) // macs(small))


WRONG = {
    lambda epochs, large, small: epochs: "you give the small network as many epochs as the large "
    "one. That is scratch-E.",
    lambda epochs, large, small: epochs * macs(small) // macs(large): "your ratio is upside down: "
    "the small network should get more epochs, not fewer.",
    ratio(sum): "you count neurons. The work is in the weights: inputs × outputs of every layer.",
    ratio(lambda sizes: sum(sizes[1:-1]) or 1): "you count only the hidden neurons. The work is "
    "in the weights, inputs × outputs.",
    ratio(lambda sizes: macs(sizes) + sum(sizes[1:])): "you count the biases as well. They are "
    "added, not multiplied.",
    ratio(lambda sizes: macs(sizes[1:]) or 1): "you leave out the first layer, which is often the "
    "largest.",
    ratio(lambda sizes: sizes[0] * sizes[1]): "you count only the first layer. All of them work.",
    ratio(math.prod): "you multiply all sizes with each other. Each layer connects only two of "
    "them.",
    lambda epochs, large, small: -(-epochs * macs(large) // macs(small)): "you round up, so the "
    "small network works more than the large one did. Round down.",
    lambda epochs, large, small: round(epochs * macs(large) / macs(small)): "you round to the "
    "nearest. Half of the time that is more work than allowed. Round down.",
    rounds_too_early: "you round the ratio first and multiply then. Round once, at the end.",
    lambda epochs, large, small: min(2 * epochs, oracle(epochs, large, small)): "you stop at twice "
    "the epochs. The paper does so on ImageNet only; here nothing is capped.",
    lambda epochs, large, small: epochs * macs(large) / macs(small): "{where} you return {answer}, "
    "a float. Epochs are whole: round down with `//`.",
    lambda epochs, large, small: oracle(epochs, large, small) + 1: "{where} you give {answer}, one "
    "too many. One image costs {macs_large} and {macs_small} multiplications, so only {right} "
    "epochs are paid for.",
}

OTHERWISE = (
    "{where} you give {answer}. One image costs {macs_large} and {macs_small} "
    "multiplications, so {right} epochs are paid for."
)
