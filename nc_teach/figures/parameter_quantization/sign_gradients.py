"""A sign and the three gradients that one may pretend it has, with what each of them learns.

Left, the forward step and the chosen backward function; right, validation accuracy while a network
with binary weights and binary activations is trained with each, the chosen one in front, beside the
same network with everything real.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from nc_teach import live
from nc_teach.figures.words import spread
from nc_teach.live import State, Update, style
from nc_teach.live.artists import Artist, Axes, Figure

if TYPE_CHECKING:
    from nc_teach.claims.parameter_quantization import Binarized

GRADIENTS: dict[str, tuple[str, Callable[[np.ndarray], np.ndarray]]] = {
    "clipped": ("passed where |x| ≤ 1", lambda x: (np.abs(x) <= 1).astype(float)),
    "identity": ("passed everywhere", lambda x: np.ones_like(x)),
    "zero": ("zero, as it truly is", lambda x: np.zeros_like(x)),
}
AXIS = np.linspace(-2.5, 2.5, 1001)
OPAQUE = {"frameon": True, "framealpha": 1, "edgecolor": "white"}


def sign_gradients(result: "Binarized") -> live.LiveFigure:
    """A live figure of the sign's candidate gradients, and of what a network learns with each."""
    curves = {name: 100 * result.validation[name] for name in GRADIENTS}
    names = {says: name for name, (says, _) in GRADIENTS.items()}
    return live.LiveFigure(
        "What gradient should a sign have?",
        [
            live.Choice("gradient", "The gradient is", names),
            live.Slider("x", "x", np.round(np.arange(-2.5, 2.51, 0.25), 2), start=0.5),
        ],
        lambda values: _state(**values),
        lambda figure, state: _draw(figure, curves, 100 * result.validation["real"]),
        lambda state: _describe(state, curves[state["gradient"]]),
        size=(860, 400),
        source=result.provenance.line(),
        table=lambda points: [
            {"Gradient": says, "Validation accuracy at the end": f"{spread(curves[name][:, -1])} %"}
            for says, name in names.items()
        ],
    )


def _state(gradient: str, x: float) -> State:
    slope = float(GRADIENTS[gradient][1](np.array(x)))
    return {"gradient": gradient, "x": x, "value": 1.0 if x >= 0 else -1.0, "slope": slope}


def _describe(state: State, accuracy: np.ndarray) -> str:
    passes = "passes unchanged" if state["slope"] else "is zero"
    return (
        f"Gradient {GRADIENTS[state['gradient']][0]}: at x = {state['x']:g} the sign is "
        f"{state['value']:+.0f}, and the gradient {passes}; trained so for {accuracy.shape[1]} "
        f"epochs, the network reads {spread(accuracy[:, -1])} % of the validation images."
    ).replace("-", "−")


def _draw(figure: Figure, curves: dict[str, np.ndarray], real: np.ndarray) -> Update:
    left, right = figure.subplots(1, 2)
    return live.together(_draw_functions(left), _draw_curves(right, curves, real))


def _draw_functions(axes: Axes) -> Update:
    blue, ink = style.COLOURS["blue"], style.INK
    axes.plot((-2.5, 0), (-1, -1), "-", color=ink)
    axes.plot((0, 2.5), (1, 1), "-", color=ink, label="forward: sign(x)")
    (slope,) = axes.plot(AXIS, 0 * AXIS, "--", color=blue, label="backward: its gradient", zorder=3)
    axes.plot([0], [1], "o", color=ink)
    axes.plot([0], [-1], "o", color="white", markeredgecolor=ink, markeredgewidth=1.5)
    line = axes.axvline(0, color=style.GREY, linewidth=1.2, label="the slider, x")
    (value,) = axes.plot([], [], "o", color=ink, markersize=11, zorder=5)
    (mark,) = axes.plot([], [], "s", color=blue, markersize=9, zorder=6)
    for point in (value, mark):
        point.set_markeredgecolor("white")
    axes.set(xlim=(-2.5, 2.5), ylim=(-1.3, 2.1), xlabel="x", yticks=(-1, 0, 1))
    axes.legend(loc="upper left", **OPAQUE)
    axes.grid(True)

    def move(state: State) -> list[Artist]:
        slope.set_ydata(GRADIENTS[state["gradient"]][1](AXIS))
        line.set_xdata([state["x"]] * 2)
        value.set_data([state["x"]], [state["value"]])
        mark.set_data([state["x"]], [state["slope"]])
        return [line, slope, value, mark]

    return move


def _draw_curves(axes: Axes, curves: dict[str, np.ndarray], real: np.ndarray) -> Update:
    epochs, lines = np.arange(1, real.shape[1] + 1), {}
    for number, (name, networks) in enumerate(curves.items()):
        look = style.series(number)
        lines[name] = live.Runs(axes, epochs, networks, look, GRADIENTS[name][0]).line
    axes.plot(epochs, real.mean(axis=0), "--", color=style.GREY, label="all real")
    lowest = min(networks.min() for networks in curves.values())
    axes.set(xlabel="epochs", ylabel="validation accuracy, %", ylim=(max(0, lowest - 15), 100))
    axes.set_xticks([1, *range(5, epochs[-1] + 1, 5)])
    axes.grid(True)
    axes.legend(loc="lower right", title="gradient", **OPAQUE)

    def move(state: State) -> list[Artist]:
        for name, line in lines.items():
            line.set_linewidth(5 if name == state["gradient"] else 2)
        return list(lines.values())

    return move
