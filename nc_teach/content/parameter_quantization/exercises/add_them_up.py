"""4.2 Add them up (difficulty 2, 6 minutes)

Weights share k values. You get the `gradient` of the loss for every weight, and `index`, of the
same shape, which says for each weight which value it has: 0 to k − 1, or −1 for a weight that was
pruned and stays zero. Return the gradient of the loss for each of the k values: a float tensor of
length k. A value moves, and all its weights move with it. What does the loss feel?

## Stub
    def centroid_gradients(gradient, index, k):
        ...

## Hint 1
If C moves by a little, every weight with that index moves by as much, and the loss changes by the
sum of what each of them does. So: for each index, add up the gradients.

## Hint 2
`torch.bincount(places, weights, minlength)` adds up in one pass, but takes no −1: shift all indices
by one, count k + 1 places, and leave the first one out.

## Near miss
`torch.stack([gradient[index == c].mean() for c in range(k)])`. The mean points the right way, but a
value that a thousand weights share then moves no faster than one that two do, and a value that no
weight has becomes NaN.

## Reasoning
It is the chain rule: the weight W at a place is C of its index, so dW / dC is 1 where the index is
that one and 0 elsewhere, and the gradients of all its weights add up. Pruned weights do not move
with any value, so theirs are left out, and a value that no weight has gets 0.
"""

import torch


def centroid_gradients(gradient, index, k):
    place = index.flatten() + 1
    sums = torch.bincount(place, gradient.flatten(), minlength=k + 1)
    return sums[1:]


def cases():
    """Every weight has a value; some are pruned; some values belong to no weight, also the last."""
    seeded = torch.Generator().manual_seed(52)
    for least, k, where in (
        (0, 4, "for 4 values"),
        (-1, 4, "where some weights are pruned (index −1)"),
        (0, 6, "where some values belong to no weight"),
    ):
        index = torch.randint(least, 4, (5, 8), generator=seeded)
        if k == 6:
            index = torch.where(index == 1, 2, index.clamp(max=2))
        yield where, (torch.randn(5, 8, generator=seeded), index, k)


def oracle(gradient, index, k):
    """Adds one weight after the other."""
    sums = [0.0] * k
    for g, i in zip(gradient.flatten().tolist(), index.flatten().tolist(), strict=True):
        if i >= 0:
            sums[i] += g
    return torch.tensor(sums)


def details(gradient, index, k, answer):
    """The value whose gradient is furthest off; in an answer of another shape there is none."""
    right = oracle(gradient, index, k)
    found = answer if answer.shape == right.shape else right
    at = int((found - right).abs().nan_to_num(torch.inf).argmax())
    return {"k": k, "at": at, "wanted": f"{right[at]:.3f}", "found": f"{found[at]:.3f}"}


right = centroid_gradients


def mean(gradient, index, k):
    return torch.stack([gradient[index == c].mean() for c in range(k)])


def the_last_one_wins(gradient, index, k):
    out = torch.zeros(k + 1)
    out[index.flatten()] += gradient.flatten()
    return out[:k]


WRONG = {
    mean: "{where} you take the mean over the weights of a value. They all move with it, so what "
    "they do to the loss adds up.",
    lambda g, i, k: right(g, i, k) + 0 * mean(g, i, k): "{where} a gradient is NaN: the mean of no "
    "numbers. And is it the mean that you want?",
    lambda g, i, k: right(g, i, k) / g.numel(): "{where} you divide by the number of all weights. "
    "Nothing is divided.",
    lambda g, i, k: -right(g, i, k): "{where} the sign is turned round. This is the gradient; the "
    "step against it is taken by the optimizer.",
    lambda g, i, k: right(g.abs(), i, k): "{where} you add up sizes: two weights that pull against "
    "each other cancel out, they do not help each other.",
    lambda g, i, k: torch.bincount(i.flatten() + 1, minlength=k + 1)[1:]: "{where} you count the "
    "weights of each value. Add up their gradients.",
    lambda g, i, k: right(g, i % k, k): "{where} the gradients of pruned weights land on the last "
    "value: −1 means the last one to an index. They belong to none.",
    lambda g, i, k: right(g, i.clamp(min=0), k): "{where} the gradients of pruned weights land on "
    "value 0. They stay zero and belong to none.",
    lambda g, i, k: torch.bincount(i.flatten() + 1, g.flatten(), minlength=k + 1): "{where} you "
    "return {k} gradients and one more. The first one belongs to the pruned weights (index −1): "
    "leave it out.",
    lambda g, i, k: right(g, i, k)[i]: "{where} you return a gradient for every weight; the {k} "
    "values want one each.",
    lambda g, i, k: torch.bincount(i.flatten() + 1, g.flatten())[1:]: "{where} the last values "
    "are missing, because no weight has them. `minlength` gives each of the {k} a place.",
    the_last_one_wins: "{where} `out[index] += ...` writes each place once: of weights that share "
    "a value only one counts. `index_add_`, `bincount` or a loop add up.",
    lambda g, i, k: torch.bincount(i.flatten(), g.flatten(), minlength=k): "{where} your function "
    "stopped with {answer}. A pruned weight has the index −1, and `bincount` takes none below 0: "
    "shift the indices, or leave the pruned weights out.",
}

OTHERWISE = "{where} the gradient of value {at} is {wanted}; you have {found}."
