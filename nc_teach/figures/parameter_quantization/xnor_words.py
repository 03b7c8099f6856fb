"""Two words of 64 bits under xor or xnor: a product of signs becomes a count.

Three squares of 8 x 8 bits: a, b, and what the operation makes of them, with the bits that are
counted in colour and marked. Below n = 64 the rest of a word is padding, zero on both sides: xor
never counts it, xnor always does.
"""

from typing import Any

import numpy as np

from nc_teach import live
from nc_teach.live import State, Update, style
from nc_teach.live.artists import Artist, Axes, Figure

BITS, SIDE = 64, 8
DARK, PALE, NOTHING = "#004B7A", "#FFD47F", "#F2F2F2"


def xnor_words(seed: int = 0) -> live.LiveFigure:
    """A live figure of the product of two sign vectors, bit by bit; the signs come from ``seed``.

    >>> xnor_words().sentence({"n": 64, "pair": "opposite", "operation": "xor"})
    'a and b differ in 64 of 64 places, so a · b = 64 − 2 · 64 = −64.'
    """
    a, noise = np.random.default_rng(seed).random((2, BITS))
    first = a < 0.5
    pairs = {
        "any two": noise < 0.5,
        "nearly equal": first ^ (noise < 0.1),
        "opposite": ~first,
    }
    return live.LiveFigure(
        "How do you multiply 64 signs at once?",
        [
            live.Slider("n", "Signs", range(4, BITS + 1, 4), start=BITS),
            live.Choice("pair", "a and b", list(pairs)),
            live.Choice("operation", "Operation", ["xor", "xnor"]),
        ],
        lambda values: _state(first, pairs[values["pair"]], values["n"], values["operation"]),
        _draw,
        _describe,
        size=(780, 400),
        source="Computed just now from the bits in the picture.",
        table=lambda points: [
            _row(name, _state(first, second, n, "xor"))
            for name, second in pairs.items()
            for n in range(4, BITS + 1, 4)
        ],
    )


def _state(first: np.ndarray, second: np.ndarray, n: int, operation: str) -> State:
    used = np.arange(BITS) < n
    a, b = first & used, second & used
    return {
        "n": n,
        "operation": operation,
        "used": used,
        "a": a,
        "b": b,
        "counted": a ^ b if operation == "xor" else ~(a ^ b),
        "product": int(np.where(first == second, 1, -1)[used].sum()),
    }


def _describe(state: State) -> str:
    n, product = state["n"], _minus(state["product"])
    count = int(state["counted"].sum())
    if state["operation"] == "xor":
        return f"a and b differ in {count} of {n} places, so a · b = {n} − 2 · {count} = {product}."
    padding = BITS - n
    left_over = (
        f", of which {padding} are padding that must not count: {count - padding} agree"
        if padding
        else ""
    )
    agree = count - padding
    return f"xnor counts {count} ones{left_over}; a · b = 2 · {agree} − {n} = {product}."


def _minus(number: int) -> str:
    return str(number).replace("-", "−")


def _row(name: str, state: State) -> dict[str, str]:
    return {
        "a and b": name,
        "Signs": str(state["n"]),
        "Differing": str(int(state["counted"].sum())),
        "a · b": _minus(state["product"]),
    }


def _colours(bits: np.ndarray, used: np.ndarray, looks: tuple[str, str]) -> np.ndarray:
    """The bits of a word as an 8 x 8 picture, uint8 RGBA; padding is nearly white, or grey for 1.

    ``looks`` are the colours of 0 and of 1.
    """
    stops = [
        [*(int(c[k : k + 2], 16) for k in (1, 3, 5)), 255] for c in (*looks, NOTHING, style.GREY)
    ]
    which = bits + 2 * ~used
    return np.array(stops, dtype=np.uint8)[which].reshape(SIDE, SIDE, 4)


def _draw(figure: Figure, state: State) -> Update:
    axes = figure.subplots(1, 3)
    a, b = (Word(ax, (PALE, DARK), ("_", "+")) for ax in axes[:2])
    counted = Word(axes[2], ("#DDDDDD", style.COLOURS["vermilion"]), ("", "x"))
    titles = [ax.set_title(name) for ax, name in zip(axes, ("a", "b", "a xnor b"), strict=True)]
    answer = figure.suptitle("a · b = 64 − 2 · 64 = −64", fontsize=17)
    axes[0].set_xlabel("+ is bit 1, − is bit 0")
    labels = [
        ax.text(0.5, -0.02, " ", transform=ax.transAxes, ha="center", va="top") for ax in axes[1:]
    ]

    def update(state: State) -> list[Artist]:
        moved = [
            *a.show(state["a"], state["used"], state["used"]),
            *b.show(state["b"], state["used"], state["used"]),
            *counted.show(state["counted"], state["used"], np.ones(BITS, dtype=bool)),
        ]
        titles[2].set_text(f"a {state['operation']} b: {int(state['counted'].sum())} ones")
        answer.set_text(_formula(state))
        for label, text in zip(labels, _keys(state), strict=True):
            label.set_text(text)
        return [*moved, titles[2], answer, *labels]

    return update


def _keys(state: State) -> tuple[str, str]:
    """What is written below b and below the last square."""
    if state["n"] == BITS:
        return " ", {
            "xor": "× differ and count; grey agree",
            "xnor": "× agree and count; grey differ",
        }[state["operation"]]
    return "no mark: padding, bit 0", {
        "xor": "× is counted, padding never",
        "xnor": "× counted, dark grey: padding",
    }[state["operation"]]


def _formula(state: State) -> str:
    n, count = state["n"], int(state["counted"].sum())
    if state["operation"] == "xor":
        return f"a · b = {n} − 2 · {count} = {_minus(state['product'])}"
    agree = f"({count} − {BITS - n} padding)" if n < BITS else f"{count}"
    return f"a · b = 2 · {agree} − {n} = {_minus(state['product'])}"


class Word:
    """A word of bits on its axes; ``looks`` and ``marks`` are those of 0 and of 1."""

    def __init__(self, axes: Axes, looks: tuple[str, str], marks: tuple[str, str]) -> None:
        nothing, self.looks = np.zeros(BITS, dtype=bool), looks
        self.picture = axes.imshow(_colours(nothing, nothing, looks), interpolation="nearest")
        look: dict[str, Any] = {"linestyle": "", "markersize": 9, "markeredgewidth": 2}
        self.lines = [
            axes.plot([], [], marker=mark or "None", color=ink, **look)[0]
            for mark, ink in zip(marks, (style.INK, "white"), strict=True)
        ]
        for edge in np.arange(0.5, SIDE - 1):
            axes.axvline(edge, color="white", linewidth=2)
            axes.axhline(edge, color="white", linewidth=2)
        axes.set(xticks=[], yticks=[])
        for spine in axes.spines.values():
            spine.set_visible(False)

    def show(self, bits: np.ndarray, used: np.ndarray, marked: np.ndarray) -> list[Artist]:
        """Colour the bits, and mark those of them that are ``marked``; all three are BITS bools."""
        self.picture.set_data(_colours(bits, used, self.looks))
        for line, places in zip(self.lines, (~bits & marked, bits & marked), strict=True):
            where = np.flatnonzero(places)
            line.set_data(where % SIDE, where // SIDE)
        return [self.picture, *self.lines]
