"""The chapter in one picture: train, judge, remove, train on, and again."""

from nc_teach import live
from nc_teach.figures.steps import arrow, draw_steps
from nc_teach.live.artists import Figure

STEPS = (
    ("Train", "a network\nthat is too big"),
    ("Judge", "how much does\na weight matter?"),
    ("Remove", "what matters\nleast"),
    ("Heal", "train on with\nwhat is left"),
)


def pruning_loop() -> live.StillFigure:
    """The loop of network pruning as four boxes and the way back."""
    says = "Train, judge, remove, heal; then judge again, until the network is small enough."
    return live.StillFigure("Network pruning in one picture", _draw, says, size=(860, 240))


def _draw(figure: Figure) -> None:
    axes = figure.subplots()
    axes.set(xlim=(-0.05, 4.0), ylim=(-0.62, 1.02))
    draw_steps(axes, STEPS)
    arrow(axes, (3.4, 0.0), (1.4, 0.0), "vermilion", "bar,fraction=-0.12")
    axes.text(2.4, -0.5, "again, until it is small enough", ha="center", va="center", fontsize=15)
