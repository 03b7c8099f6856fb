"""Ghosts: a feature map beside the one that a small filter makes from another map.

From left to right: another map, the 3 x 3 kernel that fits best, what it makes, and the map that
was to be made. Below, how well that works for every map of the layer; with a map picked at random
instead of the best; and in a network that has not been trained.
"""

from typing import TYPE_CHECKING

import numpy as np

from nc_teach import live
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, AxesImage, Figure

if TYPE_CHECKING:
    from nc_teach.claims.architecture_design.ghosts import GhostMaps

PANELS = {
    "another map": "",
    "3 × 3 kernel (white: below 0)": "∗",
    "its ghost": "=",
    "the map itself": "≈",
}
KERNEL, GHOST, ITSELF = 1, 2, 3  # which panel shows what
CURVES = {
    "best other map": ("trained", "best"),
    "a map picked at random": ("trained", "random"),
    "best, untrained network": ("untrained", "best"),
}


def ghost_maps(result: "GhostMaps") -> live.LiveFigure:
    """A live figure of feature maps made from others, and of how well that works on the whole.

    A shipped result holds no maps: then the figure shows the numbers of each layer alone.
    """
    pairs = result.pairs or ()
    pair = live.Slider("pair", "Pair", range(1, len(pairs) + 1), start=1) if pairs else None
    return live.LiveFigure(
        "Could this map be made from another one?",
        [pair or live.Choice("layer", "Layer", list(result.r2["trained"]))],
        lambda values: _state(result, values),
        _draw,
        _describe,
        size=(880, 460),
        source=result.provenance.line(),
        table=lambda points: [_row(_state(result, point)) for point in points],
    )


def _state(result: "GhostMaps", values: live.Values) -> live.State:
    pair = result.pairs[values["pair"] - 1] if result.pairs else None
    layer = pair.layer if pair else values["layer"]
    curves = {name: _sorted(result.r2[net][layer][pick]) for name, (net, pick) in CURVES.items()}
    return {
        "layer": layer,
        "r2": pair.r2 if pair else None,
        "panels": (pair.source, pair.kernel, pair.fitted, pair.map) if pair else (),
        "curves": curves,
        "good": {name: 100 * np.mean(curve >= 0.8) for name, curve in curves.items()},
    }


def _sorted(r2: np.ndarray) -> np.ndarray:
    """The numbers of all maps, largest first, without those of maps that are zero everywhere.

    >>> _sorted(np.array([[0.2, np.nan], [0.9, 0.5]])).tolist()
    [0.9, 0.5, 0.2]
    """
    return np.sort(r2[np.isfinite(r2)])[::-1]


def _describe(state: live.State) -> str:
    good = ", ".join(f"{name} {share:.0f} %" for name, share in state["good"].items())
    known = f"Maps of {state['layer']} that are explained to 80 % or more: {good}."
    if state["r2"] is None:
        return known
    return f"This ghost explains {100 * state['r2']:.0f} % of what varies in the map. {known}"


def _row(state: live.State) -> dict[str, str]:
    here = {} if state["r2"] is None else {"R²": f"{state['r2']:.2f}"}
    return {"Layer": state["layer"], **here}


def _draw(figure: Figure, state: live.State) -> live.Update:
    names = list(PANELS) if state["panels"] else []
    grid = figure.add_gridspec(2, len(PANELS), height_ratios=(1.2, 1))
    panels = [_panel(figure.add_subplot(grid[0, k]), name) for k, name in enumerate(names)]
    below = figure.add_subplot(grid[1, :] if names else grid[:, :])
    scores = _draw_scores(below)
    title = below.set_title(" ")

    def update(state: live.State) -> list[Artist]:
        if panels:
            most = [np.abs(values).max() for values in state["panels"]]
            most[GHOST] = most[ITSELF]  # the ghost on the scale of the map
            for place, (picture, values) in enumerate(zip(panels, state["panels"], strict=True)):
                picture.set_data(_grey(values, most[place], signed=place == KERNEL))
        this = "" if state["r2"] is None else f", and this ghost: R² = {state['r2']:.2f}"
        title.set_text(f"All maps of {state['layer']}{this}")
        return [*panels, *scores(state), title]

    return update


def _grey(values: np.ndarray, most: float, signed: bool) -> np.ndarray:
    """As shades, uint8 RGBA: ``most`` is black; white is 0 for a map and -most for a kernel.

    >>> _grey(np.array([[0.0, 2.0]]), 2.0, signed=False)[0, :, 0].tolist()
    [255, 0]
    >>> _grey(np.array([[-1.0, 0.0, 1.0]]), 1.0, signed=True)[0, :, 0].tolist()
    [255, 128, 0]
    """
    most = most or 1.0
    share = (values / most + 1) / 2 if signed else np.clip(values / most, 0, 1)
    shade = (255 * (1 - share)).round().astype(np.uint8)[..., None]
    return np.concatenate([shade, shade, shade, np.full_like(shade, 255)], axis=2)


def _panel(axes: Axes, name: str) -> AxesImage:
    axes.set(xticks=[], yticks=[])
    axes.set_title(name, loc="center")
    axes.set_ylabel(PANELS[name], rotation=0, fontsize=20, va="center", ha="center", labelpad=18)
    axes.spines[:].set_visible(True)
    blank = np.full((2, 2, 4), 255, dtype=np.uint8)
    return axes.imshow(blank, interpolation="nearest", extent=(0, 1, 0, 1))


def _draw_scores(axes: Axes) -> live.Update:
    """R² of every map, sorted, as a share of the maps; returns ``move(state)``."""
    lines = {
        name: axes.plot([], [], label=name, **{**style.series(number), "marker": ""})[0]
        for number, name in enumerate(CURVES)
    }
    (here,) = axes.plot([], [], "o", color=style.INK, fillstyle="none", markersize=13)
    here.set_markeredgewidth(2.5)
    axes.set(xlim=(0, 100), ylim=(-0.05, 1.1), ylabel="R²")
    axes.set_xlabel("% of the layer's maps, best first; each curve is sorted by itself")
    axes.figure.legend(loc="outside lower center", ncols=3)

    def move(state: live.State) -> list[Artist]:
        for name, curve in state["curves"].items():
            share = 100 * (np.arange(len(curve)) + 0.5) / len(curve)
            lines[name].set_data(share, np.clip(curve, 0, 1))
            if state["r2"] is not None and name == "best other map":
                here.set_data([share[np.abs(curve - state["r2"]).argmin()]], [state["r2"]])
        return [*lines.values(), here]

    return move
