"""The pruning curve: how accuracy falls as weights are removed, and what the network still reads.

Left, accuracy against sparsity for each criterion: a line through the mean, a dot per network, the
reader's guess on the same axes. Right, a few test images with what the first network reads in them.
Curves of several granularities (single weights, whole neurons) take turns; a thin grey line keeps
the chosen criterion's other curve in sight.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from nc_teach import live
from nc_teach.figures.parts import draw_examples
from nc_teach.figures.words import spread
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, Figure

if TYPE_CHECKING:
    from nc_teach.claims.network_pruning.curve import PruningCurve

Curves: TypeAlias = "dict[str, PruningCurve]"  # what is taken out -> its curve

SHOWN = 16  # example images
NAMES = {
    "magnitude": "the smallest weights",
    "random": "random weights",
    "ewc times w^2": "the smallest Fisher × w²",
}


def pruning_curve(
    curve: "PruningCurve | Mapping[str, PruningCurve]",
    guess: live.Guess = None,
    *,
    start: float = 0.8,
) -> live.LiveFigure:
    """A live figure of a pruning curve, with the reader's guess on the same axes.

    ``curve`` is what ``claims.network_pruning.one_shot_curve`` returns, or a mapping from what is
    taken out ("single weights", "whole neurons") to its curve: two or more get a control.
    ``guess`` is a sparsity in per cent, ``start`` the one in [0, 1] at which the slider stands
    first (the nearest that was measured). Raises ``ValueError`` when ``curve`` is an empty
    mapping, or its curves differ in sparsities or criteria.
    """
    curves = dict(curve) if isinstance(curve, Mapping) else {"": curve}
    first = _first(curves)
    percent = [100 * s for s in first.sparsities]
    guessed = live.guessed(guess)
    names = {name_of(criterion): criterion for criterion in first.test}
    granularity = [live.Choice("granularity", "Take out", list(curves))] if len(curves) > 1 else []
    return live.LiveFigure(
        "Weights or neurons?" if granularity else "How much can be cut?",
        [
            live.Slider("sparsity", "Weights removed", percent, near=100 * start, unit="%"),
            live.Choice("criterion", "Remove", names),
            *granularity,
        ],
        lambda values: _state(curves, {"granularity": next(iter(curves)), **values}),
        lambda figure, state: _build(figure, curves, guessed),
        lambda state: _describe(state, guessed),
        size=(860, 430),
        source=_source(curves),
        table=lambda points: _table(curves),
    )


def name_of(criterion: str, granularity: str = "") -> str:
    """What is removed by a criterion, in words.

    >>> name_of("magnitude"), name_of("random", "whole neurons"), name_of("obd")
    ('the smallest weights', 'random neurons', 'obd')
    """
    name = NAMES.get(criterion, criterion)
    return name.replace("weights", "neurons") if "neurons" in granularity else name


def _first(curves: Curves) -> "PruningCurve":
    if not curves:
        raise ValueError("curve must be a curve or a mapping of at least one, got an empty mapping")
    first = next(iter(curves.values()))
    for label, one in curves.items():
        if one.sparsities != first.sparsities or list(one.test) != list(first.test):
            raise ValueError(
                f"curve must have the same sparsities and criteria everywhere, got {label!r} with "
                f"{one.sparsities}, {list(one.test)} and {first.sparsities}, {list(first.test)}"
            )
    return first


def _source(curves: Curves) -> str:
    lines = {label: curve.provenance.line() for label, curve in curves.items()}
    if len(lines) == 1:
        return next(iter(lines.values()))
    return " ".join(f"{k.capitalize()}: {line[0].lower()}{line[1:]}" for k, line in lines.items())


def _table(curves: Curves) -> list[dict[str, str]]:
    return [
        {
            **({"Taken out": label} if len(curves) > 1 else {}),
            "Weights removed": f"{100 * sparsity:g} %",
            **{
                f"Accuracy without {name_of(name)}": f"{spread(100 * test[:, level])} %"
                for name, test in curve.test.items()
            },
        }
        for label, curve in curves.items()
        for level, sparsity in enumerate(curve.sparsities)
    ]


def _state(curves: Curves, values: live.Values) -> live.State:
    curve = curves[values["granularity"]]
    others = {k: other for k, other in curves.items() if k != values["granularity"]}
    level = int(np.argmin(np.abs(100 * np.array(curve.sparsities) - values["sparsity"])))
    read = curve.read[values["criterion"]][level][:SHOWN]
    return {
        **values,
        "curve": curve,
        "others": others,
        "taken_out": values["granularity"] if others else "",
        "level": level,
        "read": read,
        "right": read == curve.labels[:SHOWN],
    }


def _describe(state: live.State, guessed: float | None) -> str:
    level, others, taken_out = state["level"], state["others"], state["taken_out"]
    parts = []
    for name, test in state["curve"].test.items():
        part = f"{spread(100 * test[:, level])} % without {name_of(name, taken_out)}"
        beside = [f"{k}: {spread(100 * c.test[name][:, level])} %" for k, c in others.items()]
        chosen = beside and name == state["criterion"]
        parts.append(f"{part} ({', '.join(beside)})" if chosen else part)
    taken = f" as {taken_out}" if others else ""
    what = f"{state['sparsity']:g} % removed{taken}, test accuracy: {', '.join(parts)}."
    return what if guessed is None else f"{what} You guessed {guessed:g} %."


def _build(figure: Figure, curves: Curves, guessed: float | None) -> live.Update:
    left, right = figure.subplots(1, 2, width_ratios=(1.5, 1))
    curve = next(iter(curves.values()))
    images = curve.examples[:SHOWN, 0]
    which = "the first network" if len(next(iter(curve.test.values()))) > 1 else "it"
    right.set_title(f"What {which} reads")
    return live.together(_draw_curves(left, curves, guessed), draw_examples(right, images, " ✓"))


def _draw_curves(axes: Axes, curves: Curves, guessed: float | None) -> live.Update:
    """In grey, marked: the chosen criterion's curves of the other granularities."""
    first, *rest = curves.values()
    percent = [100 * s for s in first.sparsities]
    series = {
        name: live.Runs(
            axes, percent, 100 * test, style.series(n), name_of(name), mark={"markeredgewidth": 2}
        )
        for n, (name, test) in enumerate(first.test.items())
    }
    live.draw_guess(axes, guessed)
    greys = [axes.plot(percent, percent, color="#555555", label=" ", zorder=1.9)[0] for _ in rest]
    for grey in greys:
        grey.set(linestyle=(0, (4, 3)), linewidth=1.5, markersize=8)
    line = axes.axvline(percent[0], color=style.INK, linewidth=1.2)
    axes.set(xlim=(0, 100), ylim=(0, 100), xlabel="weights removed, %", ylabel="test accuracy, %")
    axes.grid(True)
    legend, title = axes.legend(loc="lower left"), axes.set_title("")
    texts = legend.get_texts()

    def move(state: live.State) -> list[Artist]:
        line.set_xdata([state["sparsity"]] * 2)
        title.set_text(f"Taken out: {state['taken_out']}" if greys else "")
        moved: list[Artist] = []
        for text, (name, runs) in zip(texts, series.items(), strict=False):
            text.set_text(name_of(name, state["taken_out"]))
            moved += [*runs.redraw(100 * state["curve"].test[name]), runs.at(state["sparsity"])]
            runs.mark.set_markersize(15 if name == state["criterion"] else 9)
        marker = series[state["criterion"]].dots.get_marker()
        names = texts[len(texts) - len(greys) :]
        for grey, text, (label, other) in zip(greys, names, state["others"].items(), strict=True):
            grey.set_ydata(100 * other.test[state["criterion"]].mean(axis=0))
            grey.set(marker=marker, markevery=[state["level"]])
            text.set_text(f"{label} instead")
        return [*moved, *greys, legend, title, line]

    return move
