"""Card 1.3: one step of Optimal Brain Surgeon."""

from __future__ import annotations

from nc_teach.classroom.old_card import Exercise

from .surgeons_cut_checks import CHECKS
from .surgeons_cut_wrong import WRONG_ANSWERS


def cut_one(weights, inverse):
    costs = weights**2 / (2 * inverse.diagonal())
    q = costs.argmin()
    new = weights - weights[q] / inverse[q, q] * inverse[:, q]
    new[q] = 0.0
    return new


CARD = Exercise(
    key="1.3",
    title="The surgeon's cut",
    difficulty=2,
    minutes=8,
    task=(
        "Near a minimum, moving the weights by d raises the loss by half of d · H d. You get the "
        "n `weights` and the `inverse` of H, n by n, in float64. Deleting weight q costs "
        "w_q² / (2 [H⁻¹]_qq), **if** all the others then move as well, by "
        "−(w_q / [H⁻¹]_qq) times column q of H⁻¹. "
        "Delete the one weight that costs least, move the others, and return the new weights. "
        "The deleted one is exactly 0, and what you were given stays as it was."
    ),
    stub="""\
def cut_one(weights, inverse):
    new = weights.clone()
    ...
    return new
""",
    checks=CHECKS,
    hints=(
        "Two steps. First n costs, one for each weight: the diagonal is `inverse.diagonal()`, and "
        "`argmin` names the cheapest. Then one column of `inverse`, times one number.",
        "With q from `(weights**2 / (2 * inverse.diagonal())).argmin()`, the new weights are "
        "`weights - weights[q] / inverse[q, q] * inverse[:, q]`. Rounding may leave 1e-17 at "
        "place q; write a 0 there.",
    ),
    near_miss=(
        "Optimal Brain Damage: choosing by h_qq · w_q² / 2, from the diagonal of H itself. Where H "
        "has nothing beside its diagonal the two agree, and nothing else moves. Elsewhere they do "
        "not, and one weight can take over the work of another."
    ),
    solution=cut_one,
    reasoning=(
        "1 / [H⁻¹]_qq is what is left of h_qq once the other weights may give way, so the cost is "
        "never more than Optimal Brain Damage says. The same column that moves the others takes "
        "w_q to zero: at place q it is w_q / [H⁻¹]_qq · [H⁻¹]_qq = w_q. The last line is for the "
        "rounding. A subtraction makes a new tensor, so the given weights stay as they were."
    ),
    wrong_answers=WRONG_ANSWERS,
)
