"""The policies of a network as a family of paths through its blocks.

Every set of blocks that some input takes is one line: through the box of a block that it computes,
over the box of a block that it skips. A line is as thick as the share of the inputs that take it.
One thick line is a static network; many thin ones are as many networks in one. The paths are those
of the first network. Unlike
``block_heat``, inputs that do the same are one line here.
"""

from typing import TYPE_CHECKING

import numpy as np

from nc_teach import live
from nc_teach.live import style
from nc_teach.live.artists import Artist, Figure, LineCollection, PolyCollection

if TYPE_CHECKING:
    from nc_teach.claims.dynamic_computation.routes import Routes

MOST = 20  # lines that can be shown
BOX, BYPASS = (0.0, 1.0), (1.45, 2.45)  # heights: through a block, and over it
TONES = [style.COLOURS[name] for name in ("blue", "vermilion", "green", "orange", "purple")]


def paths(result: "Routes", *, start: int = 5) -> live.LiveFigure:
    """A live figure of the distinct policies; ``start`` is how many of them are shown first."""
    policies = {name: distinct(used) for name, used in result.used.items()}
    most = min(MOST, max(len(rows) for rows, _ in policies.values()))
    return live.LiveFigure(
        "Many networks in one",
        [
            live.Slider("shown", "Paths shown", range(1, most + 1), start=min(start, most)),
            live.Choice("network", "Network", list(policies)),
        ],
        lambda values: _state(policies[values["network"]], **values),
        lambda figure, state: _draw(figure, result),
        lambda state: _describe(state, result),
        size=(900, 420),
        source=result.provenance.line(),
        table=lambda points: [
            row for name in policies for row in _rows(name, *policies[name], result.input)
        ],
    )


def distinct(used: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The different rows, the most frequent first, and the share of inputs that each one has.

    >>> rows, shares = distinct(np.array([[1, 0], [1, 1], [1, 0], [1, 0]]))
    >>> rows.tolist(), shares.tolist()
    ([[1, 0], [1, 1]], [0.75, 0.25])
    """
    rows, counts = np.unique(used, axis=0, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    return rows[order], counts[order] / counts.sum()


def _state(policies: tuple[np.ndarray, np.ndarray], shown: int, network: str) -> live.State:
    rows, shares = policies
    return {
        "network": network,
        "policies": len(rows),
        "rows": rows[:shown],
        "shares": shares[:shown],
    }


def _describe(state: live.State, result: "Routes") -> str:
    shown, shares = len(state["rows"]), 100 * state["shares"]
    most = f"the {shown} most frequent serve" if shown > 1 else "the most frequent serves"
    networks = len(result.accuracy[state["network"]])
    first = f", the first of {networks} networks" if networks > 1 else ""
    return (
        f"{state['network']}{first}: {_ways(state['policies'])} of {2**result.depth:,} possible; "
        f"{most} {shares.sum():.0f} % of the {result.input}s. "
        f"The first ({shares[0]:.0f} %) computes {blocks_of(state['rows'][0])}."
    )


def blocks_of(row: np.ndarray) -> str:
    """The blocks of a policy in words.

    >>> blocks_of(np.array([1, 0])), blocks_of(np.array([1, 1])), blocks_of(np.array([0, 0]))
    ('block 1', 'blocks 1 and 2', 'no block')
    """
    numbers = [str(number) for number in row.nonzero()[0] + 1]
    if len(numbers) < 2:
        return f"block {numbers[0]}" if numbers else "no block"
    return f"blocks {', '.join(numbers[:-1])} and {numbers[-1]}"


def _ways(count: int) -> str:
    return "1 policy" if count == 1 else f"{count} policies"


def _rows(network: str, rows: np.ndarray, shares: np.ndarray, one: str) -> list[dict[str, str]]:
    return [
        {
            "Network": network,
            "Policy": "".join(map(str, row)),
            "Blocks": str(row.sum()),
            f"{one.title()}s": f"{100 * share:.1f} %",
        }
        for row, share in zip(rows[:MOST], shares, strict=False)
    ]


def _draw(figure: Figure, result: "Routes") -> live.Update:
    axes, blocks = figure.subplots(), result.depth
    sides = [((b + 0.22) / blocks, (b + 0.78) / blocks) for b in range(blocks)]
    boxes = [[(left, 0), (right, 0), (right, 1), (left, 1)] for left, right in sides]
    axes.add_collection(
        PolyCollection(boxes, facecolor="#F1F1F1", edgecolor=style.INK, antialiased=False)
    )
    lines = LineCollection([], zorder=3, antialiased=False)
    axes.add_collection(lines)
    for b in range(blocks):
        name = f"block {b + 1}" if blocks <= 8 else f"{b + 1}"
        axes.text((b + 0.5) / blocks, -0.12, name, ha="center", va="top")
    side = axes.get_yaxis_transform()
    axes.text(-0.02, 0.5, "computed", ha="right", va="center", transform=side)
    axes.text(-0.02, 1.95, "skipped", ha="right", va="center", transform=side)
    axes.set(xlim=(0, 1), ylim=(-0.5, 2.6))
    axes.set_axis_off()
    title = axes.set_title(" ", fontsize=15)

    def update(state: live.State) -> list[Artist]:
        segments, widths = lay_out(state["rows"], state["shares"])
        lines.set_segments(segments[::-1])
        lines.set_linewidth(widths[::-1].tolist())
        shown = len(segments)
        lines.set_color([*TONES, *["#7A7A7A"] * MOST][:shown][::-1])
        most = f"the {shown} shown serve" if shown > 1 else "the first serves"
        served = f"{100 * state['shares'].sum():.0f} % of the {result.input}s"
        title.set_text(f"{_ways(state['policies'])}; {most} {served}")
        return [lines, title]

    return update


def lay_out(rows: np.ndarray, shares: np.ndarray) -> tuple[list[np.ndarray], np.ndarray]:
    """A curve for every policy and its width in points; no two lie on one height.

    >>> segments, widths = lay_out(np.array([[1, 0]]), np.array([1.0]))
    >>> [round(float(y), 2) for y in segments[0][[0, -1], 1]], widths.tolist()
    ([0.5, 1.95], [40.0])
    """
    places = (np.cumsum(shares) - shares / 2) / shares.sum()
    widths = np.maximum(40 * shares / max(shares.sum(), 0.4), 1.2)
    segments = []
    for row, place in zip(rows, places, strict=True):
        levels = np.where(row > 0, _between(BOX, place), _between(BYPASS, place))
        segments.append(_smooth(levels))
    return segments, widths


def _between(ends: tuple[float, float], share: float) -> float:
    return ends[0] + (0.08 + 0.84 * share) * (ends[1] - ends[0])


def _smooth(levels: np.ndarray) -> np.ndarray:
    """Level inside each block, a soft step between two blocks."""
    blocks = len(levels)
    x = np.linspace(0, blocks, 24 * blocks + 1)
    inside = np.clip(x - 0.5, 0, blocks - 1)
    left = np.floor(inside).astype(int)
    right = np.minimum(left + 1, blocks - 1)
    t = np.clip((inside - left - 0.3) / 0.4, 0, 1)
    t = t * t * (3 - 2 * t)
    y = (1 - t) * levels[left] + t * levels[right]
    return np.stack([x / blocks, y], axis=1)
