"""Liu et al. (2019), "Rethinking the Value of Network Pruning": whole neurons, and a fair budget.

A 784-256-256-10 network on Fashion-MNIST loses three quarters of its neurons, those with the
smallest L1 norm, and is fine-tuned briefly, as papers did: two epochs at a tenth of the learning
rate. Against it, the same small network, drawn anew:

- ``scratch-E``: as many epochs as the large one had;
- ``scratch, twice``: twice as many, the most that the paper grants on ImageNet;
- ``scratch-B``: as many multiplications as went into the large one (section 3, training budget).

Controls: neurons drawn at random, fine-tuned alike; and fine-tuning at the full learning rate for
as long as the large network was trained. Beside them a lottery ticket of whole neurons:
``rewound`` has the neurons that were kept as they were before the training, ``redrawn`` those in
the same places of a network drawn anew, so that both begin at the same scale. The criterion was set
before the runs, from a trial; it does not judge the ticket.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise

import numpy as np
from torch import Tensor, nn

from nc_teach import meter, pruning, training
from nc_teach.claims import Check, Claim, Result, Table, check, each_seed, measured
from nc_teach.common.spread import percent, points, share
from nc_teach.data import Dataset
from nc_teach.models import seeded_init

from .networks import counted, sgd

HIDDEN, KEPT = 256, 0.25
EPOCHS, REPAIR, LR = 8, 2, 0.1
SCRATCH = ("scratch-E", "scratch, twice", "scratch-B")
NAMES = {
    "large": "the large network",
    "pruned": "cut by L1, not trained on",
    "fine-tuned": "cut by L1, fine-tuned",
    "at random": "cut at random, fine-tuned",
    "fine-tuned long": "cut by L1, full training again",
    "scratch-E": "small from scratch, as many epochs (scratch-E)",
    "scratch, twice": "small from scratch, twice the epochs",
    "scratch-B": "small from scratch, as much work (scratch-B)",
    "rewound": "a ticket of whole neurons, rewound",
    "redrawn": "the same neurons, drawn anew",
}
AFTER_LARGE = ("pruned", "fine-tuned", "at random", "fine-tuned long", "rewound", "redrawn")


@dataclass(frozen=True, kw_only=True)
class FromScratch(Result):
    """Test accuracy in [0, 1] of every way, one number per network; ``cost`` in MACs for one image
    of every epoch, all training of that way counted; ``epochs`` of its last training."""

    test: dict[str, np.ndarray]
    cost: dict[str, float]
    epochs: dict[str, int]

    def only(self, *ways: str) -> "FromScratch":
        """The same, with these ways alone, beside the large network and the fine-tuned one."""
        kept = {way: self.test[way] for way in self.test if way in {"large", "fine-tuned", *ways}}
        return replace(self, test=kept)

    def in_words(self) -> str:
        """The small network from scratch between a short and a full repair of the pruned one."""
        mean = {way: share(accuracy.mean()) for way, accuracy in self.test.items()}
        return (
            f"The small network from scratch reads {mean['scratch-B']} of the clothes for as much "
            f"work, and {mean['scratch-E']} for as many epochs; pruned and fine-tuned it reads "
            f"{mean['fine-tuned']}, and {mean['fine-tuned long']} after a second full training."
        )

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
            f"{counted(len(self.test['large']))}."
        )
        heads = ("way", "epochs", "work", "accuracy", "against fine-tuned")
        return self.tabled(heads, rows, note)


@measured
def train_from_scratch(
    dataset: Dataset, seeds: Sequence[int], *, hidden: int = HIDDEN, epochs: int = EPOCHS
) -> FromScratch:
    """Every way from every seed."""
    budget, cost = plan(dataset, hidden, epochs)

    def train(net: nn.Module, way: str, seed: int, lr: float = LR) -> nn.Module:
        options = {"batch_size": 100, "progress": False, **sgd(lr)}
        training.fit(net, dataset, epochs=budget[way], seed=seed, **options)
        return net

    def from_seed(seed: int) -> dict[str, float]:
        """Test accuracy of every way."""
        large = train(mlp(dataset, hidden, seed), "large", seed)
        best, drawn = pruning.l1_norm(large), pruning.random_units(large, seed)
        small = partial(mlp, dataset, round(KEPT * hidden), 1000 + seed)
        nets = {
            "large": large,
            "pruned": cut(large, best),
            "fine-tuned": train(cut(large, best), "fine-tuned", seed, LR / 10),
            "at random": train(cut(large, drawn), "at random", seed, LR / 10),
            "fine-tuned long": train(cut(large, best), "fine-tuned long", seed),
            **{way: train(small(), way, seed) for way in SCRATCH},
            "rewound": train(cut(mlp(dataset, hidden, seed), best), "rewound", seed),
            "redrawn": train(cut(mlp(dataset, hidden, 2000 + seed), best), "redrawn", seed),
        }
        return {way: training.accuracy(net, dataset.test) for way, net in nets.items()}

    return FromScratch(test=each_seed(from_seed, seeds), cost=cost, epochs=budget)


def mlp(dataset: Dataset, hidden: int, seed: int) -> nn.Sequential:
    """Two hidden layers of ``hidden`` neurons, in PyTorch's usual initialisation."""
    sizes = dataset.test.images[0].numel(), hidden, hidden, len(dataset.classes)
    layers: list[nn.Module] = [nn.Flatten()]
    with seeded_init(seed):
        for inputs, outputs in pairwise(sizes):
            layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def plan(dataset: Dataset, hidden: int, epochs: int) -> tuple[dict[str, int], dict[str, float]]:
    """Epochs of the last training of every way, and the work of all its training."""
    shape = tuple(dataset.test.images.shape[1:])
    large, small = (
        meter.count_macs(mlp(dataset, units, 0), shape) for units in (hidden, round(KEPT * hidden))
    )
    budget = {
        "large": epochs,
        "pruned": 0,
        "fine-tuned": REPAIR,
        "at random": REPAIR,
        "fine-tuned long": epochs,
        "scratch-E": epochs,
        "scratch, twice": 2 * epochs,
        "scratch-B": epochs * large // small,
        "rewound": epochs,
        "redrawn": epochs,
    }
    cost = {name: float(count * small) for name, count in budget.items()}
    for name in AFTER_LARGE:
        cost[name] += epochs * large
    return budget, {**cost, "large": float(epochs * large)}


def cut(large: nn.Module, scores: dict[str, Tensor]) -> nn.Module:
    """The large network with the best quarter of the neurons of both hidden layers."""
    net = large
    for layer in ("1", "3"):
        masks = pruning.select({layer: scores[layer]}, 1 - KEPT)
        net = pruning.remove_neurons(net, layer, masks[layer])
    return net


def judge(found: FromScratch) -> tuple[Check, ...]:
    """The criterion: scratch-E and scratch-B against fine-tuning, briefly and at full length."""
    equal, work = found.test["scratch-E"], found.test["scratch-B"]
    short, long = found.test["fine-tuned"], found.test["fine-tuned long"]
    return (
        check("distance between scratch-E and fine-tuned", np.abs(equal - short), most=0.006),
        check("scratch-B minus fine-tuned", work - short, least=-0.002),
        check(
            "scratch-B minus a full second training of the cut network", work - long, least=-0.002
        ),
    )


TRAIN_FROM_SCRATCH = Claim(
    "train_from_scratch", FromScratch, train_from_scratch, judge, dataset="fashion"
)
