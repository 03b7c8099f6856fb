"""Where does a network think longer? A plane, coloured by how many blocks are computed there.

Two classes: inside, a spiral that takes work; outside, a line between two halves would do. A gate
before every block decides from the point whether the block is worth its price λ. The colour must
follow the difficulty, not the class. Right, what it costs: accuracy over blocks for every λ, beside
random gates with the same budget.
"""

import numpy as np

from nc_teach import live
from nc_teach.claims.dynamic_computation.skip_plane import PlaneGates
from nc_teach.figures.star import draw_star
from nc_teach.figures.words import spread
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, Figure


def plane_of_blocks(
    result: PlaneGates, guess: live.Guess = None, *, start: float | None = None
) -> live.LiveFigure:
    """A live figure of the number of blocks that every point of a plane takes.

    Parameters
    ----------
    result
        What ``gate_the_plane`` measured.
    guess
        How many blocks the reader thinks the easy points take.
    start
        The λ shown first; the middle one by default.

    Raises
    ------
    ValueError
        When a λ has no picture, or fewer than two λ are there.
    """
    lambdas = [float(v) for v in result.lambdas]
    missing = [v for v in lambdas if v not in result.count]
    if len(lambdas) < 2 or missing:
        raise ValueError(
            f"result.count must have two λ or more of {lambdas}, {missing} are missing"
        )
    guessed, middle = live.guessed(guess), lambdas[len(lambdas) // 2]
    return live.LiveFigure(
        "Where does it think longer?",
        [
            live.Slider("price", "Price λ of a block", lambdas, start=start or middle),
        ],
        lambda values: _state(result, values["price"]),
        lambda figure, state: _draw(figure, state, result, lambdas, guessed),
        lambda state: _describe(state, guessed),
        size=(940, 460),
        source=result.provenance.line(),
        table=lambda points: [_row(_state(result, price)) for price in lambdas],
    )


def _state(result: PlaneGates, price: float) -> live.State:
    numbers = {
        name: np.asarray(getattr(result, name)[price], dtype=float)
        for name in ("accuracy", "random", "easy", "hard")
    }
    return {
        "price": price,
        "blocks": int(result.blocks),
        "count": np.asarray(result.count[price], dtype=float),
        "accuracy": 100 * numbers["accuracy"],
        "random": 100 * numbers["random"],
        "easy": numbers["easy"],
        "hard": numbers["hard"],
    }


def _describe(state: live.State, guessed: float | None) -> str:
    guess = "" if guessed is None else f" You guessed {guessed:g} blocks for the easy ones."
    return (
        f"At λ = {state['price']:g} an easy point takes {spread(state['easy'])} of "
        f"{state['blocks']} blocks, a hard one {spread(state['hard'])}; "
        f"{spread(state['accuracy'])} % right, random gates with the same budget "
        f"{spread(state['random'])} %.{guess}"
    )


def _row(state: live.State) -> dict[str, str]:
    return {
        "λ": f"{state['price']:g}",
        "Blocks, easy": spread(state["easy"]),
        "Blocks, hard": spread(state["hard"]),
        "Accuracy": f"{spread(state['accuracy'])} %",
        "Random gates": f"{spread(state['random'])} %",
    }


def _draw(
    figure: Figure,
    state: live.State,
    result: PlaneGates,
    lambdas: list[float],
    guessed: float | None,
) -> live.Update:
    left, middle, right = figure.subplots(1, 3, width_ratios=(1.7, 0.75, 1))
    moves = (
        _draw_plane(left, result),
        _draw_blocks(middle, state, guessed),
        _draw_accuracy(right, result, lambdas),
    )
    return lambda state: [artist for move in moves for artist in move(state)]


def _draw_plane(axes: Axes, result: PlaneGates) -> live.Update:
    import matplotlib

    colours = matplotlib.colormaps["cividis_r"].resampled(int(result.blocks) + 1)
    shape = np.shape(next(iter(result.count.values())))
    picture = axes.imshow(
        np.zeros(shape),
        origin="lower",
        extent=result.extent,
        interpolation="nearest",
        cmap=colours,
        vmin=-0.5,
        vmax=result.blocks + 0.5,
    )
    points, labels = np.asarray(result.points), np.asarray(result.labels)
    for label, marker in ((0, "o"), (1, "^")):
        axes.plot(
            *points[labels == label].T,
            marker,
            markersize=4,
            color="white",
            markeredgecolor=style.INK,
            markeredgewidth=0.8,
            linestyle="",
        )
    axes.set(xticks=[], yticks=[], aspect="equal")
    axes.figure.colorbar(
        picture,
        ax=axes,
        location="left",
        ticks=range(int(result.blocks) + 1),
        shrink=0.85,
        label="blocks used",
    )
    title = axes.set_title(" ")

    def move(state: live.State) -> list[Artist]:
        picture.set_data(state["count"])
        title.set_text(f"λ = {state['price']:g}; ○ △ the two classes")
        return [picture, title]

    return move


def _draw_blocks(axes: Axes, state: live.State, guessed: float | None) -> live.Update:
    bars = axes.bar((0, 1), (0, 0), width=0.7, color=["#9DB8CC", style.COLOURS["blue"]])
    seeds = len(state["easy"])
    (dots,) = axes.plot([], [], "o", color=style.INK, markersize=5, zorder=4)
    draw_star(axes, 0, guessed)
    axes.set(xlim=(-0.6, 1.6), ylim=(0, state["blocks"]), ylabel="blocks used")
    axes.set_xticks((0, 1), ("easy", "hard"))
    axes.grid(True, axis="y")

    def move(state: live.State) -> list[Artist]:
        for bar, values in zip(bars, (state["easy"], state["hard"]), strict=True):
            bar.set_height(values.mean())
        dots.set_data(np.repeat((0, 1), seeds), np.concatenate([state["easy"], state["hard"]]))
        return [*bars, dots]

    return move


def _draw_accuracy(axes: Axes, result: PlaneGates, lambdas: list[float]) -> live.Update:
    places = np.arange(len(lambdas))
    for number, (name, label) in enumerate((("accuracy", "gates"), ("random", "random gates"))):
        values = [100 * np.asarray(getattr(result, name)[price], float) for price in lambdas]
        look = style.series(number)
        axes.plot(places, [v.mean() for v in values], label=label, antialiased=False, **look)
        for place, seeds in zip(places, values, strict=True):
            axes.plot(
                [place] * len(seeds),
                seeds,
                look["marker"],
                color=look["color"],
                markersize=4,
                fillstyle="none",
                antialiased=False,
            )
    here = axes.axvline(0, color="#D0D0D0", linewidth=7, zorder=0.8)
    axes.set_xticks(places, [f"{price:g}" for price in lambdas])
    axes.set(xlabel="λ", ylabel="accuracy, %", xlim=(-0.4, len(lambdas) - 0.6))
    axes.grid(True)
    axes.figure.legend(loc="outside lower right", ncols=3)
    title = axes.set_title(" ")

    def move(state: live.State) -> list[Artist]:
        here.set_xdata([lambdas.index(state["price"])] * 2)
        title.set_text(f"{state['accuracy'].mean():.1f}, random {state['random'].mean():.1f} %")
        return [here, title]

    return move
