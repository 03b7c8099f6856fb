"""Importance is not yet a pruning score: |w| against importance, with the line that cuts.

Left, a sample of one layer's weights, size against importance, both on a log axis. There every
rule's cut-off is a straight line: |w| a vertical one, importance a level one, importance × w² one
that falls two decades in a decade. Right, what is read right when every layer keeps that share.
"""

import numpy as np

from nc_teach import live
from nc_teach.claims.network_pruning.lifelong import Lifelong
from nc_teach.figures.network_pruning.importance_drawing import POWERS, draw
from nc_teach.figures.words import spread

SHOWN = 1200  # weights in the scatter
NAMES = {"ewc": "EWC", "mas": "MAS", "si": "SI"}
RULES = {
    "magnitude |w|": "magnitude",
    "importance alone": "alone",
    "importance × |w|": "|w|",
    "importance × w²": "w^2",
}


def importance(result: Lifelong, *, start: float = 0.3) -> live.LiveFigure:
    """A live figure of which weights a rule keeps, and of what the networks read without the rest.

    Parameters
    ----------
    result
        What ``claims.network_pruning.raw_against_squared`` returns: ``weights`` (|w| of the first
        network's first layer, flat), ``importances`` ("ewc", "mas", "si" -> as many numbers, none
        negative), ``levels`` (shares kept), per score ``test`` (networks x levels, accuracy in
        [0, 1]) and ``dense`` (one accuracy a network, before).
    start
        Share kept at which the slider stands first (the nearest that was measured).

    Raises
    ------
    ValueError
        When an importance has not one number for each weight.
    """
    for name, values in result.importances.items():
        if values.shape != result.weights.shape:
            raise ValueError(
                f"result.importances[{name!r}] must have the weights' shape "
                f"{result.weights.shape}, got {values.shape}"
            )
    percent = [round(100 * level, 6) for level in result.levels]
    nearest = min(percent, key=lambda p: abs(p - 100 * start))
    data = _rank_all(result)
    return live.LiveFigure(
        "Important is not the same as large",
        [
            live.Slider("kept", "Weights kept", percent, start=nearest, unit="%"),
            live.Choice("importance", "Importance", {NAMES[n]: n for n in result.importances}),
            live.Choice("rule", "Rank by", _rules(result), start="alone"),
        ],
        lambda values: _state(result, data, values),
        lambda figure, state: draw(figure, result, data),
        _describe,
        size=(920, 430),
        source=result.provenance.line(),
    )


def _rules(result: Lifelong) -> dict[str, str]:
    """The rules by label; times |w| only where it was measured."""
    moved = any(name.endswith("times |w|") for name in result.test)
    return {label: rule for label, rule in RULES.items() if moved or rule != "|w|"}


def _rank_all(result: Lifelong) -> live.State:
    """Rank all weights by every rule once; keep the sample's ranks and the cut-offs alone."""
    size = len(result.weights)
    some = np.random.default_rng(0).permutation(size)[:SHOWN]
    weights = result.weights.astype(np.float64)
    data: live.State = {"size": size, "x": weights[some], "y": {}, "ranks": {}, "cut_offs": {}}
    removed = [_count_removed(level, size) for level in result.levels]
    for name, raw in result.importances.items():
        relative = raw.astype(np.float64) / (raw.max() or 1.0)
        data["y"][name] = relative[some]
        scores = {rule: relative * weights**power for rule, power in POWERS.items()}
        for rule, score in {"magnitude": weights, **scores}.items():
            order = score.argsort(kind="stable")  # of equal scores the first goes first
            ranks = np.empty(size, dtype=int)
            ranks[order] = np.arange(size)
            data["ranks"][name, rule] = ranks[some]
            data["cut_offs"][name, rule] = score[order[np.minimum(removed, size - 1)]]
    return data


def _count_removed(kept: float, size: int) -> int:
    return int(np.floor((1 - kept) * size + 1e-6))


def _state(result: Lifelong, data: live.State, values: live.Values) -> live.State:
    level = int(np.argmin(np.abs(100 * np.array(result.levels) - values["kept"])))
    name, rule = values["importance"], values["rule"]
    kept = data["ranks"][name, rule] >= _count_removed(result.levels[level], data["size"])
    tests = {"random": "random", "magnitude": "magnitude", "alone": name}
    tests |= {power: f"{name} times {power}" for power in ("|w|", "w^2")}
    return {
        "percent": values["kept"],
        "importance": name,
        "rule": rule,
        "kept": kept,
        "cut_off": float(data["cut_offs"][name, rule][level]),
        "accuracy": {
            bar: 100 * result.test[test][:, level]
            for bar, test in tests.items()
            if test in result.test
        },
    }


def _describe(state: live.State) -> str:
    name = NAMES[state["importance"]]
    says = {
        "alone": f"by {name} alone",
        "|w|": f"by {name} × |w|",
        "w^2": f"by {name} × w²",
        "magnitude": "by magnitude",
        "random": "at random",
    }
    accuracy, rule = state["accuracy"], state["rule"]
    others = [f"{says[b]} {spread(accuracy[b])} %" for b in says if b in accuracy and b != rule]
    return (
        f"{state['percent']:g} % kept {says[rule]}: {spread(accuracy[rule])} % of the digits "
        f"right; {', '.join(others)}."
    )
