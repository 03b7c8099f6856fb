"""Two networks with exits at every budget: all images alike, or the easy ones sooner.

*Anytime*: time runs out for everybody at once, and the last exit that was reached answers.
*Budgeted batch*: the mean over many images must fit, so that the sure ones pay for the unsure; the
dotted lines send as many images through each exit, but random ones. Unlike ``exit_gallery``, which
looks into one network, this asks which of two to build.
"""

import numpy as np

from nc_teach import live
from nc_teach.claims.dynamic_computation.multi_scale import MultiScale
from nc_teach.figures.star import draw_star
from nc_teach.figures.words import spread
from nc_teach.live import style
from nc_teach.live.artists import Artist, Figure

SETTINGS = {"anytime": "anytime", "budgeted batch": "batch"}


def any_budget(result: MultiScale, guess: live.Guess = None) -> live.LiveFigure:
    """A live figure of accuracy at a budget, for several networks and both settings.

    Parameters
    ----------
    result
        What ``compare_networks`` measured.
    guess
        The accuracy in percent that the reader expects of the first network at the smallest
        budget.

    Raises
    ------
    ValueError
        When a network has not one accuracy for every budget.
    """
    budgets = [float(b) for b in result.budgets]
    for part in ("anytime", "batch", "at_random"):
        for name, values in getattr(result, part).items():
            if np.asarray(values).shape[-1] != len(budgets):
                raise ValueError(
                    f"{part} of {name!r} must have {len(budgets)} columns, one for each budget, "
                    f"got {np.asarray(values).shape[-1]}"
                )
    guessed, middle = live.guessed(guess), budgets[len(budgets) // 2]
    return live.LiveFigure(
        "Which network at which budget?",
        [
            live.Slider("budget", "MACs per image", budgets, start=middle, format="{:,.0f}".format),
            live.Choice("setting", "Setting", SETTINGS),
        ],
        lambda values: _state(result, budgets, **values),
        lambda figure, state: _draw(figure, state, result, guessed),
        lambda state: _describe(state, guessed),
        size=(860, 440),
        source=result.provenance.line(),
        table=lambda points: [_row(result, budgets, b) for b in budgets],
    )


def _state(result: MultiScale, budgets: list[float], budget: float, setting: str) -> live.State:
    place = budgets.index(budget)
    curves = {n: 100 * np.asarray(v, float) for n, v in getattr(result, setting).items()}
    at_random = {n: 100 * np.asarray(v, float) for n, v in result.at_random.items()}
    return {
        "budget": budget,
        "setting": setting,
        "curves": curves,
        "at_random": at_random if setting == "batch" else {},
        "here": {name: values[:, place] for name, values in curves.items()},
        "random_here": {name: values[:, place] for name, values in at_random.items()},
    }


def _describe(state: live.State, guessed: float | None) -> str:
    parts = [f"{name} reads {spread(values)} % right" for name, values in state["here"].items()]
    if state["setting"] == "batch":
        parts = [
            f"{part} (at random {spread(state['random_here'][name])} %)"
            for part, name in zip(parts, state["here"], strict=True)
        ]
    how = "Anytime" if state["setting"] == "anytime" else "In a batch"
    guess = "" if guessed is None else f" You guessed {guessed:g} % at the smallest budget."
    return f"{how}, with {state['budget']:,.0f} MACs per image: {', '.join(parts)}.{guess}"


def _row(result: MultiScale, budgets: list[float], budget: float) -> dict[str, str]:
    row = {"MACs per image": f"{budget:,.0f}"}
    for label, setting in SETTINGS.items():
        for name, values in _state(result, budgets, budget, setting)["here"].items():
            row[f"{name}, {label}"] = f"{spread(values)} %"
    return row


def _draw(
    figure: Figure, state: live.State, result: MultiScale, guessed: float | None
) -> live.Update:
    axes, thousands = figure.subplots(), np.asarray(result.budgets, float) / 1e3
    lines, dots, lots, rings = {}, {}, {}, {}
    for number, name in enumerate(result.anytime):
        look = {**style.series(number), "antialiased": False}
        bare = {"color": look["color"], "antialiased": False}
        (lines[name],) = axes.plot([], [], label=name, zorder=4, **look)
        (dots[name],) = axes.plot([], [], look["marker"], markersize=4, fillstyle="none", **bare)
        (lots[name],) = axes.plot([], [], ":", linewidth=1.8, zorder=2, **bare)
        (rings[name],) = axes.plot(
            [], [], look["marker"], markersize=14, zorder=5, markeredgecolor=style.INK, **bare
        )
    axes.plot([], [], ":", color=style.INK, linewidth=1.8, label="as many at random")
    draw_star(axes, thousands[0], guessed)
    here = axes.axvline(thousands[0], color="#D0D0D0", linewidth=7, zorder=0.8)
    every = [
        np.asarray(v, float).ravel()
        for p in (result.anytime, result.batch, result.at_random)
        for v in p.values()
    ]
    low, high = 100 * np.concatenate(every).min(), 100 * np.concatenate(every).max()
    axes.set(xlim=(thousands[0] - 20, thousands[-1] + 20), ylim=(low - 0.5, high + 0.5))
    axes.set(xlabel="budget, thousand MACs per image", ylabel="test accuracy, %")
    axes.grid(True)
    figure.legend(loc="outside upper right", ncols=4)
    title = axes.set_title(" ")

    def update(state: live.State) -> list[Artist]:
        here.set_xdata([state["budget"] / 1e3] * 2)
        for name, values in state["curves"].items():
            lines[name].set_data(thousands, values.mean(axis=0))
            dots[name].set_data(np.tile(thousands, len(values)), values.ravel())
            rings[name].set_data([state["budget"] / 1e3], [state["here"][name].mean()])
            lot = state["at_random"].get(name, np.full(values.shape, np.nan))
            lots[name].set_data(thousands, lot.mean(axis=0))
        best = max(state["here"], key=lambda name: state["here"][name].mean())
        title.set_text(f"ahead here: {best}, {state['here'][best].mean():.1f} %")
        return [here, *lots.values(), *lines.values(), *dots.values(), *rings.values(), title]

    return update
