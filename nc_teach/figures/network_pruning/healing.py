"""Cut and heal: the accuracy on the way, cut by cut and epoch by epoch, for every variant.

Each variant is a saw: down at a cut, up while it trains. At the chosen moment a large mark for the
mean, and beside it a small one per network.
"""

from typing import TYPE_CHECKING

from nc_teach import live
from nc_teach.live import style
from nc_teach.live.artists import Artist, Figure

if TYPE_CHECKING:
    from nc_teach.claims.network_pruning.healing import Healing

NAMES = {
    "iterative": "smallest, in rounds",
    "one-shot": "smallest, at once",
    "random": "random, in rounds",
    "dense": "nothing removed",
}
GREY = {"color": "#555555", "linestyle": ":", "marker": "D"}
LOOKS = {**{name: style.series(number) for number, name in enumerate(NAMES)}, "dense": GREY}


def healing(result: "Healing") -> live.LiveFigure:
    """A live figure of ``claims.network_pruning.iterative_or_one_shot``'s result."""
    epochs = range(result.epochs + 1)
    return live.LiveFigure(
        "Cut and heal",
        [
            live.Slider("epoch", "Epochs of repair", epochs, start=result.epochs),
            live.Choice("variant", "Remove", {NAMES[name]: name for name in result.path}),
        ],
        lambda values: _state(result, **values),
        lambda figure, state: _build(figure, result),
        _describe,
        size=(800, 430),
        source=result.provenance.line(),
    )


def _state(result: "Healing", epoch: int, variant: str) -> live.State:
    """The path up to that epoch; where a round ends with it, up to the moment before the cut."""
    epochs = [done for done, _ in result.moments[variant]]
    end = epochs.index(epoch)
    return {
        "variant": variant,
        "epochs": epochs[: end + 1],
        "accuracy": 100 * result.path[variant][:, : end + 1],
        "removed": result.moments[variant][end][1],
    }


def _describe(state: live.State) -> str:
    mean, epoch = state["accuracy"].mean(axis=0), state["epochs"][-1]
    when = f"After {epoch} epochs" if epoch else "Right after the first cut"
    return (
        f"{when}, {NAMES[state['variant']]}: {100 * state['removed']:.0f} % is gone and the "
        f"validation accuracy is {mean[-1]:.1f} % (lowest on the way {mean.min():.1f} %)."
    )


def _build(figure: Figure, result: "Healing") -> live.Update:
    axes = figure.subplots()
    means = {name: 100 * path.mean(axis=0) for name, path in result.path.items()}
    for name, mean in means.items():
        look = {**LOOKS[name], "marker": "", "alpha": 0.7, "linewidth": 1.8}
        axes.plot([epoch for epoch, _ in result.moments[name]], mean, label=NAMES[name], **look)
    lowest = min(mean.min() for mean in means.values())
    axes.set(xlabel="epochs of repair", ylabel="validation accuracy, %")
    axes.set(xlim=(-0.2, result.epochs + 0.3), ylim=(max(0, lowest - 5), 100))
    axes.grid(True)
    figure.legend(loc="outside upper center", ncols=2)
    (line,) = axes.plot([], [], linewidth=4, zorder=4)
    (mark,) = axes.plot([], [], zorder=6, markersize=11)
    (each,) = axes.plot([], [], zorder=5, markersize=5)

    def update(state: live.State) -> list[Artist]:
        look, epoch = LOOKS[state["variant"]], state["epochs"][-1]
        mean, last = state["accuracy"].mean(axis=0), state["accuracy"][:, -1]
        line.set_data(state["epochs"], mean)
        line.set(color=look["color"], linestyle=look["linestyle"])
        mark.set_data([epoch], mean[-1:])
        each.set_data([epoch + 0.08] * len(last), last)
        for marks in (mark, each):
            marks.set(color=look["color"], marker=look["marker"], linestyle="")
        mark.set_markeredgecolor("white")
        return [line, each, mark]

    return update
