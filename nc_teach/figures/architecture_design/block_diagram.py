"""The building block of each compact network, drawn from top to bottom with its counts.

A box is as wide as its output has channels. Beside it are the shape, the parameters, and the MACs
as a bar; above, what standard convolutions of the same shape would take.
"""

from itertools import zip_longest

from nc_teach import live
from nc_teach.figures.architecture_design.block_parts import BLOCKS, Block, Part, standard
from nc_teach.figures.words import short
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, Figure, LineCollection, Rectangle

CHANNELS = (48, 96, 192)
ROWS = 9  # the most parts that a block has
LANES = (0.095, 0.19, 0.285)
WIDEST = 0.17  # of a box
COLUMNS = {"part": 0.39, "output": 0.66, "parameters": 0.925, "MACs": 0.95}
ALIGNED = {"part": "left", "output": "left", "parameters": "right", "MACs": "left"}
Place = tuple[float, float, float, float]  # left, top, width and height of a box
LOOKS = {"1 x 1": 0, "depthwise": 1, "3 x 3": 2, "grouped": 3}  # white where nothing is computed


def block_diagram(network: str = "MobileNet: separable block") -> live.LiveFigure:
    """A live figure of the networks' building blocks; ``network`` is the one that is shown first.

    Raises ``ValueError`` when there is no such block; the message names those that there are.

    >>> block_diagram().sentence({"channels": 96, "stride": 1})
    'MobileNet: separable block, 96 to 96 channels: 10,464 parameters and 7.9 M MACs; one standard \
3 × 3 convolution: 7.9 times the parameters and 8.2 times the MACs.'
    """
    if network not in BLOCKS:
        raise ValueError(f"network must be one of {', '.join(BLOCKS)}, got {network!r}")
    return live.LiveFigure(
        "What is such a network built of?",
        [
            live.Choice("network", "Block", list(BLOCKS), start=network),
            live.Slider("channels", "Channels of the input", CHANNELS, start=96),
            live.Choice("stride", "Stride", {"1": 1, "2": 2}),
        ],
        _state,
        _draw,
        _describe,
        size=(940, 390),
        source="Counted just now from the channels; biases and normalisation are parameters.",
        table=_rows,
    )


def _state(values: live.Values) -> live.State:
    make, channels, stride = (values[name] for name in ("network", "channels", "stride"))
    used = stride if BLOCKS[make](channels, 1).halves else 1
    block = BLOCKS[make](channels, used)
    return {
        "network": make,
        "stride": used,
        "asked": stride,
        "block": block,
        "standard": standard(make, channels, used, block.parts[-1].outputs),
    }


def _describe(state: live.State) -> str:
    block, (name, params, macs) = state["block"], state["standard"]
    half = " (it has no form with stride 2)" if state["asked"] != state["stride"] else ""
    stride = ", stride 2" if state["stride"] == 2 else ""
    return (
        f"{state['network']}{stride}{half}, {block.parts[0].outputs} to {block.parts[-1].outputs} "
        f"channels: {block.params:,} parameters and {short(block.macs)} MACs; {name}: "
        f"{params / block.params:.1f} times the parameters and "
        f"{macs / block.macs:.1f} times the MACs."
    )


def _rows(points: list[live.Values]) -> list[dict[str, str]]:
    """A row for every part of every block that the page holds."""
    return [
        {
            "Block": state["network"],
            "Channels": str(state["block"].parts[0].outputs),
            "Stride": str(state["stride"]),
            "Part": part.name,
            "Output": part.shape,
            "Parameters": f"{part.params:,}",
            "MACs": f"{part.macs:,}",
        }
        for state in map(_state, points)
        if state["asked"] == state["stride"]
        for part in state["block"].parts[1:]
    ]


