"""Which blocks are computed for which inputs? A row for every input, a column for every block.

Dark is computed, light is skipped. Sorted by class one sees whether classes take their own ways;
sorted by the number of blocks, how many inputs need many. If all rows are alike the gates have
learned the same for everybody: that is pruning, not dynamic computation, and the standard deviation
beside the mean says so. Unlike ``paths``, which counts equal rows, this keeps every input apart.
"""

from typing import Any

import numpy as np

from nc_teach import live
from nc_teach.claims.dynamic_computation.routes import Routes
from nc_teach.claims.dynamic_computation.runtime_pruning import RuntimeGroups
from nc_teach.figures.words import an, reach, spread
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, Figure, Patch

DARK, PALE = (0, 75, 122, 255), (255, 226, 170, 255)  # computed, skipped; also apart in grey


def block_heat(result: Routes | RuntimeGroups) -> live.LiveFigure:
    """A live figure of inputs by blocks.

    Parameters
    ----------
    result
        Who computes what, and how it was learned. Its ``unit`` is what a column is ("block", or
        "group" for groups of channels), its ``input`` what a row is ("image" or "point").

    Raises
    ------
    ValueError
        When a network has not one row for every label, or a number other than 0 and 1.
    """
    _check(result)
    networks, (unit, row) = list(result.used), _words(result)
    return live.LiveFigure(
        f"Which {unit}s are computed for which {row}s?",
        [
            live.Choice("network", "Network", networks),
            live.Choice("order", "Sort by", {"class": "class", f"{unit}s used": "blocks"}),
        ],
        lambda values: _state(result, **values),
        lambda figure, state: _draw(figure, state, result),
        _describe,
        size=(900, 460),
        source=result.provenance.line(),
        table=lambda points: [_row(_state(result, name, "class")) for name in networks],
    )


def _words(result: Routes | RuntimeGroups) -> tuple[str, str]:
    """What a column is and what a row is."""
    return getattr(result, "unit", "block"), getattr(result, "input", "image")


def _check(result: Routes | RuntimeGroups) -> None:
    for name, used in result.used.items():
        used = np.asarray(used)
        if used.ndim != 2 or len(used) != len(result.labels):
            raise ValueError(
                f"used of {name!r} must be {len(result.labels)} inputs x blocks, got {used.shape}"
            )
        if not np.isin(used, (0, 1)).all():
            raise ValueError(f"used of {name!r} must hold only 0 and 1, got {used.max()}")


def _state(result: Routes | RuntimeGroups, network: str, order: str) -> live.State:
    used, labels = np.asarray(result.used[network], bool), np.asarray(result.labels)
    count = used.sum(axis=1)
    keys = (count, labels) if order == "class" else (labels, count)
    rows = np.lexsort((*used.T[::-1], *keys))
    random = (getattr(result, "random", None) or {}).get(network)
    unit, row = _words(result)
    return {
        "network": network,
        "unit": unit,
        "input": row,
        "order": order,
        "used": used[rows],
        "labels": labels[rows],
        "count": count[rows],
        "share": 100 * used.mean(axis=0),
        "classes": {int(k): float(count[labels == k].mean()) for k in np.unique(labels)},
        "accuracy": 100 * np.asarray(result.accuracy[network], dtype=float),
        "random": None if random is None else 100 * np.asarray(random, dtype=float),
    }


def _describe(state: live.State) -> str:
    count, blocks = state["count"], state["used"].shape[1]
    what = (
        f"{state['network']}: {an(state['input'])} takes {count.mean():.1f} ± {count.std():.1f} of "
        f"{blocks} {state['unit']}s ({reach(count)}); {spread(state['accuracy'])} % right"
    )
    if state["random"] is not None:
        what += f", random gates of the same budget {spread(state['random'])} %"
    if count.std() == 0 and (state["used"] == state["used"][0]).all():
        what += f". Every {state['input']} takes the same {state['unit']}s: nothing here is dynamic"
    return f"{what}."


