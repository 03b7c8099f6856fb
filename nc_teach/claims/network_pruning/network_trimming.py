"""Hu, Peng, Tai, Tang (2016), "Network Trimming": are neurons that are mostly zero free to remove?

Neurons of the first hidden layer are really removed, not masked. Two questions: the dead ones
(APoZ above 0.99) against as many others, and half of the layer by how often a neuron is not zero
against other rankings, before and after one epoch of the same training for all.

The criteria were set before the runs, from a trial on another machine.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from nc_teach import pruning, training
from nc_teach.claims import (
    Check,
    Claim,
    Result,
    check,
    each_seed,
    fact,
    local,
    measured,
    stopping_as_a_whole,
    with_bar,
)
from nc_teach.common.arguments import check_choice
from nc_teach.common.spread import percent, points, share
from nc_teach.data import Dataset
from nc_teach.models import seeded_init
from nc_teach.table import Table

from .sentences import paragraph, which

LAYER = "1"
DEAD = 0.99
THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.99)
NAMES = {
    "none": "(all of them kept)",
    "nonzero share": "how often not zero (APoZ)",
    "random": "chance",
    "mean activation": "mean of the output",
    "l2 norm": "length of the weights into it (L2)",
    "std x norm": "spread of the output x weights out of it",
    "taylor": "what the loss would change (Taylor)",
}

RANKINGS = tuple(name for name in NAMES if name != "none")


@dataclass(frozen=True, kw_only=True)
class Trimming(Result):
    """Test accuracy in [0, 1], one number per network.

    ``apoz`` is networks x neurons; ``weights`` are the weights into the first network's neurons,
    neurons x pixels. ``dead`` is the number of dead neurons; ``without`` the accuracy without them,
    or without as many "random" or "most active" ones. ``above`` (networks x ``thresholds``) is the
    accuracy without all neurons whose APoZ is above the threshold, or without as many "random"
    ones. ``before`` and ``after`` (one epoch of training) are those of half a layer, per ranking;
    "none" has lost nothing.
    """

    above: dict[str, np.ndarray]
    dead: np.ndarray
    whole: np.ndarray
    without: dict[str, np.ndarray]
    rule: dict[str, np.ndarray]
    before: dict[str, np.ndarray]
    after: dict[str, np.ndarray]
    apoz: np.ndarray = local()
    weights: np.ndarray = local()
    thresholds: tuple[float, ...] = local()

    def in_words(self) -> str:
        """What the dead ones are worth, and half of a layer by silence against chance."""
        before, after = (
            [share(accuracy[name].mean()) for name in ("nonzero share", "random")]
            for accuracy in (self.before, self.after)
        )
        change = points(np.mean(self.without["dead"] - self.whole))
        return (
            f"Without its dead neurons a network changes by {change}; half of a layer kept by how "
            f"often a neuron is active reads {before[0]}, half kept at random {before[1]}, after "
            f"one epoch {after[0]} and {after[1]}."
        )

    def meaning(self) -> str:
        """The dead neurons; the count as a ranking, before and after repair; the best ranking."""
        silent, chance = self.before["nonzero share"], self.before["random"]
        later = self.after["random"] - self.after["nonzero share"]
        free = np.abs(self.without["dead"] - self.whole).max()
        dead = f"{self.dead.min()} to {self.dead.max()}"
        verdict = which(
            chance - silent,
            "Counting is worse than chance.",
            "Here counting is better than chance.",
            "Here counting and chance cannot be told apart.",
        )
        gap = self.after.get("std x norm", self.after["random"]) - self.after["random"]
        rival = which(
            gap, "is then ahead of chance", "is then behind chance", "cannot be told apart"
        )
        return paragraph(
            f"The networks have {dead} dead neurons, silent for more than {100 * DEAD:g} % of the "
            f"training images; without them the accuracy changes by at most {100 * free:.2f} "
            f"points.",
            f"{verdict} Half of the layer kept by the count leaves {share(silent.mean())}, half "
            f"kept at random {share(chance.mean())}; after one epoch of repair chance is ahead by "
            f"{points(later.mean())}.",
            f"The rule of thumb, by spread and weights out, {rival} ({points(gap.mean())}).",
        )

    def table(self) -> Table:
        """A row per ranking: half of the first layer removed, before and after an epoch."""
        rows = tuple(
            (NAMES[name], percent(self.before[name]), percent(self.after[name]))
            for name in self.before
        )
        note = (
            f"Half of the first layer's neurons removed, test accuracy of {len(self.whole)} "
            f"networks."
        )
        return self.tabled(("half kept by", "accuracy", "after 1 epoch"), rows, note)


def trimming_network(dataset: Dataset, seed: int, *, epochs: int = 12) -> nn.Module:
    """784-500-100-10 with ReLU, trained with Adam (learning rate 1.2e-3) from ``seed``."""
    inputs = dataset.train.images[0].numel()
    with seeded_init(seed):
        hidden = [nn.Flatten(), nn.Linear(inputs, 500), nn.ReLU(), nn.Linear(500, 100), nn.ReLU()]
        net = nn.Sequential(*hidden, nn.Linear(100, len(dataset.classes)))
    training.fit(net, dataset, epochs=epochs, seed=seed, progress=False)
    return net


def trim(dataset: Dataset, seeds: Sequence[int], *, epochs: int = 12) -> Trimming:
    """Train one 784-500-100-10 per seed, and :func:`trim_networks` on them."""
    with stopping_as_a_whole():
        networks = {s: trimming_network(dataset, s, epochs=epochs) for s in with_bar(seeds, "net")}
    return trim_networks(networks, dataset, layer=LAYER)


@measured
def trim_networks(
    networks: Mapping[int, nn.Module],
    dataset: Dataset,
    *,
    layer: str = "fc1",
    rankings: Sequence[str] = RANKINGS,
) -> Trimming:
    """Remove neurons of ``layer`` from every network (seed -> trained network) in every way.

    What the units put out is looked at on the training images; accuracy is that on the test split.
    ``rankings`` are those by which half of the layer goes. Raises ``ValueError`` for another name.
    """
    for ranking in rankings:
        check_choice("ranking", ranking, RANKINGS)
    found = each_seed(
        lambda seed: _one(networks[seed], layer, dataset, seed, rankings), list(networks)
    )
    found["weights"] = found["weights"][0]
    return Trimming(**found, thresholds=THRESHOLDS)


def _one(
    net: nn.Module, layer: str, dataset: Dataset, seed: int, rankings: Sequence[str]
) -> dict[str, Any]:
    zeros = pruning.apoz(net, dataset.train)[layer]
    scores = _scores(net, layer, dataset, seed)
    counts = [int((zeros > threshold).sum()) for threshold in THRESHOLDS]
    dead = int((zeros > DEAD).sum())
    rule = int((zeros > zeros.mean() + zeros.std()).sum())
    by = {"apoz": scores["nonzero share"], "random": scores["random"], "most active": zeros}

    def without(name: str, count: int) -> float:
        return training.accuracy(_without_lowest(net, layer, by[name], count), dataset.test)

    return {
        "apoz": zeros.numpy(),
        "weights": net.get_parameter(f"{layer}.weight").detach().numpy().copy(),
        "dead": dead,
        "whole": training.accuracy(net, dataset.test),
        "above": {name: [without(name, count) for count in counts] for name in ("apoz", "random")},
        "without": {
            "dead": without("apoz", dead),
            **{name: without(name, dead) for name in ("random", "most active")},
        },
        "rule": {"nonzero share": without("apoz", rule), "random": without("random", rule)},
        **_halved(net, layer, {name: scores[name] for name in rankings}, dataset, seed),
    }


def _halved(
    net: nn.Module, layer: str, scores: dict[str, Tensor], dataset: Dataset, seed: int
) -> dict[str, dict[str, float]]:
    """Accuracy with half of the layer gone, per ranking, before and after an epoch of training."""
    units = len(net.get_parameter(f"{layer}.weight"))
    half = units // 2
    nets = {"none": _without_lowest(net, layer, torch.zeros(units), 0)}
    nets |= {name: _without_lowest(net, layer, score, half) for name, score in scores.items()}
    before = {name: training.accuracy(one, dataset.test) for name, one in nets.items()}
    for one in nets.values():
        training.fit(one, dataset, epochs=1, seed=1000 * (seed + 1), progress=False)
    after = {name: training.accuracy(one, dataset.test) for name, one in nets.items()}
    return {"before": before, "after": after}


def _scores(net: nn.Module, layer: str, dataset: Dataset, seed: int) -> dict[str, Tensor]:
    train = dataset.train
    scores = {
        "nonzero share": pruning.nonzero_share(net, train),
        "random": pruning.random_units(net, seed),
        "mean activation": pruning.mean_activation(net, train),
        "l2 norm": pruning.l2_norm(net),
        "std x norm": pruning.output_std_times_norm(net, train),
        "taylor": pruning.taylor_neurons(net, train),
    }
    return {name: score[layer] for name, score in scores.items()}


def _without_lowest(net: nn.Module, layer: str, scores: Tensor, count: int) -> nn.Module:
    """A copy of ``net`` without the ``count`` neurons of the lowest score."""
    keep = torch.ones(len(net.get_parameter(f"{layer}.weight")), dtype=torch.bool)
    keep[scores.argsort(stable=True)[:count]] = False
    return pruning.remove_neurons(net, layer, keep)


def _judge(result: Trimming) -> tuple[Check, ...]:
    change = np.abs(result.without["dead"] - result.whole)
    before, after = (
        accuracy["random"] - accuracy["nonzero share"] for accuracy in (result.before, result.after)
    )
    dead = ", ".join(map(str, result.dead))
    some, every = bool((result.dead > 0).all()), partial(check, every="network")
    return (
        fact("there are dead neurons (APoZ > 0.99) in every network", dead, some),
        every("without them: size of the change", change, most=0.0005 + 1e-9),
        every("half kept by how often not zero: random is better by", before, least=0.2),
        every("after 1 epoch: random is still better by", after, least=0.02),
    )


NETWORK_TRIMMING = Claim("network_trimming", Trimming, trim, _judge)
