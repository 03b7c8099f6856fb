"""Where the bytes of a compressed network are: one stacked bar for each step of Deep Compression.

Left, all four files on one scale; right, the last two enlarged and taken apart: what says where a
weight stands, what says which value it has, and what are the tables.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from nc_teach import live
from nc_teach.figures.words import spread
from nc_teach.live import style

PARTS = {
    "gaps": "where (gaps)",
    "indices": "which value (indices)",
    "values": "float32 numbers",
    "tables": "codebooks and code tables",
    "header": "names, shapes, checksum",
}
STAGES = ("float32", "pruned", "clustered", "Huffman")


def byte_budget(pipeline: Any, guess: Any = None, *, start: int | None = None) -> live.LiveFigure:
    """A live figure of the bytes of every file.

    Parameters
    ----------
    pipeline
        What ``claims.parameter_quantization.compress_step_by_step`` returns: ``bits``,
        ``budget[stage]`` (for each of the bits, purpose -> bytes), ``tuned`` (networks x bits) and
        ``dense`` accuracy in [0, 1].
    guess
        A number of times smaller, a prediction whose ``value`` is one, or nothing.
    start
        Bits at which the slider stands first; the largest below 6 by default.

    Raises
    ------
    ValueError
        When ``start`` is not one of the bits.
    """
    guessed = getattr(guess, "value", guess)
    start = start or max([b for b in pipeline.bits if b < 6], default=pipeline.bits[0])
    return live.LiveFigure(
        "Where are the bytes?",
        [live.Slider("bits", "Bits of an index", pipeline.bits, start=start)],
        lambda values: _state(pipeline, values["bits"]),
        lambda figure, state: _draw(figure, pipeline),
        lambda state: _describe(state, guessed),
        size=(940, 440),
        source=pipeline.provenance.line(),
        table=lambda points: [_row(_state(pipeline, bits)) for bits in pipeline.bits],
    )


def _state(pipeline: Any, bits: int) -> dict[str, Any]:
    place = pipeline.bits.index(bits)
    return {
        "bits": bits,
        "parts": {stage: _grouped(pipeline.budget[stage][place]) for stage in STAGES},
        "accuracy": 100 * pipeline.tuned[:, place],
        "dense": 100 * pipeline.dense,
    }


def _grouped(spent: dict[str, int]) -> np.ndarray:
    """Kilobytes by PARTS; both kinds of tables in one."""
    tables = spent.get("codebooks", 0) + spent.get("code tables", 0)
    return np.array([spent.get(part, 0) for part in PARTS]) / 1e3 + tables / 1e3 * np.array(
        [part == "tables" for part in PARTS]
    )


def _times(state: dict[str, Any], stage: str) -> float:
    return state["parts"]["float32"].sum() / state["parts"][stage].sum()


def _describe(state: dict[str, Any], guessed: float | None) -> str:
    sizes = ", ".join(
        f"{stage} {state['parts'][stage].sum():.1f} kB ({_times(state, stage):.1f}x)"
        for stage in STAGES[1:]
    )
    said = (
        f"{state['bits']} bits: from {state['parts']['float32'].sum():,.0f} kB to {sizes}; "
        f"it reads {spread(state['accuracy'])} % of the test images "
        f"(dense: {spread(state['dense'])} %)."
    )
    return said if guessed is None else f"{said} You guessed {guessed:g} times."


def _row(state: dict[str, Any]) -> dict[str, str]:
    return {
        "Bits": str(state["bits"]),
        **{f"{stage}, kB": f"{state['parts'][stage].sum():.1f}" for stage in STAGES},
        "Times smaller": f"{_times(state, 'Huffman'):.1f}",
        "Test accuracy": f"{spread(state['accuracy'])} %",
    }


def _draw(figure: Any, pipeline: Any) -> Any:
    left, right = figure.subplots(1, 2, width_ratios=(0.7, 1.5))
    every = [_state(pipeline, bits) for bits in pipeline.bits]
    whole = _draw_bars(left, STAGES, 1.25 * every[0]["parts"]["float32"].sum())
    most = 1.3 * max(s["parts"]["clustered"].sum() for s in every)
    parts = _draw_bars(right, STAGES[2:], most)
    left.set_title("All on one scale")
    title = right.set_title("Enlarged: 0 bits, 00.0 ± 0.0 % right")
    handles, names = right.get_legend_handles_labels()
    figure.legend(handles, names, ncols=3, loc="outside lower center", handlelength=1.6)

    def update(state: dict[str, Any]) -> list[Any]:
        title.set_text(f"Enlarged: {state['bits']} bits, {spread(state['accuracy'])} % right")
        return [*whole(state), *parts(state), title]

    return update


def _draw_bars(axes: Any, stages: tuple[str, ...], most: float) -> Any:
    rows = np.arange(len(stages))
    bars = [
        axes.barh(rows, 0 * rows, 0.62, label=name, **style.bars(number))
        for number, name in enumerate(PARTS.values())
    ]
    texts = [axes.text(0, row, "", va="center") for row in rows]
    axes.set(xlim=(0, most), ylim=(len(stages) - 0.5, -0.5), xlabel="kilobytes on disk")
    axes.set_yticks(rows, stages)

    def move(state: dict[str, Any]) -> list[Any]:
        for row, (stage, text) in enumerate(zip(stages, texts, strict=True)):
            sizes = state["parts"][stage]
            for bar, size, end in zip(bars, sizes, np.cumsum(sizes), strict=True):
                bar.patches[row].set(x=end - size, width=size)
            text.set(x=sizes.sum() + 0.02 * most, text=_label(state, stage))
        return [*(patch for bar in bars for patch in bar.patches), *texts]

    return move


def _label(state: dict[str, Any], stage: str) -> str:
    size = state["parts"][stage].sum()
    if stage == "float32":
        return f"{size:,.0f}"
    return f"{size:.1f} ({_times(state, stage):.0f}x)"
