"""Where does a network think longer? A plane, coloured by how many blocks are computed there.

Two classes: inside, a spiral that takes work; outside, a line between two halves would do. A gate
before every block decides from the point whether the block is worth its price λ. The colour must
follow the difficulty, not the class. Right, what it costs: accuracy over blocks for every λ, beside
random gates, the path of another point, and a static network, all with the same budget. The plane
is the first network's, bars and curves are of all.
"""

from typing import TYPE_CHECKING, Any

import numpy as np

from nc_teach import live
from nc_teach.figures.parts import draw_runs
from nc_teach.figures.words import spread
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, Figure

if TYPE_CHECKING:
    from nc_teach.claims.dynamic_computation.skip_plane import PlaneGates


def plane_of_blocks(
    result: "PlaneGates", guess: live.Guess = None, *, start: float | None = None
) -> live.LiveFigure:
    """A live figure of the number of blocks that every point of a plane takes.

    ``guess`` is how many blocks the reader thinks the easy points take; ``start`` is the λ shown
    first, by default the middle one.
    """
    guessed, lambdas = live.guessed(guess), result.lambdas
    middle = lambdas[len(lambdas) // 2]
    return live.LiveFigure(
        "Where does it think longer?",
        [live.Slider("price", "Price λ of a block", lambdas, start=start or middle)],
        lambda values: _state(result, values["price"]),
        lambda figure, state: _draw(figure, result, guessed),
        lambda state: _describe(state, result.blocks, guessed),
        size=(940, 460),
        source=result.provenance.line(),
        table=lambda points: [_row(_state(result, price)) for price in lambdas],
    )


def _state(result: "PlaneGates", price: float) -> live.State:
    return {
        "price": price,
        "accuracy": 100 * result.accuracy[price],
        "random": 100 * result.random[price],
        "others": 100 * result.others[price],
        "static": 100 * result.static[price],
        "easy": result.easy[price],
        "hard": result.hard[price],
    }


def _describe(state: live.State, blocks: int, guessed: float | None) -> str:
    guess = "" if guessed is None else f" You guessed {guessed:g} blocks for the easy ones."
    return (
        f"At λ = {state['price']:g} an easy point takes {spread(state['easy'])} of "
        f"{blocks} blocks, a hard one {spread(state['hard'])}; "
        f"{spread(state['accuracy'])} % right; with the same budget random gates "
        f"{spread(state['random'])} %, the path of another point {spread(state['others'])} %, a "
        f"static network {spread(state['static'])} %.{_of_first(state)}{guess}"
    )


def _of_first(state: live.State) -> str:
    count = len(state["accuracy"])
    return f" The plane is that of the first of {count} networks." if count > 1 else ""


def _row(state: live.State) -> dict[str, str]:
    return {
        "λ": f"{state['price']:g}",
        "Blocks, easy": spread(state["easy"]),
        "Blocks, hard": spread(state["hard"]),
        "Accuracy": f"{spread(state['accuracy'])} %",
        "Random gates": f"{spread(state['random'])} %",
        "Path of another point": f"{spread(state['others'])} %",
        "Static network": f"{spread(state['static'])} %",
    }


def _draw(figure: Figure, result: "PlaneGates", guessed: float | None) -> live.Update:
    left, middle, right = figure.subplots(1, 3, width_ratios=(1.7, 0.75, 1))
    return live.together(
        _draw_plane(left, result),
        _draw_blocks(middle, result, guessed),
        _draw_accuracy(right, result),
    )


def _draw_plane(axes: Axes, result: "PlaneGates") -> live.Update:
    import matplotlib

    picture = axes.imshow(
        result.count[result.lambdas[0]],
        origin="lower",
        extent=result.extent,
        interpolation="nearest",
        cmap=matplotlib.colormaps["cividis_r"].resampled(result.blocks + 1),
        vmin=-0.5,
        vmax=result.blocks + 0.5,
    )
    look: dict[str, Any] = {"color": "white", "markeredgecolor": style.INK, "markersize": 4}
    for label, marker in ((0, "o"), (1, "^")):
        places = result.points[result.labels == label]  # N x 2
        axes.plot(*places.T, marker, markeredgewidth=0.8, **look)
    axes.set(xticks=[], yticks=[], aspect="equal")
    axes.figure.colorbar(
        picture,
        ax=axes,
        location="left",
        ticks=range(result.blocks + 1),
        shrink=0.85,
        label="blocks used",
    )
    title = axes.set_title(" ")

    def move(state: live.State) -> list[Artist]:
        picture.set_data(result.count[state["price"]])
        title.set_text(f"λ = {state['price']:g}; ○ △ the two classes")
        return [picture, title]

    return move


def _draw_blocks(axes: Axes, result: "PlaneGates", guessed: float | None) -> live.Update:
    bars = axes.bar((0, 1), (0, 0), width=0.7, color=["#9DB8CC", style.COLOURS["blue"]])
    (dots,) = axes.plot([], [], "o", color=style.INK, markersize=5, zorder=4)
    live.draw_star(axes, 0, guessed)
    axes.set(xlim=(-0.6, 1.6), ylim=(0, result.blocks), ylabel="blocks used")
    axes.set_xticks((0, 1), ("easy", "hard"))
    axes.grid(True, axis="y")

    def move(state: live.State) -> list[Artist]:
        runs = np.stack([state["easy"], state["hard"]])  # 2 x seeds
        for bar, mean in zip(bars, runs.mean(axis=1), strict=True):
            bar.set_height(mean)
        dots.set_data(np.repeat((0, 1), runs.shape[1]), runs.ravel())
        return [*bars, dots]

    return move


def _draw_accuracy(axes: Axes, result: "PlaneGates") -> live.Update:
    lambdas = result.lambdas
    places = np.arange(len(lambdas))
    curves = {"gates": result.accuracy, "random gates": result.random}
    curves |= {"path of another point": result.others, "static network": result.static}
    for number, (label, by_price) in enumerate(curves.items()):
        runs = 100 * np.stack([by_price[price] for price in lambdas], axis=1)  # seeds x prices
        draw_runs(axes, places, runs, style.series(number), label)
    here = axes.axvline(0, color="#D0D0D0", linewidth=7, zorder=0.8)
    axes.set_xticks(places, [f"{price:g}" for price in lambdas])
    axes.set(xlabel="λ", ylabel="accuracy, %", xlim=(-0.4, len(lambdas) - 0.6))
    axes.grid(True)
    axes.figure.legend(loc="outside lower right", ncols=5)
    title = axes.set_title(" ")

    def move(state: live.State) -> list[Artist]:
        here.set_xdata([lambdas.index(state["price"])] * 2)
        title.set_text(f"{state['accuracy'].mean():.1f}, random {state['random'].mean():.1f} %")
        return [here, title]

    return move
