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
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from nc_teach import training
from nc_teach.claims import Check, Claim, Result, Table, check, each_seed, measured
from nc_teach.common.spread import percent, share
from nc_teach.data import Dataset, Split
from nc_teach.dynamic import runtime_pruning as rnp

from . import routing
from .networks import Called, fewer, train
from .routes import SHOWN

LAYERS, WIDTH, GROUPS, IMAGES, TESTED, BATCH = 4, 32, 4, 3000, 2000, 50
EPOCHS = (10, 6, 6)  # network under random actions, agent, network under the agent's
PRICE = 0.02  # of a group, in nats
RATES = (2e-3, 5e-3, 1e-3)
PLACES, STEM = 49, 25  # 7 x 7 places; weights a channel of the first layer


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

    unit, input = "group", "image"  # what block_heat calls a column and a row

    @property
    def accuracy(self) -> dict[str, np.ndarray]:
        return {"agent": self.measures["accuracy"]}

    @property
    def random(self) -> dict[str, np.ndarray]:
        return {"agent": self.measures["random"]}

    @property
    def mean_used(self) -> dict[str, np.ndarray]:
        """Empty: what was kept of every seed is the share of the MACs, not the groups."""
        return {}

    def in_words(self) -> str:
        """The agent beside everything computed, the best fixed actions, and another's actions."""
        at = {name: 100 * values.mean() for name, values in self.measures.items()}
        return (
            f"The agent computes {at['macs']:.0f} % of the MACs and gets {at['accuracy']:.1f} % "
            f"right; everything computed {at['whole']:.1f} %, the best fixed choice of equal cost "
            f"{at['static']:.1f} %, the choices made for another image {at['others']:.1f} %."
        )

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
            f"different courses: {courses}."
        )
        return self.tabled(("actions", "MACs", "accuracy"), rows, note)


@measured
def prune_at_runtime(
    dataset: Dataset, seeds: Sequence[int], *, epochs: tuple[int, int, int] = EPOCHS
) -> RuntimeGroups:
    """Train a network, its agent and the controls for every seed; measure on the test split."""
    dataset = fewer(dataset, IMAGES, TESTED)
    runs = each_seed(lambda seed: _run(dataset, seed, epochs), seeds)
    actions = runs.pop("actions")[0][:SHOWN]  # of the first seed: images x layers
    return RuntimeGroups(
        measures=runs,
        used={"agent": groups_used(actions)},
        labels=dataset.test.labels[:SHOWN].numpy(),
        names=dataset.classes,
    )


def groups_used(actions: np.ndarray) -> np.ndarray:
    """Which groups are computed, images x (layers x groups), of 0 and 1.

    >>> groups_used(np.array([[0, 2]])).tolist()
    [[1, 0, 0, 0, 1, 1, 1, 0]]
    """
    used = np.arange(GROUPS) <= actions[:, :, None]  # images x layers x groups
    return used.reshape(len(actions), -1).astype(int)


def _run(dataset: Dataset, seed: int, epochs: tuple[int, int, int]) -> dict[str, Any]:
    """One seed: three turns, then the controls."""
    first, agents, last = epochs
    net = rnp.RuntimePruningNet(len(dataset.classes), LAYERS, WIDTH, GROUPS, seed)
    whole, all_groups = copy.deepcopy(net), (GROUPS - 1,) * LAYERS
    train_in = partial(train, dataset=dataset, batch_size=BATCH)

    def begin(net: nn.Module, loss: training.Loss) -> None:
        train_in(net, seed=seed, epochs=first, lr=RATES[0], loss=loss)

    def end(net: nn.Module, loss: training.Loss) -> None:
        train_in(net, seed=2000 + seed, epochs=last, lr=RATES[2], loss=loss)

    begin(net, rnp.network_loss(rnp.exploring(1.0)))
    static = copy.deepcopy(net)
    train_in(net, seed=1000 + seed, epochs=agents, lr=RATES[1], loss=rnp.q_loss(PRICE))
    end(net, rnp.network_loss(rnp.best))
    actions = rnp.actions_of(net, dataset.test.images)
    cost = macs_of(actions).double().mean().item()
    fixed = best_fixed(static, dataset.validation, cost)
    end(static, under(fixed))
    begin(whole, under(all_groups))
    end(whole, under(all_groups))
    dealt = partial(routing.control, given(net), dataset.test, actions)
    return {
        "accuracy": training.accuracy(net, dataset.test),
        "whole": right_under(whole, dataset.test, all_groups),
        "static": right_under(static, dataset.test, fixed),
        "others": dealt(routing.of_another_input),
        "random": dealt(layer_by_layer),
        "macs": cost / macs_of(torch.tensor([all_groups])).item(),
        "deviation": routing.differs(actions),
        "distinct": routing.distinct(actions),
        "actions": actions.numpy(),
    }


def given(net: rnp.RuntimePruningNet) -> Called:
    """The network as a module of images and actions, as the controls call it."""
    return Called(net, rnp.RuntimePruningNet.run)


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
    return routing.accuracy_under(given(net), split, same)


def best_fixed(net: rnp.RuntimePruningNet, split: Split, most: float) -> tuple[int, ...]:
    """The fixed actions with most of ``split`` right, among those that cost at most ``most`` MACs.

    Those below 60 % of it are not tried, unless there are no others.
    """
    few = split.subset(min(500, len(split)))
    courses = torch.tensor(list(itertools.product(range(GROUPS), repeat=LAYERS)))
    costs = macs_of(courses)
    payable = courses[costs <= most]
    near = courses[(costs <= most) & (costs >= 0.6 * most)]
    choices = [tuple(course.tolist()) for course in (near if len(near) else payable)]
    return max(choices, key=lambda course: right_under(net, few, course))


def _judge(result: RuntimeGroups) -> tuple[Check, ...]:
    at = result.measures
    ahead = {n: at["accuracy"] - at[n] for n in ("whole", "static", "others", "random")}
    fixed = "against the best fixed actions of equal cost"
    others = "dynamic, not static: ahead of the actions for other images by"
    dealt = "ahead of the agent's own actions, dealt out layer by layer, by"
    return (
        check("share of the MACs used in the mean", at["macs"], most=0.5, say=share),
        check("against all groups", ahead["whole"], least=-0.02),
        check(fixed, ahead["static"], least=0, of_paper=True),
        check(others, ahead["others"], least=0.01),
        check(dealt, ahead["random"], least=0.01),
    )


RUNTIME_PRUNING = Claim(
    "runtime_pruning", RuntimeGroups, prune_at_runtime, _judge, dataset="fashion"
)
