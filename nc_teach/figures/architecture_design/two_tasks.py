"""Two questions about small pictures of two channels, and which kind of layer can answer them.

Left an example, both channels; right how many test pictures each kind of layer reads, with a dot
for every network, and what guessing would read.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from nc_teach import live
from nc_teach.figures.words import spread
from nc_teach.live import style

ANSWERS = (("no", "yes"), ("it lies", "it stands"))  # of class 0 and 1, for each task


def two_tasks(result: Any, guess: Any = None) -> live.LiveFigure:
    """A live figure of the tasks that one half of a separable convolution cannot do.

    Parameters
    ----------
    result
        What ``claims.architecture_design.classify_halves`` returns: ``examples[task]`` (images, N x
        2 x H x W, and labels), ``accuracy[task][layer]`` (a number a seed, in [0, 1]),
        ``majority[task]`` and ``provenance``. Two tasks.
    guess
        Accuracy in per cent that the reader expects of depthwise layers alone at the first task: a
        number, a prediction whose ``value`` is one, or nothing.
    """
    guessed = getattr(guess, "value", guess)
    count = min(len(images) for images, _ in result.examples.values())
    return live.LiveFigure(
        "What can each half not see?",
        [
            live.Choice("task", "Question", list(result.accuracy)),
            live.Slider("example", "Example", range(1, count + 1)),
        ],
        lambda values: _state(result, values["task"], values["example"] - 1),
        lambda figure, state: _draw(figure, state),
        lambda state: _describe(state, guessed),
        size=(900, 380),
        source=result.provenance.line(),
        table=lambda points: [_row(_state(result, task, 0)) for task in result.accuracy],
    )


def _state(result: Any, task: str, example: int) -> dict[str, Any]:
    images, labels = result.examples[task]
    answers = ANSWERS[list(result.accuracy).index(task)]
    runs = result.accuracy[task].items()
    return {
        "task": task,
        "channels": np.asarray(images[example], float),
        "answer": answers[int(labels[example])],
        "runs": {layer: 100 * np.asarray(accuracy, float) for layer, accuracy in runs},
        "guessing": 100 * float(np.mean(result.majority[task])),
    }


def _describe(state: dict[str, Any], guessed: float | None) -> str:
    layers = ", ".join(f"{layer} {spread(runs)} %" for layer, runs in state["runs"].items())
    said = f"{state['task'].capitalize()} {layers}; guessing {state['guessing']:.1f} %."
    return said if guessed is None else f"{said} You guessed {guessed:g} % for depthwise only."


def _row(state: dict[str, Any]) -> dict[str, str]:
    layers = {f"{layer}, %": spread(runs) for layer, runs in state["runs"].items()}
    return {"Question": state["task"], **layers, "Guessing, %": f"{state['guessing']:.1f}"}


def _draw(figure: Any, state: dict[str, Any]) -> Callable[[dict[str, Any]], list[Any]]:
    axes = figure.subplot_mosaic([["1", "2", "bars"]], width_ratios=(1, 1, 1.9))
    pictures = [_draw_channel(axes[str(c + 1)], c, state) for c in (0, 1)]
    bars = _draw_bars(axes["bars"], list(state["runs"]))
    title = figure.suptitle(" ", x=0.01, ha="left")
    answer = axes["1"].text(0, -0.12, "", transform=axes["1"].transAxes, va="top", fontsize=14)

    def update(state: dict[str, Any]) -> list[Any]:
        for picture, channel in zip(pictures, state["channels"], strict=True):
            picture.set_data(channel)
        title.set_text(state["task"].capitalize())
        answer.set_text(f"here: {state['answer']}")
        return [*pictures, *bars(state), title, answer]

    return update


def _draw_channel(axes: Any, channel: int, state: dict[str, Any]) -> Any:
    axes.set(xticks=[], yticks=[])
    axes.set_title(f"channel {channel + 1}", loc="center")
    for spine in axes.spines.values():
        spine.set(visible=True, color=style.COLOURS[style.ORDER[channel]], linewidth=2.5)
    return axes.imshow(state["channels"][channel], cmap="Greys", vmin=0, vmax=1)


def _draw_bars(axes: Any, layers: list[str]) -> Callable[[dict[str, Any]], list[Any]]:
    bars = [axes.barh(y, 0, 0.62, **style.bars(y))[0] for y in range(len(layers))]
    texts = [axes.text(103, y, "", va="center") for y in range(len(layers))]
    (dots,) = axes.plot([], [], "o", color=style.INK, markersize=4, zorder=5)
    (chance,) = axes.plot([], [], color=style.INK, linestyle="--", linewidth=1.5, label="guessing")
    axes.set(xlim=(0, 128), ylim=(len(layers) - 0.4, -0.6), xlabel="test pictures read, %")
    axes.set_xticks(range(0, 101, 25))
    axes.set_yticks(range(len(layers)), layers)
    axes.figure.legend(loc="outside lower right")

    def move(state: dict[str, Any]) -> list[Any]:
        runs = list(state["runs"].values())
        for bar, text, values in zip(bars, texts, runs, strict=True):
            bar.set_width(values.mean())
            text.set_text(f"{values.mean():.1f}")
        dots.set_data(*zip(*((v, y) for y, values in enumerate(runs) for v in values), strict=True))
        chance.set_data([state["guessing"]] * 2, [-0.6, len(layers) - 0.4])
        return [*bars, chance, dots, *texts]

    return move
