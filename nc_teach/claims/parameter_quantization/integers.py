"""Integers for weights and activations: what do they cost, and what does clipping buy?

Two kinds of networks are converted, calibrated on training images, with min-max and with
percentiles, of which the one that reads most *validation* images is taken. Beside them stand
float32 and weights of 8 bits alone. Every layer is also held against its fake quantization, on all
test images: in float64, to which it must be equal, and in float32, which may be a step off.

The bounds of 8 bits are the papers'. Before the others were set, LeNet-300-100 with seed 0 was
looked at, and the convolutional network was not, but for its 8 bits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from torch import nn

from nc_teach import meter, quantization, storage, training
from nc_teach.claims import (
    Check,
    Claim,
    Result,
    Table,
    check,
    each_seed,
    fact,
    measured,
    rounded,
    stopping_as_a_whole,
    with_bar,
)
from nc_teach.claims.network_pruning.dense import dense_networks
from nc_teach.common.spread import percent, times
from nc_teach.data import Dataset
from nc_teach.models import FashionConvNet

from .integer_equality import compare

BITS = (8, 6, 4, 3, 2)  # of an activation; weights have 8
PERCENTILES = (100.0, 99.99, 99.9, 99.0, 97.0)
CALIBRATION, EPOCHS, LR, WIDTH = 1000, 5, 1e-2, 8
LENET, CONV = "LeNet-300-100", "convolutions"
Networks = Mapping[int, nn.Module]  # by seed


@dataclass(frozen=True, kw_only=True)
class Integers(Result):
    """Accuracy in [0, 1] by kind of network: ``before`` and ``weights`` (int8 weights, float32
    activations) per network, ``validation`` and ``test`` networks x bits x percentiles.

    ``bytes[kind]`` are those of a float32 file and of the integers' file. ``outputs`` is how many
    outputs of layers were compared, ``off64`` and ``off32`` how many of them are not those of the
    fake quantization in float64 and in float32.
    """

    bits: tuple[int, ...]
    percentiles: tuple[float, ...] = rounded(2)
    before: dict[str, np.ndarray]
    weights: dict[str, np.ndarray]
    validation: dict[str, np.ndarray]
    test: dict[str, np.ndarray]
    bytes: dict[str, tuple[int, int]]
    outputs: int
    off64: int
    off32: int

    def min_max(self, kind: str, bits: int) -> np.ndarray:
        """Test accuracy per network where nothing is clipped."""
        return self.test[kind][:, self.bits.index(bits), self.percentiles.index(100.0)]

    def chosen(self, kind: str, bits: int) -> np.ndarray:
        """The same with the percentile that is best on validation data; of equals the largest."""
        place = self.bits.index(bits)
        best = self.validation[kind][:, place].argmax(axis=1)
        return self.test[kind][np.arange(len(best)), place, best]

    def table(self) -> Table:
        """A row per number of bits."""
        heads = [f"{kind}, {way}" for kind in self.test for way in ("min-max", "percentile")]
        rows = [
            (
                str(bits),
                *(
                    percent(f(kind, bits))
                    for kind in self.test
                    for f in (self.min_max, self.chosen)
                ),
            )
            for bits in self.bits
        ]
        beside = "; ".join(
            f"{kind}: float32 {percent(self.before[kind])}, int8 weights alone "
            f"{percent(self.weights[kind])}, files of {dense:,} and {small:,} bytes"
            for kind, (dense, small) in self.bytes.items()
        )
        count = len(next(iter(self.before.values())))
        note = f"Test accuracy of {count} networks each, percentile by validation data. {beside}."
        return self.tabled(("bits of an activation", *heads), rows, note)

    def in_words(self) -> str:
        """What eight bits cost, what they save, and what a percentile does at few bits."""
        kind, few = next(iter(self.test)), min(self.bits)
        dense, small = self.bytes[kind]
        lost = 100 * (self.before[kind] - self.min_max(kind, 8)).mean()
        low, clipped = (100 * f(kind, few).mean() for f in (self.min_max, self.chosen))
        word = "gained" if lost < 0 else "lost"
        return (
            f"Integers of 8 bits {word} {abs(lost):.2f} points in a file {dense / small:.1f} times "
            f"smaller; with activations of {few} bits, min-max reads {low:.1f} % and a percentile "
            f"{clipped:.1f} %."
        )


@measured
def try_integers(
    networks: Mapping[str, Networks],
    dataset: Dataset,
    *,
    bits: Sequence[int] = BITS,
    percentiles: Sequence[float] = PERCENTILES,
) -> Integers:
    """Convert every network (kind -> seed -> trained network) in every way; they are unchanged."""
    images = dataset.train.images[:CALIBRATION]

    def one_seed(seed: int) -> dict[str, object]:
        return {kind: one_network(nets[seed]) for kind, nets in networks.items()}

    def one_network(net: nn.Module) -> dict[str, object]:
        rounded = quantization.quantize_weights(
            quantization.plain_row(net, images), 8, per_channel=True
        )
        ways = [
            [quantization.integer_network(net, images, bits=b, percentile=p) for p in percentiles]
            for b in bits
        ]
        return {
            "before": training.accuracy(net, dataset.test),
            "weights": training.accuracy(rounded, dataset.test),
            "validation": [[training.accuracy(w, dataset.validation) for w in row] for row in ways],
            "test": [[training.accuracy(w, dataset.test) for w in row] for row in ways],
            "bytes": [
                meter.stored_bytes(net, "dense"),
                len(storage.encode(ways[0][0].state_dict())),
            ],
            "off": compare(ways[0][0], dataset.test.images),
        }

    kinds = each_seed(one_seed, list(next(iter(networks.values()))))
    outputs, off64, off32 = sum(found["off"].sum(axis=0) for found in kinds.values()).tolist()

    def by_kind(name: str) -> dict[str, np.ndarray]:
        return {kind: found[name] for kind, found in kinds.items()}

    return Integers(
        bits=tuple(bits),
        percentiles=tuple(percentiles),
        before=by_kind("before"),
        weights=by_kind("weights"),
        validation=by_kind("validation"),
        test=by_kind("test"),
        bytes={kind: tuple(found["bytes"][0].tolist()) for kind, found in kinds.items()},
        outputs=outputs,
        off64=off64,
        off32=off32,
    )


def judge(result: Integers) -> tuple[Check, ...]:
    """Eight bits cost less than a point and a quarter of the bytes; at few bits clipping helps."""
    lost = {kind: result.min_max(kind, 8) - before for kind, before in result.before.items()}
    gain = {
        (kind, bits): result.chosen(kind, bits) - result.min_max(kind, bits)
        for kind in result.test
        for bits in result.bits
    }
    dense, small = result.bytes[LENET]
    each = "network"
    return (
        *(
            check(f"{kind}, 8 bits, min-max: against float32", runs, least=-0.01, of_paper=True)
            for kind, runs in lost.items()
        ),
        check(
            "LeNet-300-100: float32 file over the integers' file",
            dense / small,
            least=3.9,
            say=times,
            post_hoc=True,
        ),
        fact(
            "outputs of layers that are not those of the fake quantization in float64",
            f"{result.off64} of {result.outputs:,}",
            result.off64 == 0,
        ),
        *(
            check(
                f"{kind}, 8 bits: percentile chosen against min-max, either way",
                abs(gain[kind, 8]),
                most=0.002,
                post_hoc=kind == LENET,
            )
            for kind in result.test
        ),
        check(
            "LeNet-300-100, 2 bits: percentile chosen against min-max",
            gain[LENET, 2],
            above=0,
            every=each,
            post_hoc=True,
        ),
        check(
            "convolutions, 3 bits: percentile chosen against min-max",
            gain[CONV, 3],
            above=0,
            every=each,
        ),
    )


def small_convnets(dataset: Dataset, seeds: Sequence[int]) -> dict[int, nn.Module]:
    """A small convolutional network with batch normalisation and an average, for each seed."""
    found: dict[int, nn.Module] = {}
    with stopping_as_a_whole():
        for seed in with_bar(seeds, "network"):
            net = FashionConvNet(len(dataset.classes), width=WIDTH, seed=seed)
            training.fit(net, dataset, epochs=EPOCHS, lr=LR, seed=seed, progress=False)
            found[seed] = net
    return found


def experiment(dataset: Dataset, seeds: Sequence[int]) -> Integers:
    """Train both kinds of networks, and convert them."""
    kinds = {LENET: dense_networks(dataset, seeds), CONV: small_convnets(dataset, seeds)}
    return try_integers(kinds, dataset)


INTEGERS = Claim("integers", Integers, experiment, judge)
