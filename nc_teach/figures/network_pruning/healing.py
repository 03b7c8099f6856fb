"""Cut and heal: the accuracy on the way, cut by cut and epoch by epoch, for every variant.

Each variant is a saw: down at a cut, up while it trains. At the chosen moment a large mark for the
mean, and beside it a small one per network.
"""

from nc_teach import live
from nc_teach.claims.network_pruning.healing import Healing
from nc_teach.live import style
from nc_teach.live.artists import Artist, Figure

NAMES = {
    "iterative": "smallest, in rounds",
    "one-shot": "smallest, at once",
    "random": "random, in rounds",
    "dense": "nothing removed",
}
GREY = {"color": "#555555", "linestyle": ":", "marker": "D"}
LOOKS = {**{name: style.series(number) for number, name in enumerate(NAMES)}, "dense": GREY}


def healing(result: Healing) -> live.LiveFigure:
    """A live figure of ``claims.network_pruning.iterative_or_one_shot``'s result.

    Uses ``path`` (variant -> networks x moments, validation accuracy in [0, 1]), ``moments``
    (variant -> (epochs done, share removed) per moment), ``epochs`` and ``provenance``.
    """
    names = {NAMES[name]: name for name in result.path}
    epochs = range(result.epochs + 1)
    return live.LiveFigure(
        "Cut and heal",
        [
            live.Slider("epoch", "Epochs of repair", epochs, start=result.epochs),
            live.Choice("variant", "Remove", names),
        ],
        lambda values: _state(result, values),
        lambda figure, state: _build(figure, result),
        _describe,
        size=(800, 430),
        source=result.provenance.line(),
    )


def _state(result: Healing, values: live.Values) -> live.State:
    moments = result.moments[values["variant"]]
    now = max(i for i, (epoch, _) in enumerate(moments) if epoch <= values["epoch"])
    reached = [i for i, (epoch, _) in enumerate(moments) if epoch < values["epoch"]]
    end = next((i for i, (epoch, _) in enumerate(moments) if epoch == values["epoch"]), now)
    shown = [*reached, end] if values["epoch"] else [0]
    return {
        "variant": values["variant"],
        "epochs": [moments[i][0] for i in shown],
        "accuracy": 100 * result.path[values["variant"]][:, shown],
        "removed": moments[shown[-1]][1],
        "cut_first": values["epoch"] == 0,
    }


def _describe(state: live.State) -> str:
    accuracy = state["accuracy"][:, -1]
    lowest = state["accuracy"].mean(axis=0).min()
    when = (
        "Right after the first cut" if state["cut_first"] else f"After {state['epochs'][-1]} epochs"
    )
    return (
        f"{when}, {NAMES[state['variant']]}: {100 * state['removed']:.0f} % is gone and the "
        f"validation accuracy is {accuracy.mean():.1f} % (lowest on the way {lowest:.1f} %)."
    )


def _build(figure: Figure, result: Healing) -> live.Update:
    axes = figure.subplots()
    for name, path in result.path.items():
        look = LOOKS[name]
        epochs = [epoch for epoch, _ in result.moments[name]]
        axes.plot(
            epochs,
            100 * path.mean(axis=0),
            look["linestyle"],
            color=look["color"],
            alpha=0.7,
            linewidth=1.8,
            label=NAMES[name],
        )
    lowest = 100 * min(path.mean(axis=0).min() for path in result.path.values())
    axes.set(xlabel="epochs of repair", ylabel="validation accuracy, %")
    axes.set(xlim=(-0.2, result.epochs + 0.3), ylim=(max(0, lowest - 5), 100))
    axes.grid(True)
    figure.legend(loc="outside upper center", ncols=2)
    (line,) = axes.plot([], [], linewidth=4, zorder=4)
    (mean,) = axes.plot([], [], zorder=6, markersize=11, markeredgecolor="white")
    each = [axes.plot([], [], zorder=5, markersize=5)[0] for _ in next(iter(result.path.values()))]

    def update(state: live.State) -> list[Artist]:
        look = LOOKS[state["variant"]]
        line.set_data(state["epochs"], state["accuracy"].mean(axis=0))
        line.set(color=look["color"], linestyle=look["linestyle"])
        now, last = state["epochs"][-1], state["accuracy"][:, -1]
        for mark, value in zip((mean, *each), (last.mean(), *last), strict=True):
            mark.set_data([now if mark is mean else now + 0.08], [value])
            mark.set(color=look["color"], marker=look["marker"])
        mean.set_markeredgecolor("white")
        return [line, *each, mean]

    return update
