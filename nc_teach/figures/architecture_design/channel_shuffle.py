"""Which input groups does a channel know of? Two grouped convolutions, with a shuffle between.

Twelve channels from top to bottom. The colours and numbers of a channel are the groups of the
*input* that can reach it. Without the shuffle every channel knows its own group for ever.
"""

import numpy as np

from nc_teach import live
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, AxesImage, Figure, LineCollection, Text

CHANNELS = 12
GROUPS = (1, 2, 3, 4)
COLOURS = tuple(style.COLOURS[name] for name in ("blue", "orange", "green", "purple"))
PIXELS = 14  # of a channel's square, of which one is gap; 12 is divisible by all GROUPS


def channel_shuffle() -> live.LiveFigure:
    """A live figure of what each channel has seen.

    >>> channel_shuffle().sentence({"groups": 3, "shuffle": False})
    'Without the shuffle every last channel has seen 1 of 3 groups.'
    >>> channel_shuffle().sentence({"groups": 4, "shuffle": True})
    'With the shuffle every last channel has seen 3 of 4 groups: a group holds only 3 channels.'
    """
    return live.LiveFigure(
        "Who hears of whom?",
        [
            live.Slider("groups", "Groups", GROUPS, start=3),
            live.Toggle("shuffle", "Shuffle the channels", start=False),
        ],
        lambda values: _state(values["groups"], values["shuffle"]),
        _draw,
        _describe,
        size=(880, 440),
        source="Followed just now along the lines in the picture.",
        table=lambda points: [_row(_state(p["groups"], p["shuffle"])) for p in points],
    )


def _grouped(seen: np.ndarray, groups: int) -> np.ndarray:
    """After a grouped convolution every channel knows what anyone in its group knew."""
    together = seen.reshape(groups, -1, groups).any(axis=1)
    return together.repeat(CHANNELS // groups, axis=0)


def _state(groups: int, shuffle: bool) -> live.State:
    own = np.eye(groups, dtype=bool).repeat(CHANNELS // groups, axis=0)
    first = _grouped(own, groups)
    order = np.arange(CHANNELS)
    if shuffle:
        order = order.reshape(groups, -1).T.ravel()  # dealt out: the first of each group, and so on
    last = _grouped(first[order], groups)
    return {
        "groups": groups,
        "shuffle": shuffle,
        "order": order,
        "rows": (own, first, first[order], last),
        "known": last.sum(axis=1).min(),
    }


def _describe(state: live.State) -> str:
    groups, known = state["groups"], state["known"]
    if groups == 1:
        return "With 1 group every channel sees all others anyway: an ordinary convolution."
    with_ = "With" if state["shuffle"] else "Without"
    few = f": a group holds only {CHANNELS // groups} channels"
    end = few if state["shuffle"] and known < groups else ""
    return f"{with_} the shuffle every last channel has seen {known} of {groups} groups{end}."


def _row(state: live.State) -> dict[str, str]:
    groups = state["groups"]
    return {
        "Groups": str(groups),
        "Shuffle": "on" if state["shuffle"] else "off",
        "Groups seen by a last channel": str(state["known"]),
        "Weights of a 1 x 1 convolution": str(CHANNELS**2 // groups),
    }


def _draw(figure: Figure, state: live.State) -> live.Update:
    axes = figure.subplots()
    axes.set(xlim=(-0.6, CHANNELS - 0.4), ylim=(3.45, -0.35), xticks=[])
    names = ("input", "after a\ngrouped 1 × 1", "dealt out\nor not", "after another\ngrouped 1 × 1")
    axes.set_yticks(range(4), names)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    lines = LineCollection([], colors=style.GREY, linewidths=1.2, zorder=1)
    axes.add_collection(lines)
    rows = [_squares(axes, level) for level in range(4)]
    title = axes.set_title(" ", fontsize=15)

    def update(state: live.State) -> list[Artist]:
        for (picture, texts), seen in zip(rows, state["rows"], strict=True):
            picture.set_data(_stripes(seen))
            for text, known in zip(texts, seen, strict=True):
                text.set_text(" ".join(str(g + 1) for g in np.flatnonzero(known)))
        lines.set_segments([*_segments(state)])
        title.set_text(f"Each last channel has seen {state['known']} of {state['groups']} groups")
        moved = [artist for picture, texts in rows for artist in (picture, *texts)]
        return [lines, *moved, title]

    return update


def _segments(state: live.State) -> np.ndarray:
    """Every connection as ((x, y), (x, y)): inside the groups, along the shuffle, inside again."""
    group = np.arange(CHANNELS) // (CHANNELS // state["groups"])
    inside = np.argwhere(group[:, None] == group)
    moves = np.stack([state["order"], np.arange(CHANNELS)], axis=1)
    parts = []
    for level, pairs in enumerate((inside, moves, inside)):
        ys = np.broadcast_to([level + 0.34, level + 1 - 0.22], pairs.shape)
        parts.append(np.stack([pairs, ys], axis=2))
    return np.concatenate(parts)


def _stripes(seen: np.ndarray) -> np.ndarray:
    """Twelve squares side by side, uint8 RGBA: a stripe for each group that was seen."""
    colours = np.array([[int(c[k : k + 2], 16) for k in (1, 3, 5)] + [255] for c in COLOURS])
    picture = np.zeros((1, CHANNELS, PIXELS, 4), dtype=np.uint8)
    for square, known in zip(picture[0], seen, strict=True):
        groups = np.flatnonzero(known)
        square[1:-1] = colours[groups[np.arange(12) * len(groups) // 12]]
    return picture.reshape(1, -1, 4)


def _squares(axes: Axes, level: int) -> tuple[AxesImage, list[Text]]:
    """A row of squares with the numbers of the groups below each."""
    extent = (-0.5, CHANNELS - 0.5, level + 0.08, level - 0.22)
    blank = np.zeros((1, CHANNELS * PIXELS, 4), dtype=np.uint8)
    picture = axes.imshow(blank, extent=extent, interpolation="nearest", aspect="auto", zorder=2)
    picture.set_gid(style.GROUND)
    texts = [axes.text(x, level + 0.21, "", ha="center", va="center") for x in range(CHANNELS)]
    return picture, texts
