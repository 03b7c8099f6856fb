"""Two questions about two-channel images, each of which one half of a convolution cannot answer.

"Same place?": a blob in each channel, at the same place or not. Each channel by itself looks the
same in both classes, so who looks at one channel at a time can only guess. "Which way?": a bar that
lies or stands. Both have the same pixels in another order, so who looks at one place at a time can
only guess. The mean over the map and one linear layer add up what was seen, and mix nothing more.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import Tensor, nn

from nc_teach import training
from nc_teach.claims import Result, Table, each_seed, local
from nc_teach.common.spread import percent
from nc_teach.data import Dataset, Split
from nc_teach.models import seeded_init

SIDE, SIZE = 10, 3  # of the image, and of what is in it, in pixels
NOISE = 0.1
COUNTS = (1000, 200, 1000)  # training, validation, test
EPOCHS, LR, CHANNELS = 8, 0.01, 16


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
    classes, source = ("no / lies", "yes / stands"), "made of random numbers"
    return Dataset(task, "toy", train, validation, test, classes, source)


def toy_network(
    conv: Callable[[int, int], nn.Module], depth: int, seed: int, after: Sequence[nn.Module] = ()
) -> nn.Module:
    """Convolutions of 2 to 16 to 16 channels, the mean over the map, and one linear layer.

    Each of the ``depth`` convolutions is followed by normalisation, ReLU, and ``after``.
    """
    with seeded_init(seed):
        parts: list[nn.Module] = []
        for before in (2, *(CHANNELS,) * (depth - 1)):
            parts += [conv(before, CHANNELS), nn.BatchNorm2d(CHANNELS), nn.ReLU(), *after]
        end = nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(CHANNELS, 2)
        return nn.Sequential(*parts, *end)


def weights_of(net: nn.Module) -> int:
    """Weights of its convolutions."""
    return sum(m.weight.numel() for m in net.modules() if isinstance(m, nn.Conv2d))


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

    def in_words(self) -> str:
        """What every kind of layers gets right, task by task."""
        return " ".join(
            f"{task[0].upper()}{task[1:]} "
            + ", ".join(f"{layers} {100 * ran.mean():.0f} %" for layers, ran in runs.items())
            + f" (guessing {100 * self.majority[task].mean():.0f} %)."
            for task, runs in self.accuracy.items()
        )

    def table(self) -> Table:
        """A row per kind of layers, a column per task."""
        rows = [
            (layers, f"{count:,}", *(percent(runs[layers]) for runs in self.accuracy.values()))
            for layers, count in self.weights.items()
        ]
        guessing = ("always the same answer", "", *map(percent, self.majority.values()))
        seeds = len(next(iter(self.majority.values())))
        note = f"Test accuracy, {seeds} networks each."
        return self.tabled(("layers", "weights", *self.accuracy), (*rows, guessing), note)


def learn_tasks(
    network: Callable[[str, int], nn.Module],
    names: Sequence[str],
    tasks: Sequence[str],
    seeds: Sequence[int],
    epochs: int,
) -> ToyTasks:
    """Train ``network(name, seed)`` of every name on every task from every seed."""

    def measure(seed: int, task: str) -> dict[str, object]:
        dataset, accuracy = toy_dataset(task, seed), {}
        for name in names:
            net = network(name, seed)
            training.fit(net, dataset, epochs=epochs, seed=seed, lr=LR, progress=False)
            accuracy[name] = training.accuracy(net, dataset.test)
        ones = dataset.test.labels.float().mean().item()
        return {"accuracy": accuracy, "guessing": max(ones, 1 - ones)}

    found = {task: each_seed(partial(measure, task=task), seeds) for task in tasks}
    return ToyTasks(
        accuracy={task: of["accuracy"] for task, of in found.items()},
        majority={task: of["guessing"] for task, of in found.items()},
        weights={name: weights_of(network(name, 0)) for name in names},
        examples={task: examples(task) for task in tasks},
    )
