"""Liu et al. (2019), "Rethinking the Value of Network Pruning": whole neurons, and a fair budget.

A 784-256-256-10 network on Fashion-MNIST loses three quarters of its neurons, those with the
smallest L1 norm, and is fine-tuned briefly, as papers did: two epochs at a tenth of the learning
rate. Against it, the same small network, drawn anew:

- ``scratch-E``: as many epochs as the large one had;
- ``scratch, twice``: twice as many, the most that the paper grants on ImageNet;
- ``scratch-B``: as many multiplications as went into the large one (section 3, training budget).

Controls: neurons drawn at random, fine-tuned alike; and fine-tuning at the full learning rate for
as long as the large network was trained. The criterion was set before the runs, from a trial.
"""

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial

import numpy as np
from torch import Tensor, nn

from nc_teach import meter, pruning, training
from nc_teach.claims import Check, Claim, Result, check, measured, raise_if_interrupted
from nc_teach.claims.why_pruning.networks import by_name, counted, from_every_seed, sgd
from nc_teach.common.spread import percent, points
from nc_teach.data import Dataset
from nc_teach.models import seeded_init
from nc_teach.table import Table

HIDDEN, KEPT = 256, 0.25
EPOCHS, REPAIR, LR = 8, 2, 0.1
NAMES = {
    "large": "the large network",
    "pruned": "cut by L1, not trained on",
    "fine-tuned": "cut by L1, fine-tuned",
    "at random": "cut at random, fine-tuned",
    "fine-tuned long": "cut by L1, full training again",
    "scratch-E": "small from scratch, as many epochs (scratch-E)",
    "scratch, twice": "small from scratch, twice the epochs",
    "scratch-B": "small from scratch, as much work (scratch-B)",
}


@dataclass(frozen=True, kw_only=True)
class FromScratch(Result):
    """Test accuracy in [0, 1] of every way, one number per network; ``cost`` in MACs for one image
    of every epoch, all training of that way counted; ``epochs`` of its last training."""

    test: dict[str, np.ndarray]
    cost: dict[str, float]
    epochs: dict[str, int]

    def table(self) -> Table:
        """A row per way: epochs, work against the large network's training, accuracy."""
        reference = self.test["fine-tuned"].mean()
        rows = tuple(
            (
                NAMES[name],
                str(self.epochs[name]),
                f"{self.cost[name] / self.cost['large']:.2f}",
                percent(accuracy),
                "" if name == "fine-tuned" else points(accuracy.mean() - reference),
            )
            for name, accuracy in self.test.items()
        )
        note = (
            "The claim is about a 784-256-256-10 network on Fashion-MNIST. Work: multiplications "
            "of all training, the large network's = 1. Test accuracy of "
            f"{counted(len(self.test['large']))}. {self.provenance.line()}"
        )
        heads = ("way", "epochs", "work", "accuracy", "against fine-tuned")
        return Table(heads, rows, (note,))


@measured
def train_from_scratch(
    dataset: Dataset,
    seeds: Sequence[int],
    *,
    hidden: int = HIDDEN,
    epochs: int = EPOCHS,
    executor: Executor | None = None,
) -> FromScratch:
    """Every way from every seed; ``executor`` as in :func:`.sweep.run`."""
    one = partial(scratch_once, dataset, hidden, epochs)
    runs = from_every_seed(one, seeds, executor)
    budget, cost = plan(dataset, hidden, epochs)
    return FromScratch(
        test=by_name(runs, NAMES),
        cost=cost,
        epochs=budget,
    )


def mlp(dataset: Dataset, hidden: int, seed: int) -> nn.Sequential:
    """Two hidden layers of ``hidden`` neurons, in PyTorch's usual initialisation."""
    size = dataset.test.images[0].numel()
    with seeded_init(seed):
        return nn.Sequential(
            nn.Flatten(),
            nn.Linear(size, hidden),
            nn.ReLU(),
            nn.Linear(hidden, hidden),
            nn.ReLU(),
            nn.Linear(hidden, len(dataset.classes)),
        )


def plan(dataset: Dataset, hidden: int, epochs: int) -> tuple[dict[str, int], dict[str, float]]:
    """Epochs of the last training of every way, and the work of all its training."""
    shape = tuple(dataset.test.images.shape[1:])
    large, small = (
        meter.count_macs(mlp(dataset, units, 0), shape) for units in (hidden, round(KEPT * hidden))
    )
    repaired = {"large": epochs, "pruned": 0, "fine-tuned": REPAIR, "at random": REPAIR}
    drawn = {"scratch-E": epochs, "scratch, twice": 2 * epochs}
    drawn["scratch-B"] = epochs * large // small
    budget = {**repaired, "fine-tuned long": epochs, **drawn}
    cost = {
        name: float(count * (large if name == "large" else small))
        + (0.0 if name == "large" or name.startswith("scratch") else float(epochs * large))
        for name, count in budget.items()
    }
    return budget, cost


def scratch_once(dataset: Dataset, hidden: int, epochs: int, seed: int) -> dict[str, float]:
    """Test accuracy of every way from one seed."""
    budget, _ = plan(dataset, hidden, epochs)
    train = partial(_train, dataset, seed)
    large = train(mlp(dataset, hidden, seed), epochs, LR)
    small = partial(mlp, dataset, round(KEPT * hidden), 1000 + seed)
    scores = {"l1": pruning.l1_norm(large), "random": pruning.random_units(large, seed)}
    nets = {
        "large": large,
        "pruned": cut(large, scores["l1"]),
        "fine-tuned": train(cut(large, scores["l1"]), REPAIR, LR / 10),
        "at random": train(cut(large, scores["random"]), REPAIR, LR / 10),
        "fine-tuned long": train(cut(large, scores["l1"]), epochs, LR),
        **{n: train(small(), budget[n], LR) for n in ("scratch-E", "scratch, twice", "scratch-B")},
    }
    return {name: training.accuracy(nets[name], dataset.test) for name in NAMES}


def cut(large: nn.Module, scores: dict[str, Tensor]) -> nn.Module:
    """The large network with the best quarter of the neurons of both hidden layers."""
    net = large
    for layer in ("1", "3"):
        masks = pruning.select({layer: scores[layer]}, 1 - KEPT)
        net = pruning.remove_neurons(net, layer, masks[layer])
    return net


def _train(dataset: Dataset, seed: int, net: nn.Module, epochs: int, lr: float) -> nn.Module:
    options = {"batch_size": 100, "progress": False, **sgd(lr)}
    raise_if_interrupted(training.fit(net, dataset, epochs=epochs, seed=seed, **options))
    return net


def judge(found: FromScratch) -> tuple[Check, ...]:
    """The criterion: scratch-E and scratch-B against fine-tuning, briefly and at full length."""
    test = found.test
    apart = np.abs(test["scratch-E"] - test["fine-tuned"])
    work = test["scratch-B"] - test["fine-tuned"]
    long = test["scratch-B"] - test["fine-tuned long"]
    return (
        check("distance between scratch-E and fine-tuned", apart, most=0.006),
        check("scratch-B minus fine-tuned", work, least=-0.002),
        check("scratch-B minus a full second training of the cut network", long, least=-0.002),
    )


TRAIN_FROM_SCRATCH = Claim(
    "train_from_scratch", FromScratch, train_from_scratch, judge, dataset="fashion"
)
