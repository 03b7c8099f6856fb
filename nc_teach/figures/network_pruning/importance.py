"""Importance is not yet a pruning score: |w| against importance, with the line that cuts.

Left, a sample of one layer's weights, size against importance, both on a log axis, ranked among
themselves. There every rule's cut-off is a straight line: |w| a vertical one, importance a level
one, importance × w² one that falls two decades in a decade. Right, what is read right when every
layer keeps that share.
"""

from typing import TYPE_CHECKING

import numpy as np

from nc_teach import live
from nc_teach.figures.words import spread
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, Figure

if TYPE_CHECKING:
    from nc_teach.claims.network_pruning.lifelong import Lifelong

SHOWN = 1200  # weights in the scatter
EDGE = 2.0  # what is too small for a log axis stands at this many times its lower limit
NAMES = {"ewc": "EWC", "mas": "MAS", "si": "SI"}
BARS = {
    "random": "at random",
    "magnitude": "magnitude |w|",
    "alone": "importance alone",
    "|w|": "importance × |w|",
    "w^2": "importance × w²",
}
RULES = {label: rule for rule, label in BARS.items() if rule != "random"}
POWERS = {"alone": 0, "|w|": 1, "w^2": 2}  # score = importance * |w| ** power; magnitude needs none


def importance(result: "Lifelong", *, start: float = 0.3) -> live.LiveFigure:
    """A live figure of which weights a rule keeps, and of what the networks read without the rest.

    ``result`` is what ``claims.network_pruning.raw_against_squared`` returns; ``start`` is the
    share kept, in [0, 1], at which the slider stands first (the nearest that was measured).
    """
    percent = [round(100 * level, 6) for level in result.levels]
    sample = _rank(result)
    return live.LiveFigure(
        "Important is not the same as large",
        [
            live.Slider("kept", "Weights kept", percent, near=100 * start, unit="%"),
            live.Choice("importance", "Importance", {NAMES[n]: n for n in result.importances}),
            live.Choice("rule", "Rank by", RULES, start="alone"),
        ],
        lambda values: _state(result, sample, percent.index(values["kept"]), values),
        lambda figure, state: _build(figure, result, sample),
        _describe,
        size=(920, 430),
        source=result.provenance.line(),
    )


def _rank(result: "Lifelong") -> live.State:
    """Rank all weights by every rule once, and keep what a sample of them needs.

    ``x`` is |w|, ``y[importance]`` the importance, largest = 1; ``kept[importance, rule]`` is what
    stays, levels x sample, and ``cut_offs[importance, rule]`` the lowest score of that, per level.
    """
    weights, size = result.weights.astype(np.float64), len(result.weights)
    some = np.random.default_rng(0).permutation(size)[:SHOWN]
    removed = np.array([int(np.floor((1 - kept) * size + 1e-6)) for kept in result.levels])
    sample: live.State = {"x": weights[some], "y": {}, "kept": {}, "cut_offs": {}}
    for name, raw in result.importances.items():
        relative = raw.astype(np.float64) / (raw.max() or 1.0)
        sample["y"][name] = relative[some]
        for rule in RULES.values():
            score = weights if rule == "magnitude" else relative * weights ** POWERS[rule]
            order = score.argsort(kind="stable")  # of equal scores the first goes first
            ranks = np.empty(size, dtype=int)
            ranks[order] = np.arange(size)
            sample["kept"][name, rule] = ranks[some] >= removed[:, None]
            sample["cut_offs"][name, rule] = score[order[removed]]
    return sample