def _draw(figure: Figure, state: live.State) -> live.Update:
    axes = figure.subplots()
    axes.set(xlim=(0, 1.17), ylim=(ROWS + 0.1, -0.75))
    axes.set_axis_off()
    for column, x in COLUMNS.items():
        axes.text(x, -0.55, column, ha=ALIGNED[column], va="center", weight="bold")
    axes.text(LANES[1], -0.55, "width: channels", ha="center", va="center", weight="bold")
    title = axes.set_title("\n ", fontsize=14)
    lines = LineCollection([], colors=style.INK, linewidths=1.5, zorder=2)
    axes.add_collection(lines)
    (heads,) = axes.plot([], [], linestyle="", marker="v", color=style.INK, markersize=6, zorder=4)
    rows = [_Row(axes) for _ in range(ROWS)]

    def update(state: live.State) -> list[Artist]:
        block, (name, params, macs) = state["block"], state["standard"]
        note = "; no form with stride 2" if state["asked"] != state["stride"] else ""
        title.set_text(
            f"{block.params:,} parameters, {short(block.macs)} MACs{note}\n"
            f"{name}: {params:,} and {short(macs)}"
        )
        places = [_place(block, row) for row in range(len(block.parts))]
        paths = [_path(arrow, places) for arrow in block.arrows]
        lines.set_segments(paths)
        heads.set_data([path[-1][0] for path in paths], [path[-1][1] - 0.06 for path in paths])
        most = max(part.macs for part in block.parts)
        for row, part, place in zip_longest(rows, block.parts, places):
            row.show(part, place, most)
        return [lines, heads, *(artist for row in rows for artist in row.artists), title]

    return update


def _place(block: Block, row: int) -> Place:
    """Left, top, width and height of the box in this row."""
    part = block.parts[row]
    step = ROWS / len(block.parts)
    width = max(0.008, WIDEST * part.outputs / max(p.outputs for p in block.parts))
    high = 0.5 * min(step, 2.2)
    return LANES[part.lane] - width / 2, row * step + 0.2 * step, width, high


def _path(arrow: tuple[int, int, int], places: list[Place]) -> list[tuple[float, float]]:
    """From the foot of one box to the head of another; the way down is in the arrow's lane."""
    start, end, lane = arrow
    (x, y, width, height), (x2, y2, width2, _) = places[start], places[end]
    top, foot = (x2 + width2 / 2, y2), (x + width / 2, y + height)
    gap = 0.14
    return [foot, (LANES[lane], foot[1] + gap), (LANES[lane], top[1] - gap - 0.1), top]


class _Row:
    """A part's box and words, and the bar of its MACs; all of it is hidden where there is none."""

    def __init__(self, axes: Axes) -> None:
        self.box = Rectangle((0, 0), 0, 0, linewidth=1.5, zorder=3)
        axes.add_patch(self.box)
        self.bar = axes.barh(0, 0, left=COLUMNS["MACs"], color=style.COLOURS["sky"])[0]
        self.cells = [axes.text(x, 0, "", ha=ALIGNED[n], va="center") for n, x in COLUMNS.items()]
        self.artists: list[Artist] = [self.box, self.bar, *self.cells]

    def show(self, part: Part | None, place: Place, most: int) -> None:
        """Move everything to a part's place; ``most`` MACs have the longest bar."""
        for artist in self.artists:
            artist.set_visible(part is not None)
        if part is None:
            return
        x, y, width, height = place
        look = LOOKS.get(part.kind)
        self.box.set_bounds(x, y, width, height)
        self.box.set_facecolor("white" if look is None else style.bars(look)["color"])
        self.box.set_edgecolor(style.INK if look is None else "white")
        length = 0.11 * part.macs / most
        self.bar.set_bounds(COLUMNS["MACs"], y, length, height)
        self.cells[-1].set_x(COLUMNS["MACs"] + length + 0.008)
        parameters = f"{part.params:,}" if part.params else ""  # no zeros: nothing to count
        words = (part.name, part.shape, parameters, short(part.macs) if part.macs else "")
        for text, said in zip(self.cells, words, strict=True):
            text.set(text=said, y=y + height / 2)
