"""The straight line between two networks: a walk from A to B, with B's units matched or not.

Left, test accuracy of the network at (1 - alpha) A + alpha B; a large dot where the slider stands,
small ones for every pair of networks, in grey the same walk with the switch the other way. Right,
what a few units of the first layer look for: A's, B's in the same place, and between them their
mixture.
"""

from typing import TYPE_CHECKING

import numpy as np

from nc_teach import live
from nc_teach.figures.words import spread
from nc_teach.live import style
from nc_teach.live.artists import Annotation, Artist, Axes, Figure

if TYPE_CHECKING:
    from nc_teach.claims.knowledge_distillation import Paths

APART, TOGETHER = "as trained", "matched by weights"
GAP = 2  # pixels between two units
# How far, in points, the dot's number stands to the side: out of the valley on either wall.
ASIDE = ((0, 0.1, 0.35, 0.5, 0.65, 0.9, 1), (30, -10, -55, 0, 55, 10, -30))


def interpolation(
    result: "Paths", guess: live.Guess = None, *, start: float = 0.5, matched: bool = False
) -> live.LiveFigure:
    """A live figure of the way from one network to another.

    ``guess`` is the accuracy half-way in per cent, with B as trained; ``start`` (the nearest share
    that was measured) and ``matched`` are where the slider and the switch are first.
    """
    alphas, guessed = result.alphas, live.guessed(guess)
    return live.LiveFigure(
        "From network A to network B in a straight line",
        [
            live.Slider("alpha", "Share of B", alphas, near=start, format=_percent),
            live.Toggle("matched", "Permute B to match A", start=matched),
        ],
        lambda values: _state(result, **values),
        lambda figure, state: _draw(figure, state, guessed),
        lambda state: _describe(state, guessed),
        size=(900, 440),
        source=result.provenance.line(),
        table=lambda points: _table(result),
    )


def _percent(share: float) -> str:
    """A share as a whole per cent.

    >>> _percent(0.35)
    '35 %'
    """
    return f"{100 * share:.0f} %"


def _state(result: "Paths", alpha: float, matched: bool) -> live.State:
    line, other = (TOGETHER, APART) if matched else (APART, TOGETHER)
    curves, half = 100 * result.test[line], np.abs(np.array(result.alphas) - 0.5).argmin()
    a, b = np.moveaxis(result.filters[line].astype(float), 1, 0)
    return {
        "alpha": alpha,
        "matched": matched,
        "alphas": result.alphas,
        "curves": curves,
        "other": 100 * result.test[other].mean(axis=0),
        "now": curves[:, result.alphas.index(alpha)],
        "ends": (curves[:, 0] + curves[:, -1]) / 2,
        "half": 100 * result.test[APART][:, half],
        "alike": [_cosine(*two) for two in zip(a, b, strict=True)],
        "filters": np.stack([a, (1 - alpha) * a + alpha * b, b]),
    }


def _cosine(one: np.ndarray, other: np.ndarray) -> float:
    """How alike two units are: 1 the same up to a factor, 0 nothing in common.

    >>> _cosine(np.array([3.0, 4.0]), np.array([6.0, 8.0])), _cosine(np.ones(2), np.zeros(2))
    (1.0, 0.0)
    """
    lengths = np.linalg.norm(one) * np.linalg.norm(other)
    return float((one * other).sum() / lengths) if lengths > 0 else 0.0


def _draw(figure: Figure, state: live.State, guessed: float | None) -> live.Update:
    left, right = figure.subplots(1, 2, width_ratios=(1.25, 1))
    return live.together(_draw_curve(left, state, guessed), _draw_units(right, state["filters"]))


