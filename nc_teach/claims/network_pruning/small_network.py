"""Why not train the small one at once? The same small network, reached in four ways.

LeNet-300-100 is cut down to 60-20 hidden neurons and trained on ("pruned"). Against it, networks
that have exactly those sizes in the end:

- ``scratch``: small from the start, as many epochs as the pruned one has seen in all;
- ``scratch, equal work``: small from the start, as many multiplications as went into the pruned
  one, large as it was: several times the epochs (called scratch-B by Liu et al. 2019);
- ``grown``: begun at a quarter of the neurons, doubled twice by :func:`pruning.grow_neurons`, as
  many epochs in all;
- ``cut at random``: pruned, but what goes is drawn at random.

The same Adam and batches for all. The neurons are judged by std times outgoing norm.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from nc_teach import meter, pruning, training
from nc_teach.claims import Check, Claim, Result, Table, check, local, measured, together, with_bar
from nc_teach.common.spread import percent, points, share
from nc_teach.data import Dataset
from nc_teach.models import LeNet300100

from .dense import EPOCHS, on_dense
from .sentences import paragraph, which
from .structured_ways import drawn_anew

HIDDEN = (60, 20)
REPAIR = 5
LAYERS = ("fc1", "fc2")
NAMES = {
    "pruned": "large, pruned, healed",
    "cut at random": "large, cut at random, healed",
    "scratch": "small from the start, as many epochs",
    "scratch, equal work": "small from the start, as much work",
    "grown": "grown from a quarter, as many epochs",
}


@dataclass(frozen=True, kw_only=True)
class SmallNetworks(Result):
    """Test accuracy in [0, 1] of every way, one number per seed; ``epochs`` that each took.

    ``large`` is the accuracy of the large networks. ``networks`` are the first seed's, by way.
    """

    large: np.ndarray
    test: dict[str, np.ndarray]
    epochs: dict[str, int]
    params: int | None = local()
    networks: dict[str, nn.Module] = local()

    def in_words(self) -> str:
        """Every way's accuracy."""
        read = ", ".join(f"{share(test.mean())} {NAMES[name]}" for name, test in self.test.items())
        return f"The same small network, test accuracy: {read}."

    def meaning(self) -> str:
        """The pruned one against the grown one and against those that were small at once."""
        pruned = self.test["pruned"]
        gaps = {name: pruned - self.test[name] for name in self.test if name != "pruned"}

        def against(name: str, other: str) -> str:
            word = which(gaps[name], "better than", "worse than", "not clearly better than")
            return f"{word} {other} ({points(gaps[name].mean())})"

        return paragraph(
            f"Large, pruned and healed is {against('grown', 'grown step by step')}. It is "
            f"{against('scratch', 'small from the start with as many epochs')}, and "
            f"{against('scratch, equal work', 'small from the start with as much work')}.",
            f"Which neurons stay matters as well: it is "
            f"{against('cut at random', 'cut down to as many at random')}.",
            which(
                gaps["grown"],
                "So the lecture's no holds here: growing comes out behind.",
                "So the lecture's no does not hold here: growing comes out ahead.",
                f"So the lecture's plain no goes too far: {len(pruned)} networks cannot settle "
                "whether growing is worse.",
            ),
            which(
                self.test["grown"] - self.test["scratch"],
                "And growing does work: it beats small from the start with as many epochs.",
                "But growing is worse even than small from the start with as many epochs.",
                "Growing is not clearly better than small from the start with as many epochs.",
            ),
        )

    def table(self) -> Table:
        """A row per way: epochs, accuracy, and the difference to the pruned one."""
        pruned = self.test["pruned"].mean()
        rows = [("large", str(EPOCHS), percent(self.large), "")]
        for name, accuracy in self.test.items():
            difference = "" if name == "pruned" else points(accuracy.mean() - pruned)
            rows.append((NAMES[name], str(self.epochs[name]), percent(accuracy), difference))
        size = f", {self.params:,} parameters" if self.params else ""
        note = (
            f"All but the first have {'-'.join(map(str, HIDDEN))} hidden neurons{size}. "
            f"Test accuracy of {len(self.large)} networks."
        )
        return self.tabled(("way", "epochs", "accuracy", "against pruned"), rows, note)


