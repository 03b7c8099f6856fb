"""Zhou, Lan, Liu, Yosinski (2019), "Deconstructing Lottery Tickets": what about a ticket matters?

LeNet-300-100 is trained once; then a tenth of every layer's weights is kept, in one cut, and the
small network is trained as long again. One part is changed at a time: by which criterion the mask
is drawn; what the kept weights begin with (mask by large_final); what the removed ones are held at.

The criterion was set before the runs, from a trial on another machine.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial

import numpy as np
from torch import Tensor

from nc_teach import pruning, training
from nc_teach.claims import Check, Claim, Result, check, measured
from nc_teach.claims.why_pruning.networks import (
    EPOCHS,
    Coach,
    by_name,
    counted,
    from_every_seed,
    glorot_lenet,
    no_hook,
)
from nc_teach.claims.why_pruning.starts import (
    OTHER,
    RESTS,
    SAME,
    SIGNED,
    STARTS,
    Weights,
    weights_of,
)
from nc_teach.common.spread import percent, points, share
from nc_teach.data import Dataset
from nc_teach.pruning import mask_actions, mask_criteria
from nc_teach.pruning.masks import Masks
from nc_teach.table import Table

SPARSITY = 0.9
CRITERIA = {
    criterion.__name__: criterion
    for criterion in (
        mask_criteria.magnitude_increase,
        mask_criteria.large_final,
        mask_criteria.large_final_same_sign,
        mask_criteria.movement,
        mask_criteria.large_init_large_final,
        mask_criteria.large_init,
        mask_criteria.large_final_diff_sign,
        mask_criteria.small_init,
        mask_criteria.small_final,
    )
}
KEPT, REMOVED = tuple(STARTS), tuple(RESTS)
HEADS = {
    "criteria": "mask by",
    "kept": "kept weights begin with",
    "removed": "removed weights are held at",
}


@dataclass(frozen=True, kw_only=True)
class TakenApart(Result):
    """Test accuracy in [0, 1], one number per network, for every part that was changed.

    ``criteria``: by the criterion of the mask, kept weights rewound; "random" is the control.
    ``kept`` and ``removed``: by what is done with either side of the mask of large_final.
    ``same_sign`` is the share of weights that end with their first sign: "kept", "all".
    """

    dense: np.ndarray
    criteria: dict[str, np.ndarray]
    kept: dict[str, np.ndarray]
    removed: dict[str, np.ndarray]
    same_sign: dict[str, np.ndarray]

    def table(self, group: str = "kept") -> Table:
        """A row per way: "criteria", "kept" or "removed"; the difference to the whole network."""
        if group not in HEADS:
            raise ValueError(f"group must be one of {', '.join(HEADS)}, got {group!r}")
        rows = tuple(
            (name, percent(accuracy), points((accuracy - self.dense).mean()))
            for name, accuracy in getattr(self, group).items()
        )
        note = (
            f"A tenth of every layer kept in one cut, test accuracy of {counted(len(self.dense))}; "
            f"dense {percent(self.dense)}. {self.provenance.line()}"
        )
        return Table((HEADS[group], "accuracy", "against dense"), rows, (note,))


@measured
def take_apart(
    dataset: Dataset,
    seeds: Sequence[int],
    *,
    criteria: Sequence[str] = (*CRITERIA, "random"),
    kept: Sequence[str] = KEPT,
    removed: Sequence[str] = REMOVED,
    epochs: int = EPOCHS,
    executor: Executor | None = None,
) -> TakenApart:
    """Change one part at a time, from every seed; ``executor`` as in :func:`.sweep.run`.

    Raises ``ValueError`` for a name that is not known.
    """
    for what, given, known in (
        ("criteria", criteria, (*CRITERIA, "random")),
        ("kept", kept, KEPT),
        ("removed", removed, REMOVED),
    ):
        if set(given) - set(known):
            raise ValueError(f"{what} must be among {', '.join(known)}, got {list(given)}")
    one = partial(apart_once, dataset, epochs, tuple(criteria), tuple(kept), tuple(removed))
    runs = from_every_seed(one, seeds, executor)
    return TakenApart(
        dense=np.array([dense for dense, _ in runs]),
        criteria=by_name([groups["criteria"] for _, groups in runs]),
        kept=by_name([groups["kept"] for _, groups in runs]),
        removed=by_name([groups["removed"] for _, groups in runs]),
        same_sign=by_name([groups["same_sign"] for _, groups in runs]),
    )


def apart_once(
    dataset: Dataset,
    epochs: int,
    criteria: tuple[str, ...],
    kept: tuple[str, ...],
    removed: tuple[str, ...],
    seed: int,
) -> tuple[float, dict[str, dict[str, float]]]:
    """One seed: the dense accuracy, and test accuracies by group and name.

    Equal starts are trained once.
    """
    initial, final, dense = train_whole(dataset, epochs, seed)
    masks = {name: mask_by(name, initial, final, seed) for name in {*criteria, "large_final"}}
    tickets = masks["large_final"]
    run = partial(_accuracy, dataset, epochs, seed)
    by = {name: run(mask, initial) for name, mask in masks.items()}
    starts = {name: STARTS[name](initial, tickets, dataset, seed) for name in kept}
    same = partial(mask_criteria.same_sign_share, initial, final)
    everything = pruning.lottery.everything(glorot_lenet(dataset, seed))
    rewound = by["large_final"]
    return dense, {
        "criteria": {name: by[name] for name in criteria},
        "kept": {n: rewound if n == "rewind" else run(tickets, s) for n, s in starts.items()},
        "removed": {
            n: rewound if n == "zero" else run(tickets, initial, RESTS[n](initial, final))
            for n in removed
        },
        "same_sign": {"kept": same(tickets), "all": same(everything)},
    }


def train_whole(dataset: Dataset, epochs: int, seed: int) -> tuple[Weights, Weights, float]:
    """The weights before and after the training of the whole network, and its test accuracy."""
    net = glorot_lenet(dataset, seed)
    initial = weights_of(net)
    Coach(dataset, epochs, seed).train(net, no_hook)
    return initial, weights_of(net), training.accuracy(net, dataset.test)


def mask_by(
    name: str, initial: Weights, final: Weights, seed: int, kept: float = 1 - SPARSITY
) -> Masks:
    """The mask of that criterion, the same share of every layer."""
    if name == "random":
        scores: Weights = {
            n: pruning.random(w, 10 * seed + k) for k, (n, w) in enumerate(initial.items())
        }
    else:
        scores = mask_criteria.score(CRITERIA[name], initial, final)
    return pruning.select(scores, 1 - kept, "layer")


def _accuracy(
    dataset: Dataset,
    epochs: int,
    seed: int,
    masks: Masks,
    start: Mapping[str, Tensor],
    rest: Mapping[str, Tensor] | None = None,
) -> float:
    """Test accuracy after training from ``start`` under ``masks``, the rest held at ``rest``."""
    net = mask_actions.set_weights(glorot_lenet(dataset, seed), start, masks, rest)
    hook = pruning.mask_hook(masks) if rest is None else mask_actions.frozen_at(masks, rest)
    Coach(dataset, epochs, seed).train(net, hook)
    return training.accuracy(net, dataset.test)


def judge(apart: TakenApart) -> tuple[Check, ...]:
    """The criterion: what the signs are worth, and the order of three criteria."""
    kept, by = apart.kept, apart.criteria
    least = {"re-init": 0.007, "reshuffle": 0.008, "constant": 0.008}
    gain = {name: kept[name + SAME] - kept[name + OTHER] for name in SIGNED}
    gap = by["large_final"] - kept["re-init" + OTHER]
    closed = gain["re-init"] / np.where(gap > 0, gap, np.nan)
    order = np.minimum(by["random"] - by["small_final"], by["large_final"] - by["random"])
    return (
        *(
            check(f"{name}: what the original signs are worth", gain[name], least=least[name])
            for name in SIGNED
        ),
        check(
            "signs are all: of the gap to rewind, re-init with the same signs closes",
            closed,
            least=0.9,
            say=share,
        ),
        check(
            "small_final worse than random, random worse than large_final; the smaller gap",
            order,
            above=0,
            of_paper=True,
        ),
    )


LOTTERY_SIGNS = Claim("lottery_signs", TakenApart, take_apart, judge)
