"""Which blocks are computed for which inputs? A row for every input, a column for every block.

Dark is computed, light is skipped. Sorted by class one sees whether classes take their own ways;
sorted by the number of blocks, how many inputs need many. If all rows are alike the gates have
learned the same for everybody: that is pruning, not dynamic computation, and the standard deviation
beside the mean says so. The rows are of the first network, the accuracies of all. Unlike ``paths``,
which counts equal rows, this keeps every input apart.
"""

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from nc_teach import live
from nc_teach.figures.words import an, reach, spread
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, Figure, Patch

if TYPE_CHECKING:
    from nc_teach.claims.dynamic_computation.routes import Routes
    from nc_teach.claims.dynamic_computation.runtime_pruning import RuntimeGroups

Routed: TypeAlias = "Routes | RuntimeGroups"
DARK, PALE = (0, 75, 122, 255), (255, 226, 170, 255)  # computed, skipped; also apart in grey


def block_heat(result: Routed) -> live.LiveFigure:
    """A live figure of inputs by blocks, or by groups of channels, as ``result.unit`` says."""
    unit, order = result.unit, {"class": "class", f"{result.unit}s used": "blocks"}
    networks = list(result.used)
    return live.LiveFigure(
        f"Which {unit}s are computed for which {result.input}s?",
        [live.Choice("network", "Network", networks), live.Choice("order", "Sort by", order)],
        lambda values: _state(result, **values),
        lambda figure, state: _draw(figure, result),
        lambda state: _describe(state, result),
        size=(900, 460),
        source=result.provenance.line(),
        table=lambda points: [_row(_state(result, name), result) for name in networks],
    )


def _state(result: Routed, network: str, order: str = "class") -> live.State:
    """Who computes what, sorted; accuracies in percent."""
    used, labels = result.used[network].astype(bool), result.labels
    count = used.sum(axis=1)
    keys = (count, labels) if order == "class" else (labels, count)
    rows = np.lexsort((*used.T[::-1], *keys))
    return {
        "network": network,
        "order": order,
        "used": used[rows],
        "labels": labels[rows],
        "count": count[rows],
        "accuracy": 100 * result.accuracy[network],
        "random": 100 * result.random[network],
        "mean_used": result.mean_used.get(network),
    }


def _describe(state: live.State, result: Routed) -> str:
    count, used, unit, row = state["count"], state["used"], result.unit, result.input
    networks, mean = len(state["accuracy"]), state["mean_used"]
    first = f", the first of {networks} networks" if networks > 1 else ""
    every = f"All {networks} networks: " if networks > 1 else ""
    taken = "" if mean is None else f"{mean.mean():.2f} {unit}s, "
    same = f" Every {row} takes the same {unit}s: nothing here is dynamic."
    return (
        f"{state['network']}{first}: {an(row)} takes {count.mean():.1f} of {used.shape[1]} {unit}s "
        f"on average ({reach(count)}; standard deviation over the {row}s {count.std():.1f})."
        f"{same if (used == used[0]).all() else ''} {every}{taken}{spread(state['accuracy'])} % "
        f"right, random gates of the same budget {spread(state['random'])} %."
    )


def _row(state: live.State, result: Routed) -> dict[str, str]:
    count = state["count"]
    return {
        "Network": state["network"],
        f"{result.unit.title()}s, first network": f"{count.mean():.2f} ± {count.std():.2f}",
        "Accuracy, all networks": f"{spread(state['accuracy'])} %",
        "Random gates": f"{spread(state['random'])} %",
    }


def _draw(figure: Figure, result: Routed) -> live.Update:
    left, right = figure.subplots(1, 2, width_ratios=(1.5, 1))
    most = max(used.shape[1] for used in result.used.values())
    moves = (_draw_heat(left, result, most), _draw_counts(right, result, most))
    patches = [
        Patch(facecolor="#" + bytes(colour[:3]).hex(), label=name)
        for name, colour in (("computed", DARK), ("skipped", PALE))
    ]
    figure.legend(handles=patches, loc="outside lower left", ncols=2)
    return live.together(*moves)


def _draw_heat(axes: Axes, result: Routed, most: int) -> live.Update:
    picture = axes.imshow(np.zeros((1, 1, 4), np.uint8), interpolation="nearest", aspect="auto")
    picture.set_gid(style.GROUND)
    (bounds,) = axes.plot([], [], color="white", linewidth=2)
    axes.set(xlim=(0.5, most + 0.5), ylim=(1, 0), xticks=range(1, most + 1), yticks=[])
    axes.set(xlabel=result.unit, ylabel=f"{result.input}s")
    names = {int(k): result.names[k] for k in np.unique(result.labels)}
    look: dict[str, Any] = {"ha": "right", "va": "center", "transform": axes.get_yaxis_transform()}
    sides = {k: axes.text(-0.015, 0, "", **look) for k in names}
    axes.yaxis.labelpad = 12 + 8 * max(map(len, names.values()))
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
            text.set_text(names[k] if state["order"] == "class" else "")
            text.set_y(places.mean())
        of = f"{used.shape[1]} {result.unit}s {an(result.input)}"
        first = "the first network: " if len(state["accuracy"]) > 1 else ""
        title.set_text(f"{first}{state['count'].mean():.1f} of {of}")
        return [picture, bounds, *sides.values(), title]

    return move


def _draw_counts(axes: Axes, result: Routed, most: int) -> live.Update:
    """How many inputs take how many blocks, a bar for each number."""
    bars = axes.bar(range(most + 1), [0] * (most + 1), color=style.COLOURS["blue"], width=0.8)
    axes.set(xlim=(-0.7, most + 0.7), ylim=(0, 105), xticks=range(0, most + 1, -(-most // 9)))
    axes.set(xlabel=f"{result.unit}s used", ylabel=f"share of the {result.input}s, %")
    axes.grid(True, axis="y")
    title = axes.set_title(" ")

    def move(state: live.State) -> list[Artist]:
        shares = 100 * np.bincount(state["count"], minlength=most + 1) / len(state["count"])
        for bar, share in zip(bars, shares, strict=True):
            bar.set_height(share)
        right, random = state["accuracy"].mean(), state["random"].mean()
        title.set_text(f"{right:.1f} % right, random {random:.1f} %")
        return [*bars, title]

    return move