def _draw_curve(axes: Axes, state: live.State, guessed: float | None) -> live.Update:
    percent, blue = 100 * np.array(state["alphas"]), style.COLOURS["blue"]
    (other,) = axes.plot(percent, state["other"], "--", color=style.GREY, linewidth=1.8)
    mark = {"markersize": 17, "markeredgewidth": 2, "zorder": 5}
    look = style.series(0)
    pairs = live.Runs(axes, percent, state["curves"], look, dot=3, mark=mark, zorder=3)
    pairs.line.set(linewidth=3.5, zorder=4)
    number, name = _note(axes, (0, 0)), _note(axes, (50, 0))
    name.set(ha="center", zorder=6)
    number.set(ha="center", zorder=6, fontsize=15, fontweight="bold", color=blue)
    number.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 1})
    if guessed is not None:
        axes.plot([50], [guessed], "X", color=style.COLOURS["purple"], markersize=13, zorder=4)
        _note(axes, (50, guessed), (12, 0), "your guess")
    low = min(state["curves"].min(), state["other"].min(), 100 if guessed is None else guessed)
    low = max(0, 10 * np.floor(low / 10 - 1))  # the numbers stand below the curve
    axes.set(xlim=(-4, 104), ylim=(low, 100), ylabel="test accuracy, %")
    axes.set_xticks([0, 25, 50, 75, 100], ["A", "25 %", "half-way", "75 %", "B"])
    axes.grid(True)
    title = axes.set_title(_title(True))

    def move(state: live.State) -> list[Artist]:
        alpha, height = state["alpha"], state["now"].mean()
        title.set_text(_title(state["matched"]))
        other.set_ydata(state["other"])
        number.xy, number.xyann = (100 * alpha, height), (np.interp(alpha, *ASIDE), -26)
        number.set_text(f"{height:.1f} %")
        name.xy = (50, np.interp(50, percent, state["other"]))
        name.xyann = (0, -14 if state["matched"] else 14)
        name.set_text("B as trained" if state["matched"] else "B matched")
        return [other, *pairs.redraw(state["curves"]), pairs.at(100 * alpha), number, name, title]

    return move


def _title(matched: bool) -> str:
    return "B with its units in the order of A's" if matched else "B as trained"


def _draw_units(axes: Axes, filters: np.ndarray) -> live.Update:
    """Three rows of units: A's, the mixture, B's. Below, how alike A's and B's are.

    Violet pixels speak for the unit, orange ones against it. They are those of A that find the
    likest units in B; as B came, other units stand in their places.
    """
    _, units, height, width = filters.shape
    down, right = height + GAP, width + GAP  # from one unit to the next
    paper, foot = np.full((3 * down, units * right), np.nan), 3 * down + 0.15 * height
    most = np.abs(filters).max(axis=(0, 2, 3))
    image = axes.imshow(paper, cmap="PuOr", vmin=-1, vmax=1, interpolation="nearest")
    axes.set_ylim(3 * down + 0.35 * height, -GAP)
    middles = [down * row + height / 2 for row in range(3)]
    axes.set_yticks([*middles, foot], ["A", "mixture", "B", "likeness"], fontsize=13)
    axes.set(xticks=[], xlabel="1: same, 0: unrelated, −1: opposite")
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    title = axes.set_title(_title_of_units(units, False))
    alike = [
        axes.text(right * unit + width / 2, foot, "", ha="center", va="center")
        for unit in range(units)
    ]

    def move(state: live.State) -> list[Artist]:
        for row, of_row in enumerate(state["filters"]):
            for unit, pixels in enumerate(of_row):
                y, x = row * down, unit * right
                paper[y : y + height, x : x + width] = pixels / max(most[unit], 1e-12)
        image.set_data(paper)
        for text, value in zip(alike, state["alike"], strict=True):
            text.set_text(f"{round(value, 2) + 0.0:.2f}".replace("-", "−"))
        title.set_text(_title_of_units(units, state["matched"]))
        return [image, *alike, title]

    return move


def _title_of_units(count: int, matched: bool) -> str:
    return f"{count} units of A, and B's {'that match them' if matched else 'in their places'}"


def _note(
    axes: Axes, at: tuple[float, float], aside: tuple[float, float] = (0, 0), text: str = ""
) -> Annotation:
    """Words beside a point, ``aside`` points from it."""
    return axes.annotate(text, at, aside, textcoords="offset points", color=style.INK, va="center")


def _describe(state: live.State, guessed: float | None) -> str:
    who = "units of B in the order of A's" if state["matched"] else "B as trained"
    fall = state["now"].mean() - state["ends"].mean()
    what = (
        f"{_percent(1 - state['alpha'])} A and {_percent(state['alpha'])} B, {who}: test accuracy "
        f"{spread(state['now'])} %, {abs(fall):.1f} points {'below' if fall < 0 else 'above'} the "
        f"mean of A and B."
    )
    if guessed is None:
        return what
    truth = f"it is {spread(state['half'])} %"
    return f"{what} You guessed {guessed:g} % half-way without matching; {truth}."


def _table(result: "Paths") -> list[dict[str, str]]:
    return [
        {"Share of B": _percent(alpha)}
        | {
            f"Accuracy, B {line}": f"{spread(100 * result.test[line][:, place])} %"
            for line in (APART, TOGETHER)
        }
        for place, alpha in enumerate(result.alphas)
    ]
