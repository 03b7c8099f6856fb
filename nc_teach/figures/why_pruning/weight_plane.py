"""Where a weight began and where it ended: the plane that every mask criterion cuts in its own way.

Left, one dot per weight, its initial value across, its final value up; the shaded region is what
the chosen criterion keeps. Right, how well the kept weights learn once they are rewound: a dot per
network for every criterion, a bar at the mean, the whole network as a dotted line.
"""

import numpy as np

from nc_teach import live
from nc_teach.claims.why_pruning.plane import Plane
from nc_teach.claims.why_pruning.taken_apart import TakenApart
from nc_teach.figures.words import spread
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, AxesImage, Figure, Line2D, ListedColormap, Text

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


def weight_plane(plane: Plane, apart: TakenApart, *, start: str = "large_final") -> live.LiveFigure:
    """A live figure of which weights a criterion keeps, and of what they are worth.

    ``plane`` shows the weights of one network; ``apart`` has the accuracies by criterion, "random"
    too. It begins with the criterion ``start``, or the plane's first. Raises ``ValueError`` when a
    criterion of the plane has no accuracy.
    """
    missing = set(plane.kept) - set(apart.criteria)
    if missing:
        names = ", ".join(sorted(missing))
        raise ValueError(f"apart.criteria must name every criterion of the plane, {names} not")
    words = {name.replace("_", " "): name for name in plane.kept}
    first = start if start in plane.kept else next(iter(plane.kept))
    return live.LiveFigure(
        "Which weights are worth keeping?",
        [live.Choice("criterion", "Keep by", words, start=first)],
        lambda values: _state(plane, apart, values["criterion"]),
        lambda figure, state: _build(figure, plane, apart),
        _describe,
        size=(960, 460),
        source=f"{plane.provenance.line()} {apart.provenance.line()}",
    )


def _state(plane: Plane, apart: TakenApart, name: str) -> live.State:
    kept, control = plane.kept[name], apart.criteria.get("random")
    same = np.sign(plane.initial[kept]) == np.sign(plane.final[kept])
    return {
        "criterion": name,
        "kept": kept,
        "region": plane.regions[name],
        "accuracy": 100 * apart.criteria[name],
        "random": None if control is None else 100 * control,
        "same_sign": float(same.mean()) if len(same) else float("nan"),
    }


def _describe(state: live.State) -> str:
    name, words = state["criterion"], state["criterion"].replace("_", " ")
    beside = "" if state["random"] is None else f", a random mask {spread(state['random'])} %"
    return (
        f"{words} ({FORMULAS.get(name, words)}) keeps {int(state['kept'].sum()):,} of the "
        f"{len(state['kept']):,} weights shown; {100 * state['same_sign']:.0f} % of those ended "
        "with the sign they began with. Rewound and trained: "
        f"{spread(state['accuracy'])} %{beside}."
    )


def _build(figure: Figure, plane: Plane, apart: TakenApart) -> live.Update:
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.05))
    shade, cut, kept = _draw_plane(left, plane)
    rows, texts = _draw_accuracies(right, apart)
    x, y = plane.initial, np.clip(plane.final, -plane.top, plane.top)

    def update(state: live.State) -> list[Artist]:
        shade.set_data(np.where(state["region"], 1.0, 0.0))
        cut.set_data(x[~state["kept"]], y[~state["kept"]])
        kept.set_data(x[state["kept"]], y[state["kept"]])
        for name, text in texts.items():
            chosen = name == state["criterion"]
            text.set_fontweight("bold" if chosen else "normal")
            rows[name].set_color(style.COLOURS["blue"] if chosen else "#6E6E6E")
            rows[name].set_markersize(13 if chosen else 8)
        return [shade, cut, kept, *rows.values(), *texts.values()]

    return update


def _draw_plane(axes: Axes, plane: Plane) -> tuple[AxesImage, Line2D, Line2D]:
    top, size = plane.top, next(iter(plane.regions.values())).shape
    pale, square = ListedColormap(["#FFFFFF", "#CFE6F5"]), (-top, top, -top, top)
    shade = axes.imshow(np.zeros(size), pale, vmin=0, vmax=1, origin="lower", extent=square)
    shade.set_interpolation("nearest")
    axes.axhline(0, color="#777777", linewidth=1)
    axes.axvline(0, color="#777777", linewidth=1)
    (cut,) = axes.plot([], [], "x", color="#6E6E6E", markersize=3, mew=0.8, label="removed")
    (kept,) = axes.plot([], [], "o", color=style.COLOURS["blue"], markersize=3.5, label="kept")
    axes.set(xlim=(-top, top), ylim=(-top, top))
    axes.set(xlabel="initial weight", ylabel="final weight")
    axes.set_title("shaded: what is kept")
    axes.legend(loc="upper left", markerscale=2.5, frameon=True, framealpha=0.9)
    return shade, cut, kept


def _draw_accuracies(axes: Axes, apart: TakenApart) -> tuple[dict[str, Line2D], dict[str, Text]]:
    test = {name: 100 * values for name, values in apart.criteria.items()}
    dense = 100 * apart.dense.mean()
    order = sorted(test, key=lambda name: test[name].mean())
    lowest = min(values.min() for values in test.values())
    floor = 2 * np.floor((lowest - 1) / 2)
    rows, texts = {}, {}
    for place, name in enumerate(order):
        values = test[name]
        level = np.full(len(values), place)
        (rows[name],) = axes.plot(values, level, "o", color="#6E6E6E", alpha=0.75)
        axes.plot([values.mean()] * 2, [place - 0.3, place + 0.3], "-", color=style.INK, lw=2)
        texts[name] = axes.text(-0.02, place, name.replace("_", " "), ha="right", va="center")
        texts[name].set_transform(axes.get_yaxis_transform())
    axes.axvline(dense, color=style.INK, linestyle=":")
    axes.text(dense, len(order) - 0.45, f"whole network {dense:.1f} %  ", ha="right", va="bottom")
    axes.set(xlim=(floor, max(dense, max(v.max() for v in test.values())) + 0.4), yticks=[])
    axes.set(ylim=(-0.6, len(order) + 0.2), xlabel="test accuracy after training, %")
    axes.spines["left"].set_visible(False)
    axes.grid(True, axis="x")
    return rows, texts
