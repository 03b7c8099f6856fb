"""Two words of 64 bits under xor or xnor: a product of signs becomes a count.

Three squares of 8 x 8 bits: a, b, and what the operation makes of them, with the bits that are
counted in colour and marked. Below n = 64 the rest of a word is padding, zero on both sides: xor
never counts it, xnor always does.
"""

from collections.abc import Callable

import numpy as np

from nc_teach import live
from nc_teach.live import State, Update, style
from nc_teach.live.artists import Artist, Axes, Figure, ListedColormap

BITS, SIDE = 64, 8
SIGNS = ("#FFD47F", "#004B7A"), ("_", "+")  # colours and marks of the bits 0 and 1
COUNTED = ("#DDDDDD", style.COLOURS["vermilion"]), ("None", "x")
KEYS = {  # below the last square, where there is padding and where there is none
    "xor": ("× is counted, padding never", "× differ and count; grey agree"),
    "xnor": ("× counted, dark grey: padding", "× agree and count; grey differ"),
}


def xnor_words(seed: int = 0) -> live.LiveFigure:
    """A live figure of the product of two sign vectors, bit by bit; the signs come from ``seed``.

    >>> xnor_words().sentence({"n": 64, "pair": "opposite", "operation": "xor"})
    'a and b differ in 64 of 64 places, so a · b = 64 − 2 · 64 = −64.'
    """
    a, noise = np.random.default_rng(seed).random((2, BITS))
    first, lengths = a < 0.5, range(4, BITS + 1, 4)
    pairs = {"any two": noise < 0.5, "nearly equal": first ^ (noise < 0.1), "opposite": ~first}
    return live.LiveFigure(
        "How do you multiply 64 signs at once?",
        [
            live.Slider("n", "Signs", lengths, start=BITS),
            live.Choice("pair", "a and b", list(pairs)),
            live.Choice("operation", "Operation", ["xor", "xnor"]),
        ],
        lambda values: _state(first, pairs[values["pair"]], values["n"], values["operation"]),
        _draw,
        _describe,
        size=(780, 400),
        source="Computed just now from the bits in the picture.",
        table=lambda points: [
            {"a and b": name, **_state(first, second, n, "xor")["row"]}
            for name, second in pairs.items()
            for n in lengths
        ],
    )


def _state(first: np.ndarray, second: np.ndarray, n: int, operation: str) -> State:
    used = np.arange(BITS) < n
    a, b = first & used, second & used
    counted = a ^ b if operation == "xor" else ~(a ^ b)
    count = int(counted.sum())
    product = f"{np.where(first == second, 1, -1)[used].sum()}".replace("-", "−")
    return {
        "n": n,
        "operation": operation,
        "used": used,
        "a": a,
        "b": b,
        "counted": counted,
        "count": count,
        "product": product,
        "row": {"Signs": str(n), "Differing": str(count), "a · b": product},
    }


def _describe(state: State) -> str:
    n, count, padding = state["n"], state["count"], BITS - state["n"]
    agree = count - padding
    if state["operation"] == "xor":
        return f"a and b differ in {count} of {n} places, so {_formula(state, str(count))}."
    left_over = f", of which {padding} are padding that must not count: {agree} agree"
    return f"xnor counts {count} ones{left_over * (padding > 0)}; {_formula(state, str(agree))}."


def _formula(state: State, count: str) -> str:
    """The product as a formula, in which ``count`` bits differ (xor) or agree (xnor)."""
    n, product = state["n"], state["product"]
    if state["operation"] == "xor":
        return f"a · b = {n} − 2 · {count} = {product}"
    return f"a · b = 2 · {count} − {n} = {product}"


def _draw(figure: Figure, state: State) -> Update:
    axes = figure.subplots(1, 3)
    looks = {"a": SIGNS, "b": SIGNS, "counted": COUNTED}
    words = {name: _word(ax, *looks[name]) for name, ax in zip(looks, axes, strict=True)}
    axes[0].set(title="a", xlabel="+ is bit 1, − is bit 0")
    axes[1].set_title("b")
    title, answer = axes[2].set_title("a xnor b"), figure.suptitle(" ", fontsize=17)
    below_b, key = (
        ax.text(0.5, -0.02, " ", transform=ax.transAxes, ha="center", va="top") for ax in axes[1:]
    )

    def update(state: State) -> list[Artist]:
        count, padding = str(state["count"]), BITS - state["n"]
        title.set_text(f"a {state['operation']} b: {count} ones")
        if padding and state["operation"] == "xnor":
            count = f"({count} − {padding} padding)"
        answer.set_text(_formula(state, count))
        below_b.set_text("no mark: padding, bit 0" if padding else " ")
        key.set_text(KEYS[state["operation"]][not padding])
        moved = [a for name in words for a in words[name](state[name], state["used"])]
        return [*moved, title, answer, below_b, key]

    return update


def _word(
    axes: Axes, colours: tuple[str, str], marks: tuple[str, str]
) -> Callable[[np.ndarray, np.ndarray], list[Artist]]:
    """Draw a word of bits; what is returned shows others, given them and which of them are used.

    ``colours`` and ``marks`` are those of 0 and of 1; padding is nearly white, or grey for 1.
    """
    shades = ListedColormap([*colours, "#F2F2F2", style.GREY])
    paper = np.zeros((SIDE, SIDE))
    picture = axes.imshow(paper, cmap=shades, vmin=0, vmax=3, interpolation="nearest")
    lines = [
        axes.plot([], [], linestyle="", marker=mark, color=ink, markersize=9, markeredgewidth=2)[0]
        for mark, ink in zip(marks, (style.INK, "white"), strict=True)
    ]
    for edge in np.arange(0.5, SIDE - 1):
        axes.axvline(edge, color="white", linewidth=2)
        axes.axhline(edge, color="white", linewidth=2)
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)

    def show(bits: np.ndarray, used: np.ndarray) -> list[Artist]:
        picture.set_data((bits + 2 * ~used).reshape(SIDE, SIDE))
        for line, places in zip(lines, (~bits & used, bits), strict=True):
            where = np.flatnonzero(places)
            line.set_data(where % SIDE, where // SIDE)
        return [picture, *lines]

    return show
