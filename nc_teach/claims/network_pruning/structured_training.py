"""One experiment for every kind of group: the penalty, the removal, and the controls beside it.

Two phases. First training with the proximal step after each update, at a constant learning rate;
then what is zero is removed and the rest trained on without the penalty, while the learning rate
falls to zero. Controls, all with the same epochs of the same optimizer: the whole network without
a penalty ("dense"); as many groups removed at random from that after the first phase ("random");
a network born without the groups that were removed ("scratch").
"""

import copy
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import torch
from torch import nn

from nc_teach import meter, training
from nc_teach.data import Dataset

from .structured_ways import Masks, Way, as_many_at_random, drawn_anew

LR, BATCH = 0.05, 50
EPOCHS = (4, 2)

Nets = dict[str, nn.Module]


def train_ways(
    dataset: Dataset, way: Way, seed: int, epochs: tuple[int, int] = EPOCHS
) -> tuple[Nets, Masks]:
    """All networks of one seed, and the masks of the groups that the penalty has left.

    "dense", "zeros" (after the first phase), "removed" (the same, smaller), "smaller" (that,
    trained on), "random", "scratch"; and "whole": the dense one through the code of the smaller
    one, with nothing removed.
    """
    classes = len(dataset.classes)
    dense = _first(way.network(num_classes=classes, seed=seed), dataset, epochs[0], seed)
    zeros = _first(way.network(num_classes=classes, seed=seed), dataset, epochs[0], seed, way)
    masks = way.find(zeros)
    removed = way.remove(zeros, masks)
    born = way.remove(way.network(num_classes=classes, seed=seed), masks)
    nets = {
        "dense": dense,
        "smaller": copy.deepcopy(removed),
        "random": way.remove(dense, as_many_at_random(masks, seed)),
        "scratch": _first(drawn_anew(born, seed), dataset, epochs[0], seed),
    }
    for net in {id(net): net for net in nets.values()}.values():
        _second(net, dataset, epochs[1], seed)
    whole = way.remove(nets["dense"], {n: torch.ones_like(m) for n, m in masks.items()})
    return {**nets, "zeros": zeros, "removed": removed, "whole": whole}, masks


def measures(nets: Nets, masks: Masks, dataset: Dataset, repeats: int) -> dict[str, Any]:
    """Numbers of one seed's networks: accuracy, what is left, MACs, milliseconds."""
    read = {n: training.predictions(net, dataset.test).argmax(1) for n, net in nets.items()}
    shape = tuple(dataset.test.images.shape[1:])
    times = {
        name: meter.latencies(nets, dataset.test.images[:size], repeats=count)
        for name, size, count in (("batch", 100, repeats), ("single", 1, 10 * repeats))
    }
    return {
        "left": {name: int(mask.sum()) for name, mask in masks.items()},
        "groups": {name: mask.numel() for name, mask in masks.items()},
        "changed": int((read["zeros"] != read["removed"]).sum()),
        "macs": {name: meter.count_macs(nets[name], shape) for name in ("dense", "scratch")},
        "test": {n: training.accuracy(net, dataset.test) for n, net in nets.items()},
        **{part: {n: round(t.median, 4) for n, t in took.items()} for part, took in times.items()},
    }


def choose_strength(
    dataset: Dataset,
    way: Way,
    strengths: Sequence[float],
    seed: int = 100,
    *,
    epochs: tuple[int, int] = EPOCHS,
) -> dict[float, tuple[float, dict[str, int]]]:
    """Accuracy on validation data after both phases, and the groups left, per strength.

    Strength 0 is the dense network. The seed is none of those that are measured.
    """
    found = {}
    for strength in strengths:
        net = way.network(num_classes=len(dataset.classes), seed=seed)
        _first(net, dataset, epochs[0], seed, replace(way, strength=strength))
        masks = way.find(net)
        net = _second(way.remove(net, masks), dataset, epochs[1], seed)
        left = {name: int(mask.sum()) for name, mask in masks.items()}
        found[strength] = (training.accuracy(net, dataset.validation), left)
    return found


def _first(
    net: nn.Module, dataset: Dataset, epochs: int, seed: int, way: Way | None = None
) -> nn.Module:
    """Train ``net`` in place, with the way's proximal steps if there is one."""
    hooks = way.hooks(LR, way.strength) if way else ()

    def after_step(model: nn.Module) -> None:
        for hook in hooks:
            hook(model)

    return _fitted(net, dataset, epochs, seed, after_step=after_step)


def _second(net: nn.Module, dataset: Dataset, epochs: int, seed: int) -> nn.Module:
    """Train ``net`` on in place, the learning rate falling to zero."""
    return _fitted(net, dataset, epochs, 1000 + seed, schedule=training.cosine)


def _fitted(net: nn.Module, dataset: Dataset, epochs: int, seed: int, **how: Any) -> nn.Module:
    how["optimizer"] = partial(torch.optim.SGD, lr=LR, momentum=0.9)
    fixed: dict[str, Any] = {"epochs": epochs, "seed": seed, "batch_size": BATCH, "progress": False}
    training.fit(net, dataset, **fixed, **how)
    return net