def _state(result: "Lifelong", sample: live.State, level: int, values: live.Values) -> live.State:
    name, rule = values["importance"], values["rule"]
    tests = {"random": "random", "magnitude": "magnitude", "alone": name}
    tests |= {power: f"{name} times {power}" for power in ("|w|", "w^2")}
    return {
        **values,
        "points": sample["kept"][name, rule][level],
        "cut_off": sample["cut_offs"][name, rule][level],
        "accuracy": {bar: 100 * result.test[test][:, level] for bar, test in tests.items()},
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
    read = {bar: spread(accuracy) for bar, accuracy in state["accuracy"].items()}
    others = [f"{by} {read[bar]} %" for bar, by in says.items() if bar != state["rule"]]
    return (
        f"{state['kept']:g} % kept {says[state['rule']]}: {read[state['rule']]} % of the digits "
        f"right; {', '.join(others)}."
    )


def _build(figure: Figure, result: "Lifelong", sample: live.State) -> live.Update:
    left, right = figure.subplots(1, 2, width_ratios=(1.25, 1))
    parts = _draw_scatter(left, sample), _draw_bars(right, result)
    handles = left.get_legend_handles_labels()[0] + right.get_legend_handles_labels()[0]
    figure.legend(handles=handles, loc="outside upper center", ncols=4)
    return live.together(*parts)


def _draw_scatter(axes: Axes, sample: live.State) -> live.Update:
    shown = np.concatenate(list(sample["y"].values()))
    x, y = sample["x"][sample["x"] > 0], shown[shown > 0]
    low = [np.quantile(a, 0.01) if len(a) else 0.1 * EDGE for a in (x, y)]
    (cut,) = axes.plot(
        [], [], "x", color=style.GREY, label="removed", markersize=4, mew=1, zorder=3
    )
    (kept,) = axes.plot(
        [], [], "o", color=style.COLOURS["blue"], label="kept", markersize=4, zorder=3
    )
    (line,) = axes.plot([], [], color=style.COLOURS["vermilion"], lw=3, label="cut-off", zorder=4)
    ends = (low[0] / EDGE, 1.2 * (x.max(initial=0) or 1))
    axes.set(xscale="log", yscale="log", xlim=ends, ylim=(low[1] / EDGE, 2))
    axes.set_xlabel("|w| (the smallest at the left edge)")
    axes.set_ylabel("importance, largest = 1 (≈ 0 below)")
    axes.tick_params(labelsize=14)
    axes.minorticks_off()
    axes.set_title(f"{len(sample['x']):,} weights of the first layer")

    def move(state: live.State) -> list[Artist]:
        y = np.maximum(sample["y"][state["importance"]], low[1])
        for dots, where in ((cut, ~state["points"]), (kept, state["points"])):
            dots.set_data(np.maximum(sample["x"], low[0])[where], y[where])
        line.set_data(*_line(state, np.array(ends), axes.get_ylim()))
        return [cut, kept, line]

    return move


def _line(
    state: live.State, x: np.ndarray, y: tuple[float, float]
) -> tuple[np.ndarray, np.ndarray]:
    """The cut-off's two ends: where the score is that of the last weight kept."""
    if state["rule"] == "magnitude":
        return np.full(2, state["cut_off"]), np.array(y)
    return x, np.maximum(state["cut_off"] / x ** POWERS[state["rule"]], y[0])


def _draw_bars(axes: Axes, result: "Lifelong") -> live.Update:
    """A bar per rule, its networks' dots and its number; and the accuracy before."""
    places = range(0, -len(BARS), -1)
    bars = axes.barh(places, 0, height=0.62, zorder=3)
    dots = [axes.plot([], [], "o", color=style.INK, markersize=4, zorder=4)[0] for _ in BARS]
    texts = [axes.text(103, place, "", va="center", fontsize=13, zorder=4) for place in places]
    before = 100 * result.dense.mean()
    axes.axvline(before, color=style.INK, linestyle=":", label=f"before, {before:.1f} %", zorder=2)
    axes.set_yticks(places, list(BARS.values()))
    axes.set(xlim=(0, 122), xticks=range(0, 101, 25), xlabel="test accuracy, %")
    axes.tick_params(axis="y", length=0)
    axes.set_title("Read right after the cut")

    def move(state: live.State) -> list[Artist]:
        for name, place, bar, dot, text in zip(BARS, places, bars, dots, texts, strict=True):
            values, chosen = state["accuracy"][name], name == state["rule"]
            bar.set(width=values.mean(), facecolor=style.COLOURS["blue"] if chosen else "#C9C9C9")
            dot.set_data(values, np.full(len(values), place))
            text.set(text=f"{values.mean():.1f}", weight="bold" if chosen else "normal")
        return [*bars, *dots, *texts]

    return move
