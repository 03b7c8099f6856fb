"""The straight line between two networks: a walk from A to B, with B's units matched or not.

Left, test accuracy of the network at (1 - alpha) A + alpha B; a large dot where the slider stands,
small ones for every pair of networks, in grey the same walk with the switch the other way. Right,
what a few units of the first layer look for: A's, B's in the same place, and between them their
mixture. Here are the numbers, in ``interpolation_drawing`` the picture.
"""

import numpy as np

from nc_teach import live
from nc_teach.claims.knowledge_distillation import Paths
from nc_teach.figures.knowledge_distillation.interpolation_drawing import draw
from nc_teach.figures.words import spread

APART, TOGETHER = "as it came", "matched by weights"


def interpolation(
    result: Paths, guess: live.Guess = None, *, start: float = 0.5, matched: bool = False
) -> live.LiveFigure:
    """A live figure of the way from one network to another.

    Parameters
    ----------
    result
        What ``interpolation_paths`` returns, with the lines "as it came" and "matched by weights".
    guess
        The accuracy half-way in per cent, a prediction whose ``value`` is one, or nothing.
    start, matched
        Where the slider and the switch are first.

    Raises
    ------
    ValueError
        When a line is missing, or its numbers do not fit the alphas.
    """
    for line in (APART, TOGETHER):
        if line not in result.test or line not in result.filters:
            raise ValueError(f"result must have the line {line!r}, got {list(result.test)}")
        if result.test[line].shape[1] != len(result.alphas):
            raise ValueError(
                f"result.test[{line!r}] must have a number for each of {len(result.alphas)} "
                f"alphas, got {result.test[line].shape[1]}"
            )
    alphas = [round(float(alpha), 6) for alpha in result.alphas]
    nearest = min(alphas, key=lambda alpha: abs(alpha - start))
    guessed = live.guessed(guess)
    return live.LiveFigure(
        "From network A to network B in a straight line",
        [
            live.Slider("alpha", "Share of B", alphas, start=nearest, format=_percent),
            live.Toggle("matched", "Permute B to match A", start=matched),
        ],
        lambda values: _state(result, values),
        lambda figure, state: draw(figure, state, guessed),
        lambda state: _describe(state, guessed),
        size=(900, 440),
        source=result.provenance.line(),
        table=lambda points: _table(result),
    )


def _percent(share: float) -> str:
    """A share as a whole per cent.

    >>> _percent(0.35)
    '35 %'
    """
    return f"{100 * share:.0f} %"


def _state(result: Paths, values: live.Values) -> live.State:
    line, other = (TOGETHER, APART) if values["matched"] else (APART, TOGETHER)
    place = int(np.argmin(np.abs(np.array(result.alphas) - values["alpha"])))
    a, b = (result.filters[line][:, k].astype(float) for k in range(2))
    return {
        "alpha": values["alpha"],
        "matched": values["matched"],
        "alphas": np.array(result.alphas),
        "curves": 100 * result.test[line],
        "other": 100 * result.test[other].mean(axis=0),
        "now": 100 * result.test[line][:, place],
        "ends": 50 * (result.test[line][:, 0] + result.test[line][:, -1]),
        "half": 100 * result.test[APART][:, int(np.argmin(np.abs(np.array(result.alphas) - 0.5)))],
        "alike": [_cosine(*two) for two in zip(a, b, strict=True)],
        "filters": np.stack([a, (1 - values["alpha"]) * a + values["alpha"] * b, b]),
    }


def _cosine(one: np.ndarray, other: np.ndarray) -> float:
    """How alike two units are: 1 the same up to a factor, 0 nothing in common.

    >>> _cosine(np.array([3.0, 4.0]), np.array([6.0, 8.0])), _cosine(np.ones(2), np.zeros(2))
    (1.0, 0.0)
    """
    lengths = np.linalg.norm(one) * np.linalg.norm(other)
    return float((one * other).sum() / lengths) if lengths > 0 else 0.0


def _describe(state: live.State, guessed: float | None) -> str:
    who = "units of B in the order of A's" if state["matched"] else "B as it came"
    fall = state["now"].mean() - state["ends"].mean()
    what = (
        f"{_percent(1 - state['alpha'])} A and {_percent(state['alpha'])} B, {who}: test accuracy "
        f"{spread(state['now'])} %, {abs(fall):.1f} points {'below' if fall < 0 else 'above'} the "
        f"mean of A and B."
    )
    if guessed is None:
        return what
    truth = f"it is {spread(state['half'])} %"
    return f"{what} You guessed {guessed:g} % half-way without matching; {truth}."


def _table(result: Paths) -> list[dict[str, str]]:
    return [
        {
            "Share of B": _percent(alpha),
            **{
                f"Accuracy, B {line}": f"{spread(100 * test[:, place])} %"
                for line, test in result.test.items()
                if line in (APART, TOGETHER)
            },
        }
        for place, alpha in enumerate(result.alphas)
    ]
