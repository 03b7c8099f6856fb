"""2.2 Only the signs (difficulty 1, 5 minutes)

You get one layer's `initial` weights and its `mask` (True = kept). Return the weights that the
ticket begins with when only the signs survive: a kept weight is +a or -a, with the sign that it
had; a removed one is 0. The size a is the standard deviation of **all** the layer's initial
weights, removed ones included. Both tensors stay as they are. With everything kept, (0.9, 3.1, -1,
4.3) becomes (a, a, -a, a): what is a?

## Stub
    def only_the_signs(initial, mask):
        ...

## Hint 1
A sign is -1, 0 or 1: `initial.sign()`. What is the sign times a?

## Hint 2
`initial.std()` is a; a times the sign times the mask is all there is.

## Near miss
`initial[mask].std() * initial.sign() * mask`. With everything kept it is right. But a mask keeps
weights for what they became, and then the kept ones spread differently.

## Reasoning
If a ticket still trains well from here, the sizes that it began with were not what made it win.
Taking a from the whole layer keeps the scale of the initialisation, which knows nothing of the
mask. The sign of each weight is all that is left of its history.
"""

import math
import statistics
from contextlib import suppress

import torch


def only_the_signs(initial, mask):
    size = initial.std()
    return size * initial.sign() * mask


def oracle(initial, mask):
    """Weight by weight, in plain Python."""
    values = initial.flatten().tolist()
    size = statistics.stdev(values)
    pairs = zip(values, mask.flatten().tolist(), strict=True)
    return torch.tensor([math.copysign(size, v) * kept for v, kept in pairs]).view_as(initial)


def play(function, initial, mask):
    """What the function returns; a deviation divided by n rather than n - 1 is as good."""
    right, found = oracle(initial, mask), function(initial, mask)
    scale = (1 - 1 / initial.numel()) ** 0.5
    with suppress(TypeError, ValueError, RuntimeError):
        if torch.allclose(torch.as_tensor(found).float(), scale * right, rtol=1e-3):
            return found / scale
    return found


def cases():
    """The lecture's four weights, all kept; a layer whose kept weights spread more."""
    lecture = torch.tensor([0.9, 3.1, -1.0, 4.3])
    yield "on the four weights", (lecture, torch.ones(4, dtype=torch.bool))
    initial = 0.3 * torch.randn(12, 10, generator=torch.Generator().manual_seed(51))
    yield "on 12 × 10 weights", (initial, initial.abs() > 0.3)


def details(initial, mask, answer):
    """Signs that were lost, the size of the kept weights, and what is wrong with the answer."""
    found = torch.as_tensor(answer).detach().float()
    lost = int((found.sign() != initial.sign())[mask].sum())
    signs = f"{lost} of {int(mask.sum())} kept weights have lost the sign that they had."
    sizes = (
        f"your a is {found[mask].abs().mean().item():.3g}; the standard deviation of the layer's "
        f"initial weights is {initial.std().item():.3g}."
    )
    if found[~mask].any():
        what = "some removed weights are not 0 in your answer. Multiply by the mask."
    elif lost:
        what = signs
    elif found[mask].abs().std() > 1e-5:
        what = "your kept weights differ in size. Each should be +a or -a with one a."
    else:
        what = sizes
    return {"signs": signs, "sizes": sizes, "what": what}


def size(rule):
    """A wrong function that takes another size for a: rule(initial, mask) -> number."""
    return lambda initial, mask: rule(initial, mask) * initial.sign() * mask


def drawn_signs(initial, mask):
    signs = 2.0 * (torch.arange(initial.numel()) % 2) - 1
    return initial.std() * signs.view_as(initial) * mask


spread_of_the_kept = size(lambda initial, mask: initial[mask].std())

WRONG = {
    lambda initial, mask: initial.std() * mask.float(): "all kept weights are +a. What became of "
    "the signs that they had?",
    size(lambda initial, mask: -initial.std()): "your signs are turned round: + became - and - "
    "became +.",
    drawn_signs: "{signs}",
    lambda initial, mask: initial.std() * initial.sign(): "nothing is removed. Where the mask is "
    "False the weight is 0.",
    lambda initial, mask: initial.std() * initial.sign() * ~mask: "you keep what should go. True "
    "in the mask means kept.",
    lambda initial, mask: initial * mask: "you return the initial weights under the mask. Their "
    "sizes should be gone.",
    size(lambda initial, mask: 1): "your a is 1: you return the bare signs. What is their size?",
    size(lambda initial, mask: initial.abs().mean()): "your a is the mean of |w|. Close, but the "
    "standard deviation is asked for.",
    size(lambda initial, mask: initial.abs().std()): "your a is the standard deviation of |w|. "
    "Take that of w itself, signs and all.",
    size(lambda initial, mask: initial.var()): "your a is the variance. Its root is the standard "
    "deviation.",
    size(lambda initial, mask: initial.abs().max()): "your a is the largest |w|. It should be the "
    "standard deviation.",
    spread_of_the_kept: "your a is the standard deviation of the **kept** weights alone. It should "
    "be that of the whole layer.",
    size(lambda initial, mask: (initial * mask).std()): "your a is the standard deviation after "
    "the mask, zeros and all. Take it before.",
    size(lambda initial, mask: initial.std() * torch.where(mask, 1.0, 0.01) / mask): "some removed "
    "weights are not 0 in your answer. Multiply by the mask.",
    size(lambda initial, mask: initial.std(dim=-1, keepdim=True)): "your kept weights differ in "
    "size. Each should be +a or -a with one a.",
    size(lambda initial, mask: initial.std() / 2): "{sizes}",
    lambda initial, mask: (initial.std() * initial.sign())[mask]: "you return the kept weights "
    "alone. The removed ones are 0, in their places.",
}

OTHERWISE = "{what}"
