"""Lin et al. (2017), "Runtime Neural Pruning": does every image get as much of a layer as it needs?

A network of four layers, each with four groups of channels, on Fashion-MNIST. Its training takes
turns: the network under random actions, the agent by Q-learning, the network under the agent's
actions. Controls, each trained for as many epochs of the network:

- ``all groups``: the same network, everything computed for everybody;
- ``static``: the best fixed actions that cost no more than the agent's mean, chosen on validation
  data after the first turn, and trained on in the last;
- ``another's``: the trained network, every image under the actions chosen for another;
- ``random``: the agent's actions of every layer, dealt out layer by layer.

The criteria were set before the runs on three seeds, the settings after one trial with seed 0.
"""

import copy
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from nc_teach import training
from nc_teach.claims import (
    Check,
    Claim,
    Result,
    check,
    measured,
    with_bar,
)
from nc_teach.claims.dynamic_computation import routing
from nc_teach.claims.dynamic_computation.routes import SHOWN
from nc_teach.common.spread import percent, share
from nc_teach.data import Dataset, Split
from nc_teach.dynamic import runtime_pruning as rnp
from nc_teach.table import Table

LAYERS, WIDTH, GROUPS, IMAGES, TESTED, BATCH = 4, 32, 4, 3000, 2000, 50
EPOCHS = (10, 6, 6)  # network under random actions, agent, network under the agent's
PRICE = 0.02  # of a group, in nats
RATES = (2e-3, 5e-3, 1e-3)
PLACES, STEM = 49, 25  # 7 x 7 places; weights a channel of the first layer
MEASURES = ("accuracy", "whole", "static", "others", "random", "macs", "deviation", "distinct")


@dataclass(frozen=True, kw_only=True)
class RuntimeGroups(Result):
    """``measures[name]`` is one number per seed.

    Accuracies are in [0, 1], ``macs`` is the mean share of the whole network's MACs, ``deviation``
    the standard deviation of an action, and ``distinct`` the number of courses.

    ``used["agent"]`` says for some test images of the first seed which groups are computed, images
    x (layers x groups), layer by layer, of 0 and 1; ``labels`` are their classes.
    """

    measures: dict[str, np.ndarray]
    used: dict[str, np.ndarray]
    labels: np.ndarray
    names: tuple[str, ...]

    unit = "group"  # what block_heat calls a column

    @property
    def accuracy(self) -> dict[str, np.ndarray]:
        return {"agent": self.measures["accuracy"]}

    @property
    def random(self) -> dict[str, np.ndarray]:
        return {"agent": self.measures["random"]}

    def table(self) -> Table:
        """A row for the agent and for each control."""
        share = f"{100 * self.measures['macs'].mean():.0f} %"
        at = {name: percent(values) for name, values in self.measures.items()}
        rows = (
            ("all groups", "100 %", at["whole"]),
            ("the agent's", share, at["accuracy"]),
            ("the best fixed ones, of no more MACs", f"at most {share}", at["static"]),
            ("the agent's for another image", share, at["others"]),
            ("the agent's, dealt out layer by layer", "as many groups", at["random"]),
        )
        courses = ", ".join(f"{n:.0f}" for n in self.measures["distinct"])
        note = (
            f"Test accuracy, mean ± standard deviation of {len(self.measures['macs'])} runs; "
            f"different courses: {courses}. {self.provenance.line()}"
        )
        return Table(("actions", "MACs", "accuracy"), rows, (note,))


@measured
def prune_at_runtime(
    dataset: Dataset,
    seeds: Sequence[int],
    *,
    epochs: tuple[int, int, int] = EPOCHS,
    price: float = PRICE,
    images: int = IMAGES,
) -> RuntimeGroups:
    """Train a network, its agent and the controls for every seed; measure on the test split."""
    dataset = routing.fewer(dataset, images, TESTED)
    runs = [_run(dataset, seed, epochs, price) for seed in with_bar(seeds, "seed")]
    steps = torch.arange(GROUPS)
    used = (steps <= runs[0]["actions"][:SHOWN, :, None]).flatten(1).int().numpy()
    return RuntimeGroups(
        measures={name: np.array([run[name] for run in runs]) for name in MEASURES},
        used={"agent": used},
        labels=dataset.test.labels[:SHOWN].numpy(),
        names=dataset.classes,
    )


