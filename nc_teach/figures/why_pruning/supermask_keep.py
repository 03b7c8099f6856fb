"""An untrained network while the share of its weights that is kept moves: it climbs and it falls.

Left, the test accuracy against the share kept, one line a criterion, a small mark per network.
All kept weights of a layer are +a or -a; a grey line shows the best criterion with the weights as
they were initialised. Right, test images with what the first network reads in them.
"""

from typing import TYPE_CHECKING

import numpy as np

from nc_teach import live
from nc_teach.figures.parts import draw_examples
from nc_teach.figures.words import spread
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, Figure

if TYPE_CHECKING:
    from nc_teach.claims.why_pruning.supermasks import Supermasks

SHOWN = 12  # example images
LAST = {"color": "#555555", "linestyle": (0, (4, 3)), "marker": "P"}

Curves = dict[str, np.ndarray]  # by criterion: accuracy in per cent, networks x shares kept


def supermask_keep(
    result: "Supermasks", guess: live.Guess = None, *, start: float = 0.4
) -> live.LiveFigure:
    """A live figure of untrained networks under masks.

    ``guess`` is a share in per cent, drawn as a line; the slider begins at the measured share that
    is nearest to ``start``. A result from a file has no examples: then their panel is left out.
    """
    percent = [round(100 * keep, 6) for keep in result.keeps]
    guessed, read = live.guessed(guess), _by_criterion(result.read)
    test = {name: 100 * accuracy for name, accuracy in _by_criterion(result.test).items()}

    def compute(values: live.Values) -> live.State:
        place, name = percent.index(values["keep"]), values["criterion"]
        answers = read[name][place][:SHOWN]
        right = None if result.labels is None else answers == result.labels[:SHOWN]
        return {**values, "accuracy": test[name][:, place], "read": answers, "right": right}

    return live.LiveFigure(
        "A network that was never trained",
        [
            live.Slider("keep", "Weights kept", percent, near=100 * start, unit="%"),
            live.Choice("criterion", "Keep by", list(test)),
        ],
        compute,
        lambda figure, state: _build(figure, result.examples, test, percent, guessed),
        lambda state: _describe(state, guessed),
        guess=guess,
        size=(880, 460),
        source=result.provenance.line(),
        table=lambda points: _table(test, percent),
    )


def _by_criterion(measured: dict[str, dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """All criteria with the signed constant, and the first one with the weights as they were."""
    constant, initial = measured["signed constant"], measured["as initialised"]
    name = next(iter(constant))
    return {**constant, f"{name}, as initialised": initial[name]}


def _describe(state: live.State, guessed: float | None) -> str:
    count = len(state["accuracy"])
    many = f"{count} untrained networks, mean ± standard deviation" if count > 1 else "1 network"
    told = (
        f"{state['keep']:g} % of every layer kept by {state['criterion']}: test accuracy "
        f"{spread(state['accuracy'])} % ({many})"
    )
    if (right := state["right"]) is not None:
        told += f"; the first reads {right.sum()} of {len(right)} examples right"
    return f"{told}." if guessed is None else f"{told}. You guessed {guessed:g} %."


def _table(test: Curves, percent: list[float]) -> list[dict[str, str]]:
    return [
        {
            "Weights kept": f"{share:g} %",
            **{name: f"{spread(accuracy[:, place])} %" for name, accuracy in test.items()},
        }
        for place, share in enumerate(percent)
    ]


def _build(
    figure: Figure,
    examples: np.ndarray | None,
    test: Curves,
    percent: list[float],
    guessed: float | None,
) -> live.Update:
    ratios = (1.5, 1) if examples is not None else (1,)
    axes, *beside = figure.subplots(1, len(ratios), width_ratios=ratios, squeeze=False)[0]
    moves = [_draw_curves(axes, test, percent, guessed)]
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower left", ncols=3)
    if examples is not None:
        images, sharp = examples[:SHOWN, 0], "nearest"
        moves.append(draw_examples(beside[0], images, interpolation=sharp, antialiased=False))
        beside[0].set_title("The first one reads (✗: wrong)")
    return live.together(*moves)


def _draw_curves(
    axes: Axes, test: Curves, percent: list[float], guessed: float | None
) -> live.Update:
    """The still lines, and what moves on them; returns ``move(state) -> artists``."""
    looks = dict(zip(test, [*map(style.series, range(len(test) - 1)), LAST], strict=True))
    for name, accuracy in test.items():
        live.Runs(axes, percent, accuracy, looks[name], name)
    live.draw_guess(axes, guessed)
    axes.set(xlim=(0, 103), ylim=(0, 100))
    axes.set(xlabel="weights kept in every layer, %", ylabel="test accuracy, %")
    axes.grid(True)
    # without antialiasing there are few colours: a page holds many of these pictures
    line = axes.axvline(percent[0], color=style.INK, linewidth=1.2, antialiased=False)
    (dot,) = axes.plot([], [], zorder=5, markersize=14, antialiased=False)
    dot.set_markeredgecolor(style.INK)

    def move(state: live.State) -> list[Artist]:
        look = looks[state["criterion"]]
        line.set_xdata([state["keep"]] * 2)
        dot.set_data([state["keep"]], [state["accuracy"].mean()])
        dot.set(color=look["color"], marker=look["marker"])
        return [line, dot]

    return move
