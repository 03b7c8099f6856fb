"""How fast is a bit, really? Theory, the paper and this machine on one axis.

A bar for each: what the paper counts, what its authors measured, and the product on packed bits
here, with numpy and compiled, without and with the packing of the inputs. The paper has a bar only
where it measured. Bars grow from 1, the speed of the float32 product: up is faster, down is slower.
"""

from typing import TYPE_CHECKING

import numpy as np

from nc_teach import live
from nc_teach.figures.words import ratio
from nc_teach.live import State, Update, style
from nc_teach.live.artists import Annotation, Artist, Axes, Figure, Rectangle

if TYPE_CHECKING:
    from nc_teach.claims.parameter_quantization import BitSpeed

EMPTY = {"color": "white", "edgecolor": style.GREY, "linewidth": 2}


def bit_speed(result: "BitSpeed", guess: live.Guess = None) -> live.LiveFigure:
    """A live figure of how much faster a product of signs is on packed bits.

    ``guess`` is how many times faster the reader thinks it is.
    """
    number, names = live.guessed(guess), list(result.shapes)
    return live.LiveFigure(
        "How fast is a bit, really?",
        [live.Choice("product", "Product", names, start=names[-1])],
        lambda values: _state(result, values["product"]),
        lambda figure, state: _draw(figure, state, result, number),
        lambda state: _describe(state, number),
        size=(860, 420),
        source=result.provenance.line(),
        table=lambda points: [_state(result, name)["row"] for name in names],
    )


def _state(result: "BitSpeed", product: str) -> State:
    place = list(result.shapes).index(product)
    ways = {way: ratios[:, place] for way, ratios in result.speedup.items()}
    here = {way: float(np.mean(ratios)) for way, ratios in ways.items()}
    theory, paper = result.theory[product], result.paper.get(product)
    row = {
        "Product": product,
        "Theory": f"x {theory:.1f}",
        "Paper": f"x {paper:g}" if paper else "",
        **{f"Here, {way}": f"x {ratio(times)}" for way, times in here.items()},
    }
    shape = result.shapes[product]
    return {
        "shape": shape,
        "theory": theory,
        "paper": paper,
        "ways": ways,
        "here": here,
        "row": row,
    }


def _describe(state: State, guessed: float | None) -> str:
    (out, n, columns), row = state["shape"], state["row"]
    paper = f", the paper {row['Paper']}" if row["Paper"] else ""
    here = ", ".join(f"{way} {row[f'Here, {way}']}" for way in state["here"])
    guess = "" if guessed is None else f" You guessed x {guessed:g}."
    return (
        f"{row['Product']} ({out} x {n} by {columns} column{'s' * (columns != 1)}): theory "
        f"{row['Theory']}{paper}; here {here}.{guess}"
    )


def _draw(figure: Figure, state: State, result: "BitSpeed", guessed: float | None) -> Update:
    axes = figure.subplots()
    names = ["paper", "theory", *state["here"]]
    bars, texts = _bars(axes, len(state["here"]))
    (runs,) = axes.plot([], [], "o", color=style.INK, markersize=4, zorder=5)
    if guessed is not None:
        live.draw_guess(axes, guessed, level=True)
        figure.legend(loc="outside upper right")
    _label(axes, names, result)
    title = axes.set_title(" ")

    def update(state: State) -> list[Artist]:
        ways, paper = state["ways"].values(), state["paper"] or 1
        heights = (paper, state["theory"], *state["here"].values())
        ends = (*heights[:2], *(r.max() if np.mean(r) >= 1 else r.min() for r in ways))
        for bar, text, height, end in zip(bars, texts, heights, ends, strict=True):
            bar.set_height(height - 1)
            text.xy, text.xyann = (text.xy[0], end), (0, 6 if height >= 1 else -6)
            text.set(text=f"×{ratio(height)}", va="bottom" if height >= 1 else "top")
        bars[0].set_visible(bool(state["paper"]))
        texts[0].set_text(f"paper: ×{paper:g}" if state["paper"] else "paper:\nnot measured")
        dots = [(2 + x, r) for x, ratios in enumerate(ways) for r in ratios]
        runs.set_data(*zip(*dots, strict=True))
        out, n, _ = state["shape"]
        title.set_text(f"{state['row']['Product']}: {out} × {n} weights")
        return [*bars, runs, *texts, title]

    return update


def _bars(axes: Axes, ways: int) -> tuple[list[Rectangle], list[Annotation]]:
    """Bars and their texts: the paper's two without a filling, the others in their way's look."""
    looks = [{**style.bars(n // 2), "alpha": 0.55 if n % 2 else None} for n in range(ways)]
    frame = {"facecolor": "white", "edgecolor": "none", "pad": 1}
    bars, texts = [], []
    for x, look in enumerate((EMPTY, EMPTY, *looks)):
        bars.append(axes.bar(x, 0, bottom=1, width=0.7, zorder=3, **look)[0])
        texts.append(axes.annotate("", (x, 1), (0, 4), textcoords="offset points", ha="center"))
        texts[-1].set(fontsize=14, zorder=6, bbox=frame)
    return bars, texts


def _label(axes: Axes, names: list[str], result: "BitSpeed") -> None:
    every = np.concatenate([ratios.ravel() for ratios in result.speedup.values()])
    low, high = 0.35 * min(0.5, every.min()), 3 * max(64, every.max())
    axes.axhline(1, color=style.INK, linewidth=1.2, zorder=4)
    speeds = [s for s in (0.01, 0.1, 1, 10, 100, 1000) if low <= s <= high]
    axes.set(yscale="log", ylim=(low, high), xlim=(-0.6, len(names) - 0.4), ylabel="speed-up")
    axes.set_yticks(speeds, [f"×{s:g}" if s != 1 else "float32 ×1" for s in speeds])
    axes.set_xticks(range(1, len(names)), [n.replace(", ", ",\n", 1) for n in names[1:]])
    axes.minorticks_off()
    axes.grid(True, axis="y")
