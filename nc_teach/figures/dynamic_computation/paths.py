"""The policies of a network as a family of paths through its blocks.

Every set of blocks that some input takes is one line: through the box of a block that it computes,
over the box of a block that it skips. A line is as thick as the share of the inputs that take it.
One thick line is a static network; many thin ones are as many networks in one. Unlike
``block_heat``, inputs that do the same are one line here.
"""

from typing import Any

import numpy as np

from nc_teach import live
from nc_teach.claims.dynamic_computation.routes import Routes
from nc_teach.live import style
from nc_teach.live.artists import Artist, Figure, LineCollection, PolyCollection

MOST = 20  # lines that can be shown
BOX, BYPASS = (0.0, 1.0), (1.45, 2.45)  # heights: through a block, and over it
TONES = ("blue", "vermilion", "green", "orange", "purple")


def paths(result: Routes, *, start: int = 5) -> live.LiveFigure:
    """A live figure of the distinct policies.

    Parameters
    ----------
    result
        As for ``block_heat``.
    start
        How many paths are shown first.

    Raises
    ------
    ValueError
        When a network's ``used`` is not inputs x blocks.
    """
    one = getattr(result, "input", "image")
    policies = {name: distinct(np.asarray(used)) for name, used in result.used.items()}
    most = min(MOST, max(len(rows) for rows, _ in policies.values()))
    blocks = max(rows.shape[1] for rows, _ in policies.values())
    counts = list(range(1, most + 1))
    return live.LiveFigure(
        "Many networks in one",
        [
            live.Slider("shown", "Paths shown", counts, start=min(start, most)),
            live.Choice("network", "Network", list(policies)),
        ],
        lambda values: _state(policies, one, **values),
        lambda figure, state: _draw(figure, blocks),
        _describe,
        size=(900, 420),
        source=result.provenance.line(),
        table=lambda points: [row for name in policies for row in _rows(policies, one, name)],
    )


def distinct(used: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The different rows, the most frequent first, and the share of inputs that each one has.

    >>> rows, shares = distinct(np.array([[1, 0], [1, 1], [1, 0], [1, 0]]))
    >>> rows.tolist(), shares.tolist()
    ([[1, 0], [1, 1]], [0.75, 0.25])
    """
    if used.ndim != 2 or not used.size:
        raise ValueError(f"used must be inputs x blocks, got {used.shape}")
    rows, counts = np.unique(used.astype(int), axis=0, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    return rows[order], counts[order] / counts.sum()


def _state(policies: dict[str, Any], one: str, shown: int, network: str) -> live.State:
    rows, shares = policies[network]
    return {
        "network": network,
        "input": one,
        "shown": min(shown, len(rows)),
        "policies": len(rows),
        "rows": rows[:shown],
        "shares": shares[:shown],
        "blocks": rows.shape[1],
    }


def _describe(state: live.State) -> str:
    many = state["shown"] > 1
    shown = f"the {state['shown']} most frequent serve" if many else "the most frequent serves"
    return (
        f"{state['network']}: {_ways(state['policies'])} of {2 ** state['blocks']:,} possible; "
        f"{shown} {100 * state['shares'].sum():.0f} % of the {state['input']}s. "
        f"The first ({100 * state['shares'][0]:.0f} %) computes {blocks_of(state['rows'][0])}."
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


def _rows(policies: dict[str, Any], one: str, name: str) -> list[dict[str, str]]:
    rows, shares = policies[name]
    return [
        {
            "Network": name,
            "Policy": "".join(map(str, row)),
            "Blocks": str(int(row.sum())),
            f"{one.title()}s": f"{100 * share:.1f} %",
        }
        for row, share in zip(rows[:MOST], shares, strict=False)
    ]


def _draw(figure: Figure, most: int) -> live.Update:
    axes = figure.subplots()
    boxes = PolyCollection([], facecolor="#F1F1F1", edgecolor=style.INK, antialiased=False)
    lines = LineCollection([], zorder=3, antialiased=False)
    axes.add_collection(boxes)
    axes.add_collection(lines)
    numbers = [axes.text(0, -0.12, "", ha="center", va="top") for _ in range(most)]
    side = axes.get_yaxis_transform()
    axes.text(-0.02, 0.5, "computed", ha="right", va="center", transform=side)
    axes.text(-0.02, 1.95, "skipped", ha="right", va="center", transform=side)
    axes.set(xlim=(0, 1), ylim=(-0.5, 2.6))
    axes.set_axis_off()
    title = axes.set_title(" ", fontsize=15)

    def update(state: live.State) -> list[Artist]:
        boxes.set_verts([_box(b, state["blocks"]) for b in range(state["blocks"])])
        segments, widths = lay_out(state["rows"], state["shares"], state["blocks"])
        lines.set_segments(segments[::-1])
        lines.set_linewidth(widths[::-1].tolist())
        lines.set_color(_colours(len(segments))[::-1])
        for b, text in enumerate(numbers):
            name = f"block {b + 1}" if state["blocks"] <= 8 else f"{b + 1}"
            text.set_text(name if b < state["blocks"] else "")
            text.set_x((b + 0.5) / state["blocks"])
        shown = f"the {state['shown']} shown serve" if state["shown"] > 1 else "the first serves"
        title.set_text(
            f"{_ways(state['policies'])}; {shown} "
            f"{100 * state['shares'].sum():.0f} % of the {state['input']}s"
        )
        return [boxes, lines, *numbers, title]

    return update


def lay_out(
    rows: np.ndarray, shares: np.ndarray, blocks: int
) -> tuple[list[np.ndarray], np.ndarray]:
    """A curve for every policy and its width in points; no two lie on one height.

    >>> segments, widths = lay_out(np.array([[1, 0]]), np.array([1.0]), 2)
    >>> [round(float(y), 2) for y in segments[0][[0, -1], 1]], widths.tolist()
    ([0.5, 1.95], [40.0])
    """
    places = (np.cumsum(shares) - shares / 2) / shares.sum()
    widths = np.maximum(40 * shares / max(shares.sum(), 0.4), 1.2)
    segments = []
    for row, place in zip(rows, places, strict=True):
        levels = np.where(row > 0, _between(BOX, place), _between(BYPASS, place))
        segments.append(_smooth(levels, blocks))
    return segments, widths


def _between(ends: tuple[float, float], share: float) -> float:
    return ends[0] + (0.08 + 0.84 * share) * (ends[1] - ends[0])


def _smooth(levels: np.ndarray, blocks: int) -> np.ndarray:
    """Level inside each block, a soft step between two blocks."""
    x = np.linspace(0, blocks, 24 * blocks + 1)
    inside = np.clip(x - 0.5, 0, blocks - 1)
    left = np.floor(inside).astype(int)
    right = np.minimum(left + 1, blocks - 1)
    t = np.clip((inside - left - 0.3) / 0.4, 0, 1)
    t = t * t * (3 - 2 * t)
    y = (1 - t) * levels[left] + t * levels[right]
    return np.stack([x / blocks, y], axis=1)


def _box(block: int, blocks: int) -> list[tuple[float, float]]:
    left, right = (block + 0.22) / blocks, (block + 0.78) / blocks
    return [(left, 0), (right, 0), (right, 1), (left, 1)]


def _colours(count: int) -> list[str]:
    return [style.COLOURS[TONES[k]] if k < len(TONES) else "#7A7A7A" for k in range(count)]
