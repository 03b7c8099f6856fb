"""The chapter in one picture: a large network speaks, a small one listens, and labels say less."""

from nc_teach import live
from nc_teach.live.artists import Axes, FancyBboxPatch, Figure
from nc_teach.live.style import COLOURS

BLUE, GREEN, RED = COLOURS["blue"], COLOURS["green"], COLOURS["vermilion"]
NETWORKS = (  # corner, width, height, name, what it is like, colour
    ((0.1, 0.0), 2.2, 2.5, "Teacher", "large, slow,\nknows a lot", BLUE),
    ((6.9, 0.55), 1.5, 1.4, "Student", "small, fast", GREEN),
)
TARGETS = (  # foot, shares of the classes, name, colour, hatch
    (1.5, (0.08, 0.62, 0.22, 0.08), "soft target", BLUE, ""),
    (0.15, (0.0, 1.0, 0.0, 0.0), "label", RED, "//"),
)
ARROWS = (
    ((2.5, 1.85), (3.4, 1.85), BLUE),
    ((5.5, 1.85), (6.75, 1.4), BLUE),
    ((5.5, 0.5), (6.75, 1.0), RED),
)


def distilling() -> live.StillFigure:
    """Teacher and student, with a soft target and a label between them (made-up numbers)."""
    says = (
        "A large teacher says of a 2: 2 with 0.62, 3 with 0.22, 1 and 7 with 0.08 each. A label "
        "says 2 and nothing else. A small student learns from what the teacher says."
    )
    return live.StillFigure("Knowledge distillation in one picture", _draw, says, size=(860, 280))


def _draw(figure: Figure) -> None:
    axes = figure.subplots()
    axes.set(xlim=(0, 8.6), ylim=(-0.1, 2.75))
    axes.set_axis_off()
    _draw_networks(axes)
    _draw_targets(axes)
    for start, end, colour in ARROWS:
        shape = "-|>,head_width=0.5,head_length=0.8"
        axes.annotate("", end, start, arrowprops={"arrowstyle": shape, "lw": 3, "color": colour})


def _draw_networks(axes: Axes) -> None:
    for (x, y), width, height, name, what, colour in NETWORKS:
        shape = "round,pad=0.02,rounding_size=0.12"
        box = FancyBboxPatch((x, y), width, height, boxstyle=shape)
        box.set(facecolor="white", edgecolor=colour, linewidth=2.5)
        axes.add_patch(box)
        for up, text, size, weight in ((0.66, name, 19, "bold"), (0.3, what, 13, "normal")):
            middle = (x + width / 2, y + up * height)
            axes.text(*middle, text, ha="center", va="center", fontsize=size, weight=weight)


def _draw_targets(axes: Axes) -> None:
    left, step, tall = 3.6, 0.42, 0.75
    places = [left + step * k for k in range(4)]
    for y, shares, name, colour, hatch in TARGETS:
        heights = [tall * share for share in shares]
        axes.bar(places, heights, 0.34, y, color=colour, hatch=hatch, edgecolor="white")
        axes.plot([left - 0.25, places[-1] + 0.25], [y, y], "-", color="#1A1A1A", linewidth=1)
        for place, label in zip(places, "1237", strict=True):
            axes.text(place, y - 0.03, label, ha="center", va="top", fontsize=12)
        above = y + tall + 0.12
        axes.text(left + 1.5 * step, above, name, ha="center", va="bottom", fontsize=14)
