"""1.8 Grow a layer (difficulty 1, 6 minutes)

`first` (units × inputs) and `second` (outputs × units) are the weights of two linear layers with
ReLU between them and no biases. `new` (more × inputs) holds the weights *into* some new neurons.
Return two larger weight tensors, the grown `first` and the grown `second`: the new neurons come
behind the old ones, and for every input the outputs are what they were. But the new neurons must be
able to learn. The given tensors stay as they were.

## Stub
    def grow(first, second, new):
        larger_first = ...
        larger_second = ...
        return larger_first, larger_second

## Hint 1
A new neuron is a new row of `first` and a new column of `second`. Which of the two has to be zero,
so that nothing changes, and which must not be?

## Hint 2
`torch.cat([first, new])` puts rows below each other. Columns go beside each other with
`torch.cat([second, zeros], dim=1)`; how many columns of zeros, and how high?

## Near miss
zeros on both sides of the new neurons. Nothing changes at first, and nothing ever will: the
gradient of either side is a product with the other one.

## Reasoning
The new neurons compute something from the start, and what they say is multiplied by 0, so the
outputs stay. The gradient of a weight out of a neuron is the neuron's output times what comes from
above, and that is not 0: after one step the new neurons are heard, and from then on their weights
in learn too. With zeros in and out, both gradients would be zero for ever.
"""

import torch


def grow(first, second, new):
    silent = second.new_zeros(len(second), len(new))
    return torch.cat([first, new]), torch.cat([second, silent], dim=1)


def oracle(first, second, new):
    """Writes old and new numbers to their places in two tensors of zeros."""
    units, inputs = first.shape
    larger_first = torch.zeros(units + len(new), inputs, dtype=first.dtype)
    larger_second = torch.zeros(len(second), units + len(new), dtype=second.dtype)
    larger_first[:units], larger_first[units:] = first, new
    larger_second[:, :units] = second
    return larger_first, larger_second


def cases():
    """New neurons that are silent anyway; as many new as old ones; one; numbers in float64."""
    seeded = torch.Generator().manual_seed(71)

    def draw(*shape):
        return torch.randn(shape, generator=seeded)

    yield "on 3 neurons and 2 new ones of zeros", (draw(3, 4), draw(5, 3), torch.zeros(2, 4))
    yield "on 3 neurons and 3 new ones", (draw(3, 4), draw(3, 3), draw(3, 4))
    yield "on 4 neurons and a new one", (draw(4, 6), draw(2, 4), draw(1, 6))
    yield "in float64", (draw(2, 5).double(), draw(3, 2).double(), draw(2, 5).double())


def columns(second, new, value=0.0):
    return second.new_full((len(second), len(new)), value)


def in_front(first, second, new):
    return torch.cat([new, first]), torch.cat([columns(second, new), second], dim=1)


WRONG = {
    lambda first, second, new: (
        torch.cat([first, torch.zeros_like(new)]),
        torch.cat([second, columns(second, new)], dim=1),
    ): "{where} the weights into your new neurons are zero, and so are those out of them. Then no "
    "gradient ever reaches either side: take `new` as it is.",
    lambda first, second, new: (
        torch.cat([first, new]),
        torch.cat([second, columns(second, new, 1.0)], dim=1),
    ): "{where} the weights out of your new neurons are 1, so they speak at once and change the "
    "outputs. What must they be?",
    in_front: "{where} the outputs are right, but your new neurons come first. Put them behind the "
    "old ones.",
    lambda first, second, new: (
        torch.cat([new, first]),
        torch.cat([second, columns(second, new)], dim=1),
    ): "{where} the new rows of your `first` come before the old ones, the new columns of `second` "
    "behind them: they do not belong together any more.",
    lambda first, second, new: (
        torch.cat([first, new]),
        torch.cat([columns(second, new), second], dim=1),
    ): "{where} the new columns of your `second` come before the old ones, the new rows of `first` "
    "behind them: they do not belong together any more.",
    lambda first, second, new: (torch.cat([first, new]), second): "{where} your `second` has no "
    "columns for the new neurons. Each reads as many numbers as there are neurons.",
    lambda first, second, new: (first, second): "{where} nothing has grown: these are the weights "
    "that you were given.",
    lambda first, second, new: (
        torch.cat([first, first[: len(new)]]),
        torch.cat([second, columns(second, new)], dim=1),
    ): "{where} your new neurons are copies of old ones. They would learn, but the task gives you "
    "their weights: `new`.",
    lambda first, second, new: (
        torch.cat([first, new]),
        torch.cat([second, columns(second, new)], dim=1).T,
    ): "{where} your `second` is turned on its side; it should be outputs × units.",
    lambda first, second, new: (
        torch.cat([second, columns(second, new)], dim=1),
        torch.cat([first, new]),
    ): "{where} you return the two layers in the wrong order: `first` comes first.",
}

OTHERWISE = "{where} your weights are not the ones that are right."
