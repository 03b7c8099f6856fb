"""Two networks with exits at every budget: all images alike, or the easy ones sooner.

*Anytime*: time runs out for everybody at once, and the last exit that was reached answers.
*Budgeted batch*: the mean over many images must fit, so that the sure ones pay for the unsure; the
dotted lines send as many images through each exit, but random ones. Unlike ``exit_gallery``, which
looks into one network, this asks which of two to build.
"""

from typing import TYPE_CHECKING

import numpy as np

from nc_teach import live
from nc_teach.figures.parts import draw_runs
from nc_teach.figures.words import spread
from nc_teach.live import style
from nc_teach.live.artists import Artist, Figure

if TYPE_CHECKING:
    from nc_teach.claims.dynamic_computation.multi_scale import MultiScale

SETTINGS = {"anytime": "anytime", "budgeted batch": "batch"}


def any_budget(result: "MultiScale", guess: live.Guess = None) -> live.LiveFigure:
    """A live figure of accuracy at a budget, for several networks and both settings.

    ``guess`` is the accuracy in percent that the reader expects of the first network at the
    smallest budget.
    """
    guessed, budgets = live.guessed(guess), result.budgets
    middle = budgets[len(budgets) // 2]
    return live.LiveFigure(
        "Which network at which budget?",
        [
            live.Slider("budget", "MACs per image", budgets, start=middle, format="{:,.0f}".format),
            live.Choice("setting", "Setting", SETTINGS),
        ],
        lambda values: _state(result, **values),
        lambda figure, state: _draw(figure, result, guessed),
        lambda state: _describe(state, guessed),
        size=(860, 440),
        source=result.provenance.line(),
        table=lambda points: [_row(result, budget) for budget in budgets],
    )


def _state(result: "MultiScale", budget: int, setting: str) -> live.State:
    """Accuracies of all runs in percent, by network, at the budget."""
    place = result.budgets.index(budget)
    here, at_random = (
        {name: 100 * runs[:, place] for name, runs in curves.items()}
        for curves in (getattr(result, setting), result.at_random)
    )
    return {"budget": budget, "setting": setting, "here": here, "at_random": at_random}


def _describe(state: live.State, guessed: float | None) -> str:
    parts = [f"{name} gets {spread(values)} % right" for name, values in state["here"].items()]
    if state["setting"] == "batch":
        parts = [
            f"{part} (at random {spread(state['at_random'][name])} %)"
            for part, name in zip(parts, state["here"], strict=True)
        ]
    how = "Anytime" if state["setting"] == "anytime" else "In a batch"
    guess = "" if guessed is None else f" You guessed {guessed:g} % at the smallest budget."
    return f"{how}, with {state['budget']:,.0f} MACs per image: {', '.join(parts)}.{guess}"


def _row(result: "MultiScale", budget: int) -> dict[str, str]:
    row = {"MACs per image": f"{budget:,.0f}"}
    for label, setting in SETTINGS.items():
        for name, values in _state(result, budget, setting)["here"].items():
            row[f"{name}, {label}"] = f"{spread(values)} %"
    return row


def _draw(figure: Figure, result: "MultiScale", guessed: float | None) -> live.Update:
    axes, thousands = figure.subplots(), np.array(result.budgets) / 1e3
    series, dotted = {}, {}
    for number, (name, runs) in enumerate(result.anytime.items()):
        look = style.series(number)
        series[name] = draw_runs(axes, thousands, 100 * runs, look, name)
        series[name].line.set_zorder(4)
        dots = {"color": look["color"], "linewidth": 1.8, "antialiased": False, "zorder": 2}
        (dotted[name],) = axes.plot(
            thousands, 100 * result.at_random[name].mean(axis=0), ":", **dots
        )
    axes.plot([], [], ":", color=style.INK, linewidth=1.8, label="as many at random (in a batch)")
    live.draw_star(axes, thousands[0], guessed)
    here = axes.axvline(thousands[0], color="#D0D0D0", linewidth=7, zorder=0.8)
    parts = (result.anytime, result.batch, result.at_random)
    every = 100 * np.concatenate([runs for part in parts for runs in part.values()])
    axes.set(xlim=(thousands[0] - 20, thousands[-1] + 20))
    axes.set(ylim=(every.min() - 0.5, every.max() + 0.5))
    axes.set(xlabel="budget, thousand MACs per image", ylabel="test accuracy, %")
    axes.grid(True)
    figure.legend(loc="outside upper right", ncols=4)
    title = axes.set_title(" ")

    def update(state: live.State) -> list[Artist]:
        here.set_xdata([state["budget"] / 1e3] * 2)
        moved: list[Artist] = [here, title]
        for name, runs in getattr(result, state["setting"]).items():
            moved += series[name].redraw(100 * runs)
            dotted[name].set_visible(state["setting"] == "batch")
            moved += [dotted[name], series[name].at(state["budget"] / 1e3)]
        best = max(state["here"], key=lambda name: state["here"][name].mean())
        title.set_text(f"ahead here: {best}, {state['here'][best].mean():.1f} %")
        return moved

    return update
