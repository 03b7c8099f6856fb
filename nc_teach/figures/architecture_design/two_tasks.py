"""Two questions about small pictures of two channels, and which kind of layer can answer them.

Left an example, both channels; right how many test pictures each kind of layer gets right, with a
dot for every network, and what guessing would get right.
"""

from typing import TYPE_CHECKING

import numpy as np

from nc_teach import live
from nc_teach.figures.words import spread
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, AxesImage, Figure

if TYPE_CHECKING:
    from nc_teach.claims.architecture_design.toy_tasks import ToyTasks

# the colours of the block diagrams
LOOKS = {"full 3 x 3": 2, "separable": 3, "depthwise only": 1, "pointwise only": 0}
ANSWERS = (("no", "yes"), ("it lies", "it stands"))  # of class 0 and 1, for each task


def two_tasks(result: "ToyTasks", guess: live.Guess = None) -> live.LiveFigure:
    """A live figure of the tasks that one half of a separable convolution cannot do.

    ``guess`` is the accuracy in per cent that the reader expects of depthwise layers alone at the
    first task. A shipped result holds no example pictures: then the figure shows the bars alone.
    """
    guessed = live.guessed(guess)
    counts = [len(images) for images, _ in (result.examples or {}).values()]
    example = [live.Slider("example", "Example", range(1, min(counts) + 1))] if counts else []
    return live.LiveFigure(
        "What can each half not see?",
        [live.Choice("task", "Question", list(result.accuracy)), *example],
        lambda values: _state(result, values["task"], values.get("example", 1) - 1),
        _draw,
        lambda state: _describe(state, guessed),
        size=(900, 380),
        source=result.provenance.line(),
        table=lambda points: [_row(_state(result, task, 0)) for task in result.accuracy],
    )


def _state(result: "ToyTasks", task: str, example: int) -> live.State:
    state = {
        "task": task,
        "runs": {layer: 100 * runs for layer, runs in result.accuracy[task].items()},
        "guessing": 100 * result.majority[task].mean(),
    }
    if result.examples:
        images, labels = result.examples[task]
        state["channels"] = images[example].numpy()
        state["answer"] = ANSWERS[list(result.accuracy).index(task)][int(labels[example])]
    return state


def _describe(state: live.State, guessed: float | None) -> str:
    layers = ", ".join(f"{layer} {spread(runs)} %" for layer, runs in state["runs"].items())
    said = f"{state['task'].capitalize()} {layers}; guessing {state['guessing']:.1f} %."
    return said if guessed is None else f"{said} You guessed {guessed:g} % for depthwise only."


def _row(state: live.State) -> dict[str, str]:
    layers = {f"{layer}, %": spread(runs) for layer, runs in state["runs"].items()}
    return {"Question": state["task"], **layers, "Guessing, %": f"{state['guessing']:.1f}"}


def _draw(figure: Figure, state: live.State) -> live.Update:
    names = ["1", "2"] if "channels" in state else []
    axes = figure.subplot_mosaic([[*names, "bars"]], width_ratios=[1] * len(names) + [1.9])
    pictures = [_draw_channel(axes[name], int(name), state) for name in names]
    bars = _draw_bars(axes["bars"], list(state["runs"]))
    title = figure.suptitle(" ", x=0.01, ha="left")
    below = axes[names[0] if names else "bars"]
    answer = below.text(0, -0.12, "", transform=below.transAxes, va="top", fontsize=14)

    def update(state: live.State) -> list[Artist]:
        for picture, channel in zip(pictures, state.get("channels", ()), strict=True):
            picture.set_data(channel)
        title.set_text(state["task"].capitalize())
        answer.set_text(f"here: {state['answer']}" if pictures else "")
        return [*pictures, *bars(state), title, answer]

    return update


def _draw_channel(axes: Axes, channel: int, state: live.State) -> AxesImage:
    axes.set(xticks=[], yticks=[])
    axes.set_title(f"channel {channel}", loc="center")
    colour = style.COLOURS[style.ORDER[channel - 1]]
    axes.spines[:].set(visible=True, color=colour, linewidth=2.5)
    return axes.imshow(
        state["channels"][channel - 1], cmap="Greys", vmin=0, vmax=1, gid=style.GROUND
    )


def _draw_bars(axes: Axes, layers: list[str]) -> live.Update:
    rows = range(len(layers))
    bars = [axes.barh(y, 0, 0.62, **style.bars(LOOKS.get(layers[y], y)))[0] for y in rows]
    texts = [axes.text(103, y, "", va="center") for y in rows]
    (dots,) = axes.plot([], [], "o", color=style.INK, markersize=4, zorder=5)
    (chance,) = axes.plot([], [], color=style.INK, linestyle="--", linewidth=1.5, label="guessing")
    axes.set(xlim=(0, 128), ylim=(len(layers) - 0.4, -0.6), xlabel="test pictures right, %")
    axes.set_xticks(range(0, 101, 25))
    axes.set_yticks(rows, layers)
    axes.figure.legend(loc="outside lower right")

    def move(state: live.State) -> list[Artist]:
        runs = np.array([*state["runs"].values()])
        for bar, text, mean in zip(bars, texts, runs.mean(axis=1), strict=True):
            bar.set_width(mean)
            text.set_text(f"{mean:.1f}")
        dots.set_data(runs.ravel(), np.repeat(rows, runs.shape[1]))
        chance.set_data([state["guessing"]] * 2, [-0.6, len(layers) - 0.4])
        return [*bars, chance, dots, *texts]

    return move
