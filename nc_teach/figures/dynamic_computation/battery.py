"""A battery runs down: which part of a network still runs, and what does it still know?

The charge is a budget: a percentage of what the most costly configuration takes, in MACs or in
measured time. Among the configurations that fit, the one with the best accuracy *on the validation
split* runs; what it reads of the test images is shown. Unlike a curve of accuracy over cost alone,
this also draws which parts of the network stay dark (``battery_network``).
"""

from typing import TYPE_CHECKING, Any

import numpy as np

from nc_teach import live
from nc_teach.figures.dynamic_computation.battery_network import draw_network
from nc_teach.figures.words import spread
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, FancyBboxPatch, Figure, Rectangle

if TYPE_CHECKING:
    from nc_teach.claims.dynamic_computation.battery import BatteryResult, Configuration

CHARGES = (5, *range(10, 101, 10))
KINDS = {"MACs": "macs", "measured time": "latency_ms"}


def battery(
    result: "BatteryResult", guess: live.Guess = None, *, start: int = 50
) -> live.LiveFigure:
    """A live figure that picks depth, width or blocks under a budget, at ``start`` percent first.

    ``guess`` is the accuracy in percent that the reader expects at half the charge.
    """
    methods = dict.fromkeys(option.method for option in result.options)
    guessed = live.guessed(guess)
    return live.LiveFigure(
        "The battery runs down",
        [
            live.Slider("charge", "Battery", CHARGES, start=start, unit="%"),
            live.Choice("kind", "Count the cost in", KINDS),
            live.Choice("method", "Save by", {"whatever is best": "", **{m: m for m in methods}}),
        ],
        lambda values: _state(result, **values),
        lambda figure, state: _draw(figure, result, list(methods), guessed),
        lambda state: _describe(state, guessed),
        size=(980, 460),
        source=result.provenance.line(),
        table=lambda points: [_row(result, option) for option in result.options],
    )


def _state(result: "BatteryResult", charge: int, kind: str, method: str) -> live.State:
    """What the charge pays for, or where it pays for nothing the cheapest."""
    known = [option for option in result.options if method in ("", option.method)]
    picked = result.picked(charge, kind, method)
    option = picked or min(known, key=lambda option: getattr(option, kind))
    return {
        "charge": charge,
        "kind": kind,
        "option": option,
        "fits": picked is not None,
        "share": _share(result, option, kind),
        "test": 100 * np.array(option.test),
    }


def _share(result: "BatteryResult", option: "Configuration", kind: str) -> float:
    """The cost of an option in percent of the most costly one's."""
    return 100 * getattr(option, kind) / max(getattr(other, kind) for other in result.options)


def _describe(state: live.State, guessed: float | None) -> str:
    option, unit = state["option"], "MACs" if state["kind"] == "macs" else "time"
    what = (
        f"Battery at {state['charge']} %: it pays for “{option.name}” ({option.method}), which "
        f"takes {state['share']:.0f} % of the {unit} of the most costly option"
    )
    if not state["fits"]:
        what = (
            f"Battery at {state['charge']} %: even the cheapest option, “{option.name}” "
            f"({option.method}), takes {state['share']:.0f} % of the {unit} of the most costly one"
        )
    guess = "" if guessed is None else f" You guessed {guessed:g} % at half the charge."
    return (
        f"{what}. {option.macs / 1e6:.2f} million MACs, {option.latency_ms:.2f} ms per image, "
        f"{spread(state['test'])} % of the test images right.{guess}"
    )


def _row(result: "BatteryResult", option: "Configuration") -> dict[str, str]:
    return {
        "Save by": option.method,
        "Option": option.name,
        "Million MACs": f"{option.macs / 1e6:.2f}",
        "of the most costly one": f"{_share(result, option, 'macs'):.0f} %",
        "ms per image": f"{option.latency_ms:.2f}",
        "Test accuracy": f"{spread(100 * np.array(option.test))} %",
    }


def _draw(
    figure: Figure, result: "BatteryResult", methods: list[str], guessed: float | None
) -> live.Update:
    left, middle, right = figure.subplots(1, 3, width_ratios=(0.55, 1.6, 1.9))
    looks = {method: style.series(k) for k, method in enumerate(methods)}
    return live.together(
        _draw_battery(left),
        draw_network(middle, {method: look["color"] for method, look in looks.items()}),
        _draw_curves(right, result, looks, guessed),
    )


def _draw_battery(axes: Axes) -> live.Update:
    axes.add_patch(Rectangle((0.36, 2.02), 0.28, 0.12, facecolor=style.INK))
    box: dict[str, Any] = {"facecolor": "white", "edgecolor": style.INK, "linewidth": 4}
    corners = "round,pad=0.04,rounding_size=0.08"
    axes.add_patch(FancyBboxPatch((0.1, 0.1), 0.8, 1.85, boxstyle=corners, **box))
    charge = Rectangle((0.12, 0.12), 0.76, 1.81)
    axes.add_patch(charge)
    text = axes.text(0.5, -0.08, "", ha="center", va="top", fontsize=24, weight="bold")
    axes.set(xlim=(0, 1), ylim=(-0.45, 2.25), aspect="equal")
    axes.set_axis_off()

    def move(state: live.State) -> list[Artist]:
        share = state["charge"] / 100
        charge.set_height(1.81 * share)
        name = "green" if share > 0.4 else "orange" if share > 0.15 else "vermilion"
        charge.set_facecolor(style.COLOURS[name])
        text.set_text(f"{state['charge']} %")
        return [charge, text]

    return move


def _draw_curves(
    axes: Axes, result: "BatteryResult", looks: dict[str, dict[str, Any]], guessed: float | None
) -> live.Update:
    lines = {
        method: axes.plot([], [], label=method, antialiased=False, **look)[0]
        for method, look in looks.items()
    }
    (ring,) = axes.plot(
        [], [], "o", markersize=19, fillstyle="none", color=style.INK, mew=3, antialiased=False
    )
    beyond = axes.axvspan(0, 1, color="#F3E3DC", zorder=1)
    beyond_text = axes.text(
        0, 0.98, "", transform=axes.get_xaxis_transform(), va="top", zorder=1.5, antialiased=False
    )
    live.draw_guess(axes, guessed, level=True)
    accuracy = [100 * np.mean(option.test) for option in result.options]
    low, high = min(accuracy), max(accuracy)
    pad = 0.08 * max(high - low, 2)
    axes.set(xlim=(0, 106), ylim=(low - pad, high + 2.2 * pad), ylabel="test accuracy, %")
    axes.set_xlabel("cost, % of the most costly option")
    axes.grid(True)
    title = axes.set_title(" ")
    axes.figure.legend(loc="outside lower right", ncols=len(lines) + 1)

    def move(state: live.State) -> list[Artist]:
        for method, line in lines.items():
            points = [
                (_share(result, option, state["kind"]), mean)
                for option, mean in zip(result.options, accuracy, strict=True)
                if option.method == method
            ]
            line.set_data(*zip(*sorted(points), strict=True))
        ring.set_data([state["share"]], [state["test"].mean()])
        beyond.set_bounds(state["charge"], 0, 110 - state["charge"], 1)
        beyond_text.set_x(state["charge"])
        beyond_text.set_text(" too costly now" if state["charge"] < 80 else "")
        kind = "the MACs" if state["kind"] == "macs" else "the time"
        title.set_text(f"{state['test'].mean():.1f} % right with {state['share']:.0f} % of {kind}")
        return [beyond, beyond_text, *lines.values(), ring, title]

    return move
