"""Selection: from scores to masks with an exact count.

Unlike a threshold, which removes too many when scores are equal and one too many when the
comparison includes it, this counts: the lowest ``floor(sparsity * n)`` scores go, never more than
were asked for.
"""

import math
import warnings
from collections.abc import Mapping
from typing import Annotated

import torch
from torch import Tensor

from nc_teach.common.arguments import check_mask
from nc_teach.common.kinds import Floats, Like, Mask, MaskOf, Natural, Sparsity, one_of
from nc_teach.pruning.masks import Masks, emptied

Scope = Annotated[str, one_of("global", "layer")]


def select(
    scores: Mapping[str, Floats],
    sparsity: Sparsity | Mapping[str, Sparsity],
    scope: Scope = "global",
    *,
    within: MaskOf | None = None,
) -> Masks:
    """Keep the weights with the highest scores.

    Returns name -> bool mask, true = kept, of the shape and on the device of the scores. Of equal
    scores the one that comes first is removed first. Raises ``ValueError`` for a sparsity out of
    range, an unknown scope, a score that is not a number, or earlier masks that do not fit or have
    removed more than asked for.

    Parameters
    ----------
    scores
        Parameter name -> scores, any shape, higher = keep.
    sparsity
        Share of *all* weights to remove, 0 <= sparsity < 1 (not of those still alive, as in
        ``torch.nn.utils.prune``). With ``scope="layer"`` it may be a dict, one share per layer.
    scope
        "global": one ranking over all layers, so a layer may lose more than another, or (with a
        warning) all of its weights; "layer": the same share of every layer.
    within
        Earlier masks: what they have removed stays removed, whatever its score now.

    >>> masks = select({"w": torch.tensor([3.0, 1.0, 2.0, 5.0, 4.0])}, sparsity=0.5)
    >>> masks["w"].tolist()  # half of 5 is 2.5, so two go: the 1 and the 2
    [True, False, False, True, True]
    """
    shares = _shares(scores, sparsity, scope)
    removed = _removed_before(scores, within or {})
    if scope == "layer":
        return {
            n: keep_top(scores[n], removed[n], _count(scores[n], removed[n], shares[n]))
            for n in scores
        }
    flat = torch.cat([score.flatten() for score in scores.values()])  # n, all layers end to end
    gone = torch.cat([gone.flatten() for gone in removed.values()])  # n, bool
    # One ranking for all layers: compare across them, then cut the answer up again.
    kept = keep_top(flat, gone, _count(flat, gone, next(iter(shares.values()))))
    pieces = kept.split([score.numel() for score in scores.values()])  # a vector per layer
    masks = {
        name: piece.reshape(score.shape)
        for (name, score), piece in zip(scores.items(), pieces, strict=True)
    }
    if empty := emptied(masks):
        warnings.warn(
            f"no weight is left of {', '.join(empty)}, so nothing gets through: 'layer' as scope "
            "would leave some of each",
            stacklevel=2,
        )
    return masks


def count_to_remove(sparsity: float, weights: int) -> int:
    """``floor(sparsity * weights)``, safe against 0.29 * 100 = 28.999999999999996.

    >>> count_to_remove(0.29, 100), count_to_remove(0.5, 25)
    (29, 12)
    """
    return math.floor(sparsity * weights + 1e-6)


def keep_top(scores: Floats, removed: Annotated[Mask, Like("scores")], count: Natural) -> Tensor:
    """Mask without the ``count`` lowest scores; ``removed`` ones count as lower than any score.

    Raises ``ValueError`` when more are removed already.
    """
    kept = ~removed.flatten()  # n, bool; what earlier masks removed stays removed
    left = scores.flatten()[kept]  # the m scores that are still in it
    more = count - (len(kept) - len(left))
    if more < 0:
        raise ValueError(f"count must be at least {count - more:,}, removed already, got {count:,}")
    if more:
        limit = left.kthvalue(more).values  # the highest score that goes
        goes = left < limit  # m, bool
        equal = (left == limit).nonzero().flatten()  # the places of those that score just as much
        goes[equal[: more - int(goes.sum())]] = True  # the first of them go, no more than asked for
        kept[kept.nonzero().flatten()[goes]] = False
    return kept.reshape(scores.shape)


def _count(scores: Tensor, removed: Tensor, sparsity: float) -> int:
    """How many are to go, in all; an error when earlier masks have removed more than that."""
    count = count_to_remove(sparsity, scores.numel())
    if int(removed.sum()) > count:
        raise ValueError(
            f"sparsity {sparsity:g} removes {count:,} of {scores.numel():,} weights, "
            f"but within has removed {int(removed.sum()):,} already"
        )
    return count


def _shares(
    scores: Mapping[str, Tensor], sparsity: float | Mapping[str, float], scope: str
) -> dict[str, float]:
    if not scores:
        raise ValueError("scores must hold at least one tensor, got none")
    for name, score in scores.items():
        if score.isnan().any():
            raise ValueError(f"scores of {name!r} must be numbers, got NaN")
    if not isinstance(sparsity, Mapping):
        return dict.fromkeys(scores, sparsity)
    if scope != "layer" or set(sparsity) != set(scores):
        raise ValueError(
            "sparsity may be a dict only with scope='layer' and one share for each of "
            f"{', '.join(scores)}; got {dict(sparsity)!r} with scope={scope!r}"
        )
    return dict(sparsity)


def _removed_before(scores: Mapping[str, Tensor], within: Mapping[str, Tensor]) -> Masks:
    unknown = set(within) - set(scores)
    if unknown:
        raise ValueError(f"within names {sorted(unknown)}; scores has {', '.join(scores)}")
    for name, mask in within.items():
        check_mask(name, mask, scores[name].shape)
    return {
        name: ~within[name].to(score.device)
        if name in within
        else torch.zeros_like(score, dtype=torch.bool)
        for name, score in scores.items()
    }
