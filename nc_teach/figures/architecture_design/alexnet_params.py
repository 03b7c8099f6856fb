"""Where a network's parameters sit, and where its work is: AlexNet layer by layer.

SqueezeNet is beside it. Fully connected layers are hatched. The two countings do not agree: the
layers that hold nearly all parameters do hardly any of the multiplications.
"""

from typing import TYPE_CHECKING

import numpy as np

from nc_teach import live
from nc_teach.figures.words import short
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, Figure, Patch

if TYPE_CHECKING:
    from nc_teach.claims.architecture_design.fifty import FiftyTimes, Layer

COUNTS = {"parameters": 2, "MACs": 3}  # where each is in a row of the result
CONNECTED = "fully connected"


def alexnet_params(result: "FiftyTimes", guess: live.Guess = None) -> live.LiveFigure:
    """A live figure of parameters and MACs, layer by layer.

    ``guess`` is the per cent of the first network's parameters in its fully connected layers.
    """
    guessed = live.guessed(guess)
    return live.LiveFigure(
        "Where do AlexNet's parameters sit?",
        [
            live.Choice("count", "Count", list(COUNTS)),
            live.Toggle("same", "Both networks on one scale", start=True),
        ],
        lambda values: _state(result, values["count"], values["same"]),
        lambda figure, state: _draw(figure, result),
        lambda state: _describe(state, result, guessed),
        size=(920, 440),
        source=result.provenance.line(),
        table=lambda points: _rows(result),
    )


def _state(result: "FiftyTimes", count: str, same: bool) -> live.State:
    counts = {
        n: np.array([row[COUNTS[count]] for row in rows]) for n, rows in result.layers.items()
    }
    largest = max(numbers.max() for numbers in counts.values())
    lengths = {
        name: numbers / (largest if same else numbers.max()) for name, numbers in counts.items()
    }
    return {"count": count, "counts": counts, "lengths": lengths}


def _describe(state: live.State, result: "FiftyTimes", guessed: float | None) -> str:
    (one, first), (two, second) = state["counts"].items()
    wide = first[[row[1] == CONNECTED for row in result.layers[one]]].sum()
    times = first.sum() / second.sum()
    ratio = f"{times:.1f} times fewer" if times >= 1 else f"{1 / times:.2f} times as many"
    said = (
        f"{one}: {first.sum():,} {state['count']}, {100 * wide / first.sum():.1f} % of them in "
        f"fully connected layers; {two}: {second.sum():,}, {ratio}."
    )
    if guessed is None or state["count"] != "parameters":
        return said
    return f"{said} You guessed {guessed:g} % in fully connected layers."


def _rows(result: "FiftyTimes") -> list[dict[str, str]]:
    return [
        {
            "Network": name,
            "Layer": row[0],
            "Kind": row[1],
            **{count: f"{row[place]:,}" for count, place in COUNTS.items()},
        }
        for name, rows in result.layers.items()
        for row in rows
    ]


def _draw(figure: Figure, result: "FiftyTimes") -> live.Update:
    panels = figure.subplots(1, len(result.layers))
    moves = [
        _draw_network(axes, name, rows)
        for axes, (name, rows) in zip(panels, result.layers.items(), strict=True)
    ]
    looks = [
        Patch(facecolor=look["color"], edgecolor="white", hatch=look["hatch"], label=label)
        for label, look in (("convolution", style.bars(0)), (CONNECTED, style.bars(1)))
    ]
    figure.legend(handles=looks, loc="outside lower center", ncols=2)
    return live.together(*moves)


def _draw_network(axes: Axes, name: str, rows: "tuple[Layer, ...]") -> live.Update:
    looks = [style.bars(int(row[1] == CONNECTED)) for row in rows]
    bars = [axes.barh(y, 0, 0.7, **look)[0] for y, look in enumerate(looks)]
    texts = [axes.text(0, y, "", va="center") for y in range(len(rows))]
    axes.set(xlim=(0, 1.32), ylim=(len(rows) - 0.4, -0.6), xticks=[])
    axes.set_yticks(range(len(rows)), [row[0] for row in rows])
    axes.spines["bottom"].set_visible(False)
    title = axes.set_title(" ")

    def move(state: live.State) -> list[Artist]:
        numbers, lengths = state["counts"][name], state["lengths"][name]
        for bar, text, number, length in zip(bars, texts, numbers, lengths, strict=True):
            bar.set_width(length)
            text.set(x=length + 0.02, text=short(number))
        title.set_text(f"{name}: {short(numbers.sum())} {state['count']}")
        return [*bars, *texts, title]

    return move