def _row(state: live.State) -> dict[str, str]:
    row = {
        "Network": state["network"],
        f"{state['unit'].title()}s": f"{state['count'].mean():.2f} ± {state['count'].std():.2f}",
        "Accuracy": f"{spread(state['accuracy'])} %",
    }
    if state["random"] is not None:
        row["Random gates"] = f"{spread(state['random'])} %"
    return row


def _draw(figure: Figure, state: live.State, result: Routes | RuntimeGroups) -> live.Update:
    left, right = figure.subplots(1, 2, width_ratios=(1.5, 1))
    moves = (_draw_heat(left, result), _draw_counts(right, result))
    _legend(figure)
    return lambda state: [artist for move in moves for artist in move(state)]


def _draw_heat(axes: Axes, result: Routes | RuntimeGroups) -> live.Update:
    most = max(np.shape(used)[1] for used in result.used.values())
    picture = axes.imshow(np.zeros((1, 1, 4), np.uint8), interpolation="nearest", aspect="auto")
    (bounds,) = axes.plot([], [], color="white", linewidth=2)
    axes.set(xlim=(0.5, most + 0.5), ylim=(1, 0), xticks=range(1, most + 1), yticks=[])
    unit, row = _words(result)
    axes.set(xlabel=unit, ylabel=f"{row}s")
    names = getattr(result, "names", None)
    classes = np.unique(result.labels)
    look: dict[str, Any] = {"ha": "right", "va": "center", "transform": axes.get_yaxis_transform()}
    sides = {int(k): axes.text(-0.015, 0, "", **look) for k in classes}
    axes.yaxis.labelpad = 12 + 8 * max(len(_name(names, int(k))) for k in classes)
    title = axes.set_title(" ")

    def move(state: live.State) -> list[Artist]:
        used, key = state["used"], state["labels"] if state["order"] == "class" else state["count"]
        picture.set_data(np.where(used[..., None], DARK, PALE).astype(np.uint8))
        picture.set_extent((0.5, used.shape[1] + 0.5, 1, 0))
        edges = np.flatnonzero(np.diff(key)) + 1
        x = np.tile([0.5, used.shape[1] + 0.5, np.nan], len(edges))
        bounds.set_data(x, np.repeat(edges / len(used), 3))
        for k, text in sides.items():
            places = np.flatnonzero(state["labels"] == k) / len(used)
            text.set_text(_name(names, k) if state["order"] == "class" else "")
            text.set_y(places.mean())
        mean, deviation = state["count"].mean(), state["count"].std()
        of = f"{used.shape[1]} {state['unit']}s {an(state['input'])}"
        title.set_text(f"{mean:.1f} ± {deviation:.1f} of {of}")
        return [picture, bounds, *sides.values(), title]

    return move


def _name(names: Any, label: int) -> str:
    return str(names[label]) if names is not None else str(label)


def _draw_counts(axes: Axes, result: Routes | RuntimeGroups) -> live.Update:
    """How many inputs take how many blocks, a bar for each number."""
    unit, row = _words(result)
    most = max(np.shape(used)[1] for used in result.used.values())
    bars = axes.bar(range(most + 1), [0] * (most + 1), color=style.COLOURS["blue"], width=0.8)
    axes.set(xlim=(-0.7, most + 0.7), ylim=(0, 105), xticks=range(0, most + 1, -(-most // 9)))
    axes.set(xlabel=f"{unit}s used", ylabel=f"share of the {row}s, %")
    axes.grid(True, axis="y")
    title = axes.set_title(" ")

    def move(state: live.State) -> list[Artist]:
        shares = 100 * np.bincount(state["count"], minlength=most + 1) / len(state["count"])
        for bar, share in zip(bars, shares, strict=True):
            bar.set_height(share)
        random = "" if state["random"] is None else f", random {state['random'].mean():.1f} %"
        title.set_text(f"{state['accuracy'].mean():.1f} % right{random}")
        return [*bars, title]

    return move


def _legend(figure: Figure) -> None:
    colours = {"computed": DARK, "skipped": PALE}
    patches = [
        Patch(facecolor="#" + bytes(colour[:3]).hex(), label=name)
        for name, colour in colours.items()
    ]
    figure.legend(handles=patches, loc="outside lower left", ncols=2)
