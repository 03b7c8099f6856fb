"""How fast is a bit, really? Theory, the paper and this machine on one axis.

A bar for each: what the paper counts, what its authors measured, and the product on packed bits
here, with numpy and compiled, without and with the packing of the inputs. Where the paper measured
nothing, nothing stands for it. Bars grow from 1, where
the float32 product stands: up is faster, down is slower.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from nc_teach import live
from nc_teach.live import style


def bit_speed(result: Any, guess: Any = None) -> live.LiveFigure:
    """A live figure of how much faster a product of signs is on packed bits.

    Parameters
    ----------
    result
        What ``claims.parameter_quantization.time_bits`` returns: ``shapes`` (name -> out, n,
        columns), ``speedup`` (way -> runs x shapes), ``theory`` and ``paper`` (name -> ratio; the
        paper's where it has one) and ``provenance``.
    guess
        How many times faster the reader thinks it is: a number, a prediction whose ``value`` is
        one, or nothing.
    """
    guessed = getattr(guess, "value", guess)
    names = list(result.shapes)
    return live.LiveFigure(
        "How fast is a bit, really?",
        [live.Choice("product", "Product", names, start=names[-1])],
        lambda values: _state(result, values["product"]),
        lambda figure, state: _draw(figure, state, result, guessed),
        lambda state: _describe(state, guessed),
        size=(860, 420),
        source=result.provenance.line(),
        table=lambda points: [_row(_state(result, name)) for name in names],
    )


def _state(result: Any, product: str) -> dict[str, Any]:
    place = list(result.shapes).index(product)
    ways = {way: ratios[:, place] for way, ratios in result.speedup.items()}
    return {
        "product": product,
        "shape": result.shapes[product],
        "theory": result.theory[product],
        "paper": result.paper.get(product),
        "ways": ways,
        "here": {way: float(np.median(ratios)) for way, ratios in ways.items()},
    }


def _say(ratio: float) -> str:
    return f"{ratio:.2f}" if ratio < 1 else f"{ratio:.1f}"


def _describe(state: dict[str, Any], guessed: float | None) -> str:
    out, n, columns = state["shape"]
    paper = f", the paper x {state['paper']:g}" if state["paper"] else ""
    here = ", ".join(f"{way} x {_say(ratio)}" for way, ratio in state["here"].items())
    guess = "" if guessed is None else f" You guessed x {guessed:g}."
    return (
        f"{state['product']} ({out} x {n} by {columns} column{'s' * (columns != 1)}): theory "
        f"x {state['theory']:.1f}{paper}; here {here}.{guess}"
    )


def _row(state: dict[str, Any]) -> dict[str, str]:
    return {
        "Product": state["product"],
        "Theory": f"x {state['theory']:.1f}",
        "Paper": f"x {state['paper']:g}" if state["paper"] else "",
        **{f"Here, {way}": f"x {_say(ratio)}" for way, ratio in state["here"].items()},
    }


def _draw(
    figure: Any, state: dict[str, Any], result: Any, guessed: float | None
) -> Callable[[dict[str, Any]], list[Any]]:
    axes = figure.subplots()
    names = ["paper", "theory", *state["here"]]
    bars = _bars(axes, names)
    (runs,) = axes.plot([], [], "o", color=style.INK, markersize=4, zorder=5)
    texts = [
        axes.annotate("", (x, 1), (0, 4), textcoords="offset points", ha="center", fontsize=14,
                      zorder=6, bbox={"facecolor": "white", "edgecolor": "none", "pad": 1})
        for x in range(len(names))
    ]  # fmt: skip
    if guessed is not None:
        axes.axhline(guessed, color=style.COLOURS["purple"], linestyle=":", zorder=4,
                     label=f"your guess, ×{guessed:g}")  # fmt: skip
        figure.legend(loc="outside upper right")
    _label(axes, names, result)
    title = axes.set_title(" ")

    def update(state: dict[str, Any]) -> list[Any]:
        ways = list(state["ways"].values())
        heights = (state["paper"] or 1, state["theory"], *state["here"].values())
        tops = (*heights[:2], *(r.max() if np.median(r) >= 1 else r.min() for r in ways))
        for bar, text, height, top in zip(bars, texts, heights, tops, strict=True):
            bar.set_height(height - 1)
            text.xy, text.xyann = (text.xy[0], top), (0, 6 if height >= 1 else -6)
            text.set(text=f"×{_say(height)}", va="bottom" if height >= 1 else "top")
        for artist in (bars[0], texts[0]):
            artist.set_visible(bool(state["paper"]))
        texts[0].set_text(f"paper: ×{state['paper'] or 1:g}")
        dots = [(2 + x, r) for x, ratios in enumerate(ways) for r in ratios]
        runs.set_data(*zip(*dots, strict=True))
        out, n, _ = state["shape"]
        title.set_text(f"{state['product']}: {out} × {n} weights")
        return [*bars, runs, *texts, title]

    return update


def _bars(axes: Any, names: list[str]) -> list[Any]:
    """The paper's two without a filling, the others in the colour and hatch of their way."""
    bars = []
    for x in range(len(names)):
        look = style.bars((x - 2) // 2)
        if x < 2:
            look = {"color": "white", "edgecolor": style.GREY, "linewidth": 2}
        elif x % 2:
            look = {**look, "alpha": 0.55}
        bars.append(axes.bar(x, 0, bottom=1, width=0.7, zorder=3, **look)[0])
    return bars


def _label(axes: Any, names: list[str], result: Any) -> None:
    every = np.concatenate([ratios.ravel() for ratios in result.speedup.values()])
    low, high = 0.35 * min(0.5, every.min()), 3 * max(64, every.max())
    axes.axhline(1, color=style.INK, linewidth=1.2, zorder=4)
    speeds = [s for s in (0.01, 0.1, 1, 10, 100, 1000) if low <= s <= high]
    axes.set(yscale="log", ylim=(low, high), xlim=(-0.6, len(names) - 0.4), ylabel="speed-up")
    axes.set_yticks(speeds, [f"×{s:g}" if s != 1 else "float32 ×1" for s in speeds])
    axes.set_xticks(range(1, len(names)), [n.replace(", ", ",\n", 1) for n in names[1:]])
    axes.minorticks_off()
    axes.grid(True, axis="y")
