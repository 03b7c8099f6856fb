"""Where a network's parameters sit, and where its work is: AlexNet layer by layer.

SqueezeNet is beside it. Fully connected layers are hatched. The two countings do not agree: the
layers that hold nearly all parameters do hardly any of the multiplications.
"""

import numpy as np

from nc_teach import live
from nc_teach.claims.architecture_design.fifty import FiftyTimes, Layer
from nc_teach.figures.words import short
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, Figure, Patch

COUNTS = {"parameters": 2, "MACs": 3}  # where each is in a row of the result
CONNECTED = "fully connected"


def alexnet_params(result: FiftyTimes, guess: live.Guess = None) -> live.LiveFigure:
    """A live figure of parameters and MACs, layer by layer.

    Parameters
    ----------
    result
        What ``claims.architecture_design.fifty_times`` returns, or a shipped one.
    guess
        Per cent of the first network's parameters in its fully connected layers: a number, a
        prediction whose ``value`` is one, or nothing.
    """
    guessed = live.guessed(guess)
    return live.LiveFigure(
        "Where do AlexNet's parameters sit?",
        [
            live.Choice("count", "Count", list(COUNTS)),
            live.Toggle("same", "Both networks on one scale", start=False),
        ],
        lambda values: _state(result, values["count"], values["same"]),
        lambda figure, state: _draw(figure, result),
        lambda state: _describe(state, guessed),
        size=(920, 440),
        source=result.provenance.line(),
        table=lambda points: _rows(result),
    )


def _state(result: FiftyTimes, count: str, same: bool) -> live.State:
    counts = {
        name: np.array([row[COUNTS[count]] for row in rows], float)
        for name, rows in result.layers.items()
    }
    connected = {
        name: np.array([row[1] == CONNECTED for row in rows])
        for name, rows in result.layers.items()
    }
    largest = max(numbers.max() for numbers in counts.values())
    return {
        "count": count,
        "counts": counts,
        "lengths": {n: c / (largest if same else c.max()) for n, c in counts.items()},
        "total": {name: int(numbers.sum()) for name, numbers in counts.items()},
        "connected": {n: 100 * c[connected[n]].sum() / c.sum() for n, c in counts.items()},
    }


def _describe(state: live.State, guessed: float | None) -> str:
    (one, two), total = state["counts"], state["total"]
    said = (
        f"{one}: {total[one]:,} {state['count']}, {state['connected'][one]:.1f} % of them in fully "
        f"connected layers; {two}: {total[two]:,}, {_ratio(total[one] / total[two])}."
    )
    if guessed is None or state["count"] != "parameters":
        return said
    return f"{said} You guessed {guessed:g} % in fully connected layers."


def _ratio(times: float) -> str:
    """How a network compares, whichever way it goes."""
    return f"{times:.1f} times fewer" if times >= 1 else f"{1 / times:.2f} times as many"


def _rows(result: FiftyTimes) -> list[dict[str, str]]:
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


def _draw(figure: Figure, result: FiftyTimes) -> live.Update:
    panels = figure.subplots(1, len(result.layers))
    moves = [
        _draw_network(axes, name, rows)
        for axes, (name, rows) in zip(panels, result.layers.items(), strict=True)
    ]
    figure.legend(handles=_looks(), loc="outside lower center", ncols=2)

    def update(state: live.State) -> list[Artist]:
        return [artist for move in moves for artist in move(state)]

    return update


def _looks() -> list[Patch]:
    """What the legend shows."""
    looks = [style.bars(number) for number in (0, 1)]
    return [
        Patch(facecolor=look["color"], edgecolor="white", hatch=look["hatch"], label=label)
        for look, label in zip(looks, ("convolution", CONNECTED), strict=True)
    ]


def _draw_network(axes: Axes, name: str, rows: tuple[Layer, ...]) -> live.Update:
    places = range(len(rows))
    bars = [
        axes.barh(y, 0, 0.7, **style.bars(int(row[1] == CONNECTED)))[0]
        for y, row in zip(places, rows, strict=True)
    ]
    texts = [axes.text(0, y, "", va="center") for y in places]
    axes.set(xlim=(0, 1.32), ylim=(len(rows) - 0.4, -0.6), xticks=[])
    axes.set_yticks(places, [row[0] for row in rows])
    axes.spines["bottom"].set_visible(False)
    title = axes.set_title(" ")

    def move(state: live.State) -> list[Artist]:
        numbers, lengths = state["counts"][name], state["lengths"][name]
        for bar, text, number, length in zip(bars, texts, numbers, lengths, strict=True):
            bar.set_width(length)
            text.set(x=length + 0.02, text=short(number))
        title.set_text(f"{name}: {short(state['total'][name])} {state['count']}")
        return [*bars, *texts, title]

    return move