def _run(dataset: Dataset, seed: int, epochs: tuple[int, int, int], price: float) -> dict[str, Any]:
    """One seed: three turns, then the controls."""
    first, agents, last = epochs
    net = rnp.RuntimePruningNet(len(dataset.classes), LAYERS, WIDTH, GROUPS, seed)
    whole = copy.deepcopy(net)
    _train(net, dataset, first, seed, RATES[0], rnp.network_loss(rnp.exploring(1.0)))
    static = copy.deepcopy(net)
    _train(net, dataset, agents, 1000 + seed, RATES[1], rnp.q_loss(price))
    _train(net, dataset, last, 2000 + seed, RATES[2], rnp.network_loss(rnp.best))
    actions = rnp.actions_of(net, dataset.test.images)
    cost = macs_of(actions).double().mean().item()
    fixed = best_fixed(static, dataset.validation, cost)
    for other, chosen in ((static, fixed), (whole, [GROUPS - 1] * LAYERS)):
        if other is whole:
            _train(other, dataset, first, seed, RATES[0], under(chosen))
        _train(other, dataset, last, 2000 + seed, RATES[2], under(chosen))
    return {
        "accuracy": training.accuracy(net, dataset.test),
        "whole": right_under(whole, dataset.test, [GROUPS - 1] * LAYERS),
        "static": right_under(static, dataset.test, fixed),
        "others": routing.control(_Under(net), dataset.test, actions, routing.of_another_input),
        "random": routing.control(_Under(net), dataset.test, actions, layer_by_layer),
        "macs": cost / macs_of(torch.full((1, LAYERS), GROUPS - 1)).item(),
        "deviation": actions.double().std(dim=0, correction=0).mean().item(),
        "distinct": routing.distinct(actions),
        "actions": actions,
    }


class _Under(nn.Module):
    """The network under given actions, as the controls call it."""

    def __init__(self, net: rnp.RuntimePruningNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, images: Tensor, actions: Tensor) -> Tensor:
        return self.net.run(images, actions)


def macs_of(actions: Tensor) -> Tensor:
    """MACs of every input's course, N; one input, nothing computed that is not needed.

    >>> macs_of(torch.tensor([[3, 3, 3, 3]])).item()  # stem, four whole layers, ten classes
    1845856
    """
    step = WIDTH // GROUPS
    used = torch.cat([torch.full((len(actions), 1), WIDTH), step * (actions + 1)], dim=1)
    layers = (9 * PLACES * used[:, :-1] * used[:, 1:]).sum(dim=1)
    return STEM * PLACES * WIDTH + layers + 10 * used[:, -1]


def layer_by_layer(actions: Tensor, seed: int) -> Tensor:
    """Every layer's actions dealt out anew, each layer on its own."""
    return torch.stack(
        [routing.of_another_input(column, seed * LAYERS + i) for i, column in enumerate(actions.T)],
        dim=1,
    )


def under(actions: Sequence[int]) -> training.Loss:
    """Cross-entropy under the same actions for every image."""

    def loss(model: rnp.RuntimePruningNet, images: Tensor, labels: Tensor) -> Tensor:
        same = torch.tensor([list(actions)]).expand(len(images), -1)
        return nn.functional.cross_entropy(model.run(images, same), labels)

    return loss


def right_under(net: rnp.RuntimePruningNet, split: Split, actions: Sequence[int]) -> float:
    """Accuracy under the same actions for every image."""
    same = torch.tensor([list(actions)]).expand(len(split), -1)
    return routing.accuracy_under(_Under(net), split, same)


def best_fixed(
    net: rnp.RuntimePruningNet, split: Split, most: float, images: int = 500
) -> tuple[int, ...]:
    """The fixed actions with most of ``split`` right, among those that cost at most ``most`` MACs.

    Those below 60 % of it are not tried, unless there are no others.
    """
    few = split.subset(min(images, len(split)))
    courses = torch.tensor(list(itertools.product(range(GROUPS), repeat=LAYERS)))
    costs = macs_of(courses)
    payable = courses[costs <= most]
    near = courses[(costs <= most) & (costs >= 0.6 * most)]
    choices = [tuple(course.tolist()) for course in (near if len(near) else payable)]
    return max(choices, key=lambda course: right_under(net, few, course))


def _train(
    net: nn.Module, dataset: Dataset, epochs: int, seed: int, lr: float, loss: training.Loss
) -> None:
    routing.train(net, dataset, epochs, seed, lr=lr, batch_size=BATCH, loss=loss)


def _judge(result: RuntimeGroups) -> tuple[Check, ...]:
    at = result.measures
    ahead = {n: at["accuracy"] - at[n] for n in ("whole", "static", "others", "random")}
    return (
        check("share of the MACs used in the mean", at["macs"], most=0.5, say=share),
        check("against all groups", ahead["whole"], least=-0.02),
        check(
            "against the best fixed actions of equal cost", ahead["static"], least=0, of_paper=True
        ),
        check(
            "dynamic, not static: ahead of the actions for other images by",
            ahead["others"],
            least=0.01,
        ),
        check(
            "ahead of the agent's own actions, dealt out layer by layer, by",
            ahead["random"],
            least=0.01,
        ),
    )


RUNTIME_PRUNING = Claim(
    "runtime_pruning", RuntimeGroups, prune_at_runtime, _judge, dataset="fashion"
)
