"""6.4 Really skipped (difficulty 2, 8 minutes)

`x` holds a batch, N x anything; `chosen` says for each of the N inputs, with `True` or `False`,
whether it takes the block. Return what comes out: `block(x)` for those that take it (their shortcut
is inside), `x` as it is for the others. The block must see only the inputs that take it, all of
them in **one** call, and no call at all if nobody does. The check counts. What does `block(x) *
gate + x * (1 - gate)` save?

## Stub
    def compute_for(block, x, chosen):
        result = ...
        return result

## Hint 1
`x[chosen]` gathers the rows that are `True` into a smaller batch; `result[chosen] = ...` scatters
rows back to where they came from.

## Hint 2
`result = x.clone()`, then `result[chosen] = block(x[chosen])`, and before all that: `if not
chosen.any(): return x`.

## Near miss
`torch.where(chosen[:, None], block(x), x)`. Every number is right, the table of saved MACs looks
splendid, and nothing is saved: the block has seen them all. Released code of a paper does it this
way.

## Reasoning
Gathering and scattering copy memory, and small batches use a processor badly, so the time that is
saved is less than the MACs. With one image it is a plain `if`, and all of it is saved. The clone
keeps the caller's tensor as it was, and gradients flow through both ways.
"""

import torch

from nc_teach.classroom.card import Refused


def compute_for(block, x, chosen):
    if not chosen.any():
        return x
    result = x.clone()
    result[chosen] = block(x[chosen])
    return result


def oracle(block, x, chosen):
    """Looks at every row by itself; the block sees the chosen rows, stacked."""
    rows = [n for n, takes in enumerate(chosen.tolist()) if takes]
    through = block(torch.stack([x[n] for n in rows])) if rows else ()
    found = dict(zip(rows, through, strict=True))
    return torch.stack([found.get(n, row) for n, row in enumerate(x)])


class Counting:
    """A residual block, x + tanh(3x + 1), that remembers how many rows it saw in each call."""

    def __init__(self):
        self.rows = []

    def __call__(self, x):
        self.rows.append(len(x))
        return x + torch.tanh(3 * x + 1)


def cases():
    """What comes out, what it cost, nobody, and the gradient."""
    shapes = ((6, 3), (5, 2, 2, 2), (4, 3), (1, 3))
    chosen = ((0, 1, 1, 0, 0, 1), (1, 0, 0, 0, 1), (0, 0, 1, 0), (1,))
    for look in ("numbers", "work"):
        for shape, some in zip(shapes, chosen, strict=True):
            yield _case(shape, some, look)
    yield _case((3, 2), (0, 0, 0), "work")
    yield _case((3, 2), (0, 0, 0), "numbers")
    yield _case((4, 3), (1, 0, 1, 0), "gradient")


def _case(shape, chosen, look):
    x = torch.randn(shape, generator=torch.Generator().manual_seed(len(chosen)))
    where = f"on {len(chosen)} inputs of which {sum(chosen)} are chosen"
    return where, (x, torch.tensor(chosen, dtype=torch.bool), look)


def play(function, x, chosen, look):
    """What is returned, or how often the block was called and with how many rows, or gradients."""
    block = Counting()
    if look != "gradient":
        answer = function(block, x, chosen)
        return answer if look == "numbers" else {"calls": len(block.rows), "rows": sum(block.rows)}
    leaf = x.clone().requires_grad_()
    answer = function(block, leaf * 1.0, chosen)  # no leaf, so that it can be changed in place
    if not answer.requires_grad:
        raise Refused(STOPPED)
    return torch.autograd.grad(answer.sum(), leaf)[0]


def details(x, chosen, look, answer):
    """The counts, or the first input that has the wrong numbers."""
    counts = {"inputs": len(x), "wanted": int(chosen.sum())}
    if look == "work":
        return counts | answer
    far = (answer - play(oracle, x, chosen, look)).abs().flatten(1).amax(1) > 1e-5
    row = int(far.int().argmax())
    return counts | {"row": row, "takes": "takes" if chosen[row] else "skips", "part": look}


def a_call_each(block, x, chosen):
    return torch.cat(
        [block(row) if on else row for row, on in zip(x.split(1), chosen, strict=True)]
    )


def half_detached(block, x, chosen):
    return put(x, chosen, block(x[chosen].detach())) if chosen.any() else x


def put(x, places, values):
    result = x.clone()
    result[places] = values
    return result


STOPPED = (
    "no gradient flows through your answer. Such a network could not be trained: leave `no_grad` "
    "and `detach` out."
)
WRONG = {
    lambda block, x, chosen: x: "you compute nothing: `x` comes back as it was.",
    lambda block, x, chosen: block(x) if chosen.any() else x: "everybody takes the block in yours, "
    "as soon as somebody does. Each input decides for itself.",
    lambda block, x, chosen: compute_for(block, x, ~chosen): "those that should take the block "
    "skip it, and the others take it. Turn `chosen` round.",
    lambda block, x, chosen: put(torch.zeros_like(x), chosen, block(x[chosen])): "those that skip "
    "come out as **zeros**. Skipping leaves an input as it is.",
    lambda block, x, chosen: block(x[chosen]): "you give back only those that took the block. The "
    "others are part of the batch too.",
    lambda block, x, chosen: torch.cat([block(x[chosen]), x[~chosen]]): "the rows have changed "
    "places: first the chosen, then the rest. Put each back where it came from.",
    lambda block, x, chosen: put(x, chosen, x[chosen] + block(x[chosen])): "you add `x` once more. "
    "The block has its shortcut inside.",
    lambda block, x, chosen: put(x, chosen.long(), block(x[chosen.long()])): "`True` and `False` "
    "have become the integers 1 and 0, and these pick rows **by their place**: row 1 and row 0. "
    "Keep `chosen` as bool.",
    lambda block, x, chosen: torch.where(
        chosen.reshape(-1, *[1] * (x.dim() - 1)), block(x), x
    ): "the numbers are right, "
    "and nothing is saved: of {inputs} inputs {wanted} take the block, and it has computed {rows}. "
    "Hand it `x[chosen]` alone.",
    a_call_each: "you call the block {calls} times for {wanted} inputs. Gather them into one "
    "smaller batch: a call for each is slow.",
    lambda block, x, chosen: put(x, chosen, block(x[chosen])): "when nobody takes the block you "
    "call it all the same, with an empty batch. That costs a call, and some layers stop at it: ask "
    "`chosen.any()` first.",
    lambda block, x, chosen: compute_for(block, x, chosen).detach(): STOPPED,
    half_detached: "the numbers are right, but the gradients are not: none goes back through the "
    "block to `x`. Is something detached on the way?",
}

OTHERWISE = "{where} input {row}, which {takes} the block, has the wrong {part} in your answer."
