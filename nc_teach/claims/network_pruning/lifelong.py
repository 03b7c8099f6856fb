"""EWC, MAS and synaptic intelligence as pruning scores: raw, and times what deletion moves.

None of the three papers prunes: they say how firmly to hold a weight while a second task is
learned. Courses use them as "importance of a weight", so that is what is put to the test. The
criterion was set before the runs, from a trial on another machine.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from nc_teach import pruning, training
from nc_teach.claims import Check, Claim, Result, Table, check, each_seed, measured, rounded
from nc_teach.common.spread import percent, share
from nc_teach.data import Dataset, Split
from nc_teach.models import LeNet300100

from .dense import EPOCHS

IMAGES = 1000  # for EWC and MAS, of the training split
LEVELS = (0.5, 0.3, 0.2, 0.1, 0.05)  # share kept of every layer; the criterion looks at KEPT
KEPT = 0.3
IMPORTANCES = ("ewc", "mas", "si")
MOVED, SQUARED = " times |w|", " times w^2"
SAMPLE = 600  # weights of the first layer that the picture shows
STRONG = 0.1  # SI with a hundred times the usual damping: shown beside it, not judged


@dataclass(frozen=True, kw_only=True)
class Lifelong(Result):
    """Test accuracy in [0, 1] per score, networks x levels (the share kept of every layer).

    ``dense`` is the accuracy of the networks before. For a picture of the first network's first
    layer, of a sample of its weights: ``weights`` is |w|, ``importances`` are EWC, MAS and SI, one
    number per weight each, the layer's largest = 1.
    """

    levels: tuple[float, ...]
    dense: np.ndarray
    test: dict[str, np.ndarray]
    weights: np.ndarray = rounded(6)
    importances: dict[str, np.ndarray] = rounded(9)

    def at_kept(self) -> dict[str, np.ndarray]:
        """Accuracy of every network with 30 % kept, per score."""
        place = self.levels.index(KEPT)
        return {name: accuracy[:, place] for name, accuracy in self.test.items()}

    def in_words(self) -> str:
        """Each importance alone and times w^2, with magnitude and chance beside them."""
        test = {name: share(accuracy.mean()) for name, accuracy in self.at_kept().items()}
        pairs = ", ".join(f"{n.upper()} {test[n]} and {test[n + SQUARED]}" for n in IMPORTANCES)
        return (
            f"{100 * KEPT:.0f} % of every layer kept, by the importance alone and times w²: "
            f"{pairs}; by magnitude {test['magnitude']}, at random {test['random']}."
        )

    def table(self) -> Table:
        """A row per importance: alone, and times w^2; magnitude and chance for comparison."""
        test = {name: percent(accuracy) for name, accuracy in self.at_kept().items()}
        rows = [
            (name.upper().replace("DAMPING", "damping"), test[name], test[name + SQUARED])
            for name in (*IMPORTANCES, f"si, damping {STRONG:g}")
        ]
        rows += [("magnitude |w|", test["magnitude"], ""), ("at random", test["random"], "")]
        note = (
            f"{100 * KEPT:.0f} % of every layer kept, not retrained, test accuracy of "
            f"{len(self.dense)} network{'s' * (len(self.dense) > 1)}; dense {percent(self.dense)}."
        )
        return self.tabled(("kept by", "the score alone", "times w²"), rows, note)


@measured
def raw_against_squared(
    dataset: Dataset,
    seeds: Sequence[int],
    *,
    levels: Sequence[float] = LEVELS,
    images: int = IMAGES,
) -> Lifelong:
    """Prune LeNet-300-100 by every score to every level, per layer and without retraining."""

    def measure(seed: int) -> dict[str, Any]:
        net, scores = train_and_score(dataset, seed, images)
        name, weight = next(iter(pruning.prunable_weights(net).items()))
        some = torch.from_numpy(np.random.default_rng(0).permutation(weight.numel())[:SAMPLE])
        return {
            "dense": training.accuracy(net, dataset.test),
            "test": {
                key: _accuracies(net, score, levels, dataset.test) for key, score in scores.items()
            },
            "weights": weight.detach().abs().flatten()[some].numpy(),
            "importances": {key: _relative(scores[key][name])[some].numpy() for key in IMPORTANCES},
        }

    found = each_seed(measure, seeds)
    found["weights"] = found["weights"][0]
    found["importances"] = {key: flat[0] for key, flat in found["importances"].items()}
    return Lifelong(levels=tuple(levels), **found)


def _relative(score: Tensor) -> Tensor:
    """All scores in a row, as shares of the largest."""
    return score.double().flatten() / score.max().clamp(min=1e-30)


def train_and_score(
    dataset: Dataset, seed: int, images: int = IMAGES
) -> tuple[nn.Module, dict[str, dict[str, Tensor]]]:
    """The chapter's dense network of that seed, and its scores by name."""
    net = LeNet300100(num_classes=len(dataset.classes), seed=seed)
    hook = pruning.SynapticIntelligence(net)
    training.fit(net, dataset, epochs=EPOCHS, seed=seed, after_step=hook, progress=False)
    some = dataset.train.subset(min(images, len(dataset.train)))
    raw = {
        "ewc": pruning.ewc(net, some),
        "mas": pruning.mas(net, some),
        "si": hook.scores(),
        f"si, damping {STRONG:g}": hook.scores(damping=STRONG),
    }
    return net, {
        "random": pruning.random(net, seed),
        "magnitude": pruning.magnitude(net),
        **raw,
        **{name + MOVED: pruning.times_abs_weight(raw[name], net) for name in IMPORTANCES},
        **{name + SQUARED: pruning.times_weight_squared(score, net) for name, score in raw.items()},
    }


def _accuracies(
    net: nn.Module, score: dict[str, Tensor], levels: Sequence[float], split: Split
) -> list[float]:
    found = []
    for kept in levels:
        cut = pruning.apply_masks(copy.deepcopy(net), pruning.select(score, 1 - kept, "layer"))
        found.append(training.accuracy(cut, split))
    return found


def _judge(result: Lifelong) -> tuple[Check, ...]:
    test = result.at_kept()
    above = {name: test["magnitude"] - test[name] for name in IMPORTANCES}
    return (
        *(
            check(f"magnitude above raw {name.upper()}", gap, least=0.15, every="network")
            for name, gap in above.items()
        ),
        *(
            check(f"times w^2: {name.upper()} gains", test[name + SQUARED] - test[name], least=0.15)
            for name in IMPORTANCES
        ),
        check("SI times w^2 above magnitude", test["si" + SQUARED] - test["magnitude"], least=0.02),
    )


RAW_OR_SQUARED = Claim("raw_or_squared", Lifelong, raw_against_squared, _judge)
CLAIMS = (RAW_OR_SQUARED,)
