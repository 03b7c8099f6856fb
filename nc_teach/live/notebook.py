"""A live figure in a notebook: first a still picture, then the live one in its place.

The still picture and its caption are outputs of their own, so GitHub, nbviewer and a reopened
notebook show them; the widget hides them where it runs. No picture lives in widget state alone.
In page mode (`NC_TEACH_PAGE=1`) the output is the piece of HTML that moves without a kernel, and
with `NC_TEACH_PAGE=slide` it is drawn for a slide.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from itertools import islice
from math import prod
from typing import TYPE_CHECKING, Protocol

from nc_teach.common.still import still

from . import grid, page, payload
from .definition import Definition
from .pictures import Pictures
from .places import for_slide

if TYPE_CHECKING:
    from anywidget import AnyWidget


SLIDE = "slide"


class Still(Protocol):
    """What can be shown as a picture with its words."""

    title: str
    source: str
    size: tuple[int, int]

    def sentence(self) -> str: ...

    def still(self) -> bytes: ...


def show(
    figure: Pictures,
    fragment: Callable[[Pictures], str] | None = None,
    live: Callable[[Pictures], None] | None = None,
) -> None:
    """Show `figure` in the current cell; without IPython, print its sentence.

    `fragment` gives the HTML of page mode and `live` displays what moves, where the figure is not
    the usual one: by default its pictures, and the player that shows them.

    In still mode (`NC_TEACH_STILL=1`) an error in the figure is raised, so that a committed
    notebook never holds a broken one; live, it is shown in the figure.
    """
    try:
        from IPython import get_ipython
    except ImportError:
        print(caption(figure))
        return
    shell = get_ipython()
    moves = getattr(shell, "kernel", None) is not None and not still()
    if page_mode():
        return show_page(figure, fragment)
    try:
        show_still(figure)
    except Exception:
        if not moves:
            raise
    if moves:
        (live or _show_live)(figure)


def page_mode() -> bool:
    """Whether the notebook is run for slides or a site: figures that move with no kernel.

    >>> page_mode()
    False
    """
    return os.environ.get("NC_TEACH_PAGE") in ("1", SLIDE)


def show_page(figure: Pictures, fragment: Callable[[Pictures], str] | None = None) -> None:
    """The figure as one output that moves on a page; an error in the figure is raised.

    Where nothing moves, the output has the picture and its words too: a slide takes those.
    """
    from IPython.display import display

    place = os.environ.get("NC_TEACH_PAGE")
    if not fragment and place == SLIDE:
        figure = for_slide(figure)
    html = fragment(figure) if fragment else page.render(figure, False, place == "1")
    data = {"text/html": html, "text/plain": caption(figure)}
    if figure.controls or fragment:
        display(data, raw=True)
    else:
        words = {"text/markdown": _markdown(figure)}
        display({**data, **words, "image/png": figure.still()}, raw=True, metadata=_sizes(figure))


def caption(figure: Still) -> str:
    """Title, sentence and source as plain text."""
    return "\n".join(filter(None, (figure.title, figure.sentence(), figure.source)))


def show_still(figure: Still) -> None:
    """The figure as two outputs: its picture, and its words in Markdown."""
    from IPython.display import display

    png, says = figure.still(), caption(figure)
    display({"image/png": png, "text/plain": says}, raw=True, metadata=_sizes(figure))
    display({"text/markdown": _markdown(figure), "text/plain": says}, raw=True)


def _sizes(figure: Still) -> dict[str, dict[str, object]]:
    width, height = figure.size
    return {"image/png": {"width": width, "height": height, "alt": figure.sentence()}}


def _markdown(figure: Still) -> str:
    lines = [f"**{_plain(figure.title)}**", _plain(figure.sentence())]
    if figure.source:
        lines.append(f"*{_plain(figure.source)}*")
    if isinstance(figure, Definition) and figure.controls and not still():
        lines.append("Run this cell to make it move.")
    return "  \n".join(lines)


def _plain(text: str) -> str:
    """Text that Markdown leaves alone."""
    escaped = "".join("\\" + c if c in "\\`*_[]<>#$|~" else c for c in text)
    return " ".join(escaped.split())


def _show_live(figure: Pictures) -> None:
    numbers = islice(grid.from_start(figure.controls), payload.MOST_PICTURES)
    spec, pictures = payload.pack(figure, numbers, payload.MOST_SECONDS)
    missing = prod(grid.shape(figure.controls)) - len(spec["frames"])
    if missing:
        spec["table"] = spec["table"] or payload.usual_table(figure)
    scripts, styles = page.text("parts.js", "player.js"), page.text("player.css")
    widget = show_widget(scripts, styles, spec=spec, pictures=pictures)
    if widget is not None:
        widget.on_msg(lambda _, content, __: _answer(widget, figure, content))


def show_widget(scripts: str, styles: str, **traits: object) -> AnyWidget | None:
    """Display an anywidget made of a script, a style sheet and what it is given; None without it.

    Bytes travel as they are, all else as JSON.
    """
    from IPython.display import display

    try:
        kind = _widget_class(scripts, styles, frozenset(traits))
    except ImportError as error:
        print(f"The figure does not move: {error}. `pip install anywidget` makes it live.")
        return None
    widget = kind(**traits)
    display(widget)
    return widget


def _answer(widget: AnyWidget, figure: Pictures, content: payload.Spec) -> None:
    """Draw the grid point that the browser asks for; runs in the kernel's comm thread.

    What is no question of the player's is not answered; a number off the grid is, by a message.
    """
    if not isinstance(content.get("number"), int) or not {"view", "turn"} <= set(content):
        return
    entry, image = payload.frame(figure, content["number"])
    widget.send({**entry, "view": content["view"], "turn": content["turn"]}, [image])


@cache
def _widget_class(scripts: str, styles: str, traits: frozenset[str]) -> type:
    import anywidget
    import traitlets

    kinds = {"spec": traitlets.Dict}
    found = {name: kinds.get(name, traitlets.Bytes)().tag(sync=True) for name in traits}
    return type("Player", (anywidget.AnyWidget,), {"_esm": scripts, "_css": styles, **found})
