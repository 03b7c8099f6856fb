"""Card 6.4: a block that is really not computed for those who skip it."""

from __future__ import annotations

from nc_teach.classroom.old_card import Exercise

from .really_skipped_checks import CHECKS
from .really_skipped_wrong import WRONG_ANSWERS


def compute_for(block, x, chosen):
    if not chosen.any():
        return x
    result = x.clone()
    result[chosen] = block(x[chosen])
    return result


CARD = Exercise(
    key="6.4",
    title="Really skipped",
    difficulty=2,
    minutes=8,
    task=(
        "`x` holds a batch, N x anything; `chosen` says for each of the N inputs, with `True` or "
        "`False`, whether it takes the block. Return what comes out: `block(x)` for those that "
        "take it (their shortcut is inside), `x` as it is for the others. The block must see only "
        "the inputs that take it, all of them in **one** call, and no call at all if nobody does. "
        "The check counts. What does `block(x) * gate + x * (1 - gate)` save?"
    ),
    stub="""\
def compute_for(block, x, chosen):
    result = ...
    return result
""",
    checks=CHECKS,
    hints=(
        "`x[chosen]` gathers the rows that are `True` into a smaller batch; `result[chosen] = ...` "
        "scatters rows back to where they came from.",
        "`result = x.clone()`, then `result[chosen] = block(x[chosen])`, and before all that: `if "
        "not chosen.any(): return x`.",
    ),
    near_miss=(
        "`torch.where(chosen[:, None], block(x), x)`. Every number is right, the table of saved "
        "MACs looks splendid, and nothing is saved: the block has seen them all. Released code of "
        "a paper does it this way."
    ),
    solution=compute_for,
    reasoning=(
        "Gathering and scattering copy memory, and small batches use a processor badly, so the "
        "time that is saved is less than the MACs. With one image it is a plain `if`, and all of "
        "it is saved. The clone keeps the caller's tensor as it was, and gradients flow through "
        "both ways."
    ),
    wrong_answers=WRONG_ANSWERS,
)
