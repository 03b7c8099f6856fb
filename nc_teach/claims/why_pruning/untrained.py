"""Networks that are never trained, and the trained twins from which a criterion gets its scores."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from torch import Tensor, nn

from nc_teach import pruning, training
from nc_teach.claims.running import finished
from nc_teach.data import Dataset
from nc_teach.models import LeNet300100, initialised_from

EPOCHS = 6
Weights = Mapping[str, Tensor]
Criterion = Callable[[Weights, Weights, int], Weights]  # initial, final, seed -> scores


@dataclass(frozen=True)
class Pair:
    """A network as it was initialised and the same network trained; the seed of both."""

    seed: int
    initial: nn.Module
    final: nn.Module


def lenet_xavier(classes: int, seed: int) -> LeNet300100:
    """LeNet-300-100 with Xavier-normal weights and biases of zero, as in Zhou et al. (2019)."""
    net = LeNet300100(num_classes=classes)
    with initialised_from(seed):
        for layer in (net.fc1, net.fc2, net.fc3):
            nn.init.xavier_normal_(layer.weight)
            nn.init.zeros_(layer.bias)
    return net


def train_pair(dataset: Dataset, seed: int, *, epochs: int = EPOCHS) -> Pair:
    """Two twins; one is trained with Adam (learning rate 1.2e-3, batch 100)."""
    initial, final = (lenet_xavier(len(dataset.classes), seed) for _ in range(2))
    finished(training.fit(final, dataset, epochs=epochs, seed=seed, progress=False))
    return Pair(seed, initial, final)


def scores_of(pair: Pair, criterion: Criterion) -> dict[str, Tensor]:
    """The criterion's scores for a pair's prunable weights."""
    initial, final = (
        {name: w.detach() for name, w in pruning.prunable_weights(net).items()}
        for net in (pair.initial, pair.final)
    )
    return dict(criterion(initial, final, pair.seed))


def large_final(initial: Weights, final: Weights, seed: int) -> dict[str, Tensor]:
    """|w_final|: what a lottery ticket keeps."""
    return {name: w.abs() for name, w in final.items()}


def large_final_same_sign(initial: Weights, final: Weights, seed: int) -> dict[str, Tensor]:
    """max(0, w_final * sign(w_initial)): large, and on the side of zero where it began."""
    return {name: (w * initial[name].sign()).clamp(min=0) for name, w in final.items()}


def magnitude_increase(initial: Weights, final: Weights, seed: int) -> dict[str, Tensor]:
    """|w_final| - |w_initial|: grown most."""
    return {name: w.abs() - initial[name].abs() for name, w in final.items()}


def large_initial(initial: Weights, final: Weights, seed: int) -> dict[str, Tensor]:
    """|w_initial|: a control that knows nothing of the training."""
    return {name: w.abs() for name, w in initial.items()}


def at_random(initial: Weights, final: Weights, seed: int) -> dict[str, Tensor]:
    """The other control: numbers drawn from the seed."""
    return {name: pruning.random(w, seed + k) for k, (name, w) in enumerate(initial.items())}


CRITERIA: dict[str, Criterion] = {
    "large final, same sign": large_final_same_sign,
    "large final": large_final,
    "magnitude increase": magnitude_increase,
    "large initial": large_initial,
    "random": at_random,
}
