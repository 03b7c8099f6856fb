"""The pruning curve: how accuracy falls as weights are removed, and what the network still reads.

Left, accuracy against sparsity for each criterion: a line through the mean, a dot per network, the
reader's guess on the same axes. Right, a few test images with what the first network reads in them.
Curves of several granularities (single weights, whole neurons) take turns; a thin grey line keeps
the chosen criterion's other curve in sight. Here are the numbers, in ``pruning_curve_drawing`` the
picture.
"""

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np

from nc_teach import live
from nc_teach.claims.network_pruning.curve import PruningCurve
from nc_teach.figures.network_pruning.pruning_curve_drawing import SHOWN, draw, name_of
from nc_teach.figures.words import spread

Curves: TypeAlias = "dict[str, PruningCurve]"  # what is taken out -> its curve


def pruning_curve(
    curve: PruningCurve | Mapping[str, PruningCurve],
    guess: live.Guess = None,
    *,
    start: float = 0.8,
) -> live.LiveFigure:
    """A live figure of a pruning curve, with the reader's guess on the same axes.

    Parameters
    ----------
    curve
        What ``claims.network_pruning.one_shot_curve`` returns: ``sparsities``, and per criterion
        ``test`` (networks x sparsities, in [0, 1]) and ``read`` (sparsities x images), and the
        ``examples`` (images, N x 1 x H x W) with their ``labels``. Or a mapping from what is taken
        out ("single weights", "whole neurons") to its curve: two or more get a control.
    guess
        A number in per cent, a prediction whose ``value`` is one, or nothing.
    start
        Sparsity at which the slider stands first (the nearest that was measured).

    Raises
    ------
    ValueError
        When ``curve`` is an empty mapping, or its curves differ in sparsities or criteria.
    """
    curves = dict(curve) if isinstance(curve, Mapping) else {"": curve}
    _check(curves)
    first = next(iter(curves.values()))
    percent = [100 * s for s in first.sparsities]
    nearest = min(percent, key=lambda p: abs(p - 100 * start))
    guessed = live.guessed(guess)
    names = {name_of(criterion): criterion for criterion in first.test}
    granularity = [live.Choice("granularity", "Take out", list(curves))] if len(curves) > 1 else []
    return live.LiveFigure(
        "Weights or neurons?" if granularity else "How much can be cut?",
        [
            live.Slider("sparsity", "Weights removed", percent, start=nearest, unit="%"),
            live.Choice("criterion", "Remove", names),
            *granularity,
        ],
        lambda values: _state(curves, values),
        lambda figure, state: draw(figure, state, first, guessed),
        lambda state: _describe(state, guessed),
        size=(860, 430),
        source=_source(curves),
        table=lambda points: _table(curves),
    )


def _check(curves: Curves) -> None:
    if not curves:
        raise ValueError("curve must be a curve or a mapping of at least one, got an empty mapping")
    (label, first), *others = curves.items()
    for other, curve in others:
        for what, one, two in (
            ("sparsities", list(first.sparsities), list(curve.sparsities)),
            ("criteria", list(first.test), list(curve.test)),
        ):
            if one != two:
                raise ValueError(
                    f"curve must have the same {what} for {label!r} and {other!r}, "
                    f"got {one} and {two}"
                )


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
    granularity, criterion = values.get("granularity", next(iter(curves))), values["criterion"]
    curve = curves[granularity]
    level = int(np.argmin(np.abs(100 * np.array(curve.sparsities) - values["sparsity"])))
    others = {label: 100 * c.test[criterion] for label, c in curves.items() if label != granularity}
    read = curve.read[criterion][level][:SHOWN]
    return {
        "percent": values["sparsity"],
        "criterion": criterion,
        "granularity": granularity,
        "accuracy": {name: 100 * test[:, level] for name, test in curve.test.items()},
        "curves": {name: 100 * test for name, test in curve.test.items()},
        "others": {label: test.mean(axis=0) for label, test in others.items()},
        "other_accuracy": {label: test[:, level] for label, test in others.items()},
        "read": read,
        "right": read == curve.labels[:SHOWN],
    }


def _describe(state: live.State, guessed: float | None) -> str:
    taken_out = state["granularity"] if state["others"] else ""
    beside = ", ".join(f"{k}: {spread(v)} %" for k, v in state["other_accuracy"].items())
    parts = [
        f"{spread(accuracy)} % without {name_of(name, taken_out)}"
        + (f" ({beside})" if beside and name == state["criterion"] else "")
        for name, accuracy in state["accuracy"].items()
    ]
    taken = f" as {state['granularity']}" if beside else ""
    what = f"{state['percent']:g} % removed{taken}, test accuracy: {', '.join(parts)}."
    return what if guessed is None else f"{what} You guessed {guessed:g} %."
