"""Han, Pool, Tran, Dally (2015), "Learning both Weights and Connections": the magnitude part.

The criteria were set before the runs, from a trial on another machine; where one does not hold here
the outcome says so.
"""

from collections.abc import Sequence

from nc_teach.claims import Check, Claim, check
from nc_teach.claims.network_pruning.curve import PruningCurve, one_shot_curve
from nc_teach.claims.network_pruning.dense import dense_networks
from nc_teach.claims.network_pruning.healing import LR, Healing, iterative_or_one_shot
from nc_teach.claims.network_pruning.regularisers import Regularisers, compare_regularisers
from nc_teach.data import Dataset


def _free_lunch(dataset: Dataset, seeds: Sequence[int]) -> PruningCurve:
    return one_shot_curve(dense_networks(dataset, seeds), dataset)


def _judge_free_lunch(curve: PruningCurve) -> tuple[Check, ...]:
    magnitude, random = curve.test["magnitude"], curve.test["random"]
    half, third, tenth = (curve.sparsities.index(share) for share in (0.5, 0.65, 0.9))
    change = magnitude - magnitude[:, :1]
    every = "network"
    return (
        check("half removed: change of the accuracy", change[:, half], least=-0.015, every=every),
        check(
            "about a third left (65 % removed): change of the accuracy",
            change[:, third],
            least=-0.015,
            every=every,
        ),
        check(
            "far beyond it (90 % removed): change of the accuracy",
            change[:, tenth],
            below=-0.05,
            every=every,
        ),
        check(
            "half removed: by magnitude above at random",
            (magnitude - random)[:, half],
            least=0.2,
            every=every,
        ),
    )


def _iterative(dataset: Dataset, seeds: Sequence[int]) -> Healing:
    return iterative_or_one_shot(dense_networks(dataset, seeds), dataset)


def _judge_iterative(healing: Healing) -> tuple[Check, ...]:
    test = healing.test
    return (
        check("against the dense network", test["iterative"] - healing.before, least=-0.01),
        check("against dense trained for as long", test["iterative"] - test["dense"], least=-0.01),
        check(
            "above random masks", test["iterative"] - test["random"], least=0.02, every="network"
        ),
        check("in rounds above at once", test["iterative"] - test["one-shot"], least=0.004),
    )


def _gentle(dataset: Dataset, seeds: Sequence[int]) -> Healing:
    """95 % removed, and a learning rate of 1.2e-4 instead of 1.2e-3 for the repair."""
    networks = dense_networks(dataset, seeds)
    variants = ("iterative", "one-shot", "dense")
    return iterative_or_one_shot(networks, dataset, sparsity=0.95, lr=LR / 10, variants=variants)


def _judge_gentle(healing: Healing) -> tuple[Check, ...]:
    test = healing.test
    gain = test["iterative"] - test["one-shot"]
    return (
        check("95 % removed, gentle repair: in rounds above at once", gain, least=0.004),
        check("in rounds above at once", gain, above=0, every="network", of_paper=True),
        check("against dense trained for as long", test["iterative"] - test["dense"], least=-0.01),
    )


def _judge_regularisers(result: Regularisers) -> tuple[Check, ...]:
    early = result.before["L1"] - result.before["L2"]
    late = result.after["L2"] - result.after["L1"]
    kept = {"half": result.kept.index(0.5), "a third": result.kept.index(1 / 3)}
    return (
        *(
            check(f"before retraining, {share} kept: L1 above L2", early[:, place], least=0.002)
            for share, place in kept.items()
        ),
        *(
            check(
                f"after retraining, {share} kept: L2 above L1",
                late[:, place],
                above=0,
                of_paper=True,
            )
            for share, place in kept.items()
        ),
    )


FREE_LUNCH = Claim("free_lunch", PruningCurve, _free_lunch, _judge_free_lunch)
ITERATIVE_PRUNING = Claim("iterative_pruning", Healing, _iterative, _judge_iterative)
GENTLE_REPAIR = Claim("gentle_repair", Healing, _gentle, _judge_gentle)
L1_OR_L2 = Claim("l1_or_l2", Regularisers, compare_regularisers, _judge_regularisers)
CLAIMS = (FREE_LUNCH, ITERATIVE_PRUNING, GENTLE_REPAIR, L1_OR_L2)
