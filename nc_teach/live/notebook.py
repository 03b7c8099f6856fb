"""A live figure in a notebook: first a still picture, then the live one in its place.

The still picture and its caption are outputs of their own, so GitHub, nbviewer and a reopened
notebook show them; the widget hides them where it runs. No picture lives in widget state alone.
In page mode (`NC_TEACH_PAGE=1`) the output is the piece of HTML that moves without a kernel.
"""

from __future__ import annotations

import os
from functools import cache
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import grid, payload

if TYPE_CHECKING:
    from .figure import LiveFigure

HERE = Path(__file__).parent


def show(figure: LiveFigure) -> None:
    """Show `figure` in the current cell; without IPython, print its sentence.

    In still mode (`NC_TEACH_STILL=1`) an error in the figure is raised, so that a committed
    notebook never holds a broken one; live, it is shown in the figure.
    """
    try:
        from IPython import get_ipython
    except ImportError:
        print(caption(figure))
        return
    shell = get_ipython()
    live = getattr(shell, "kernel", None) is not None and not still_mode()
    if page_mode():
        return show_page(figure)
    try:
        show_still(figure)
    except Exception:
        if not live:
            raise
    if live:
        _show_live(figure)


def still_mode() -> bool:
    """Whether the notebook is run to be committed: only still outputs, no widget.

    >>> import os; os.environ["NC_TEACH_STILL"] = "1"; still_mode()
    True
    >>> del os.environ["NC_TEACH_STILL"]; still_mode()
    False
    """
    return os.environ.get("NC_TEACH_STILL", "") not in ("", "0")


def page_mode() -> bool:
    """Whether the notebook is run for slides or a site: figures that move with no kernel.

    >>> page_mode()
    False
    """
    return os.environ.get("NC_TEACH_PAGE", "") not in ("", "0")


def show_page(figure: LiveFigure) -> None:
    """The figure as one output that moves on a page; an error in the figure is raised."""
    from IPython.display import display

    data = {"text/html": figure.page(standalone=False), "text/plain": caption(figure)}
    display(data, raw=True)


def caption(figure: LiveFigure) -> str:
    """Title, sentence and source as plain text."""
    return "\n".join(filter(None, (figure.title, figure.sentence(), figure.source)))


def show_still(figure: LiveFigure) -> None:
    from IPython.display import display

    png, says = figure.still(), caption(figure)
    width, height = figure.size
    display(
        {"image/png": png, "text/plain": says},
        raw=True,
        metadata={"image/png": {"width": width, "height": height, "alt": figure.sentence()}},
    )
    display({"text/markdown": _markdown(figure), "text/plain": says}, raw=True)


def _markdown(figure: LiveFigure) -> str:
    lines = [f"**{_plain(figure.title)}**", _plain(figure.sentence())]
    if figure.source:
        lines.append(f"*{_plain(figure.source)}*")
    if not still_mode() and hasattr(figure, "controls"):
        lines.append("Run this cell to make it move.")
    return "  \n".join(lines)


def _plain(text: str) -> str:
    """Text that Markdown leaves alone."""
    escaped = "".join("\\" + c if c in "\\`*_[]<>#$|~" else c for c in text)
    return " ".join(escaped.split())


def _show_live(figure: LiveFigure) -> None:
    from IPython.display import display

    try:
        kind = _widget_class()
    except ImportError as error:
        print(f"The figure stands still: {error}. `pip install anywidget` makes it live.")
        return
    numbers = grid.from_start(figure.controls)[: payload.MOST_PICTURES]
    spec, pictures = payload.pack(figure, numbers, payload.MOST_SECONDS)
    missing = prod(grid.shape(figure.controls)) - len(spec["frames"])
    if missing:
        spec["table"] = spec["table"] or payload.usual_table(figure)
    widget = kind(spec=spec, pictures=pictures)
    widget.on_msg(lambda _, content, __: _answer(widget, figure, content))
    display(widget)


def _answer(widget: Any, figure: LiveFigure, content: dict[str, Any]) -> None:
    """Draw the grid point that the browser asks for; runs in the kernel's comm thread."""
    entry, image = payload.frame(figure, int(content["number"]))
    widget.send({**entry, "view": content["view"], "turn": content["turn"]}, [image])


@cache
def _widget_class() -> type:
    import anywidget
    import traitlets

    class Player(anywidget.AnyWidget):
        """The player of `player.js` with this figure's pictures."""

        _esm = HERE / "player.js"
        _css = HERE / "player.css"
        spec = traitlets.Dict().tag(sync=True)
        pictures = traitlets.Bytes().tag(sync=True)

    return Player
