"""Han, Pool, Tran, Dally (2015), "Learning both Weights and Connections": the magnitude part.

The criteria were set before the runs, from a trial on another machine; where one does not hold here
the outcome says so.
"""

from collections.abc import Sequence
from functools import partial

from nc_teach.claims import Check, Claim, check
from nc_teach.data import Dataset

from .curve import PruningCurve, one_shot_curve
from .dense import dense_networks, on_dense
from .healing import LR, Healing, iterative_or_one_shot
from .regularisers import Regularisers, compare_regularisers

every = partial(check, every="network")


def _judge_free_lunch(curve: PruningCurve) -> tuple[Check, ...]:
    magnitude, random = curve.test["magnitude"], curve.test["random"]
    half, third, tenth = (curve.sparsities.index(share) for share in (0.5, 0.65, 0.9))
    change = magnitude - magnitude[:, :1]
    third_left = "about a third left (65 % removed): change of the accuracy"
    far = "far beyond it (90 % removed): change of the accuracy"
    above = (magnitude - random)[:, half]
    return (
        every("half removed: change of the accuracy", change[:, half], least=-0.015),
        every(third_left, change[:, third], least=-0.015),
        every(far, change[:, tenth], below=-0.05),
        every("half removed: by magnitude above at random", above, least=0.2),
    )


def _judge_iterative(healing: Healing) -> tuple[Check, ...]:
    test = healing.test
    gain = {other: test["iterative"] - test[other] for other in ("dense", "random", "one-shot")}
    return (
        check("against the dense network", test["iterative"] - healing.before, least=-0.01),
        check("against dense trained for as long", gain["dense"], least=-0.01),
        every("above random masks", gain["random"], least=0.02),
        check("in rounds above at once", gain["one-shot"], least=0.004),
    )


def _gentle(dataset: Dataset, seeds: Sequence[int]) -> Healing:
    """95 % removed, and a learning rate of 1.2e-4 instead of 1.2e-3 for the repair."""
    networks = dense_networks(dataset, seeds)
    variants = ("iterative", "one-shot", "dense")
    return iterative_or_one_shot(networks, dataset, sparsity=0.95, lr=LR / 10, variants=variants)


def _judge_gentle(healing: Healing) -> tuple[Check, ...]:
    gain, longer = (healing.test["iterative"] - healing.test[x] for x in ("one-shot", "dense"))
    return (
        check("95 % removed, gentle repair: in rounds above at once", gain, least=0.004),
        every("in rounds above at once", gain, above=0, of_paper=True),
        check("against dense trained for as long", longer, least=-0.01),
    )


def _judge_regularisers(result: Regularisers) -> tuple[Check, ...]:
    kept = {"half": result.kept.index(0.5), "a third": result.kept.index(1 / 3)}
    early, late = (
        {share: test[better][:, place] - test[worse][:, place] for share, place in kept.items()}
        for test, better, worse in ((result.before, "L1", "L2"), (result.after, "L2", "L1"))
    )
    return (
        *(
            check(f"before retraining, {share} kept: L1 above L2", gain, least=0.002)
            for share, gain in early.items()
        ),
        *(
            check(f"after retraining, {share} kept: L2 above L1", gain, above=0, of_paper=True)
            for share, gain in late.items()
        ),
    )


FREE_LUNCH = Claim("free_lunch", PruningCurve, on_dense(one_shot_curve), _judge_free_lunch)
ITERATIVE_PRUNING = Claim(
    "iterative_pruning", Healing, on_dense(iterative_or_one_shot), _judge_iterative
)
GENTLE_REPAIR = Claim("gentle_repair", Healing, _gentle, _judge_gentle)
L1_OR_L2 = Claim("l1_or_l2", Regularisers, compare_regularisers, _judge_regularisers)
CLAIMS = (FREE_LUNCH, ITERATIVE_PRUNING, GENTLE_REPAIR, L1_OR_L2)
