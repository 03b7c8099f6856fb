"""Two questions about two-channel images, each of which one half of a convolution cannot answer.

"Same place?": a blob in each channel, at the same place or not. Each channel by itself looks the
same in both classes, so who looks at one channel at a time can only guess. "Which way?": a bar that
lies or stands. Both have the same pixels in another order, so who looks at one place at a time can
only guess. The mean over the map and one linear layer add up what was seen, and mix nothing more.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from nc_teach import training
from nc_teach.claims import Result, local, measured, raise_if_interrupted, with_bar
from nc_teach.common.spread import percent
from nc_teach.data import Dataset, Split
from nc_teach.models import seeded_init
from nc_teach.table import Table

SIDE, SIZE = 10, 3  # of the image, and of what is in it, in pixels
NOISE = 0.1
COUNTS = (1000, 200, 1000)  # training, validation, test
EPOCHS, LR = 8, 0.01


def same_place(count: int, seed: int) -> Split:
    """A bright 3 x 3 blob in each of two channels; class 1 when both are at the same place."""
    draw = torch.Generator().manual_seed(seed)
    images = NOISE * torch.rand(count, 2, SIDE, SIDE, generator=draw)
    labels = torch.randint(0, 2, (count,), generator=draw)
    room = SIDE - SIZE + 1
    first = torch.randint(0, room**2, (count,), generator=draw)
    other = (first + torch.randint(1, room**2, (count,), generator=draw)) % room**2
    second = torch.where(labels == 1, first, other)
    for channel, places in enumerate((first, second)):
        for image, place in enumerate(places.tolist()):
            y, x = divmod(place, room)
            images[image, channel, y : y + SIZE, x : x + SIZE] += 1 - NOISE
    return Split(images, labels)


def which_way(count: int, seed: int) -> Split:
    """A bright bar of 3 pixels in each channel; class 1 when they stand, else they lie."""
    draw = torch.Generator().manual_seed(seed)
    images = NOISE * torch.rand(count, 2, SIDE, SIDE, generator=draw)
    labels = torch.randint(0, 2, (count,), generator=draw)
    corners = torch.randint(0, SIDE - SIZE + 1, (count, 2, 2), generator=draw)
    for image, label in enumerate(labels.tolist()):
        for channel in range(2):
            y, x = corners[image, channel].tolist()
            high, wide = (SIZE, 1) if label else (1, SIZE)
            images[image, channel, y : y + high, x : x + wide] += 1 - NOISE
    return Split(images, labels)


TASKS: dict[str, Callable[[int, int], Split]] = {
    "same place in both channels?": same_place,
    "does the bar lie or stand?": which_way,
}


def toy_dataset(task: str, seed: int, counts: tuple[int, int, int] = COUNTS) -> Dataset:
    """A data set of the task, all of it drawn from ``seed``."""
    make = TASKS[task]
    train, validation, test = (make(count, 10 * seed + i) for i, count in enumerate(counts))
    return Dataset(
        task,
        "toy",
        train,
        validation,
        test,
        ("no / lies", "yes / stands"),
        "made of random numbers",
    )


def toy_network(layers: Callable[[], list[nn.Module]], channels: int, seed: int) -> nn.Module:
    """The layers (each already with what follows it), the mean over the map, one linear layer."""
    with seeded_init(seed):
        return nn.Sequential(
            *layers(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 2)
        )


def learn(net: nn.Module, dataset: Dataset, seed: int, epochs: int = EPOCHS) -> float:
    """Test accuracy after ``epochs`` of Adam at 0.01."""
    raise_if_interrupted(
        training.fit(net, dataset, epochs=epochs, seed=seed, lr=LR, progress=False)
    )
    return training.accuracy(net, dataset.test)


def majority(dataset: Dataset) -> float:
    """What always answering the more frequent class of the test split would get right."""
    ones = dataset.test.labels.float().mean().item()
    return max(ones, 1 - ones)


def weights_of(net: nn.Module) -> int:
    """Weights of its convolutions."""
    convolutions = (m for m in net.modules() if isinstance(m, nn.Conv2d))
    return sum(conv.weight.numel() for conv in convolutions)


def examples(task: str) -> tuple[Tensor, Tensor]:
    """Four images, 4 x 2 x 10 x 10, and their labels: two of each class."""
    split = TASKS[task](40, 0)
    places = torch.cat([(split.labels == label).nonzero()[:2, 0] for label in (0, 1)])
    return split.images[places], split.labels[places]


@dataclass(frozen=True, kw_only=True)
class ToyTasks(Result):
    """Test accuracy in [0, 1]: ``accuracy[task][layers]``, one number per seed.

    ``majority[task]`` is what guessing gets right; ``weights[layers]`` those of all convolutions;
    ``examples[task]`` four images (4 x 2 x 10 x 10) and their labels, for a picture.
    """

    accuracy: dict[str, dict[str, np.ndarray]]
    majority: dict[str, np.ndarray]
    weights: dict[str, int]
    examples: dict[str, tuple[Tensor, Tensor]] | None = local()

    def table(self) -> Table:
        """A row per kind of layers, a column per task."""
        rows = [
            (layers, f"{count:,}", *(percent(runs[layers]) for runs in self.accuracy.values()))
            for layers, count in self.weights.items()
        ]
        guessing = ("always the same answer", "", *map(percent, self.majority.values()))
        seeds = len(next(iter(self.majority.values())))
        note = f"Test accuracy, {seeds} networks each. {self.provenance.line()}"
        return Table(("layers", "weights", *self.accuracy), (*rows, guessing), (note,))


@measured
def learn_tasks(
    network: Callable[[str, int], nn.Module],
    names: Sequence[str],
    tasks: Sequence[str],
    seeds: Sequence[int],
    epochs: int,
    command: str,
) -> ToyTasks:
    """Train ``network(name, seed)`` of every name on every task from every seed."""
    accuracy: dict[str, dict[str, list[float]]] = {t: {n: [] for n in names} for t in tasks}
    guessing: dict[str, list[float]] = {task: [] for task in tasks}
    weights = {}
    for seed, task in with_bar([(s, t) for s in seeds for t in tasks], "task"):
        dataset = toy_dataset(task, seed)
        guessing[task].append(majority(dataset))
        for name in names:
            net = network(name, seed)
            weights[name] = weights_of(net)
            accuracy[task][name].append(learn(net, dataset, seed, epochs))
    return ToyTasks(
        accuracy={t: {n: np.array(a) for n, a in of.items()} for t, of in accuracy.items()},
        majority={task: np.array(values) for task, values in guessing.items()},
        weights=weights,
        examples={task: examples(task) for task in tasks},
    )
