"""An untrained network while the share of its weights that is kept moves: it climbs and it falls.

Left, the test accuracy against the share kept, one line a criterion, a small mark per network.
All kept weights of a layer are +a or -a; a grey line shows the best criterion with the weights as
they were initialised. Right, test images with what the first network reads in them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from nc_teach import live
from nc_teach.figures.words import spread
from nc_teach.live import style

SHOWN, COLUMNS = 12, 4  # example images
LAST = {"color": "#555555", "linestyle": (0, (4, 3)), "marker": "P"}


def supermask_keep(result: Any, guess: Any = None, *, start: float = 0.4) -> live.LiveFigure:
    """A live figure of untrained networks under masks.

    Parameters
    ----------
    result
        What ``claims.why_pruning.untrained_masks`` returns: ``keeps`` in (0, 1], and per values
        ("signed constant", "as initialised") and criterion ``test`` (networks x keeps, in [0, 1])
        and ``read`` (keeps x images); the ``examples`` (N x 1 x H x W) with their ``labels``.
    guess
        A share in per cent, a prediction whose ``value`` is one, or nothing: drawn as a line.
    start
        Share kept at which the slider stands first (the nearest that was measured).

    Raises
    ------
    ValueError
        When a criterion was not measured at every share.
    """
    test, read = _curves(result.test), _curves(result.read)
    for name, curve in test.items():
        if np.shape(curve)[1] != len(result.keeps):
            raise ValueError(
                f"test of {name!r} must have {len(result.keeps)} columns, one for each share "
                f"kept, got {np.shape(curve)[1]}"
            )
    percent = [round(100 * keep, 6) for keep in result.keeps]
    guessed = getattr(guess, "value", guess)
    nearest = min(percent, key=lambda p: abs(p - 100 * start))
    return live.LiveFigure(
        "A network that was never trained",
        [
            live.Slider("keep", "Weights kept", percent, start=nearest, unit="%"),
            live.Choice("criterion", "Keep by", list(test)),
        ],
        lambda values: _state(test, read, result.labels, percent, values),
        lambda figure, state: _build(figure, result, test, percent, guessed),
        lambda state: _describe(state, guessed),
        size=(880, 460),
        source=result.provenance.line(),
        table=lambda points: _table(test, percent),
    )


def _curves(measured: dict[str, dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """All criteria with the signed constant, and the first one with the weights as they were."""
    constant, initial = measured["signed constant"], measured["as initialised"]
    name = next(iter(constant))
    return {**constant, f"{name}, as initialised": initial[name]}


def _state(
    test: dict[str, np.ndarray],
    read: dict[str, np.ndarray],
    labels: np.ndarray,
    percent: list[float],
    values: dict[str, Any],
) -> dict[str, Any]:
    place = int(np.argmin(np.abs(np.array(percent) - values["keep"])))
    answers = read[values["criterion"]][place][:SHOWN]
    return {
        **values,
        "accuracy": 100 * test[values["criterion"]][:, place],
        "read": answers,
        "right": answers == labels[:SHOWN],
    }


def _describe(state: dict[str, Any], guessed: float | None) -> str:
    count = len(state["accuracy"])
    many = f"{count} untrained networks, mean ± standard deviation" if count > 1 else "1 network"
    told = (
        f"{state['keep']:g} % of every layer kept by {state['criterion']}: test accuracy "
        f"{spread(state['accuracy'])} % ({many}); the first reads {int(state['right'].sum())} of "
        f"{len(state['right'])} examples right."
    )
    return told if guessed is None else f"{told} You guessed {guessed:g} %."


def _table(test: dict[str, np.ndarray], percent: list[float]) -> list[dict[str, str]]:
    return [
        {
            "Weights kept": f"{share:g} %",
            **{name: f"{spread(100 * curve[:, place])} %" for name, curve in test.items()},
        }
        for place, share in enumerate(percent)
    ]


def _build(
    figure: Any,
    result: Any,
    test: dict[str, np.ndarray],
    percent: list[float],
    guessed: float | None,
) -> Any:
    left, right = figure.add_gridspec(1, 2, width_ratios=(1.5, 1))
    axes = figure.add_subplot(left)
    looks = _draw_curves(axes, test, percent, guessed)
    sharp = {"antialiased": False}  # few colours: a page holds many of these pictures
    line = axes.axvline(percent[0], color=style.INK, linewidth=1.2, **sharp)
    (dot,) = axes.plot([], [], zorder=5, markersize=14, markeredgecolor=style.INK, **sharp)
    texts = _draw_examples(figure.add_subplot(right), result)

    def update(state: dict[str, Any]) -> list[Any]:
        line.set_xdata([state["keep"]] * 2)
        dot.set_data([state["keep"]], [state["accuracy"].mean()])
        dot.set(**looks[state["criterion"]])
        for text, read, right in zip(texts, state["read"], state["right"], strict=True):
            text.set_text(f"{read}" if right else f"{read} ✗")
            text.set_color(style.COLOURS["blue"] if right else style.COLOURS["vermilion"])
            text.set_fontweight("normal" if right else "bold")
        return [line, dot, *texts]

    return update


def _draw_curves(
    axes: Any, test: dict[str, np.ndarray], percent: list[float], guessed: float | None
) -> dict[str, dict[str, str]]:
    """The still lines; colour and marker of each, for the mark that moves."""
    looks = {}
    for number, (name, curve) in enumerate(test.items()):
        look = style.series(number) if number < len(test) - 1 else LAST
        looks[name] = {"color": look["color"], "marker": look["marker"]}
        axes.plot(percent, 100 * curve.mean(axis=0), label=name, color=look["color"],
                  linestyle=look["linestyle"])  # fmt: skip
        axes.plot(np.tile(percent, len(curve)), 100 * curve.ravel(), markersize=2.5,
                  linestyle="", **looks[name])  # fmt: skip
    if guessed is not None:
        axes.axvline(guessed, color=style.INK, linestyle=":", label="your guess")
    axes.set(xlim=(0, 103), ylim=(0, 100), xlabel="weights kept in every layer, %",
             ylabel="test accuracy, %")  # fmt: skip
    axes.grid(True)
    axes.figure.legend(*axes.get_legend_handles_labels(), loc="outside lower left", ncols=3)
    return looks


def _draw_examples(axes: Any, result: Any) -> list[Any]:
    """The images side by side, with room below each for what is read in it."""
    height, width = result.examples.shape[-2:]
    step_y, step_x = round(1.45 * height), round(1.15 * width)
    images = result.examples[:SHOWN, 0]
    paper = np.zeros((-(-len(images) // COLUMNS) * step_y, COLUMNS * step_x))
    texts = []
    for place, image in enumerate(images):
        y, x = step_y * (place // COLUMNS), step_x * (place % COLUMNS)
        paper[y : y + height, x : x + width] = image
        texts.append(axes.text(x + width / 2, y + 1.2 * height, "", ha="center", va="center",
                               fontsize=14, antialiased=False))  # fmt: skip
    axes.imshow(paper, cmap="gray_r", vmin=0, vmax=1, interpolation="nearest")
    axes.set_axis_off()
    axes.set_title("What the first one reads (✗: wrong)")
    return texts
