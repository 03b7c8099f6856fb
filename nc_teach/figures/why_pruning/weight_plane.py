"""Where a weight began and where it ended: the plane that every mask criterion cuts in its own way.

Left, one dot a weight, its initial value across, its final value up; the shaded region is what the
chosen criterion keeps. Right, how well the kept weights learn once they are rewound: a dot per
network for every criterion, a bar at the mean, the whole network as a dotted line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from nc_teach import live
from nc_teach.figures.words import spread
from nc_teach.live import style

FORMULAS = {
    "magnitude_increase": "|final| − |initial|",
    "large_final": "|final|",
    "large_final_same_sign": "|final|, same sign",
    "movement": "|final − initial|",
    "large_init_large_final": "the smaller of |initial|, |final|",
    "large_init": "|initial|",
    "large_final_diff_sign": "|final|, other sign",
    "small_init": "small |initial|",
    "small_final": "small |final|",
}


def weight_plane(
    plane: Any,
    accuracy: Mapping[str, Sequence[float]],
    dense: Sequence[float],
    source: str = "",
) -> live.LiveFigure:
    """A live figure of which weights a criterion keeps, and of what they are worth.

    Parameters
    ----------
    plane
        What ``claims.why_pruning.weight_plane`` returns: ``initial`` and ``final`` (one number a
        weight), ``kept`` and ``regions`` (criterion -> bools) and ``top``, the plane's edge.
    accuracy
        Criterion -> test accuracy in [0, 1] of every network after training; "random" may be there.
    dense
        The same of the whole networks.
    source
        One more line on where the accuracies are from.

    Raises
    ------
    ValueError
        When a criterion of the plane has no accuracy.
    """
    missing = set(plane.kept) - set(accuracy)
    if missing:
        raise ValueError(f"accuracy must name every criterion, {', '.join(sorted(missing))} not")
    test = {name: 100 * np.array(values) for name, values in accuracy.items()}
    start = "large_final" if "large_final" in plane.kept else next(iter(plane.kept))
    return live.LiveFigure(
        "Which weights are worth keeping?",
        [live.Choice("criterion", "Keep by", {n: n for n in plane.kept}, start=start)],
        lambda values: _state(plane, test, values["criterion"]),
        lambda figure, state: _draw(figure, plane, test, 100 * np.mean(dense)),
        _describe,
        size=(960, 460),
        source=f"{plane.provenance.line()} {source}".strip(),
    )


def _state(plane: Any, test: dict[str, np.ndarray], name: str) -> dict[str, Any]:
    kept = plane.kept[name]
    same = np.sign(plane.initial[kept]) == np.sign(plane.final[kept])
    return {
        "criterion": name,
        "kept": kept,
        "region": plane.regions[name],
        "accuracy": test[name],
        "random": test.get("random"),
        "same_sign": float(same.mean()) if len(same) else float("nan"),
    }


def _describe(state: dict[str, Any]) -> str:
    name = state["criterion"]
    beside = "" if state["random"] is None else f", a random mask {spread(state['random'])} %"
    return (
        f"{name} ({FORMULAS.get(name, name)}) keeps {int(state['kept'].sum()):,} of the "
        f"{len(state['kept']):,} weights shown; {100 * state['same_sign']:.0f} % of those ended "
        "with the sign they began with. Rewound and trained: "
        f"{spread(state['accuracy'])} %{beside}."
    )


def _draw(
    figure: Any, plane: Any, test: dict[str, np.ndarray], dense: float
) -> Callable[[dict[str, Any]], list[Any]]:
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.05))
    shade, cut, kept = _draw_plane(left, plane)
    rows, texts = _draw_accuracies(right, test, dense)
    x, y = plane.initial, np.clip(plane.final, -plane.top, plane.top)

    def update(state: dict[str, Any]) -> list[Any]:
        shade.set_data(np.where(state["region"], 1.0, 0.0))
        cut.set_data(x[~state["kept"]], y[~state["kept"]])
        kept.set_data(x[state["kept"]], y[state["kept"]])
        for name, text in texts.items():
            chosen = name == state["criterion"]
            text.set_weight("bold" if chosen else "normal")
            rows[name].set_color(style.COLOURS["blue"] if chosen else "#6E6E6E")
            rows[name].set_markersize(13 if chosen else 8)
        return [shade, cut, kept, *rows.values(), *texts.values()]

    return update


def _draw_plane(axes: Any, plane: Any) -> tuple[Any, Any, Any]:
    from matplotlib.colors import ListedColormap

    top, size = plane.top, next(iter(plane.regions.values())).shape
    shade = axes.imshow(
        np.zeros(size), origin="lower", extent=(-top, top, -top, top), vmin=0, vmax=1,
        cmap=ListedColormap(["#FFFFFF", "#CFE6F5"]), interpolation="nearest",
    )  # fmt: skip
    for line in (axes.axhline, axes.axvline):
        line(0, color="#777777", linewidth=1)
    (cut,) = axes.plot([], [], "x", color="#6E6E6E", markersize=3, mew=0.8, label="removed")
    (kept,) = axes.plot([], [], "o", color=style.COLOURS["blue"], markersize=3.5, label="kept")
    axes.set(xlim=(-top, top), ylim=(-top, top))
    axes.set(xlabel="initial weight", ylabel="final weight")
    axes.set_title("shaded: what is kept")
    axes.legend(loc="upper left", markerscale=2.5, frameon=True, framealpha=0.9)
    return shade, cut, kept


def _draw_accuracies(axes: Any, test: dict[str, np.ndarray], dense: float) -> tuple[dict, dict]:
    order = sorted(test, key=lambda name: test[name].mean())
    lowest = min(values.min() for values in test.values())
    floor = 2 * np.floor((lowest - 1) / 2)
    rows, texts = {}, {}
    for place, name in enumerate(order):
        values = test[name]
        (rows[name],) = axes.plot(
            values, np.full(len(values), place), "o", color="#6E6E6E", alpha=0.75
        )
        axes.plot([values.mean()] * 2, [place - 0.3, place + 0.3], "-", color=style.INK, lw=2)
        texts[name] = axes.text(
            -0.02, place, name, transform=axes.get_yaxis_transform(), ha="right", va="center"
        )
    axes.axvline(dense, color=style.INK, linestyle=":")
    axes.text(dense, len(order) - 0.45, f"whole network {dense:.1f} %  ", ha="right", va="bottom")
    axes.set(xlim=(floor, max(dense, max(v.max() for v in test.values())) + 0.4), yticks=[])
    axes.set(ylim=(-0.6, len(order) + 0.2), xlabel="test accuracy after training, %")
    axes.spines["left"].set_visible(False)
    axes.grid(True, axis="x")
    return rows, texts
