"""Wen, Wu, Wang, Chen, Li (2016), "Structured Sparsity": group lasso on LeNet, then really smaller.

LeNet-5 is trained with the proximal step of the group lasso on the filters of both convolutions and
the neurons of the hidden layer; what is zero is removed, and the smaller network is trained on for
an epoch without the penalty, which shrinks what is left. Controls: the same training without the
penalty ("dense"), and a network born with the sizes that were found, trained for as long
("from scratch"). All get the same epochs of the same optimizer.

The criteria were set before the run. The strength of the penalty is the largest of six (5e-4 to
2e-2) that did not destroy the network of another seed, judged on validation data after two epochs.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from nc_teach import meter, pruning, training
from nc_teach.claims.claim import Check, Claim, Provenance, measured_now
from nc_teach.claims.running import finished, points, spread
from nc_teach.data import Dataset
from nc_teach.models import LeNet5Caffe
from nc_teach.table import Table

GROUPS = {"conv1.weight": "filters", "conv2.weight": "filters", "fc1.weight": "filters"}
UNITS = (20, 50, 500)
LR = 0.05
STRENGTH = 1e-2


@dataclass(frozen=True)
class StructuredLearning:
    """One number a network: test accuracy in [0, 1], sizes, MACs, milliseconds.

    ``sizes`` is networks x layers: the units left. ``test``: "dense", "zeros" (after the group
    lasso), "removed" (the same, smaller), "smaller" (trained on for the last epoch), "scratch".
    ``changed`` is the number of test images that "removed" reads in another way than "zeros".
    """

    sizes: np.ndarray
    test: dict[str, np.ndarray]
    changed: np.ndarray
    macs: np.ndarray
    milliseconds: dict[str, np.ndarray]
    provenance: Provenance

    def numbers(self) -> dict:
        """Everything as plain lists, for a file."""
        test = {name: array.round(4).tolist() for name, array in self.test.items()}
        times = {name: array.round(3).tolist() for name, array in self.milliseconds.items()}
        return {"units": list(UNITS), "sizes": self.sizes.tolist(), "test": test,
                "changed": self.changed.tolist(), "macs": self.macs.tolist(),
                "milliseconds": times}  # fmt: skip

    def table(self) -> Table:
        """A row per network: accuracy and time of a batch."""
        rows = tuple(
            (name, spread(accuracy), f"{np.median(self.milliseconds[name]):.1f} ms")
            for name, accuracy in self.test.items()
        )
        sizes = "; ".join("-".join(str(n) for n in one) for one in self.sizes)
        note = f"Units left of 20-50-500: {sizes}. {self.provenance.line()}"
        return Table(("network", "test accuracy", "batch of 100"), rows, (note,))


def learn_structure(
    dataset: Dataset,
    seeds: Sequence[int],
    *,
    epochs: int = 3,
    strength: float = STRENGTH,
    repeats: int = 15,
) -> StructuredLearning:
    """Train every variant from every seed for ``epochs`` in all (the last one is the repair)."""
    started = time.perf_counter()
    found = [_one(dataset, seed, epochs, strength, repeats) for seed in seeds]
    of = {
        key: {name: np.array([one[key][name] for one in found]) for name in found[0][key]}
        for key in ("test", "milliseconds")
    }
    single = {key: np.array([one[key] for one in found]) for key in ("sizes", "changed", "macs")}
    provenance = measured_now("learn_structure", time.perf_counter() - started)
    return StructuredLearning(**single, **of, provenance=provenance)


def without_silent_units(model: nn.Module) -> nn.Module:
    """A copy of LeNet-5 without the units whose weights are all zero, at least one left a layer."""
    for name, remove in (
        ("conv1", pruning.remove_channels),
        ("conv2", pruning.remove_channels),
        ("fc1", pruning.remove_neurons),
    ):
        norms = pruning.group_norms(model.get_submodule(name).weight.detach())
        keep = norms > 0
        keep[norms.argmax()] = True
        model = remove(model, name, keep)
    return model


def born_small(dataset: Dataset, sizes: Sequence[int], seed: int) -> nn.Module:
    """LeNet-5 with other sizes, and initial weights drawn for these sizes."""
    net = LeNet5Caffe(num_classes=len(dataset.classes), seed=seed)
    for name, count, remove in zip(
        ("conv1", "conv2", "fc1"),
        sizes,
        (pruning.remove_channels, pruning.remove_channels, pruning.remove_neurons),
        strict=True,
    ):
        keep = torch.arange(len(net.get_submodule(name).weight)) < count
        net = remove(net, name, keep)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for layer in net.children():
            layer.reset_parameters()
    return net


def _train(net: nn.Module, dataset: Dataset, epochs: int, seed: int, after_step=None) -> nn.Module:
    optimizer = partial(torch.optim.SGD, lr=LR, momentum=0.9)
    history = training.fit(
        net, dataset, epochs=epochs, seed=seed, optimizer=optimizer, after_step=after_step,
        progress=False,
    )  # fmt: skip
    finished(history)
    return net


def _one(dataset: Dataset, seed: int, epochs: int, strength: float, repeats: int) -> dict[str, Any]:
    def fresh() -> nn.Module:
        return LeNet5Caffe(num_classes=len(dataset.classes), seed=seed)

    def trained_twice(net: nn.Module, hook=None) -> nn.Module:
        return _train(_train(net, dataset, epochs - 1, seed, hook), dataset, 1, 1000 + seed)

    zeros = _train(fresh(), dataset, epochs - 1, seed, pruning.proximal_step(GROUPS, LR, strength))
    removed = without_silent_units(zeros)
    sizes = [removed.conv1.out_channels, removed.conv2.out_channels, removed.fc1.out_features]
    smaller = _train(without_silent_units(zeros), dataset, 1, 1000 + seed)
    nets = {
        "dense": trained_twice(fresh()), "zeros": zeros, "removed": removed, "smaller": smaller,
        "scratch": trained_twice(born_small(dataset, sizes, seed)),
    }  # fmt: skip
    read = {n: training.predictions(net, dataset.test).argmax(1) for n, net in nets.items()}
    times = meter.latencies(nets, dataset.test.images[:100], repeats=repeats)
    shape = tuple(dataset.test.images.shape[1:])
    return {
        "sizes": sizes,
        "test": {n: _share(found == dataset.test.labels) for n, found in read.items()},
        "changed": int((read["zeros"] != read["removed"]).sum()),
        "macs": [meter.count_macs(fresh(), shape), meter.count_macs(removed, shape)],
        "milliseconds": {name: one.median for name, one in times.items()},
    }


def _share(right: Tensor) -> float:
    return right.double().mean().item()


def _judge(numbers: dict[str, Any]) -> tuple[Check, ...]:
    test = {name: np.array(values) for name, values in numbers["test"].items()}
    times = {name: np.array(values) for name, values in numbers["milliseconds"].items()}
    left = (np.array(numbers["sizes"]) / np.array(numbers["units"]))[:, :2].max()
    loss = (test["smaller"] - test["dense"]).mean()
    gain = (test["smaller"] - test["scratch"]).mean()
    zeros, faster = times["dense"] / times["zeros"], (times["dense"] / times["smaller"]).min()
    return (
        Check(
            "at most half of the filters of each convolution are left, every network",
            f"at most {100 * left:.0f} %",
            bool(left <= 0.5),
        ),
        Check(
            "removal changes no more than 1 of the test images, every network",
            f"at most {max(numbers['changed'])}",
            max(numbers["changed"]) <= 1,
        ),
        Check("at most 1 point below dense trained for as long", points(loss), bool(loss >= -0.01)),
        Check(
            "with the zeros left in: as fast as dense, x 0.8 to 1.25, every network",
            f"x {zeros.min():.2f} to {zeros.max():.2f}",
            bool(zeros.min() >= 0.8 and zeros.max() <= 1.25),
        ),
        Check(
            "really smaller: at least twice as fast as dense, every network",
            f"x {faster:.1f} or more",
            bool(faster >= 2),
        ),
        Check(
            "at least as good as the same sizes trained from scratch", points(gain), bool(gain >= 0)
        ),
    )


STRUCTURED_LEARNING = Claim(
    key="structured_learning",
    title="Group lasso learns which filters to do without, and the smaller network is faster",
    paper="Wen et al. 2016, arXiv:1608.03665, abstract and section 4",
    says="structured sparsity learned by group lasso speeds a network up on ordinary libraries "
    "(AlexNet x 5.1 on a CPU) at about the same accuracy.",
    dataset="mnist",
    experiment=learn_structure,
    judge=_judge,
)
