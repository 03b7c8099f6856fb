"""The chapter in one picture: draw, train, prune, rewind, and what is asked about each step."""

from __future__ import annotations

from typing import Any

from nc_teach import live
from nc_teach.figures.network_pruning.pruning_loop import _arrow, _box

STEPS = (
    ("Draw", "initial\nweights", "others?\nonly the signs?"),
    ("Train", "the whole\nnetwork", "how fast?\nor not at all?"),
    ("Prune", "keep what\ngrew large", "by what?\nor at random?"),
    ("Rewind", "to the initial\nweights", "why not small\nfrom the start?"),
)


def ticket_loop() -> live.StillFigure:
    """The search for a lottery ticket as four boxes, each with the chapter's question below."""
    says = (
        "Draw, train, prune, rewind; then train again what is left. Below each step is what this "
        "chapter asks about it."
    )
    return live.StillFigure("A lottery ticket in one picture", _draw, says, size=(860, 300))


def _draw(figure: Any) -> None:
    from nc_teach.live.style import COLOURS, INK

    axes = figure.subplots()
    axes.set(xlim=(-0.05, 3.9), ylim=(-0.7, 1.65))
    axes.set_axis_off()
    for place, (name, what, asked) in enumerate(STEPS):
        _box(axes, place, name, what)
        axes.text(
            place + 0.4, -0.36, asked, ha="center", va="center", fontsize=13, style="italic",
            color=INK,
        )  # fmt: skip
        if place:
            _arrow(axes, (place - 0.18, 0.5), (place - 0.02, 0.5), COLOURS["blue"])
    _arrow(axes, (3.4, 1.0), (1.4, 1.0), COLOURS["vermilion"], "bar,fraction=0.1")
    axes.text(2.4, 1.48, "again, with what is left", ha="center", va="center", fontsize=15)
