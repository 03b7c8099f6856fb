"""The picture of block_diagram: boxes and arrows at the left, what they cost at the right."""

from collections.abc import Callable

from nc_teach import live
from nc_teach.figures.architecture_design.block_parts import Block, Part
from nc_teach.figures.words import short
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, Figure, LineCollection, Patch, Rectangle

ROWS = 9  # the most parts that a block has
LANES = (0.095, 0.19, 0.285)
WIDEST = 0.17  # of a box
COLUMNS = {"part": 0.39, "output": 0.66, "parameters": 0.925, "MACs": 0.95}
Place = tuple[float, float, float, float]  # left, top, width and height of a box
LOOKS = {"moves": None, "1 x 1": 0, "depthwise": 1, "3 x 3": 2, "grouped": 3}


def draw(figure: Figure, state: live.State) -> live.Update:
    """Draw the still parts for ``block_diagram`` and return the function that moves the rest."""
    axes = figure.subplots()
    axes.set(xlim=(0, 1.17), ylim=(ROWS + 0.1, -0.75))
    axes.set_axis_off()
    for column, x in COLUMNS.items():
        align = "right" if column == "parameters" else "left"
        axes.text(x, -0.55, column, ha=align, va="center", weight="bold")
    axes.text(LANES[1], -0.55, "width: channels", ha="center", va="center", weight="bold")
    title = axes.set_title("\n ", fontsize=14)
    boxes, arrows, cells = _draw_boxes(axes), _draw_arrows(axes), _draw_cells(axes)

    def update(state: live.State) -> list[Artist]:
        block, plain = state["block"], state["standard"]
        note = "; no form with stride 2" if state["asked"] != state["stride"] else ""
        title.set_text(
            f"{block.params:,} parameters, {short(block.macs)} MACs{note}\n"
            f"one standard 3 × 3 convolution: {plain.params:,} and {short(plain.macs)}"
        )
        places = [_box(block, row) for row in range(len(block.parts))]
        return [*arrows(block, places), *boxes(block, places), *cells(block, places), title]

    return update


def _box(block: Block, row: int) -> Place:
    """Left, top, width and height of the box in this row."""
    part = block.parts[row]
    step = min(1.9, ROWS / len(block.parts))
    width = max(0.008, WIDEST * part.outputs / max(p.outputs for p in block.parts))
    high = min(0.5 * step, 0.7)
    return LANES[part.lane] - width / 2, row * step + 0.2 * step, width, high


def _draw_boxes(axes: Axes) -> Callable[..., list[Artist]]:
    boxes = [Rectangle((0, 0), 0, 0, zorder=3) for _ in range(ROWS)]
    for box in boxes:
        axes.add_patch(box)

    def move(block: Block, places: list[Place]) -> list[Artist]:
        for row, box in enumerate(boxes):
            box.set_visible(row < len(places))
            if row < len(places):
                x, y, width, height = places[row]
                box.set_bounds(x, y, width, height)
                _dress(box, LOOKS[block.parts[row].kind])
        return [*boxes]

    return move


def _dress(box: Patch, number: int | None) -> None:
    """The colour of a convolution; white with an edge for what has no weights."""
    box.set_facecolor("white" if number is None else style.bars(number)["color"])
    box.set(edgecolor=style.INK if number is None else "white", linewidth=1.5)


def _draw_arrows(axes: Axes) -> Callable[..., list[Artist]]:
    lines = LineCollection([], colors=style.INK, linewidths=1.5, zorder=2)
    axes.add_collection(lines)
    (heads,) = axes.plot([], [], linestyle="", marker="v", color=style.INK, markersize=6, zorder=4)

    def move(block: Block, places: list[Place]) -> list[Artist]:
        paths = [_path(arrow, places) for arrow in block.arrows]
        lines.set_segments(paths)
        heads.set_data([path[-1][0] for path in paths], [path[-1][1] - 0.06 for path in paths])
        return [lines, heads]

    return move


def _path(arrow: tuple[int, int, int], places: list[Place]) -> list[tuple[float, float]]:
    """From the foot of one box to the head of another; the way down is in the arrow's lane."""
    start, end, lane = arrow
    (x, y, width, height), (x2, y2, width2, _) = places[start], places[end]
    top, foot = (x2 + width2 / 2, y2), (x + width / 2, y + height)
    gap = 0.14
    return [foot, (LANES[lane], foot[1] + gap), (LANES[lane], top[1] - gap - 0.1), top]


def _draw_cells(axes: Axes) -> Callable[..., list[Artist]]:
    """The columns of text, and the bars of the MACs behind their numbers."""
    aligned = {"part": "left", "output": "left", "parameters": "right"}
    texts = {
        column: [axes.text(COLUMNS[column], 0, "", ha=ha, va="center") for _ in range(ROWS)]
        for column, ha in aligned.items()
    }
    bars = [
        axes.barh(0, 0, left=COLUMNS["MACs"], color=style.COLOURS["sky"])[0] for _ in range(ROWS)
    ]
    counts = [axes.text(0, 0, "", va="center") for _ in range(ROWS)]
    axes.set(xlim=(0, 1.17), ylim=(ROWS + 0.1, -0.75))

    def move(block: Block, places: list[Place]) -> list[Artist]:
        most = max(part.macs for part in block.parts)
        for row in range(ROWS):
            part = block.parts[row] if row < len(places) else None
            _, y, _, height = places[row] if part else (0, 0, 0, 0)
            words = _words(part)
            for column, cells in texts.items():
                cells[row].set(text=words[column], y=y + height / 2)
            length = 0.11 * part.macs / most if part else 0
            bars[row].set_bounds(COLUMNS["MACs"], y, length, height)
            counts[row].set(
                text=words["MACs"], x=COLUMNS["MACs"] + length + 0.008, y=y + height / 2
            )
        return [*bars, *counts, *(text for cells in texts.values() for text in cells)]

    return move


def _words(part: Part | None) -> dict[str, str]:
    """The words of a row; no zeros where there is nothing to count."""
    if part is None:
        return dict.fromkeys(COLUMNS, "")
    return {
        "part": part.name,
        "output": shape(part),
        "parameters": f"{part.params:,}" if part.params else "",
        "MACs": short(part.macs) if part.macs else "",
    }


def shape(part: Part) -> str:
    return f"{part.outputs} × {part.side} × {part.side}"
