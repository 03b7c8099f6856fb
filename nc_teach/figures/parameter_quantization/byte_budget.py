"""Where the bytes of a compressed network are: one stacked bar for each step of Deep Compression.

Left, all four files on one scale; right, the last two enlarged and taken apart: what says where a
weight is, what says which value it has, and what belongs to the tables.
"""

from typing import TYPE_CHECKING

import numpy as np

from nc_teach import live
from nc_teach.figures.words import spread
from nc_teach.live import State, Update, style
from nc_teach.live.artists import Artist, Axes, Figure

if TYPE_CHECKING:
    from nc_teach.claims.parameter_quantization import Pipeline

PARTS = {
    "gaps": "where (gaps)",
    "indices": "which value (indices)",
    "values": "float32 numbers",
    "tables": "codebooks and code tables",
    "header": "names, shapes, checksum",
}
STAGES = ("float32", "pruned", "clustered", "Huffman")


def byte_budget(
    pipeline: "Pipeline", guess: live.Guess = None, *, start: int | None = None
) -> live.LiveFigure:
    """A live figure of the bytes of every file.

    ``guess`` is a number of times smaller. ``start`` are the bits at which the slider is first, the
    largest below 6 by default. Raises ``ValueError`` when they were not measured, or when the
    pipeline was read from a file, which does not say what the bytes are for.
    """
    if pipeline.budget is None:
        raise ValueError("pipeline must be measured here, got one from a file, without its budget")
    number, dense = live.guessed(guess), spread(100 * pipeline.dense)
    first = start or max([b for b in pipeline.bits if b < 6], default=pipeline.bits[0])
    return live.LiveFigure(
        "Where are the bytes?",
        [live.Slider("bits", "Bits of an index", pipeline.bits, start=first)],
        lambda values: _state(pipeline, values["bits"]),
        lambda figure, state: _draw(figure, pipeline),
        lambda state: _describe(state, dense, number),
        size=(940, 440),
        source=pipeline.provenance.line(),
        table=lambda points: [_state(pipeline, bits)["row"] for bits in pipeline.bits],
    )


def _state(pipeline: "Pipeline", bits: int) -> State:
    place, budget = pipeline.bits.index(bits), pipeline.budget or {}
    parts = {stage: _grouped(budget[stage][place]) for stage in STAGES}
    sizes = {stage: kilobytes.sum() for stage, kilobytes in parts.items()}
    times = {stage: sizes["float32"] / size for stage, size in sizes.items()}
    row = {
        "Bits": str(bits),
        **{f"{stage}, kB": f"{size:.1f}" for stage, size in sizes.items()},
        "Times smaller": f"{times['Huffman']:.1f}",
        "Test accuracy": f"{spread(100 * pipeline.tuned[:, place])} %",
    }
    return {"parts": parts, "sizes": sizes, "times": times, "row": row}


def _grouped(spent: dict[str, int]) -> np.ndarray:
    """Kilobytes by PARTS; both kinds of tables in one."""
    tables = {"tables": spent.get("codebooks", 0) + spent.get("code tables", 0)}
    return np.array([(spent | tables).get(part, 0) for part in PARTS]) / 1e3


def _describe(state: State, dense: str, guessed: float | None) -> str:
    row, (first, *others) = state["row"], state["sizes"].items()
    sizes = ", ".join(f"{stage} {kB:.1f} kB ({state['times'][stage]:.1f}x)" for stage, kB in others)
    said = (
        f"{row['Bits']} bits: from {first[1]:,.0f} kB to {sizes}; it reads {row['Test accuracy']} "
        f"of the test images (dense: {dense} %)."
    )
    return said if guessed is None else f"{said} You guessed {guessed:g} times."


def _draw(figure: Figure, pipeline: "Pipeline") -> Update:
    left, right = figure.subplots(1, 2, width_ratios=(0.7, 1.5))
    every = [_state(pipeline, bits)["sizes"] for bits in pipeline.bits]
    whole = _draw_bars(left, STAGES, 1.25 * every[0]["float32"])
    parts = _draw_bars(right, STAGES[2:], 1.3 * max(sizes["clustered"] for sizes in every))
    left.set_title("All on one scale")
    title = right.set_title(" ")
    handles, names = right.get_legend_handles_labels()
    figure.legend(handles, names, ncols=3, loc="outside lower center", handlelength=1.6)

    def update(state: State) -> list[Artist]:
        row = state["row"]
        title.set_text(f"Enlarged: {row['Bits']} bits, {row['Test accuracy']} right")
        return [*whole(state), *parts(state), title]

    return update


def _draw_bars(axes: Axes, stages: tuple[str, ...], most: float) -> Update:
    rows = np.arange(len(stages))
    bars = [
        axes.barh(rows, 0 * rows, 0.62, label=name, **style.bars(number))
        for number, name in enumerate(PARTS.values())
    ]
    texts = [axes.text(0, row, "", va="center") for row in range(len(stages))]
    axes.set(xlim=(0, most), ylim=(len(stages) - 0.5, -0.5), xlabel="kilobytes on disk")
    axes.set_yticks(rows, stages)

    def move(state: State) -> list[Artist]:
        for row, (stage, text) in enumerate(zip(stages, texts, strict=True)):
            sizes, whole = state["parts"][stage], state["sizes"][stage]
            for bar, size, end in zip(bars, sizes, np.cumsum(sizes), strict=True):
                bar.patches[row].set(x=end - size, width=size)
            smaller = f"{whole:.1f} ({state['times'][stage]:.0f}x)"
            text.set(x=whole + 0.02 * most, text=smaller if stage != "float32" else f"{whole:,.0f}")
        return [*(patch for bar in bars for patch in bar.patches), *texts]

    return move
