"""Saved on paper, saved on the clock: MACs against time, one image at a time and in batches.

For every method a light bar, the share of MACs that it saves, and a dark one, the share of the time
that it saves on this machine, the mean of several networks; dots are the single ones. A bar to the
left of zero takes longer than the whole network. In a batch, images that leave or skip must be
gathered and put back, and the others wait for none of it.
"""

from typing import TYPE_CHECKING, Any

import numpy as np

from nc_teach import live
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, Figure

if TYPE_CHECKING:
    from nc_teach.claims.dynamic_computation.saved_time import SavedTime


def saved_time(result: "SavedTime", guess: live.Guess = None) -> live.LiveFigure:
    """A live figure of what is saved in MACs and in time, less than nothing where it takes longer.

    ``guess`` is the share of time in percent that the first method saves, as the reader thinks.
    """
    guessed = live.guessed(guess)
    batches = {f"batch {size}": size for size in result.time_saved}
    return live.LiveFigure(
        "Saved on paper, saved on the clock",
        [live.Choice("batch", "Images at a time", batches)],
        lambda values: _state(result, values["batch"]),
        lambda figure, state: _draw(figure, result, guessed),
        lambda state: _describe(state, result, guessed),
        size=(860, max(300, 130 + 64 * len(result.names))),
        source=result.provenance.line(),
        table=lambda points: [_row(result, name) for name in result.names],
    )


def _state(result: "SavedTime", batch: int) -> live.State:
    times = {name: 100 * result.time_saved[batch][name] for name in result.names}
    return {
        "batch": batch,
        "times": times,
        "time": {name: np.mean(runs) for name, runs in times.items()},
    }


def _describe(state: live.State, result: "SavedTime", guessed: float | None) -> str:
    parts = [
        f"{name} {round(100 * result.macs_saved[name])} and {round(time)} %"
        for name, time in state["time"].items()
    ]
    guess = "" if guessed is None else f" You guessed {guessed:g} %."
    count = len(next(iter(state["times"].values())))
    mean = f", the mean of {count} networks" if count > 1 else ""
    saved = f"Batch {state['batch']}, MACs and time saved{mean}: {'; '.join(parts)}.{guess}"
    return saved.replace(" -", " −")


def _row(result: "SavedTime", name: str) -> dict[str, str]:
    row = {"Method": name, "MACs saved": f"{round(100 * result.macs_saved[name])} %"}
    for size, times in result.time_saved.items():
        row[f"Time saved, batch {size}"] = f"{round(100 * np.mean(times[name]))} %"
    return row


def _draw(figure: Figure, result: "SavedTime", guessed: float | None) -> live.Update:
    axes, names = figure.subplots(), result.names
    rows = np.arange(len(names))
    macs = [100 * result.macs_saved[name] for name in names]
    paper: dict[str, Any] = {"facecolor": "white", "edgecolor": style.INK, "hatch": "//"}
    axes.barh(rows - 0.2, macs, 0.36, linewidth=2, zorder=2, label="MACs saved", **paper)
    blue = style.COLOURS["blue"]
    bars = axes.barh(rows + 0.2, 0 * rows, 0.36, color=blue, zorder=2, label="time saved")
    axes.barh(0, 0, color=style.COLOURS["vermilion"], label="slower")
    dot: dict[str, Any] = {"markersize": 5, "zorder": 4, "label": "single networks"}
    (runs,) = axes.plot([], [], "o", color=style.INK, linestyle="", **dot)
    look: dict[str, Any] = {"va": "center", "fontsize": 14, "fontweight": "bold", "zorder": 5}
    texts = [axes.text(0, float(row), "", **look) for row in rows]
    live.draw_star(axes, guessed, 0)
    _label(axes, result, macs)
    title = axes.set_title(" ")

    def update(state: live.State) -> list[Artist]:
        dots = [(v, row + 0.2) for row, name in enumerate(names) for v in state["times"][name]]
        runs.set_data(*zip(*dots, strict=True))
        for bar, text, name, paper in zip(bars, texts, names, macs, strict=True):
            value = state["time"][name]
            bar.set_width(value)
            for artist in (bar, text):
                artist.set_color(blue if value >= 0 else style.COLOURS["vermilion"])
            text.set_text(f"  {value:.0f} %".replace("-", "−"))
            text.set_x(max(0.0, paper, *state["times"][name]))
        how = "one image at a time" if state["batch"] == 1 else f"{state['batch']} images at a time"
        title.set_text(f"{how[0].upper()}{how[1:]}")
        return [*bars, runs, *texts, title]

    return update


def _label(axes: Axes, result: "SavedTime", macs: list[float]) -> None:
    times = 100 * np.concatenate([t for by in result.time_saved.values() for t in by.values()])
    low, high = min(0.0, times.min()), max(*macs, times.max())
    pad = 0.06 * (high - low)
    axes.axvline(0, color=style.INK, linewidth=1.5, zorder=3)
    axes.set(xlim=(low - pad, high + 4 * pad), ylim=(len(macs) - 0.5, -0.6))
    axes.set_yticks(range(len(macs)), result.names)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("saved, % of the whole network's")
    axes.grid(True, axis="x")
    axes.figure.legend(loc="outside lower right", ncols=4)
