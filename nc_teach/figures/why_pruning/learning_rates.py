"""The same race at two learning rates, on the same axes: how far is the ticket ahead of re-init?

A panel per learning rate; in it the whole network, the ticket and the re-initialised ticket: a dot
per network, a bar at the mean, and the ticket's lead between the two as a number.
"""

import numpy as np

from nc_teach import live
from nc_teach.claims.why_pruning.learning_rate import Rates
from nc_teach.figures.words import spread
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, Figure, Line2D, Text

Panel = tuple[list[Line2D], list[Line2D], Line2D, Text]

WAYS = ("whole network", "ticket", "re-init")


def learning_rates(result: Rates, *, start: float = 0.0625) -> live.LiveFigure:
    """A live figure with a slider for the density.

    It begins at the measured density that is nearest to ``start``. Raises ``ValueError`` unless
    there are at least two learning rates.
    """
    if len(result.rates) < 2:
        raise ValueError(f"result.rates must be at least two, got {list(result.rates)}")
    percent = [round(100 * d, 1) for d in result.densities]
    nearest = min(percent, key=lambda p: abs(p - 100 * start))
    return live.LiveFigure(
        "Does it depend on the learning rate?",
        [live.Slider("left", "Weights left", percent, start=nearest, unit="%")],
        lambda values: _state(result, percent.index(values["left"])),
        lambda figure, state: _build(figure, result),
        _describe,
        size=(860, 420),
        source=result.provenance.line(),
    )


def _state(result: Rates, place: int) -> live.State:
    accuracy = {
        rate: {
            "whole network": 100 * result.dense[rate],
            "ticket": 100 * result.ticket[rate][:, place],
            "re-init": 100 * result.reinit[rate][:, place],
        }
        for rate in result.rates
    }
    lead = {rate: float((a["ticket"] - a["re-init"]).mean()) for rate, a in accuracy.items()}
    percent = round(100 * result.densities[place], 1)
    return {"percent": percent, "accuracy": accuracy, "lead": lead}


def _describe(state: live.State) -> str:
    parts = []
    for rate, accuracy in state["accuracy"].items():
        numbers = ", ".join(f"{way} {spread(values)} %" for way, values in accuracy.items())
        parts.append(
            f"at learning rate {rate:g} {numbers} (ticket ahead by {state['lead'][rate]:.1f})"
        )
    return f"{state['percent']:g} % of the weights left: {'; '.join(parts)}."


def _build(figure: Figure, result: Rates) -> live.Update:
    panels = figure.subplots(1, len(result.rates), sharey=True)
    lowest = 100 * min(a.min() for a in (*result.reinit.values(), *result.dense.values()))
    artists = {}
    for axes, rate in zip(panels, result.rates, strict=True):
        axes.set_title(f"learning rate {rate:g}")
        axes.set(xlim=(-0.5, 3.4), ylim=(5 * np.floor((lowest - 2) / 5), 100))
        axes.set_xticks(range(len(WAYS)), [way.replace(" ", "\n") for way in WAYS])
        axes.grid(True, axis="y")
        artists[rate] = _draw_panel(axes)
    panels[0].set_ylabel("test accuracy, %")

    def update(state: live.State) -> list[Artist]:
        for rate, (dots, means, arrow, text) in artists.items():
            for place, values in enumerate(state["accuracy"][rate].values()):
                dots[place].set_data(np.full(len(values), place), values)
                means[place].set_data([place - 0.28, place + 0.28], [values.mean()] * 2)
            ticket, other = (state["accuracy"][rate][way].mean() for way in WAYS[1:])
            arrow.set_data([2.6, 2.6], [other, ticket])
            text.set_position((2.85, other - 0.6))
            text.set_text(f"ticket's lead\n{state['lead'][rate]:+.1f} points")
        return [a for d, m, line, text in artists.values() for a in (*d, *m, line, text)]

    return update


def _draw_panel(axes: Axes) -> Panel:
    dots, means = [], []
    for number in range(len(WAYS)):
        look = style.series(number)
        dots += axes.plot([], [], look["marker"], color=look["color"], markersize=9, alpha=0.8)
        means += axes.plot([], [], "-", color=style.INK, linewidth=2.5)
    (arrow,) = axes.plot([], [], "-", color=style.COLOURS["purple"], linewidth=5, alpha=0.8)
    text = axes.text(2.42, 0, "", ha="center", va="top", linespacing=1.0, weight="bold")
    return dots, means, arrow, text
