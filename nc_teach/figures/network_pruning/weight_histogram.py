"""The weights of a network, the threshold that cuts them, and what the first layer still sees.

Left, a histogram of all weights with the part that a threshold removes. Right, for an image
network, how many of each input pixel's weights survive: the network shows where it looks.
"""

from collections.abc import Mapping

import numpy as np

from nc_teach import live
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, Figure


def weight_histogram(
    weights: Mapping[str, np.ndarray], image_shape: tuple[int, int] = (28, 28)
) -> live.LiveFigure:
    """A live figure of the weights and of the threshold that removes a share of them.

    ``weights`` goes from a layer's name to its weights, which are ranked all together; the first
    layer, neurons x pixels, reads an image of ``image_shape`` (height, width). Raises
    ``ValueError`` when it reads another number of pixels.
    """
    first = np.asarray(next(iter(weights.values())), dtype=np.float32)
    if first.ndim != 2 or first.shape[1] != image_shape[0] * image_shape[1]:
        raise ValueError(
            f"image_shape must match the first layer's {first.shape[-1]} inputs, got {image_shape}"
        )
    pixels = np.abs(first).reshape(-1, *image_shape)
    every = np.concatenate([np.ravel(w).astype(np.float32) for w in weights.values()])
    sizes = np.sort(np.abs(every))
    return live.LiveFigure(
        "Where is the line drawn?",
        [live.Slider("percent", "Weights removed", range(0, 100, 2), start=80, unit="%")],
        lambda values: _state(sizes, pixels, values["percent"]),
        lambda figure, state: _build(figure, every, image_shape),
        lambda state: _describe(state, len(sizes), len(pixels)),
        size=(860, 400),
        source="Computed just now from the network's own weights.",
    )


def _state(sizes: np.ndarray, pixels: np.ndarray, percent: float) -> live.State:
    removed = int(np.floor(percent / 100 * len(sizes) + 1e-6))
    threshold = float(sizes[removed - 1]) if removed else 0.0
    kept = (pixels > threshold).sum(axis=0)
    return {"percent": percent, "threshold": threshold, "left": len(sizes) - removed, "kept": kept}


def _describe(state: live.State, size: int, neurons: int) -> str:
    kept = state["kept"]
    border = np.concatenate([kept[0], kept[-1], kept[1:-1, 0], kept[1:-1, -1]])
    height, width = kept.shape
    middle = kept[height // 3 : -(height // 3), width // 3 : -(width // 3)]
    return (
        f"Removing {state['percent']:g} % draws the line at |w| = {state['threshold']:.4f} and "
        f"leaves {state['left']:,} of {size:,} weights; of its {neurons} "
        f"weights a pixel at the border keeps {border.mean():.0f} on average, one in the middle "
        f"{middle.mean():.0f}."
    )


def _build(figure: Figure, weights: np.ndarray, image_shape: tuple[int, int]) -> live.Update:
    left, right = figure.subplots(1, 2, width_ratios=(1.4, 1))
    return live.together(_draw_histogram(left, weights), _draw_map(figure, right, image_shape))


def _draw_histogram(axes: Axes, weights: np.ndarray) -> live.Update:
    reach = float(np.quantile(np.abs(weights), 0.999)) * 1.1
    axes.hist(weights, bins=np.linspace(-reach, reach, 101).tolist(), color=style.COLOURS["blue"])
    span = axes.axvspan(0, 0, facecolor="white", alpha=0.75, hatch="//", edgecolor=style.GREY)
    lines = [axes.axvline(0, color=style.COLOURS["vermilion"], linestyle="--") for _ in range(2)]
    axes.set(xlabel="weight", ylabel="how many", xlim=(-reach, reach))
    axes.set_title("Hatched: removed")
    axes.ticklabel_format(axis="y", style="plain")

    def move(state: live.State) -> list[Artist]:
        threshold = state["threshold"]
        span.set(x=-threshold, width=2 * threshold)
        for line, x in zip(lines, (-threshold, threshold), strict=True):
            line.set_xdata([x, x])
        return [span, *lines]

    return move


def _draw_map(figure: Figure, axes: Axes, image_shape: tuple[int, int]) -> live.Update:
    image = axes.imshow(np.zeros(image_shape), cmap="cividis", vmin=0, vmax=1)
    axes.set(xticks=[], yticks=[])
    bar = figure.colorbar(image, ax=axes, ticks=[0, 1], shrink=0.8)
    bar.ax.set_yticklabels(["none", "most"])
    title = axes.set_title("Weights left per pixel: 0 to 300")

    def move(state: live.State) -> list[Artist]:
        most = state["kept"].max()
        image.set_data(state["kept"] / max(1, most))
        title.set_text(f"Weights left per pixel: 0 to {most}")
        return [image, title]

    return move
