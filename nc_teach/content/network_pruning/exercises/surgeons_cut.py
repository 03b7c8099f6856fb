"""1.3 The surgeon's cut (difficulty 2, 8 minutes)

You get the n `weights` and the `inverse` of the Hessian, n by n, in float64. Deleting weight `q`
costs `weights[q]**2 / (2 * inverse[q, q])`, **if** all the others then move as well: all weights by
`-weights[q] / inverse[q, q]` times column `q` of `inverse`. Delete the one weight that costs least,
move the others, and return the new weights. The deleted one is exactly 0, and what you were given
stays as it was.

## Stub
    def cut_one(weights, inverse):
        new = weights.clone()
        ...
        return new

## Hint 1
Two steps. First n costs, one for each weight: the diagonal is `inverse.diagonal()`, and `argmin`
names the cheapest. Then one column of `inverse`, times one number.

## Hint 2
With q from `(weights**2 / (2 * inverse.diagonal())).argmin()`, the new weights are `weights -
weights[q] / inverse[q, q] * inverse[:, q]`. Rounding may leave 1e-17 at place q; write a 0 there.

## Near miss
Optimal Brain Damage: choosing by h_qq · w_q² / 2, from the diagonal of H itself. Where H has
nothing beside its diagonal the two agree, and nothing else moves. Elsewhere they do not, and one
weight can take over the work of another.

## Reasoning
1 / [H⁻¹]_qq is what is left of h_qq once the other weights may give way, so the cost is never more
than Optimal Brain Damage says. The same column that moves the others takes w_q to zero: at place q
it is w_q / [H⁻¹]_qq · [H⁻¹]_qq = w_q. The last line is for the rounding. A subtraction makes a new
tensor, so the given weights stay as they were.
"""

import torch

SIZE = 7


def cut_one(weights, inverse):
    costs = weights**2 / (2 * inverse.diagonal())
    q = costs.argmin()
    new = weights - weights[q] / inverse[q, q] * inverse[:, q]
    new[q] = 0.0
    return new


def without(weights, hessian, q):
    """The weights with w_q = 0 whose loss is least, found by solving with H.

    With d = v - w the loss rises by d H d / 2. Given d_q = -w_q the others, r, are where its
    gradient is zero: H_rr d_r = H_rq w_q.
    """
    rest = [place for place in range(len(weights)) if place != q]
    moved = torch.linalg.solve(hessian[rest][:, rest], hessian[rest, q] * weights[q])
    new = torch.zeros_like(weights)
    new[rest] = weights[rest] + moved
    return new


def rise(weights, hessian, new):
    """By how much the loss rises from the weights to ``new``."""
    return float((new - weights) @ hessian @ (new - weights) / 2)


def oracle(weights, inverse):
    """Tries every deletion."""
    hessian = torch.linalg.inv(inverse)
    tried = [without(weights, hessian, q) for q in range(len(weights))]
    return min(tried, key=lambda new: rise(weights, hessian, new))


def cases():
    """Random weights and Hessians; first without couplings, where h_qq w_q² is right as well."""
    for coupled in (False, True):
        seeded = torch.Generator().manual_seed(31 + coupled)
        for _ in range(12):
            weights = torch.randn(SIZE, generator=seeded, dtype=torch.float64)
            scale = torch.randn(SIZE, 1, generator=seeded, dtype=torch.float64).exp()
            root = scale * torch.randn(SIZE, SIZE, generator=seeded, dtype=torch.float64)
            hessian = root @ root.T + 0.1 * torch.eye(SIZE, dtype=torch.float64)
            hessian = hessian if coupled else hessian.diagonal().diag()
            yield f"on {SIZE} weights", (weights, torch.linalg.inv(hessian))


def play(function, weights, inverse):
    """The new weights: all NaN if one is not finite, and infinite where one is nearly zero."""
    new = function(weights, inverse)
    if not isinstance(new, torch.Tensor) or not new.is_floating_point():
        return new
    if not new.isfinite().all():
        return torch.full_like(new, torch.nan)
    return new.masked_fill((new != 0) & (new.abs() < 1e-7), torch.inf)


