"""A battery runs down: which part of a network still runs, and what does it still know?

The charge is a budget: a percentage of what the most costly configuration takes, in MACs or in
measured time. Among the configurations that fit, the one with the best accuracy *on the validation
split* runs; what it reads of the test images is shown. Unlike a curve of accuracy over cost alone,
this also draws which parts of the network stay dark. Here are the numbers, in ``battery_drawing``
the picture.
"""

from collections.abc import Sequence

import numpy as np

from nc_teach import live
from nc_teach.claims.dynamic_computation.battery import BatteryResult, Configuration
from nc_teach.figures.dynamic_computation.battery_drawing import draw
from nc_teach.figures.words import spread

BEST = "whatever is best"
CHARGES = (5, *range(10, 101, 10))
KINDS = {"MACs": "macs", "measured time": "latency_ms"}


def battery(result: BatteryResult, guess: live.Guess = None, *, start: int = 50) -> live.LiveFigure:
    """A live figure that picks depth, width or blocks under a budget.

    Parameters
    ----------
    result
        What ``iterative_pruning_run`` measured of every configuration. Its ``parts`` are shares of
        channels under "width", and else of the images that compute a layer or block.
    guess
        The accuracy in percent that the reader expects at half the charge.
    start
        The charge shown first, in percent.

    Raises
    ------
    ValueError
        When there are fewer than two options, or one has a part outside [0, 1].
    """
    options = list(result.options)
    _check(options)
    methods = list(dict.fromkeys(option.method for option in options))
    guessed = live.guessed(guess)
    return live.LiveFigure(
        "The battery runs down",
        [
            live.Slider("charge", "Battery", CHARGES, start=start, unit="%"),
            live.Choice("kind", "Count the cost in", KINDS),
            live.Choice("method", "Save by", [BEST, *methods] if len(methods) > 1 else methods),
        ],
        lambda values: _state(options, **values),
        lambda figure, state: draw(figure, state, methods, guessed),
        lambda state: _describe(state, guessed),
        size=(980, 460),
        source=result.provenance.line(),
        table=lambda points: [_row(options, option) for option in options],
    )


def choose(costs: np.ndarray, validation: np.ndarray, budget: float) -> int:
    """The option with the best validation accuracy within the budget, or the cheapest of all.

    Of two equally good ones the cheaper is taken; where nothing fits, the cheapest.

    >>> costs, validation = np.array([4.0, 1.0, 2.0]), np.array([0.9, 0.7, 0.8])
    >>> [choose(costs, validation, budget) for budget in (5, 3, 0.5)]
    [0, 2, 1]
    """
    fits = costs <= budget * (1 + 1e-9)
    if not fits.any():
        return int(costs.argmin())
    order = np.lexsort((costs, np.where(fits, -validation, np.inf)))
    return int(order[0])


def _check(options: Sequence[Configuration]) -> None:
    if len(options) < 2:
        raise ValueError(f"result.options must be two or more, got {len(options)}")
    for option in options:
        parts = np.asarray(option.parts, dtype=float)
        if not parts.size or parts.min() < 0 or parts.max() > 1:
            raise ValueError(
                f"parts of {option.name!r} must be numbers from 0 to 1, got {list(option.parts)}"
            )


def _state(options: Sequence[Configuration], charge: int, kind: str, method: str) -> live.State:
    all_costs = np.array([getattr(option, kind) for option in options], dtype=float)
    highest = float(all_costs.max())
    known = [k for k, option in enumerate(options) if method in (BEST, option.method)]
    costs = all_costs[known]
    validation = np.array([np.mean(options[k].validation) for k in known])
    chosen = known[choose(costs, validation, charge / 100 * highest)]
    return {
        "charge": charge,
        "kind": kind,
        "method": method,
        "option": options[chosen],
        "share": 100 * all_costs[chosen] / highest,
        "fits": bool(all_costs[chosen] <= charge / 100 * highest * (1 + 1e-9)),
        "test": 100 * np.asarray(options[chosen].test, dtype=float),
        "curves": _curves(options, 100 * all_costs / highest),
    }


def _curves(options: Sequence[Configuration], shares: np.ndarray) -> dict[str, np.ndarray]:
    """For every method its options as 2 x options: cost in percent, mean test accuracy."""
    curves: dict[str, list[tuple[float, float]]] = {}
    for option, share in zip(options, shares, strict=True):
        curves.setdefault(option.method, []).append((share, 100 * float(np.mean(option.test))))
    return {method: np.array(sorted(points)).T for method, points in curves.items()}


def _describe(state: live.State, guessed: float | None) -> str:
    option, unit = state["option"], "MACs" if state["kind"] == "macs" else "time"
    what = (
        f"Battery at {state['charge']} %: {option.name} ({option.method}) takes "
        f"{state['share']:.0f} % of the {unit} of the most costly one"
    )
    if not state["fits"]:
        what += ", more than there is: nothing smaller was trained"
    guess = "" if guessed is None else f" You guessed {guessed:g} % at half the charge."
    return (
        f"{what}. {option.macs / 1e6:.2f} million MACs, {option.latency_ms:.2f} ms per image, "
        f"{spread(state['test'])} % of the test images right.{guess}"
    )


def _row(options: Sequence[Configuration], option: Configuration) -> dict[str, str]:
    highest = max(other.macs for other in options)
    return {
        "Save by": option.method,
        "Configuration": option.name,
        "Million MACs": f"{option.macs / 1e6:.2f}",
        "of the most costly one": f"{100 * option.macs / highest:.0f} %",
        "ms per image": f"{option.latency_ms:.2f}",
        "Test accuracy": f"{spread(100 * np.asarray(option.test, dtype=float))} %",
    }
