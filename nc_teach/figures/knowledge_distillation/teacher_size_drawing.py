"""The picture of teachers and students: a curve, a dot for every seed, and threads between dots."""

import numpy as np

from nc_teach import live
from nc_teach.live import style
from nc_teach.live.artists import Artist, Figure

WIN, LOSS = style.COLOURS["sky"], style.COLOURS["vermilion"]


def draw(figure: Figure, state: live.State, sizes: list[int], guessed: float | None) -> live.Update:
    """Draw the still parts for ``teacher_size`` and return the function that moves the rest."""
    axes, blue = figure.subplots(), style.COLOURS["blue"]
    places = np.arange(len(sizes), dtype=float)
    relay = places[-1] + 0.8
    alone = axes.axhspan(0, 1, color="#DDDDDD", zorder=1, label="no teacher")
    threads = [axes.plot([], [], linewidth=1.5, zorder=2)[0] for _ in state["chosen"]]
    (mean,) = axes.plot(places, places, color=blue, zorder=3, label="taught by this size")
    (dots,) = axes.plot([], [], "o", color=blue, markersize=6, zorder=4, markeredgecolor="white")
    (large,) = axes.plot([], [], "o", color=blue, markersize=16, zorder=5, markeredgecolor="white")
    (relayed,) = axes.plot(
        [],
        [],
        "D",
        color=style.COLOURS["green"],
        markersize=9,
        zorder=4,
        markeredgecolor="white",
        label="by an assistant",
    )
    if guessed is not None:
        guessed = float(np.interp(np.log(max(guessed, 1)), np.log(sizes), places))
    live.draw_guess(axes, guessed)
    axes.set_xticks([*places, relay], [*map(str, sizes), f"{sizes[-1]}, then\nassistant"])
    axes.set(
        xlim=(-0.4, relay + 0.4),
        xlabel="units in each hidden layer of the teacher",
        ylabel="the student's test accuracy, %",
    )
    axes.grid(True, axis="y")
    title = axes.set_title("")
    figure.legend(loc="outside upper center", ncols=4, columnspacing=1.2)

    def update(state: live.State) -> list[Artist]:
        taught, here = state["taught"], sizes.index(state["size"])
        every = np.concatenate([taught.ravel(), state["alone"], state["relayed"]])
        axes.set_ylim(every.min() - 0.5, every.max() + 0.5)
        middle, deviation = state["alone"].mean(), _deviation(state["alone"])
        alone.set_bounds(-1, middle - deviation, relay + 3, 2 * deviation)
        mean.set_ydata(taught.mean(axis=0))
        dots.set_data(np.tile(places, len(taught)), taught.ravel())
        large.set_data([places[here]], [taught[:, here].mean()])
        relayed.set_data(np.full(len(state["relayed"]), relay), state["relayed"])
        for thread, one, gain in zip(threads, taught, state["gain"], strict=True):
            thread.set_data([places[here], places[-1]], [one[here], one[-1]])
            thread.set(color=WIN if gain > 0 else LOSS, linestyle="-" if gain > 0 else ":")
        title.set_text(_title(state))
        return [alone, *threads, mean, dots, large, relayed, title, axes.yaxis]

    return update


def _deviation(values: np.ndarray) -> float:
    return max(float(values.std(ddof=1)) if len(values) > 1 else 0.0, 0.05)


def _title(state: live.State) -> str:
    if state["size"] == state["largest"]:
        return f"Student {state['student']}-{state['student']}: the largest teacher"
    wins = int((state["gain"] > 0).sum())
    return (
        f"Student {state['student']}-{state['student']}: teacher {state['size']} beats "
        f"{state['largest']} in {wins} of {len(state['gain'])} seeds"
    )
