"""Han et al. (2020), "GhostNet": are many maps of a network ghosts of each other?

For every map of two convolutional layers (after ReLU) the other map is looked for from which a
3 x 3 filter makes it best: that is what a Ghost module would have to do. R^2 is measured on images
that the filters were not fitted on. Controls: a map picked at random in the place of the best, and
the same network untrained (with its batch normalisation measured on the same images). The criterion
for both layers was set for the course before any run; those for the controls before this run.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nc_teach.claims import Check, Claim, Result, Table, check, each_seed, local, measured
from nc_teach.common.spread import share
from nc_teach.data import Dataset
from nc_teach.models import conv_norm_relu, seeded_init

from .compared import train

WIDTH, EPOCHS, RATE = 32, 2, 3e-3
IMAGES = 24  # to fit on, and as many again to measure on
LAYERS = ("layer 1", "layer 2")
PICKS = ("best", "random")
ALIKE = 0.8
QUANTILES = (0, 0.25, 0.5, 0.75, 1)  # of the maps shown, from the best explained to the least


@dataclass(frozen=True)
class Pair:
    """A map of one image, the other map that it is best made from, and what a filter makes of it.

    All are H x W but ``kernel``, which is 3 x 3.
    """

    layer: str
    map: np.ndarray
    source: np.ndarray
    kernel: np.ndarray
    fitted: np.ndarray
    r2: float


@dataclass(frozen=True, kw_only=True)
class GhostMaps(Result):
    """R^2 in (-inf, 1]: ``r2[net][layer][pick]`` is seeds x maps, NaN for a map that is 0.

    ``pairs`` are for a picture, from one image in the first seed's trained network: in each layer
    the maps at the :data:`QUANTILES` of R^2, best first.
    """

    r2: dict[str, dict[str, dict[str, np.ndarray]]]
    pairs: tuple[Pair, ...] | None = local()

    def in_words(self) -> str:
        """How many maps are ghosts, layer by layer, trained and untrained."""
        found = ", ".join(
            f"{100 * share_alike(picks['best']):.0f} % in {layer} ({net})"
            for net, layers in self.r2.items()
            for layer, picks in layers.items()
        )
        return f"Maps that a filter of another map explains to four fifths: {found}."

    def table(self) -> Table:
        """A row per network and layer."""
        rows = tuple(
            (
                f"{net}, {layer}",
                f"{np.nanmedian(picks['best']):.2f}",
                f"{np.nanmedian(picks['random']):.2f}",
                f"{100 * share_alike(picks['best']):.0f} %",
            )
            for net, layers in self.r2.items()
            for layer, picks in layers.items()
        )
        seeds = len(self.r2["trained"]["layer 1"]["best"])
        note = f"Medians over the maps of {seeds} network{'s' * (seeds > 1)}."
        heads = ("maps", "R² from the best other", "from a random other", "R² of 0.8 or more")
        return self.tabled(heads, rows, note)


def share_alike(r2: np.ndarray) -> float:
    """Share of the maps with an R^2 of at least 0.8; a map that is 0 is no ghost."""
    return float((np.nan_to_num(r2, nan=-1.0) >= ALIKE).mean())


def two_layers(num_classes: int = 10, seed: int | None = None) -> nn.Sequential:
    """Two 3 x 3 convolutions of 32 maps, at 28 x 28 and at 14 x 14, the mean and a linear layer."""
    with seeded_init(seed):
        return nn.Sequential(
            conv_norm_relu(1, WIDTH),
            nn.MaxPool2d(2),
            conv_norm_relu(WIDTH, WIDTH),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(WIDTH, num_classes),
        )


@measured
def ghost_maps(dataset: Dataset, seeds: Sequence[int], *, epochs: int = EPOCHS) -> GhostMaps:
    """Train a network from every seed and look for ghosts in it, and in its untrained twin."""
    pairs: list[Pair] = []

    def measure(seed: int) -> dict[str, dict[str, dict[str, np.ndarray]]]:
        found: dict[str, dict[str, dict[str, np.ndarray]]] = {}
        for kind, net in networks(dataset, seed, epochs).items():
            found[kind] = {}
            for layer, maps in maps_of(net, dataset.test.images[: 2 * IMAGES]).items():
                found[kind][layer], kernels, source = every_pair(maps, seed)
                if kind == "trained" and seed == seeds[0]:
                    best = found[kind][layer]["best"]
                    pairs.extend(show_pairs(maps[0], best, kernels, source, layer))
        return found

    r2 = each_seed(measure, seeds)
    return GhostMaps(r2=r2, pairs=tuple(pairs))


def networks(dataset: Dataset, seed: int, epochs: int) -> dict[str, nn.Sequential]:
    """The trained network, and its twin as it began but for the normalisation."""
    twin = two_layers(len(dataset.classes), seed).train()
    with torch.no_grad():
        for images in dataset.train.images[:2000].split(100):
            twin(images)
    return {"trained": train(two_layers, dataset, seed, epochs, RATE), "untrained": twin.eval()}


def maps_of(net: nn.Sequential, images: Tensor) -> dict[str, Tensor]:
    """Maps after the ReLU of both layers, images x maps x H x W."""
    with torch.no_grad():
        net.eval()
        first = net[0](images)
        return dict(zip(LAYERS, (first, net[2](net[1](first))), strict=True))


def every_pair(maps: Tensor, seed: int) -> tuple[dict[str, np.ndarray], Tensor, np.ndarray]:
    """R^2 of each map from the best and from a random other, the filters, and which is the best.

    The best is chosen on the images that the filters are fitted on, the first half; R^2 is that of
    the second half.
    """
    half, count = len(maps) // 2, maps.shape[1]
    fitted, measured = np.full((2, count, count), -np.inf)
    kernels = torch.zeros(count, count, 10)
    for source in range(count):
        kernels[source], fitted[source], measured[source] = fit(maps, source, half)
        fitted[source, source] = -np.inf
    best = fitted.argmax(axis=0)
    others = torch.randint(1, count, (count,), generator=torch.Generator().manual_seed(seed))
    random = (np.arange(count) + others.numpy()) % count
    r2 = {p: measured[s, np.arange(count)] for p, s in zip(PICKS, (best, random), strict=True)}
    dead = (maps.var(dim=(0, 2, 3)) < 1e-9).numpy()
    for values in r2.values():
        values[dead] = np.nan
    return r2, kernels[best, range(count)], best


def fit(maps: Tensor, source: int, half: int) -> tuple[Tensor, np.ndarray, np.ndarray]:
    """Filters (maps x 10, the last a constant) from one map to all; R^2 on both halves."""
    parts = slice(half), slice(half, None)
    sides = [_windows(maps[part, source : source + 1]) for part in parts]
    wanted = [maps[part].transpose(0, 1).flatten(1).T.double() for part in parts]
    gram = sides[0].T @ sides[0] + 1e-6 * torch.eye(10, dtype=torch.float64)
    filters = torch.linalg.solve(gram, sides[0].T @ wanted[0])
    fitted, measured = (_explained(y, x @ filters) for x, y in zip(sides, wanted, strict=True))
    return filters.T.float(), fitted, measured


def _windows(one_map: Tensor) -> Tensor:
    """The 3 x 3 windows of a map and a 1, a row for each place: (images H W) x 10, float64."""
    windows = F.unfold(one_map, 3, padding=1).transpose(1, 2).flatten(0, 1).double()
    return torch.cat([windows, torch.ones(len(windows), 1, dtype=torch.float64)], dim=1)


def _explained(wanted: Tensor, made: Tensor) -> np.ndarray:
    left = (wanted - made).square().sum(dim=0)
    return (1 - left / (wanted - wanted.mean(dim=0)).square().sum(dim=0).clamp(min=1e-12)).numpy()


def show_pairs(
    maps: Tensor, r2: np.ndarray, kernels: Tensor, source: np.ndarray, layer: str
) -> list[Pair]:
    """The maps of one image (maps x H x W) at some quantiles of R^2, for the figure."""
    order = [place for place in np.argsort(-r2) if not np.isnan(r2[place])]
    chosen = [order[round(q * (len(order) - 1))] for q in QUANTILES]
    return [
        Pair(
            layer,
            maps[place].numpy(),
            maps[source[place]].numpy(),
            kernels[place, :9].view(3, 3).numpy(),
            _made(maps[source[place]], kernels[place]),
            float(r2[place]),
        )
        for place in chosen
    ]


def _made(one_map: Tensor, kernel: Tensor) -> np.ndarray:
    return (_windows(one_map[None, None]) @ kernel.double()).view_as(one_map).float().numpy()


def signed(value: float) -> str:
    """A number with its sign and two digits."""
    return f"{value:+.2f}"


def _judge(result: GhostMaps) -> tuple[Check, ...]:
    first, second = (result.r2["trained"][layer] for layer in LAYERS)
    before = result.r2["untrained"][LAYERS[0]]["best"]
    alike, unlearned = (np.array([*map(share_alike, r2)]) for r2 in (first["best"], before))
    best, deeper, random = (
        np.nanmedian(r2, axis=1) for r2 in (first["best"], second["best"], first["random"])
    )
    drawn = "layer 1: median R² from the best map less a random one"
    learned = "training makes ghosts: their share in layer 1 less that before training"
    return (
        check("layer 1: maps that are ghosts (R² of 0.8 or more)", alike, least=0.15, say=share),
        check("median R² in layer 2 less that in layer 1", deeper - best, below=0, say=signed),
        check(drawn, best - random, least=0.1, say=signed),
        check(learned, alike - unlearned, above=0),
    )


GHOST_MAPS = Claim("ghost_maps", GhostMaps, ghost_maps, _judge, dataset="fashion")
