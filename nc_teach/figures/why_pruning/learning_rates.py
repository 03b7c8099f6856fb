"""The same race at two learning rates, on the same axes: how far is the ticket ahead of re-init?

A panel per learning rate; in it the whole network, the ticket and the re-initialised ticket: a dot
per network, a bar at the mean, and the ticket's lead between the two as a number.
"""

from typing import TYPE_CHECKING

import numpy as np

from nc_teach import live
from nc_teach.figures.words import spread
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, Figure

if TYPE_CHECKING:
    from nc_teach.claims.why_pruning.learning_rate import Rates

WAYS = ("whole network", "ticket", "re-init")


def learning_rates(result: "Rates", *, start: float = 0.0625) -> live.LiveFigure:
    """A live figure with a slider for the density, from the measured one nearest to ``start``."""
    percent = [round(100 * d, 1) for d in result.densities]
    return live.LiveFigure(
        "Does it depend on the learning rate?",
        [live.Slider("left", "Weights left", percent, near=100 * start, unit="%")],
        lambda values: {**values, **_state(result, percent.index(values["left"]))},
        lambda figure, state: _build(figure, result),
        _describe,
        size=(860, 420),
        source=result.provenance.line(),
    )


def _state(result: "Rates", place: int) -> live.State:
    """By learning rate: the accuracies of every way in per cent, and the lead in points."""
    accuracy, lead = {}, {}
    for rate in result.rates:
        ticket, other = (100 * way[rate][:, place] for way in (result.ticket, result.reinit))
        accuracy[rate] = dict(zip(WAYS, (100 * result.dense[rate], ticket, other), strict=True))
        lead[rate] = (ticket - other).mean()
    return {"accuracy": accuracy, "lead": lead}


def _describe(state: live.State) -> str:
    parts = []
    for rate, accuracy in state["accuracy"].items():
        numbers = ", ".join(f"{way} {spread(values)} %" for way, values in accuracy.items())
        parts.append(
            f"at learning rate {rate:g} {numbers} (ticket ahead by {state['lead'][rate]:.1f})"
        )
    return f"{state['left']:g} % of the weights left: {'; '.join(parts)}."


def _build(figure: Figure, result: "Rates") -> live.Update:
    panels = figure.subplots(1, len(result.rates), sharey=True)
    panels[0].set_ylabel("test accuracy, %")
    lowest = 100 * min(a.min() for a in (*result.reinit.values(), *result.dense.values()))
    panels[0].set_ylim(5 * np.floor((lowest - 2) / 5), 100)
    return live.together(*(_draw_panel(*panel) for panel in zip(panels, result.rates, strict=True)))


def _draw_panel(axes: Axes, rate: float) -> live.Update:
    """The panel of one learning rate; returns ``move(state) -> artists``."""
    axes.set(title=f"learning rate {rate:g}", xlim=(-0.5, 3.4))
    axes.set_xticks(range(len(WAYS)), [way.replace(" ", "\n") for way in WAYS])
    axes.grid(True, axis="y")
    dots, means = [], []
    for number in range(len(WAYS)):
        look = style.series(number)
        dots += axes.plot([], [], look["marker"], color=look["color"], markersize=9, alpha=0.8)
        means += axes.plot([], [], "-", color=style.INK, linewidth=2.5)
    (lead,) = axes.plot([], [], "-", color=style.COLOURS["purple"], linewidth=5, alpha=0.8)
    text = axes.text(0, 0, "", ha="center", va="top", linespacing=1.0, weight="bold")

    def move(state: live.State) -> list[Artist]:
        accuracy = list(state["accuracy"][rate].values())
        for place, values in enumerate(accuracy):
            dots[place].set_data([place] * len(values), values)
            means[place].set_data([place - 0.28, place + 0.28], [values.mean()] * 2)
        _, ticket, other = (values.mean() for values in accuracy)
        lead.set_data([2.6, 2.6], [other, ticket])
        text.set_position((2.85, other - 0.6))
        text.set_text(f"ticket's lead\n{state['lead'][rate]:+.1f} points")
        return [*dots, *means, lead, text]

    return move