def details(weights, inverse, new):
    """Which weight went, and what it costs, beside the cheapest."""
    hessian, new = torch.linalg.inv(inverse), new.double()
    costs = [rise(weights, hessian, without(weights, hessian, q)) for q in range(SIZE)]
    gone, q = int(new.abs().argmin()), costs.index(min(costs))
    chosen = f"you delete weight {gone}, which raises the loss by {costs[gone]:.3g} at least; "
    chosen += f"weight {q} costs {costs[q]:.3g}."
    moved = f"you delete the right weight, but the loss rises by {rise(weights, hessian, new):.3g};"
    moved += f" moving the others well it rises by {costs[q]:.3g}."
    if new.abs().min() > 1e-6:
        return {"q": q, "told": f"none of your new weights is zero; weight {q} should be."}
    return {"told": moved if gone == q else chosen}


def cost_of(w, inverse):
    return w**2 / (2 * inverse.diagonal())


def column(w, inverse, q):
    return w[q] / inverse[q, q] * inverse[:, q]


def but(cost=cost_of, step=column, left=0.0):
    """A wrong answer: another cost(w, H⁻¹), or step(w, H⁻¹, q) to take from the weights, or number
    left at q (None: whatever the step leaves there)."""

    def cut(weights, inverse):
        q = cost(weights, inverse).argmin()
        new = weights - step(weights, inverse, q)
        return new if left is None else new.index_fill(0, q, left)

    return cut


def half_of_them(weights, inverse):
    cost = cost_of(weights, inverse)
    return weights.where(cost > cost.median(), torch.zeros_like(weights))


WRONG = {
    but(lambda w, inverse: w.abs()): "{told} You choose the weight nearest to zero. Which one can "
    "the others replace?",
    but(lambda w, inverse: torch.linalg.inv(inverse).diagonal() * w**2): "{told} You choose by "
    "h_qq · w_q², as if no other weight could move.",
    but(lambda w, inverse: inverse.diagonal() * w**2): "{told} You multiply by [H⁻¹]_qq; the cost "
    "divides by it.",
    but(lambda w, inverse: w / inverse.diagonal()): "{told} You choose the most negative weight. "
    "Is w_q squared?",
    but(lambda w, inverse: -(w**2) / inverse.diagonal()): "{told} You choose the one that costs "
    "most. Is it `argmin`?",
    but(step=lambda w, inverse, q: torch.zeros_like(w)): "{told} All others stay where they were. "
    "Which of them could take over?",
    but(step=lambda w, inverse, q: -column(w, inverse, q), left=None): "you go the wrong way: "
    "weight {q} doubles instead of going to 0. Check the sign.",
    but(step=lambda w, inverse, q: -column(w, inverse, q)): "{told} You push the others the wrong "
    "way. There is a minus before the step.",
    but(step=lambda w, inverse, q: column(w, torch.linalg.inv(inverse), q)): "{told} Your step "
    "runs along a column of H. It should be one of its inverse.",
    but(step=lambda w, inverse, q: w[q] * column(w, inverse, q), left=None): "none of your new "
    "weights is zero. Is w_q squared in your step? Only the cost squares it.",
    but(step=lambda w, inverse, q: w[q] * inverse[:, q], left=None): "none of your new weights is "
    "zero. The step divides by one number, [H⁻¹]_qq, and has no other factor.",
    but(left=1e-17): "the deleted weight is tiny, but not 0. That is rounding, but a weight that "
    "is not exactly zero is still stored and computed. Write a 0 there.",
    half_of_them: "several of your new weights are zero. Delete one, then look again.",
    but(step=lambda w, inverse, q: inverse @ w / inverse[q, q], left=None): "where H is diagonal "
    "no weight can do another's work, so only the deleted one should change. You move others too. "
    "Do you take one column of the inverse?",
    lambda weights, inverse: cut_one(weights, inverse) / 0.0: "your new weights hold NaN or "
    "infinity. What do you divide by?",
    lambda weights, inverse: weights.clone(): "your new weights are the old ones. One of them "
    "should be 0.",
}

OTHERWISE = "{told}"
