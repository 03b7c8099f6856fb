"""The chapter in one picture: draw, train, prune, rewind, and what is asked about each step."""

from nc_teach import live
from nc_teach.figures.steps import arrow, draw_steps
from nc_teach.live.artists import Figure

STEPS = (
    ("Draw", "initial\nweights"),
    ("Train", "the whole\nnetwork"),
    ("Prune", "keep what\ngrew large"),
    ("Rewind", "to the initial\nweights"),
)
ASKED = (
    "others?\nonly the signs?",
    "how fast?\nor not at all?",
    "by what?\nor at random?",
    "why not small\nfrom the start?",
)


def ticket_loop() -> live.StillFigure:
    """The search for a lottery ticket as four boxes, each with the chapter's question below."""
    says = (
        "Draw, train, prune, rewind; then train again what is left. Below each step is what this "
        "chapter asks about it."
    )
    return live.StillFigure("A lottery ticket in one picture", _draw, says, size=(860, 300))


def _draw(figure: Figure) -> None:
    axes = figure.subplots()
    axes.set(xlim=(-0.05, 3.9), ylim=(-0.7, 1.65))
    draw_steps(axes, STEPS)
    for place, asked in enumerate(ASKED):
        axes.text(place + 0.4, -0.36, asked, ha="center", va="center", fontsize=13, style="italic")
    arrow(axes, (3.4, 1.0), (1.4, 1.0), "vermilion", "bar,fraction=0.1")
    axes.text(2.4, 1.48, "again, with what is left", ha="center", va="center", fontsize=15)
