"""The chapter in one picture: a large network speaks, a small one listens, and labels say less."""

from nc_teach import live
from nc_teach.live.artists import Axes, FancyBboxPatch, Figure

CLASSES = ("1", "2", "3", "7")
SOFT, HARD = (0.08, 0.62, 0.22, 0.08), (0.0, 1.0, 0.0, 0.0)


def distilling() -> live.StillFigure:
    """Teacher and student, with a soft target and a label between them (made-up numbers)."""
    says = (
        "A large teacher says of a 2: 2 with 0.62, 3 with 0.22, 1 and 7 with 0.08 each. A label "
        "says 2 and nothing else. A small student learns from what the teacher says."
    )
    return live.StillFigure("Knowledge distillation in one picture", _draw, says, size=(860, 280))


def _draw(figure: Figure) -> None:
    from nc_teach.live.style import COLOURS

    axes = figure.subplots()
    axes.set(xlim=(0, 8.6), ylim=(-0.1, 2.75))
    axes.set_axis_off()
    _network(axes, 0.1, 0.0, (2.2, 2.5), "Teacher", "large, slow,\nknows a lot", COLOURS["blue"])
    _network(axes, 6.9, 0.55, (1.5, 1.4), "Student", "small, fast", COLOURS["green"])
    _bars(axes, 3.6, 1.5, SOFT, "soft target", COLOURS["blue"], "")
    _bars(axes, 3.6, 0.15, HARD, "label", COLOURS["vermilion"], "//")
    _arrow(axes, (2.5, 1.85), (3.4, 1.85), COLOURS["blue"])
    _arrow(axes, (5.5, 1.85), (6.75, 1.4), COLOURS["blue"])
    _arrow(axes, (5.5, 0.5), (6.75, 1.0), COLOURS["vermilion"])


def _network(
    axes: Axes, x: float, y: float, size: tuple[float, float], name: str, what: str, colour: str
) -> None:
    width, height = size
    axes.add_patch(
        FancyBboxPatch(
            (x, y),
            width,
            height,
            boxstyle="round,pad=0.02,rounding_size=0.12",
            facecolor="white",
            edgecolor=colour,
            linewidth=2.5,
        )
    )
    middle = x + width / 2
    axes.text(middle, y + 0.66 * height, name, ha="center", va="center", fontsize=19, weight="bold")
    axes.text(middle, y + 0.3 * height, what, ha="center", va="center", fontsize=13)


def _bars(
    axes: Axes, x: float, y: float, heights: tuple[float, ...], name: str, colour: str, hatch: str
) -> None:
    step, tall = 0.42, 0.75
    places = [x + step * k for k in range(len(heights))]
    axes.bar(
        places,
        [tall * h for h in heights],
        0.34,
        bottom=y,
        color=colour,
        hatch=hatch,
        edgecolor="white",
    )
    axes.plot([x - 0.25, places[-1] + 0.25], [y, y], "-", color="#1A1A1A", linewidth=1)
    for place, label in zip(places, CLASSES, strict=True):
        axes.text(place, y - 0.03, label, ha="center", va="top", fontsize=12)
    axes.text(x + 1.5 * step, y + tall + 0.12, name, ha="center", va="bottom", fontsize=14)


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float], colour: str) -> None:
    style = {"arrowstyle": "-|>,head_width=0.5,head_length=0.8", "linewidth": 3, "color": colour}
    axes.annotate("", end, start, arrowprops=style)
