"""Saved on paper, saved on the clock: MACs against time, one image at a time and in batches.

For every method a light bar, the share of MACs that it saves, and a dark one, the share of the time
that it saves on this machine; dots are the single runs. A bar to the left of zero takes longer than
the whole network. In a batch, images that leave or skip must be gathered and put back, and the
others wait for none of it.
"""

from typing import Any

import numpy as np

from nc_teach import live
from nc_teach.claims.dynamic_computation.saved_time import SavedTime
from nc_teach.figures.star import draw_star
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, Figure


def saved_time(result: SavedTime, guess: live.Guess = None) -> live.LiveFigure:
    """A live figure of what is saved in MACs and in time.

    Parameters
    ----------
    result
        Its ``time_saved`` is negative where a method takes longer.
    guess
        The share of time in percent that the first method saves, as the reader thinks.

    Raises
    ------
    ValueError
        When a method's MACs or times are missing.
    """
    names = list(result.names)
    tables = {"macs_saved": set(result.macs_saved)}
    tables |= {str(size): set(saved) for size, saved in result.time_saved.items()}
    for where, known in tables.items():
        missing = [name for name in names if name not in known]
        if missing:
            raise ValueError(f"result must have every method in {where}, {missing} are missing")
    guessed = live.guessed(guess)
    batches = {f"batch {size}": size for size in result.time_saved}
    return live.LiveFigure(
        "Saved on paper, saved on the clock",
        [live.Choice("batch", "Images at a time", batches)],
        lambda values: _state(result, names, values["batch"]),
        lambda figure, state: _draw(figure, result, names, guessed),
        lambda state: _describe(state, guessed),
        size=(860, max(300, 130 + 64 * len(names))),
        source=result.provenance.line(),
        table=lambda points: [_row(result, name) for name in names],
    )


def _state(result: SavedTime, names: list[str], batch: Any) -> live.State:
    times = {name: 100 * np.asarray(result.time_saved[batch][name], float) for name in names}
    return {
        "batch": batch,
        "macs": {name: 100 * float(result.macs_saved[name]) for name in names},
        "times": times,
        "time": {name: float(np.median(runs)) for name, runs in times.items()},
    }


def _describe(state: live.State, guessed: float | None) -> str:
    parts = [
        f"{name} {round(macs)} and {round(state['time'][name])} %"
        for name, macs in state["macs"].items()
    ]
    guess = "" if guessed is None else f" You guessed {guessed:g} %."
    saved = f"Batch {state['batch']}, MACs and time saved: {'; '.join(parts)}.{guess}"
    return saved.replace(" -", " −")


def _row(result: SavedTime, name: str) -> dict[str, str]:
    row = {"Method": name, "MACs saved": f"{round(100 * result.macs_saved[name])} %"}
    for size, times in result.time_saved.items():
        row[f"Time saved, batch {size}"] = f"{round(100 * float(np.median(times[name])))} %"
    return row


def _draw(
    figure: Figure, result: SavedTime, names: list[str], guessed: float | None
) -> live.Update:
    axes, rows = figure.subplots(), np.arange(len(names), dtype=float)
    macs = [100 * float(result.macs_saved[name]) for name in names]
    axes.barh(
        rows - 0.2,
        macs,
        0.36,
        facecolor="white",
        edgecolor=style.INK,
        linewidth=2,
        hatch="//",
        label="MACs saved",
        zorder=2,
    )
    bars = axes.barh(
        rows + 0.2,
        [0] * len(names),
        0.36,
        color=style.COLOURS["blue"],
        zorder=2,
        label="time saved",
    )
    (runs,) = axes.plot([], [], "o", color=style.INK, markersize=5, zorder=4, linestyle="")
    look: dict[str, Any] = {"va": "center", "fontsize": 14, "zorder": 5}
    texts = [axes.text(0, row + 0.2, "", **look) for row in rows]
    draw_star(axes, guessed, 0)
    _label(axes, result, names, macs)
    title = axes.set_title(" ")

    def update(state: live.State) -> list[Artist]:
        dots = [(v, row + 0.2) for row, name in enumerate(names) for v in state["times"][name]]
        runs.set_data(*zip(*dots, strict=True))
        for bar, text, name in zip(bars, texts, names, strict=True):
            value, most = state["time"][name], max(0.0, *state["times"][name])
            bar.set_width(value)
            bar.set_color(style.COLOURS["blue" if value >= 0 else "vermilion"])
            text.set_text(f"{value:.0f} %" + ("" if value >= 0 else " (slower)"))
            text.set_text(text.get_text().replace("-", "−"))
            text.set_x(most + 2)
        how = "one image at a time" if state["batch"] == 1 else f"{state['batch']} images at a time"
        title.set_text(f"{how[0].upper()}{how[1:]}")
        return [*bars, runs, *texts, title]

    return update


def _label(axes: Axes, result: SavedTime, names: list[str], macs: list[float]) -> None:
    every = [np.asarray(v, float) for times in result.time_saved.values() for v in times.values()]
    low, high = (
        min(0.0, *(100 * v.min() for v in every)),
        max(*macs, *(100 * v.max() for v in every)),
    )
    pad = 0.06 * (high - low)
    axes.axvline(0, color=style.INK, linewidth=1.5, zorder=3)
    axes.set(xlim=(low - pad, high + 4 * pad), ylim=(len(names) - 0.5, -0.6))
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("saved, % of the whole network's")
    axes.grid(True, axis="x")
    axes.figure.legend(loc="outside lower right", ncols=3)
