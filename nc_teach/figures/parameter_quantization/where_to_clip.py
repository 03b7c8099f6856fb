"""Where to clip: a layer's activations, the grid on them, and what rounding and clipping cost.

Left, the activations that are not 0, with the values of the grid as ticks and what lies beyond the
range in another colour. Right, over the end of the range, the mean squared error of rounding, of
clipping and of both, and below it the accuracy of the network on validation images.
"""

from typing import TYPE_CHECKING

import numpy as np

from nc_teach import live
from nc_teach.live import State, Update, style
from nc_teach.live.artists import Artist, Axes, Figure, Line2D

if TYPE_CHECKING:
    from nc_teach.claims.parameter_quantization import Clipping

ERRORS = {"rounding": "rounding", "clipping": "clipping", "error": "both together"}


def where_to_clip(result: "Clipping", *, bits: int = 3) -> live.LiveFigure:
    """A live figure of the clip range against error and accuracy.

    ``bits`` is where its choice is first. Raises ``ValueError`` when that was not measured.
    """
    names = {f"{p:g}" if p < 100 else "100 (min-max)": p for p in result.percentiles}
    return live.LiveFigure(
        "Where should the range end?",
        [
            live.Slider("percentile", "Percentile", list(result.percentiles), start=100.0),
            live.Choice("bits", "Bits", {str(b): b for b in result.bits}, start=bits),
        ],
        lambda values: _state(result, **values),
        lambda figure, state: _draw(figure, result),
        _describe,
        size=(920, 520),
        source=result.provenance.line(),
        table=lambda points: [
            _state(result, p, b)["row"] for b in result.bits for p in names.values()
        ],
    )


def _state(result: "Clipping", percentile: float, bits: int) -> State:
    line, place = result.bits.index(bits), result.percentiles.index(percentile)
    errors = {name: getattr(result, name)[line] for name in ERRORS}
    here = {name: float(of[place]) for name, of in errors.items()}
    end, reads = float(result.ends[place]), 100 * result.accuracy[line]
    return {
        "end": end,
        "largest": float(result.ends[-1]),
        "grid": np.linspace(0, end, 2**bits),
        "errors": errors,
        "here": here,
        "reads": reads,
        "read": float(reads[place]),
        "before": 100 * result.before,
        "bits": bits,
        "row": {
            "Bits": str(bits),
            "Percentile": f"{percentile:g}",
            "End of the range": f"{end:.2f}",
            **{f"Error, {says}": f"{here[name]:.2g}" for name, says in ERRORS.items()},
            "Validation accuracy": f"{reads[place]:.1f} %",
        },
    }


def _describe(state: State) -> str:
    row = state["row"]
    return (
        f"{row['Bits']} bits, percentile {row['Percentile']}: the range ends at "
        f"{row['End of the range']} (largest activation: {state['largest']:.2f}); squared error "
        f"{row['Error, both together']}, of it {row['Error, rounding']} by rounding and "
        f"{row['Error, clipping']} by clipping; the network reads {row['Validation accuracy']} of "
        f"the validation images (float32: {state['before']:.1f} %)."
    )


def _draw(figure: Figure, result: "Clipping") -> Update:
    parts = figure.subplot_mosaic([["seen", "error"], ["seen", "reads"]], width_ratios=(1, 1.1))
    moves = [
        _draw_seen(parts["seen"], result),
        _draw_errors(parts["error"], result),
        _draw_accuracy(parts["reads"], result),
    ]
    handles = [line for axes in parts.values() for line in axes.get_legend_handles_labels()[0]]
    figure.legend(handles=handles, loc="outside lower center", ncols=3)
    return live.together(*moves)


def _draw_seen(axes: Axes, result: "Clipping") -> Update:
    width = result.edges[1] - result.edges[0]
    heights = result.heights / result.heights.max()
    bars = axes.bar(result.edges[:-1], heights, width, align="edge")
    ticks = axes.vlines([], [], [], color=style.INK, linewidth=1.2, label="values of the grid")
    line = axes.axvline(0, color=style.INK, linestyle="--", label="end of the range")
    axes.set(xlim=(-0.02 * result.edges[-1], 1.02 * result.edges[-1]), ylim=(-0.1, 1.05))
    axes.set(xlabel=f"activation that {result.layer} reads", ylabel="how many (not to scale)")
    axes.set_yticks([])
    title = axes.set_title(" ")

    def move(state: State) -> list[Artist]:
        for bar in bars.patches:
            kept = bar.get_x() < state["end"]  # the others are clipped
            bar.set(
                facecolor=style.COLOURS["blue" if kept else "vermilion"], hatch="//"[2 * kept :]
            )
        ticks.set_segments([[(value, -0.1), (value, -0.02)] for value in state["grid"]])
        line.set_xdata([state["end"]] * 2)
        title.set_text(f"{len(state['grid'])} values from 0 to {state['end']:.2f}")
        return [*bars.patches, ticks, line, title]

    return move


def _draw_errors(axes: Axes, result: "Clipping") -> Update:
    lines = {
        name: axes.plot(
            result.ends, 0 * result.ends + 1, label=says, markersize=4, **style.series(k)
        )[0]
        for name, says, k in zip(ERRORS, ERRORS.values(), (2, 1, 0), strict=True)
    }
    here = _here(axes)
    axes.set(yscale="log", ylim=(result.error.min() / 3, 3 * result.error.max()))
    axes.set_ylabel("squared error")
    axes.tick_params(labelbottom=False)
    title = axes.set_title(" ")

    def move(state: State) -> list[Artist]:
        for name, drawn in lines.items():
            drawn.set_ydata(np.maximum(state["errors"][name], 1e-12))  # no logarithm of 0
        here.set_data([state["end"]], [state["here"]["error"]])
        title.set_text(f"Error {state['here']['error']:.2g}, reads {state['read']:.1f} %")
        return [*lines.values(), here, title]

    return move


def _draw_accuracy(axes: Axes, result: "Clipping") -> Update:
    (line,) = axes.plot(result.ends, result.ends, markersize=4, **style.series(0))
    here = _here(axes)
    before = 100 * result.before
    axes.axhline(before, color=style.GREY, linestyle=":", label="accuracy of float32")
    low, high = (100 * end for end in (result.accuracy.min(), result.accuracy.max()))
    room = 0.2 * (max(high, before) - min(low, before)) or 1.0
    axes.set(ylim=(min(low, before) - room, max(high, before) + room))
    axes.set(xlabel="end of the range", ylabel="accuracy, %")

    def move(state: State) -> list[Artist]:
        line.set_ydata(state["reads"])
        here.set_data([state["end"]], [state["read"]])
        return [line, here]

    return move


def _here(axes: Axes) -> Line2D:
    """A ring around the point that the slider is at."""
    axes.grid(True)
    look = {"markersize": 13, "markerfacecolor": "none", "markeredgewidth": 2.0}
    (ring,) = axes.plot([], [], "o", color=style.INK, zorder=6)
    ring.set(**look)
    return ring
