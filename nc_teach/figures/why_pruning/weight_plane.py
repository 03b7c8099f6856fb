"""Where a weight began and where it ended: the plane that every mask criterion cuts in its own way.

Left, one dot per weight, its initial value across, its final value up; the shaded region is what
the chosen criterion keeps. Right, how well the kept weights learn once they are rewound: a dot per
network for every criterion, a bar at the mean, the whole network as a dotted line.
"""

from typing import TYPE_CHECKING

import numpy as np

from nc_teach import live
from nc_teach.figures.words import spread
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, Figure, ListedColormap

if TYPE_CHECKING:
    from nc_teach.claims.why_pruning.taken_apart import Plane, TakenApart

CRITERIA = {  # in words, and the score that each keeps the largest of
    "magnitude_increase": ("grew most", "|final| − |initial|"),
    "large_final": ("large at the end", "|final|"),
    "large_final_same_sign": ("large at the end, sign kept", "|final|, same sign"),
    "movement": ("moved most", "|final − initial|"),
    "large_init_large_final": ("large at both ends", "the smaller of |initial|, |final|"),
    "large_init": ("large at the start", "|initial|"),
    "large_final_diff_sign": ("large at the end, sign turned", "|final|, other sign"),
    "small_init": ("small at the start", "−|initial|"),
    "small_final": ("small at the end", "−|final|"),
    "random": ("drawn at random", "a random number"),
}
GREY = "#6E6E6E"


def weight_plane(
    plane: "Plane", apart: "TakenApart", *, start: str = "large_final"
) -> live.LiveFigure:
    """A live figure of which weights a criterion keeps, and of what they are worth.

    ``plane`` shows the weights of one network; ``apart`` has the accuracies by criterion, "random"
    too. It begins with the criterion ``start``, or the plane's first. Raises ``ValueError`` when a
    criterion of the plane has no accuracy.
    """
    if missing := ", ".join(sorted(plane.kept.keys() - apart.criteria.keys())):
        raise ValueError(f"apart.criteria must name every criterion of the plane, {missing} not")
    words = {_words(name): name for name in plane.kept}
    first = start if start in plane.kept else next(iter(plane.kept))
    return live.LiveFigure(
        "Which weights are worth keeping?",
        [live.Choice("criterion", "Keep by", words, start=first)],
        lambda values: _state(plane, **values),
        lambda figure, state: _build(figure, plane, apart),
        lambda state: _describe(apart, state),
        size=(960, 460),
        source=f"{plane.provenance.line()} {apart.provenance.line()}",
    )


def _words(name: str) -> str:
    return CRITERIA.get(name, (name.replace("_", " "), ""))[0]


def _score(name: str) -> str:
    """The paper's name of a criterion, and what it keeps the largest of."""
    return ": ".join([name.replace("_", " "), *CRITERIA.get(name, ("",))[1:]])


def _state(plane: "Plane", criterion: str) -> live.State:
    kept = plane.kept[criterion]
    same = np.sign(plane.initial[kept]) == np.sign(plane.final[kept])
    return {
        "criterion": criterion,
        "kept": kept,
        "region": plane.regions[criterion],
        "same_sign": same.mean() if len(same) else float("nan"),
    }


def _describe(apart: "TakenApart", state: live.State) -> str:
    name, kept = state["criterion"], state["kept"]
    random = apart.criteria.get("random")
    beside = "" if random is None else f", a random mask {spread(100 * random)} %"
    return (
        f"Kept, {_words(name)} ({_score(name)}): {kept.sum():,} of the "
        f"{len(kept):,} weights shown; {100 * state['same_sign']:.0f} % of those ended "
        "with the sign they began with. Rewound and trained: "
        f"{spread(100 * apart.criteria[name])} %{beside}."
    )


def _build(figure: Figure, plane: "Plane", apart: "TakenApart") -> live.Update:
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.05))
    return live.together(_draw_plane(left, plane), _draw_accuracies(right, apart))


def _draw_plane(axes: Axes, plane: "Plane") -> live.Update:
    """The weights, and the region that is kept; returns ``move(state) -> artists``."""
    top, size = plane.top, next(iter(plane.regions.values())).shape
    pale, square = ListedColormap(["#FFFFFF", "#CFE6F5"]), (-top, top, -top, top)
    shade = axes.imshow(np.zeros(size), pale, vmin=0, vmax=1, origin="lower", extent=square)
    shade.set(interpolation="nearest", gid=style.GROUND)
    axes.axhline(0, color="#777777", linewidth=1)
    axes.axvline(0, color="#777777", linewidth=1)
    (cut,) = axes.plot([], [], "x", color=GREY, markersize=3, mew=0.8, label="removed")
    (kept,) = axes.plot([], [], "o", color=style.COLOURS["blue"], markersize=3.5, label="kept")
    axes.set(xlim=(-top, top), ylim=(-top, top), title="shaded: what is kept")
    axes.set(xlabel="initial weight", ylabel="final weight")
    axes.legend(loc="upper left", markerscale=2.5, frameon=True, framealpha=0.9)
    x, y = plane.initial, np.clip(plane.final, -top, top)

    def move(state: live.State) -> list[Artist]:
        shade.set_data(state["region"].astype(float))
        for dots, shown in ((cut, ~state["kept"]), (kept, state["kept"])):
            dots.set_data(x[shown], y[shown])
        return [shade, cut, kept]

    return move


def _draw_accuracies(axes: Axes, apart: "TakenApart") -> live.Update:
    """A row for every criterion, the best on top; returns ``move(state) -> artists``."""
    test = {name: 100 * values for name, values in apart.criteria.items()}
    dense, every = 100 * apart.dense.mean(), np.concatenate(list(test.values()))
    order = sorted(test, key=lambda name: test[name].mean())
    rows = {}
    for place, name in enumerate(order):
        mean = test[name].mean()
        (dots,) = axes.plot(test[name], [place] * len(test[name]), "o", color=GREY, alpha=0.75)
        axes.plot([mean] * 2, [place - 0.3, place + 0.3], "-", color=style.INK, lw=2)
        text = axes.text(-0.02, place, _words(name), ha="right", va="center")
        text.set_transform(axes.get_yaxis_transform())
        rows[name] = dots, text
    axes.axvline(dense, color=style.INK, linestyle=":")
    axes.text(dense, len(order) - 0.45, f"whole network {dense:.1f} %  ", ha="right", va="bottom")
    axes.set(xlim=(2 * np.floor((every.min() - 1) / 2), max(dense, every.max()) + 0.4), yticks=[])
    axes.set(ylim=(-0.6, len(order) + 0.2), xlabel="test accuracy after training, %")
    axes.spines["left"].set_visible(False)
    axes.grid(True, axis="x")

    def move(state: live.State) -> list[Artist]:
        for name, (dots, text) in rows.items():
            chosen = name == state["criterion"]
            text.set_fontweight("bold" if chosen else "normal")
            dots.set(color=style.COLOURS["blue"] if chosen else GREY, ms=13 if chosen else 8)
        return [artist for row in rows.values() for artist in row]

    return move
