"""What a separable convolution costs: multiplications by the formula, and time by the clock.

Left the MACs, right the measured milliseconds, both as a share of the standard convolution. The
sliders offer what was measured; where a combination was not, the nearest one that was is shown,
and named.
"""

from collections.abc import Sequence

import numpy as np

from nc_teach import live
from nc_teach.claims.architecture_design.separable_cost import SeparableTimes, Size
from nc_teach.figures.architecture_design.cost_calculator_drawing import (
    WAYS,
    draw,
    faster,
    ratio,
    setting,
)


def cost_calculator(times: SeparableTimes, guess: live.Guess = None) -> live.LiveFigure:
    """A live figure of the formula 1/O + 1/k^2 beside the clock.

    Parameters
    ----------
    times
        What ``claims.architecture_design.time_separable`` returns, or a shipped one.
    guess
        How many times faster the reader thinks it is: a number, a prediction whose ``value`` is
        one, or nothing.
    """
    guessed = live.guessed(guess)
    grid = [sorted(set(column)) for column in zip(*times.sizes, strict=True)]
    first = dict(zip("iokf", _first(grid, times.sizes), strict=True))
    return live.LiveFigure(
        "What does a convolution cost?",
        [
            live.Slider("i", "Input channels I", grid[0], start=first["i"]),
            live.Slider("o", "Output channels O", grid[1], start=first["o"]),
            live.Slider("k", "Kernel side k", grid[2], start=first["k"]),
            live.Slider("f", "Map side", grid[3], start=first["f"]),
        ],
        lambda values: _state(times, *(values[name] for name in "iokf")),
        lambda figure, state: draw(figure, times, guessed),
        lambda state: _describe(state, guessed),
        size=(900, 400),
        source=times.provenance.line(),
        table=lambda points: [_row(_state(times, *size)) for size in times.sizes],
    )


def _first(grid: list[list[int]], sizes: Sequence[Size]) -> tuple[int, ...]:
    """The measured setting that is nearest to the middle of every slider."""
    middle = tuple(values[(len(values) - 1) // 2] for values in grid)
    return tuple(sizes[_nearest(sizes, middle)])


def _macs(i: int, o: int, k: int, f: int) -> dict[str, int]:
    """MACs of a standard convolution, of both halves, and of the halves together.

    >>> _macs(2, 4, 3, 5)
    {'standard': 1800, 'depthwise': 450, 'pointwise': 200, 'separable': 650}
    """
    places = f * f
    halves = {"depthwise": k * k * i * places, "pointwise": i * o * places}
    return {"standard": k * k * i * o * places, **halves, "separable": sum(halves.values())}


def _nearest(settings: Sequence[Size], wanted: tuple[int, ...]) -> int:
    """Where the measured setting is that differs by the smallest factors.

    >>> _nearest([(16, 16, 3, 28), (64, 32, 3, 28)], (64, 64, 3, 28))
    1
    """
    apart = np.abs(np.log(np.array(settings, float)) - np.log(np.array(wanted, float)))
    return int(apart.sum(axis=1).argmin())


def _state(times: SeparableTimes, i: int, o: int, k: int, f: int) -> live.State:
    wanted, macs = (i, o, k, f), _macs(i, o, k, f)
    place = _nearest(times.sizes, wanted)
    runs = {way: np.asarray(times.ms[way], float)[:, place] for way in WAYS}
    middle = {way: float(np.median(ms)) for way, ms in runs.items()}
    return {
        "setting": wanted,
        "measured": tuple(times.sizes[place]),
        "macs": macs,
        "runs": runs,
        "ms": middle,
        "fewer": macs["standard"] / macs["separable"],
        "faster": middle["standard"] / middle["separable"],
    }


def _describe(state: live.State, guessed: float | None) -> str:
    i, o, k, f = state["setting"]
    where = "here" if state["measured"] == state["setting"] else f"nearest ({setting(state)})"
    said = (
        f"{i} to {o} channels, {k} x {k}, map {f} x {f}: {ratio(state)}, so "
        f"{state['fewer']:.1f} times fewer MACs; measured {where} "
        f"{faster(state['faster'])}."
    )
    return said if guessed is None else f"{said} You guessed {guessed:g} times."


def _row(state: live.State) -> dict[str, str]:
    i, o, k, f = state["setting"]
    return {
        "I": str(i),
        "O": str(o),
        "k": str(k),
        "Map": f"{f} x {f}",
        "1/O + 1/k²": f"{1 / state['fewer']:.3f}",
        "MACs, times fewer": f"{state['fewer']:.1f}",
        "Time, times faster": f"{state['faster']:.1f}",
        **{f"{way}, ms": f"{state['ms'][way]:.3f}" for way in WAYS},
    }
