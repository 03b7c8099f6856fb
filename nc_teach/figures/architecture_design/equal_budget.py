"""Accuracy against what it costs: every network of the chapter, trained with the same budget.

One point per network, with its seeds as small dots. Which network looks best depends on what is
counted, and that can be chosen.
"""

import numpy as np

from nc_teach import live
from nc_teach.claims.architecture_design.compared import Compared
from nc_teach.figures.architecture_design.equal_budget_drawing import draw, say
from nc_teach.figures.words import spread


def equal_budget(result: Compared, guess: str | None = None) -> live.LiveFigure:
    """A live figure of accuracy against parameters, MACs or measured time.

    Parameters
    ----------
    result
        What ``claims.architecture_design.equal_budget`` returns, or a shipped one.
    guess
        Name of the network that the reader thinks is fastest.
    """
    costs = _costs(result)
    return live.LiveFigure(
        "Which network is best? It depends on what you count",
        [live.Choice("cost", "Count", list(costs))],
        lambda values: _state(result, costs, values["cost"]),
        lambda figure, state: draw(figure, state, guess),
        lambda state: _describe(state, guess),
        size=(900, 460),
        source=result.provenance.line(),
        table=lambda points: _rows(result, costs),
    )


def _costs(result: Compared) -> dict[str, np.ndarray]:
    """What the horizontal axis can show: its label -> one number for each network."""
    latency = {f"ms, {batch}": times[:, 1] for batch, times in result.latency.items()}
    return {
        "parameters": np.asarray(result.params, float),
        "MACs": np.asarray(result.macs, float),
        **latency,
    }


def _state(result: Compared, costs: dict[str, np.ndarray], cost: str) -> live.State:
    seeds = 100 * np.asarray(result.accuracy, float)
    return {
        "cost": cost,
        "names": tuple(result.names),
        "x": costs[cost],
        "seeds": seeds,
        "mean": seeds.mean(axis=0),
        "front": front(costs[cost], seeds.mean(axis=0)),
    }


def front(cost: np.ndarray, accuracy: np.ndarray) -> np.ndarray:
    """Which networks nobody beats: none is at least as good in both, and better in one.

    >>> front(np.array([1.0, 2.0, 3.0]), np.array([80.0, 79.0, 85.0])).tolist()
    [True, False, True]
    """
    cheaper = (cost <= cost[:, None]) & (accuracy >= accuracy[:, None])
    better = (cost < cost[:, None]) | (accuracy > accuracy[:, None])
    return np.logical_not((cheaper & better).any(axis=1))


def _describe(state: live.State, guessed: str | None) -> str:
    names, x, mean = state["names"], state["x"], state["mean"]
    least, best = int(x.argmin()), int(mean.argmax())
    unbeaten = ", ".join(
        name for name, is_front in zip(names, state["front"], strict=True) if is_front
    )
    said = (
        f"By {state['cost']}: cheapest is {names[least]} ({say(x[least])}, "
        f"{spread(state['seeds'][:, least])} % right), most accurate {names[best]} "
        f"({say(x[best])}, {spread(state['seeds'][:, best])} %); not beaten in both: {unbeaten}."
    )
    return said if guessed is None else f"{said} You guessed {guessed}."


def _rows(result: Compared, costs: dict[str, np.ndarray]) -> list[dict[str, str]]:
    seeds = 100 * np.asarray(result.accuracy, float)
    return [
        {
            "Network": name,
            "Test accuracy, %": spread(seeds[:, place]),
            **{cost: say(numbers[place]) for cost, numbers in costs.items()},
        }
        for place, name in enumerate(result.names)
    ]
