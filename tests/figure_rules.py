"""What every live figure keeps, asked once: the files of the chapters' figures call it."""

import math
import re

from matplotlib.legend import Legend
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from nc_teach import live
from nc_teach.claims.provenance import Provenance
from nc_teach.live import check, places

BY_HAND = Provenance("by hand", "2026-11-23", "here", 3.0)
MOST_PICTURES = 100  # what is drawn ahead in about a second
FLAT = 385  # CSS pixels: so high, a slide has room for a figure, its heading and a row of controls


def assert_keeps_the_rules(figure: live.LiveFigure, flat: int = FLAT) -> None:
    """No fault, a grid that can be drawn ahead, a source, a table; every control does something.

    On a slide it is at most ``flat`` CSS pixels high: so its letters are large in the last row.
    """
    assert live.faults(figure) == []
    slide = places.for_slide(figure)
    assert check.crowded(slide, figure) == []
    assert slide.size[1] <= flat
    assert legends_over_others(slide) == legends_over_others(figure) == []
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


def legends_over_others(figure: live.LiveFigure) -> list[str]:
    """Legends that lie over another one or over a curve, at the start and at all ends."""
    found = []
    for values in figure.extremes():
        drawing = figure.drawing()
        drawing.pixels(figure.state(values))
        boxes = [legend.get_window_extent() for legend in drawing.figure.findobj(Legend)]
        curves = [(axes, line) for axes in drawing.figure.axes for line in axes.lines]
        for k, box in enumerate(boxes):
            found += ["two legends" for other in boxes[:k] if box.padded(-2).overlaps(other)]
            for axes, line in curves:
                path, inside = line.get_path(), Bbox.intersection(box, axes.bbox)
                if inside and len(path) > 2 and line.get_linestyle() != "None":
                    shown = path.transformed(line.get_transform())
                    if shown.intersects_bbox(inside, filled=False):
                        found.append(f"a legend over {line.get_label()}")
    return found


def numbers(sentence: str) -> list[float]:
    """Every number of a sentence, in order."""
    found = re.findall(r"[-\u2212]?\d[\d,]*(?:\.\d+)?", sentence)
    return [float(number.replace(",", "").replace("\u2212", "-")) for number in found]
