"""One network, several widths: channels fade out, and what is left still has to read.

Left, the network with the channels that run; in the middle, the accuracy of every way to train it,
a line for each; right, why it goes wrong: the mean that a batch norm remembers against the mean
that its inputs really have at this width, a dot for each channel. On the diagonal both agree. Here
are the numbers, in ``width_slider_drawing`` the picture.
"""

from typing import Any

import numpy as np

from nc_teach import live
from nc_teach.claims.dynamic_computation.slimmable import Slimmable
from nc_teach.figures.dynamic_computation.width_slider_drawing import draw
from nc_teach.figures.words import spread


def width_slider(
    result: Slimmable, guess: live.Guess = None, *, start: float | None = None
) -> live.LiveFigure:
    """A live figure of a network whose width can be set.

    Parameters
    ----------
    result
        What ``train_widths`` measured. Means in ``running`` and ``true`` are NaN for a channel that
        does not run.
    guess
        The accuracy in percent of the first variant at the smallest width.
    start
        The width shown first; the smallest by default.

    Raises
    ------
    ValueError
        When a variant has not one accuracy for every width, or its means have no counterpart.
    """
    _check(result)
    widths = [float(w) for w in result.widths]
    seen = list(getattr(result, "running", None) or {})
    controls: list[Any] = [
        live.Slider(
            "width",
            "Width",
            widths,
            start=start if start is not None else widths[0],
            format=lambda w: f"{100 * w:g} %",
        ),
    ]
    if len(seen) > 1:
        controls.append(live.Choice("variant", "Batch norm of", seen))
    guessed = live.guessed(guess)
    return live.LiveFigure(
        "One network, several widths",
        controls,
        lambda values: _state(result, widths, values["width"], values.get("variant", *seen[:1])),
        lambda figure, state: draw(figure, state, result, guessed),
        lambda state: _describe(state, guessed),
        size=(980, 460),
        source=result.provenance.line(),
        table=lambda points: [_row(_state(result, widths, width, None)) for width in widths],
    )


def _check(result: Slimmable) -> None:
    count = len(result.widths)
    for variant, values in result.accuracy.items():
        if np.asarray(values).shape[-1] != count:
            raise ValueError(
                f"accuracy of {variant!r} must have {count} columns, one for each width, "
                f"got {np.asarray(values).shape[-1]}"
            )
    running, true = (set(getattr(result, name, None) or {}) for name in ("running", "true"))
    if running != true:
        raise ValueError(
            f"result.true must have the variants {sorted(running)}, got {sorted(true)}"
        )


def _state(result: Slimmable, widths: list[float], width: float, variant: str | None) -> live.State:
    here = widths.index(width)
    means = None
    if variant is not None:
        pair = (np.asarray(getattr(result, name)[variant], float) for name in ("running", "true"))
        means = np.stack([values[here] for values in pair])
        means = means[:, np.isfinite(means).all(axis=0)]
    return {
        "width": width,
        "variant": variant,
        "used": [max(1, round(width * channels)) for channels in result.channels],
        "channels": list(result.channels),
        "macs": 100 * result.macs[here] / result.macs[-1],
        "accuracy": {
            name: 100 * np.asarray(values, dtype=float)[:, here]
            for name, values in result.accuracy.items()
        },
        "means": means,
        "off": None if means is None else float(np.abs(means[0] - means[1]).mean()),
    }


def _describe(state: live.State, guessed: float | None) -> str:
    reads = ", ".join(f"{name} {spread(values)} %" for name, values in state["accuracy"].items())
    off = ""
    if state["off"] is not None:
        off = f" {state['variant']}: remembered and true means are {state['off']:.2f} apart."
    guess = "" if guessed is None else f" You guessed {guessed:g} %."
    return (
        f"At {100 * state['width']:g} % of the width, {sum(state['used'])} of "
        f"{sum(state['channels'])} channels and {state['macs']:.0f} % of the MACs, the test "
        f"accuracy is: {reads}.{off}{guess}"
    )


def _row(state: live.State) -> dict[str, str]:
    return {
        "Width": f"{100 * state['width']:g} %",
        "MACs": f"{state['macs']:.0f} %",
        **{name: f"{spread(values)} %" for name, values in state["accuracy"].items()},
    }
