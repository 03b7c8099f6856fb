"""A figure for tests of figures; what it imports is what it takes to draw one."""

from nc_teach import live
from nc_teach.live import style

SPARSITY = [k / 20 for k in range(21)]


def compute(values):
    share = values["share"]
    return {"share": share, "right": 1 - share**4, "bars": values.get("bars", False)}


def build(figure, state):
    left, right = figure.subplots(1, 2)
    left.set(xlim=(0, 1), ylim=(0, 1), xlabel="removed", ylabel="right")
    left.plot(SPARSITY, [1 - s**4 for s in SPARSITY], **style.series(0))
    (dot,) = left.plot([0], [0], "o", markersize=14, color=style.COLOURS["vermilion"])
    right.set_ylim(0, 1)
    bars = right.bar(["kept", "gone"], [0, 0], **style.bars(0))
    title = left.set_title("")

    def update(state):
        dot.set_data([state["share"]], [state["right"]])
        for bar, height in zip(bars, (1 - state["share"], state["share"]), strict=True):
            bar.set_height(height)
        title.set_text(f"{state['share']:.0%}")
        return dot, bars, title

    return update


def describe(state):
    return f"With {state['share']:.0%} removed, {state['right']:.1%} are right."


def example(steps=21, **options):
    values = [k / (steps - 1) for k in range(steps)]
    parts = {
        "title": "Removal",
        "controls": [live.Slider("share", "Removed", values, format=".2f")],
        "compute": compute,
        "build": build,
        "describe": describe,
        "size": (600, 320),
    }
    return live.LiveFigure(**parts | options)
