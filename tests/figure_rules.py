"""What every live figure keeps, asked once: the files of the chapters' figures call it."""

import math
import re

from matplotlib.text import Text

from nc_teach import live
from nc_teach.claims.provenance import Provenance

BY_HAND = Provenance("by hand", "2026-11-23", "here", 3.0)
MOST_PICTURES = 100  # what is drawn ahead in about a second


def assert_keeps_the_rules(figure: live.LiveFigure) -> None:
    """No fault, a grid that can be drawn ahead, a source, a table; every control does something."""
    assert live.faults(figure) == []
    assert math.prod(len(control.values) for control in figure.controls) <= MOST_PICTURES
    assert figure.source.endswith(".")
    start = {control.name: control.values[control.start] for control in figure.controls}
    assert figure.table is None or figure.table([start])
    for control in figure.controls:
        first, *others = (control.values[k] for k in (0, -1, len(control.values) // 2))
        before = figure.picture({control.name: first}).tobytes()
        moved = (figure.picture({control.name: value}).tobytes() != before for value in others)
        assert any(moved), f"{control.name} moves nothing"


def titles(figure: live.LiveFigure, values: dict[str, object]) -> list[str]:
    """The titles of a figure's axes, as they are drawn for these values."""
    drawing = figure.drawing()
    drawing.pixels(figure.state(values))
    return [axes.get_title(loc="left") for axes in drawing.figure.axes]


def texts_over_texts(figure: live.LiveFigure, values: dict[str, object]) -> list[tuple[str, str]]:
    """Pairs of texts that are drawn over each other for these values; a legend's are texts too."""
    drawing = figure.drawing()
    drawing.pixels(figure.state(values))
    texts = [t for t in drawing.figure.findobj(Text) if t.get_text().strip() and t.get_visible()]
    shown = [(t.get_text(), t.get_window_extent().padded(-2)) for t in texts]
    return [(a, b) for k, (a, one) in enumerate(shown) for b, two in shown[:k] if one.overlaps(two)]


def numbers(sentence: str) -> list[float]:
    """Every number of a sentence, in order."""
    found = re.findall(r"[-\u2212]?\d[\d,]*(?:\.\d+)?", sentence)
    return [float(number.replace(",", "").replace("\u2212", "-")) for number in found]
