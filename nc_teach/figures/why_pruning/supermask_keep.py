"""An untrained network while the share of its weights that is kept moves: it climbs and it falls.

Left, the test accuracy against the share kept, one line a criterion, a small mark per network.
All kept weights of a layer are +a or -a; a grey line shows the best criterion with the weights as
they were initialised. Right, test images with what the first network reads in them.
"""

from typing import Any

import numpy as np

from nc_teach import live
from nc_teach.claims.why_pruning.supermasks import Supermasks
from nc_teach.figures.words import spread
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, Figure, Text

SHOWN, COLUMNS = 12, 4  # example images
LAST = {"color": "#555555", "linestyle": (0, (4, 3)), "marker": "P"}


def supermask_keep(
    result: Supermasks, guess: live.Guess = None, *, start: float = 0.4
) -> live.LiveFigure:
    """A live figure of untrained networks under masks.

    ``guess`` is a share in per cent, drawn as a line; the slider begins at the measured share that
    is nearest to ``start``. A result from a file has no examples: then their panel is left out.
    Raises ``ValueError`` when a criterion was not measured at every share.
    """
    test, read = _curves(result.test), _curves(result.read)
    for name, curve in test.items():
        if np.shape(curve)[1] != len(result.keeps):
            raise ValueError(
                f"test of {name!r} must have {len(result.keeps)} columns, one for each share "
                f"kept, got {np.shape(curve)[1]}"
            )
    percent = [round(100 * keep, 6) for keep in result.keeps]
    guessed = live.guessed(guess)
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
        guess=guess,
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
    labels: np.ndarray | None,
    percent: list[float],
    values: live.Values,
) -> live.State:
    place = int(np.argmin(np.abs(np.array(percent) - values["keep"])))
    answers = read[values["criterion"]][place][:SHOWN]
    return {
        **values,
        "accuracy": 100 * test[values["criterion"]][:, place],
        "read": answers,
        "right": None if labels is None else answers == labels[:SHOWN],
    }


def _describe(state: live.State, guessed: float | None) -> str:
    count = len(state["accuracy"])
    many = f"{count} untrained networks, mean ± standard deviation" if count > 1 else "1 network"
    told = (
        f"{state['keep']:g} % of every layer kept by {state['criterion']}: test accuracy "
        f"{spread(state['accuracy'])} % ({many})"
    )
    if (right := state["right"]) is not None:
        told += f"; the first reads {int(right.sum())} of {len(right)} examples right"
    told += "."
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
    figure: Figure,
    result: Supermasks,
    test: dict[str, np.ndarray],
    percent: list[float],
    guessed: float | None,
) -> live.Update:
    whole = result.examples is not None
    panels = figure.add_gridspec(1, 2 if whole else 1, width_ratios=(1.5, 1) if whole else None)
    axes = figure.add_subplot(panels[0])
    looks = _draw_curves(axes, test, percent, guessed)
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower left", ncols=3)
    # without antialiasing there are few colours: a page holds many of these pictures
    line = axes.axvline(percent[0], color=style.INK, linewidth=1.2, antialiased=False)
    (dot,) = axes.plot([], [], zorder=5, markersize=14, antialiased=False)
    dot.set_markeredgecolor(style.INK)
    texts: list[Text] = []
    if result.examples is not None:
        texts = _draw_examples(figure.add_subplot(panels[1]), result.examples)

    def update(state: live.State) -> list[Artist]:
        line.set_xdata([state["keep"]] * 2)
        dot.set_data([state["keep"]], [state["accuracy"].mean()])
        dot.set(**looks[state["criterion"]])
        if not texts:
            return [line, dot]
        for text, read, right in zip(texts, state["read"], state["right"], strict=True):
            text.set_text(f"{read}" if right else f"{read} ✗")
            text.set_color(style.COLOURS["blue"] if right else style.COLOURS["vermilion"])
            text.set_fontweight("normal" if right else "bold")
        return [line, dot, *texts]

    return update


def _draw_curves(
    axes: Axes, test: dict[str, np.ndarray], percent: list[float], guessed: float | None
) -> dict[str, dict[str, Any]]:
    """The still lines; colour and marker of each, for the mark that moves."""
    looks = {}
    for number, (name, curve) in enumerate(test.items()):
        look = style.series(number) if number < len(test) - 1 else LAST
        looks[name] = {"color": look["color"], "marker": look["marker"]}
        live.Runs(axes, percent, 100 * curve, look, name)
    live.draw_guess(axes, guessed)
    axes.set(xlim=(0, 103), ylim=(0, 100))
    axes.set(xlabel="weights kept in every layer, %", ylabel="test accuracy, %")
    axes.grid(True)
    return looks


def _draw_examples(axes: Axes, examples: np.ndarray) -> list[Text]:
    """The images side by side, with room below each for what is read in it."""
    height, width = examples.shape[-2:]
    step_y, step_x = round(1.45 * height), round(1.15 * width)
    images = examples[:SHOWN, 0]
    paper = np.zeros((-(-len(images) // COLUMNS) * step_y, COLUMNS * step_x))
    texts = []
    for place, image in enumerate(images):
        y, x = step_y * (place // COLUMNS), step_x * (place % COLUMNS)
        paper[y : y + height, x : x + width] = image
        texts.append(axes.text(x + width / 2, y + 1.2 * height, "", fontsize=14))
        texts[-1].set(ha="center", va="center", antialiased=False)
    axes.imshow(paper, cmap="gray_r", vmin=0, vmax=1, interpolation="nearest")
    axes.set_axis_off()
    axes.set_title("What the first one reads (✗: wrong)")
    return texts
