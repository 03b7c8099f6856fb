"""The temperature: what a teacher says of a digit, said more softly, and what a student hears.

Left the digit; in the middle the teacher's soft targets at temperature T, with those at T = 1 as an
outline; right how large a gradient a student gets that does not know anything yet, with and
without the factor T². Here are the numbers, in ``temperature_drawing`` the picture.
"""

import numpy as np

from nc_teach import live
from nc_teach.claims.knowledge_distillation import TellingDigits
from nc_teach.figures.knowledge_distillation.temperature_drawing import draw

TEMPERATURES = (0.5, 0.7, 1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10, 12, 16, 20, 30, 40, 60, 80, 100)


def temperature(digits: TellingDigits, *, start: float = 4) -> live.LiveFigure:
    """A live figure of a teacher's soft targets for a few digits.

    Parameters
    ----------
    digits
        What ``telling_digits`` returns.
    start
        Temperature at which the slider is first.

    Raises
    ------
    ValueError
        When there is no digit, or not a row of logits for each.
    """
    if not len(digits.labels) or len(digits.teacher) != len(digits.labels):
        raise ValueError(
            f"digits must have a row of teacher's logits for each of its images, at least one, got "
            f"{len(digits.teacher)} rows for {len(digits.labels)} images"
        )
    teacher, student = np.asarray(digits.teacher, float), np.asarray(digits.student, float)
    lengths = {
        place: gradient_lengths(teacher[place], student[place], TEMPERATURES)
        for place in range(len(teacher))
    }

    def compute(values: live.Values) -> live.State:
        place, t = values["digit"], values["temperature"]
        return {
            "temperature": t,
            "image": digits.images[place][0],
            "label": int(digits.labels[place]),
            "cold": soften(teacher[place], 1),
            "soft": (soft := soften(teacher[place], t)),
            "bits": entropy_bits(soft),
            "lengths": lengths[place],
            "now": gradient_lengths(teacher[place], student[place], (t,))[:, 0],
        }

    names = {f"this {label}": place for place, label in enumerate(digits.labels)}
    return live.LiveFigure(
        "What a teacher says, more and more softly",
        [
            live.Slider("temperature", "Temperature T", TEMPERATURES, start=start),
            live.Choice("digit", "Digit", names),
        ],
        compute,
        lambda figure, state: draw(figure, state, TEMPERATURES, lengths.values()),
        _describe,
        size=(900, 400),
        source=digits.provenance.line(),
    )


def soften(logits: np.ndarray, temperature: float) -> np.ndarray:
    """Softmax of logits / T.

    >>> soften(np.array([100.0, 10.0, 1.0]), 100).round(2).tolist()
    [0.56, 0.23, 0.21]
    """
    powers = np.exp((logits - logits.max()) / temperature)
    return powers / powers.sum()


def entropy_bits(probabilities: np.ndarray) -> float:
    """-sum p log2 p.

    >>> entropy_bits(np.array([0.5, 0.5, 0.0]))
    1.0
    """
    some = probabilities[probabilities > 0]
    return float(-(some * np.log2(some)).sum()) + 0.0


def gradient_lengths(
    teacher: np.ndarray, student: np.ndarray, temperatures: tuple[float, ...]
) -> np.ndarray:
    """Length of the gradient at the student's logits, 2 x temperatures: with T² and without.

    >>> gradient_lengths(np.array([1.0, -1.0]), np.zeros(2), (1, 100)).round(4).tolist()
    [[0.5385, 0.7071], [0.5385, 0.0001]]
    """
    found = []
    for t in temperatures:
        difference = np.linalg.norm(soften(student, t) - soften(teacher, t))
        found.append((difference * t, difference / t))
    return np.array(found).T


def _describe(state: live.State) -> str:
    soft = state["soft"]
    first = np.argsort(-soft, kind="stable")[:3]
    said = ", ".join(f"{k}: {soft[k]:.2f}" for k in first)
    squared, plain = state["now"]
    return (
        f"At T = {state['temperature']:g} the teacher says of this {state['label']}: {said} "
        f"({state['bits']:.2f} of at most {np.log2(len(soft)):.2f} bits). An untrained "
        f"student gets a gradient of length {plain:.2g}, or {squared:.2g} with the factor T²."
    )
