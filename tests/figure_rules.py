"""What every live figure keeps, asked once: the files of the chapters' figures call it."""

import math
import re

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
        some = {control.values[k] for k in (0, len(control.values) // 2, -1)}
        pictures = {figure.picture({control.name: value}).tobytes() for value in some}
        assert len(pictures) > 1, f"{control.name} moves nothing"


def numbers(sentence: str) -> list[float]:
    """Every number of a sentence, in order."""
    found = re.findall(r"[-\u2212]?\d[\d,]*(?:\.\d+)?", sentence)
    return [float(number.replace(",", "").replace("\u2212", "-")) for number in found]
