"""The hint cable: a layer of the teacher plugged into a layer of a thin, deep student.

Above, the teacher's two hidden layers, the student's many, and the cable between them. Below, for
every layer of the student, how much its outputs vary from image to image: where that has died out,
all images look alike and no label can teach anything. Here are the numbers, in
``hint_cable_drawing`` the picture.
"""

import numpy as np

from nc_teach import live
from nc_teach.claims.knowledge_distillation import Hints
from nc_teach.figures.knowledge_distillation.hint_cable_drawing import draw
from nc_teach.figures.words import spread

START, STAGE_1, STAGE_2, PLAIN, HE = "start", "stage 1", "stage 2", "plain", "he"
MOMENTS = {
    "before training": START,
    "after the hint": STAGE_1,
    "after hint and labels": STAGE_2,
    "after labels, without a hint": PLAIN,
    "the same from a He start": HE,
}
WITH_CABLE = (STAGE_1, STAGE_2)


def hint_cable(result: Hints, *, start: int = 12) -> live.LiveFigure:
    """A live figure of a hint and of what it does to the variance in every layer.

    Parameters
    ----------
    result
        Of the claim "hints", measured now or shipped.
    start
        Student layer at which the cable ends first (the nearest that was measured).

    Raises
    ------
    ValueError
        When no hint was measured.
    """
    guided = sorted(result.guided)
    if not guided:
        raise ValueError("result must have at least one guided layer, got none")
    nearest = min(guided, key=lambda n: abs(n - start))
    return live.LiveFigure(
        "Where does the hint go?",
        [
            live.Slider("layer", "Hint to student layer", guided, start=nearest),
            live.Choice("moment", "Show", MOMENTS, start=STAGE_1),
        ],
        lambda values: _state(result, **values),
        draw,
        _describe,
        size=(860, 470),
        source=result.provenance.line(),
        table=lambda points: [_row(_state(result, **point)) for point in points],
    )


def _state(result: Hints, layer: int, moment: str) -> live.State:
    key = {
        START: "start",
        STAGE_1: f"hint {layer}",
        STAGE_2: f"hint {layer}, then labels",
        PLAIN: "plain",
        HE: "He",
    }[moment]
    accuracy = {
        STAGE_2: result.guided[layer],
        PLAIN: result.deep["plain"],
        HE: result.deep["He start, plain"],
    }.get(moment)
    return {
        "layer": layer,
        "moment": moment,
        "name": next(name for name, value in MOMENTS.items() if value == moment),
        "cable": moment in WITH_CABLE,
        "variance": np.array(result.variance[key]),
        "start": np.array(result.variance["start"]),
        "teacher": np.array(result.variance["teacher"]),
        "accuracy": None if accuracy is None else 100 * accuracy,
    }


def say(value: float) -> str:
    """A variance in words: plain where it is near 1, a power of ten where it is not.

    >>> say(0.232), say(3.1e-17), say(15700.0)
    ('0.23', '10⁻¹⁷', '10⁴')
    """
    if 0.01 <= value < 1000:
        return f"{value:.2g}"
    if value <= 0:
        return "0"
    return f"10{str(round(np.log10(value))).translate(str.maketrans('-0123456789', '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'))}"


def _describe(state: live.State) -> str:
    where = f"a hint to layer {state['layer']}, " if state["cable"] else ""
    count = len(state["variance"])
    what = (
        f"{where}{state['name']}: the variance over images is {say(state['variance'][0])} in layer "
        f"1 of the student and {say(state['variance'][-1])} in layer {count}"
    )
    if state["cable"]:
        what += f", {say(state['variance'][state['layer'] - 1])} in layer {state['layer']}"
    end = "" if state["accuracy"] is None else f"; test accuracy {spread(state['accuracy'])} %"
    return f"{what[0].upper()}{what[1:]}{end}."


def _row(state: live.State) -> dict[str, str]:
    accuracy = state["accuracy"]
    return {
        "Shown": state["name"],
        "Hint to layer": f"{state['layer']}" if state["cable"] else "none",
        "Variance in layer 1": say(state["variance"][0]),
        "Variance in the last layer": say(state["variance"][-1]),
        "Test accuracy": "" if accuracy is None else f"{spread(accuracy)} %",
    }