@measured
def small_at_once(networks: Mapping[int, nn.Module], dataset: Dataset) -> SmallNetworks:
    """Reach the small network in every way, from every large one (seed -> trained network)."""
    shape = tuple(dataset.test.images.shape[1:])
    large_macs = meter.count_macs(next(iter(networks.values())), shape)
    small_macs = meter.count_macs(small_from_scratch(dataset, HIDDEN, 0), shape)
    epochs = dict.fromkeys(NAMES, EPOCHS + REPAIR)
    epochs["scratch, equal work"] = round(EPOCHS * large_macs / small_macs) + REPAIR
    found = [
        _every_way(networks[seed], dataset, epochs, seed)
        for seed in with_bar(list(networks), "network")
    ]
    test = [{n: training.accuracy(net, dataset.test) for n, net in one.items()} for one in found]
    return SmallNetworks(
        large=np.array([training.accuracy(net, dataset.test) for net in networks.values()]),
        test=together(test),
        epochs=epochs,
        params=meter.count_params(found[0]["pruned"]),
        networks=found[0],
    )


def small_from_scratch(dataset: Dataset, hidden: Sequence[int], seed: int) -> nn.Module:
    """A network of LeNet-300-100's form with these hidden sizes, drawn for them from ``seed``."""
    net: nn.Module = LeNet300100(num_classes=len(dataset.classes))
    for layer, units in zip(LAYERS, hidden, strict=True):
        keep = torch.arange(len(net.get_parameter(f"{layer}.weight"))) < units
        net = pruning.remove_neurons(net, layer, keep)
    return drawn_anew(net, seed)


def cut_down(
    large: nn.Module, scores: Mapping[str, torch.Tensor], hidden: Sequence[int]
) -> nn.Module:
    """The large network with the ``hidden`` best neurons of each layer."""
    net = large
    for layer, units in zip(LAYERS, hidden, strict=True):
        keep = torch.zeros(len(scores[layer]), dtype=torch.bool)
        keep[scores[layer].argsort(descending=True, stable=True)[:units].cpu()] = True
        net = pruning.remove_neurons(net, layer, keep)
    return net


def grown(dataset: Dataset, epochs: int, seed: int) -> nn.Module:
    """Begun at a quarter of ``HIDDEN``, doubled twice; two thirds of the epochs at full size."""
    early = max(1, epochs // 6)
    net = small_from_scratch(dataset, [units // 4 for units in HIDDEN], seed)
    for number, part in enumerate((4, 2, 1)):
        for layer, units in zip(LAYERS, HIDDEN, strict=True):
            net = pruning.grow_neurons(net, layer, units // part, seed)
        train(net, dataset, epochs - 2 * early if part == 1 else early, 100 * seed + number)
    return net


def train(net: nn.Module, dataset: Dataset, epochs: int, seed: int) -> nn.Module:
    """Adam at the course's learning rate, in place."""
    training.fit(net, dataset, epochs=epochs, seed=seed, progress=False)
    return net


def _every_way(
    large: nn.Module, dataset: Dataset, epochs: Mapping[str, int], seed: int
) -> dict[str, nn.Module]:
    found = {
        "pruned": cut_down(large, pruning.output_std_times_norm(large, dataset.train), HIDDEN),
        "cut at random": cut_down(large, pruning.random_units(large, seed), HIDDEN),
    }
    for net in found.values():
        train(net, dataset, REPAIR, 1000 + seed)
    for name in ("scratch", "scratch, equal work"):
        net = small_from_scratch(dataset, HIDDEN, seed)
        found[name] = train(net, dataset, epochs[name], seed)
    return {**found, "grown": grown(dataset, epochs["grown"], seed)}


def _judge(result: SmallNetworks) -> tuple[Check, ...]:
    others = {
        "scratch": NAMES["scratch"],
        "scratch, equal work": NAMES["scratch, equal work"],
        "grown": "grown",
        "cut at random": "cut at random",
    }
    gain = {name: result.test["pruned"] - result.test[name] for name in others}
    return tuple(
        check(f"pruned above {words}", gain[name], above=0, of_paper=name.startswith("scratch"))
        for name, words in others.items()
    )


SMALL_AT_ONCE = Claim("small_at_once", SmallNetworks, on_dense(small_at_once), _judge)
