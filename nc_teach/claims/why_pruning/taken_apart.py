"""Zhou, Lan, Liu, Yosinski (2019), "Deconstructing Lottery Tickets": what about a ticket matters?

LeNet-300-100 is trained once; then a tenth of every layer's weights is kept, in one cut, and the
small network is trained as long again. One part is changed at a time: by which criterion the mask
is drawn; what the kept weights begin with (mask by large_final); what the removed ones are held at.

The criterion was set before the runs, from a trial on another machine.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import torch

from nc_teach import pruning, training
from nc_teach.claims import Check, Claim, Result, Table, check, each_seed, measured
from nc_teach.common.spread import percent, points, share
from nc_teach.data import Dataset
from nc_teach.pruning import mask_actions, mask_criteria
from nc_teach.pruning.masks import Masks

from .networks import EPOCHS, Coach, counted, glorot_lenet
from .starts import OTHER, RESTS, SAME, STARTS, Weights, started, weights_of

SPARSITY = 0.9
LAYER, SHOWN, CELLS = "fc2.weight", 3000, 101  # of the plane
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

    @property
    def undone(self) -> np.ndarray:
        """The share of what drawing anew costs that the old signs bring back, one per network."""
        drawn = self.kept["re-init" + OTHER]
        gap = self.criteria["large_final"] - drawn  # its mask, rewound
        return (self.kept["re-init" + SAME] - drawn) / np.where(gap > 0, gap, np.nan)

    def worth(self) -> dict[str, np.ndarray]:
        """By treatment, how much better the kept weights do with their old signs."""
        kept = {**self.kept, "rewind" + SAME: self.criteria["large_final"]}
        names = [name.removesuffix(OTHER) for name in kept if name.endswith(OTHER)]
        return {n: kept[n + SAME] - kept[n + OTHER] for n in names if n + SAME in kept}

    def only(self, *starts: str) -> "TakenApart":
        """The same, with these ways alone for the kept weights to begin."""
        return replace(self, kept={name: self.kept[name] for name in starts})

    def in_words(self) -> str:
        """What the old signs are worth, and whether they are all."""
        gains = ", ".join(f"{points(gain.mean())} ({n})" for n, gain in self.worth().items())
        return (
            f"Kept weights do better with their old signs: {gains}. Of what drawing anew costs, "
            f"the signs bring back {share(self.undone.mean())}."
        )

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
            f"dense {percent(self.dense)}."
        )
        return self.tabled((HEADS[group], "accuracy", "against dense"), rows, note)


@measured
def take_apart(
    dataset: Dataset,
    seeds: Sequence[int],
    *,
    criteria: Sequence[str] = (*CRITERIA, "random"),
    kept: Sequence[str] = tuple(STARTS),
    removed: Sequence[str] = tuple(RESTS),
    epochs: int = EPOCHS,
) -> TakenApart:
    """Change one part at a time, from every seed.

    Raises ``ValueError`` for a name that is not known.
    """
    for what, given, known in (
        ("criteria", criteria, (*CRITERIA, "random")),
        ("kept", kept, STARTS),
        ("removed", removed, RESTS),
    ):
        if set(given) - set(known):
            raise ValueError(f"{what} must be among {', '.join(known)}, got {list(given)}")
    one = partial(apart_once, dataset, epochs, criteria, kept, removed)
    return TakenApart(**each_seed(one, seeds))


def apart_once(
    dataset: Dataset,
    epochs: int,
    criteria: Sequence[str],
    kept: Sequence[str],
    removed: Sequence[str],
    seed: int,
) -> dict[str, Any]:
    """One seed: the dense accuracy, and test accuracies by group and name.

    Equal starts are trained once.
    """

    def run(masks: Masks, start: Weights, rest: Weights | None = None) -> float:
        """Test accuracy after training from ``start`` under ``masks``, the rest at ``rest``."""
        net = mask_actions.set_weights(glorot_lenet(dataset, seed), start, masks, rest)
        hook = pruning.mask_hook(masks) if rest is None else mask_actions.frozen_at(masks, rest)
        Coach(dataset, epochs, seed).train(net, hook)
        return training.accuracy(net, dataset.test)

    initial, final, dense = train_whole(dataset, epochs, seed)
    masks = {name: mask_by(name, initial, final, seed) for name in {*criteria, "large_final"}}
    by = {name: run(mask, initial) for name, mask in masks.items()}
    tickets, rewound = masks["large_final"], by["large_final"]
    starts = {name: started(name, initial, tickets, dataset, seed) for name in kept}
    rests = {n: {k: RESTS[n](w, final[k]) for k, w in initial.items()} for n in removed}
    same = partial(mask_criteria.same_sign_share, initial, final)
    everything = pruning.lottery.everything(glorot_lenet(dataset, seed))
    return {
        "dense": dense,
        "criteria": {n: by[n] for n in criteria},
        "kept": {n: rewound if n == "rewind" else run(tickets, s) for n, s in starts.items()},
        "removed": {
            n: rewound if n == "zero" else run(tickets, initial, r) for n, r in rests.items()
        },
        "same_sign": {"kept": same(tickets), "all": same(everything)},
    }


def train_whole(dataset: Dataset, epochs: int, seed: int) -> tuple[Weights, Weights, float]:
    """The weights before and after the training of the whole network, and its test accuracy."""
    net = glorot_lenet(dataset, seed)
    initial = weights_of(net)
    Coach(dataset, epochs, seed).train(net)
    return initial, weights_of(net), training.accuracy(net, dataset.test)


def mask_by(name: str, initial: Weights, final: Weights, seed: int) -> Masks:
    """The mask of that criterion, the same share of every layer."""
    if name == "random":
        drawn = {n: pruning.random(w, 10 * seed + k) for k, (n, w) in enumerate(initial.items())}
        return pruning.select(drawn, SPARSITY, "layer")
    scores = mask_criteria.score(CRITERIA[name], initial, final)
    return pruning.select(scores, SPARSITY, "layer")


@dataclass(frozen=True, kw_only=True)
class Plane(Result):
    """A sample of one layer's weights, and the half-planes that criteria keep.

    ``initial`` and ``final`` are the sample's weights; ``kept[criterion]`` says which are kept;
    ``regions[criterion]`` is the same for a square of places, rows from -top to top along the final
    weight, columns along the initial one.
    """

    initial: np.ndarray
    final: np.ndarray
    kept: dict[str, np.ndarray]
    regions: dict[str, np.ndarray]
    top: float


@measured
def weight_plane(dataset: Dataset, seed: int = 0, *, epochs: int = EPOCHS) -> Plane:
    """Train LeNet-300-100 and lay out its middle layer, a tenth of it kept."""
    initial, final, _ = train_whole(dataset, epochs, seed)
    first, last = initial[LAYER].flatten(), final[LAYER].flatten()
    some = torch.randperm(len(first), generator=torch.Generator().manual_seed(0))[:SHOWN]
    top = 1.02 * max(first.abs().max().item(), last.abs().quantile(0.999).item())
    ticks = torch.linspace(-top, top, CELLS)
    places = torch.meshgrid(ticks, ticks, indexing="xy")
    chosen, regions = {}, {}
    for name, criterion in CRITERIA.items():
        mask = mask_by(name, initial, final, seed)[LAYER].flatten()
        chosen[name] = mask[some].numpy()
        lowest = criterion(first, last)[mask].min()
        regions[name] = (criterion(*places) >= lowest).numpy()
    return Plane(
        initial=first[some].numpy(),
        final=last[some].numpy(),
        kept=chosen,
        regions=regions,
        top=top,
    )


def judge(apart: TakenApart) -> tuple[Check, ...]:
    """The criterion: what the signs are worth, and the order of three criteria."""
    by = apart.criteria
    least = {"re-init": 0.007, "reshuffle": 0.008, "constant": 0.008}
    gain = apart.worth()
    order = np.minimum(by["random"] - by["small_final"], by["large_final"] - by["random"])
    worth, close = "what the original signs are worth", "re-init with the same signs closes"
    ranked = "small_final worse than random, random worse than large_final; the smaller gap"
    return (
        *(check(f"{name}: {worth}", gain[name], least=bound) for name, bound in least.items()),
        check(f"signs are all: of the gap to rewind, {close}", apart.undone, least=0.9, say=share),
        check(ranked, order, above=0, of_paper=True),
    )


LOTTERY_SIGNS = Claim("lottery_signs", TakenApart, take_apart, judge)
