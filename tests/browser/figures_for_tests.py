"""Small live figures that the browser tests open in a notebook and on a page."""

import numpy as np

from nc_teach import live


def _build(figure, state):
    axes = figure.subplots()
    axes.set_ylim(0, 1)
    axes.set_xlabel("class")
    bars = axes.bar(range(5), [0.0] * 5)
    title = axes.set_title("")

    def update(state):
        for k, bar in enumerate(bars):
            bar.set_height(state["height"] if k % 2 == 0 else 1 - state["height"])
        title.set_text(f"{state['height']:.3f}")
        return [*bars, title]

    return update


def _describe(state):
    return f"The even bars are {state['height']:.3f} high."


def bars(steps=21, **options):
    """One slider from 0 to 1 with `steps` values, and a toggle that turns the bars round."""
    grid = [k / (steps - 1) for k in range(steps)]
    controls = [
        live.Slider("height", "Height", grid, start=grid[steps // 2], format=".3f"),
        live.Toggle("turned", "Turn round"),
    ]

    def compute(values):
        return {"height": 1 - values["height"] if values["turned"] else values["height"]}

    return live.LiveFigure(
        options.pop("title", "Bars"),
        controls,
        options.pop("compute", compute),
        _build,
        _describe,
        size=(480, 280),
        source="Made up for a test.",
        **options,
    )


def panels():
    """Two panels beside each other."""
    return _climbing(lambda figure: figure.subplots(1, 2)[0])


def long_names():
    """One panel whose ticks have names that need all of its width."""

    def draw(figure):
        axes = figure.subplots()
        axes.set_xticks([k / 7 for k in range(8)], [f"long_name_{k}" for k in range(8)])
        return axes

    return _climbing(draw)


def _climbing(draw):
    def build(figure, state):
        axes = draw(figure)
        (line,) = axes.plot([0, 1], [0, 1])
        axes.set(ylabel="height", ylim=(0, 1))

        def update(state):
            line.set_ydata([0, state["height"]])
            return [line]

        return update

    controls = [live.Slider("height", "Height", [0.0, 0.5, 1.0], start=0.5)]
    return live.LiveFigure(
        "A line", controls, dict, build, lambda state: "A line climbs.", size=(860, 380)
    )


def broken():
    """Raises for heights above 0.7."""

    def compute(values):
        if values["height"] > 0.7:
            raise ValueError(f"height must be at most 0.7, got {values['height']:.1f}")
        return {"height": values["height"]}

    return bars(11, title="Broken", compute=compute)


def photograph():
    """An image with shades of its own that a toggle turns round."""

    def build(figure, state):
        axes = figure.subplots()
        image = axes.imshow(np.zeros((4, 4)), cmap="PuOr", vmin=-1, vmax=1)
        axes.set_title("An image")

        def update(state):
            image.set_data(np.linspace(-1, 1, 16).reshape(4, 4) * (-1 if state["turned"] else 1))
            return [image]

        return update

    controls = [live.Toggle("turned", "Turn round")]
    return live.LiveFigure("Photo", controls, dict, build, lambda s: "A photo.", size=(300, 260))
