"""How the classroom speaks: one text for every front end, and HTML or a picture where it fits."""

from __future__ import annotations

import html as _html
import io
import re
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nc_teach.common.palette import COLOURS
from nc_teach.common.typefaces import quiet

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BOX = (
    "border-left:4px solid {colour};padding:.5em .9em;margin:.3em 0;max-width:46em;"
    "line-height:1.5;overflow-wrap:anywhere"
)
EDGES = {"plain": COLOURS["sky"], "right": COLOURS["green"], "wrong": COLOURS["vermilion"]}
CODE = "font-family:var(--jp-code-font-family,monospace);font-size:.93em"


@dataclass(frozen=True)
class Shown:
    """Something to show: plain text for everywhere, HTML for front ends that draw it.

    >>> Shown("two", "<b>two</b>")._repr_mimebundle_()
    {'text/plain': 'two', 'text/html': '<b>two</b>'}
    """

    text: str
    html: str

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": self.text, "text/html": self.html}


@dataclass(frozen=True)
class Picture:
    """A PNG of ``width`` x ``height`` pixels, with the text that says what is on it."""

    png: bytes
    text: str
    width: int
    height: int

    @classmethod
    def of(cls, figure: Figure, text: str) -> Picture:
        """Draw a figure, without pyplot."""
        from matplotlib.backends.backend_agg import FigureCanvasAgg

        stream, canvas = io.BytesIO(), FigureCanvasAgg(figure)
        with quiet():
            canvas.print_png(stream)
        return cls(stream.getvalue(), text, *canvas.get_width_height())

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> tuple[dict[str, object], dict[str, object]]:
        size = {"width": self.width, "height": self.height, "alt": self.text}
        return {"image/png": self.png, "text/plain": self.text}, {"image/png": size}


def in_kernel() -> bool:
    """Whether a Jupyter kernel is there to answer a widget."""
    return getattr(_shell(), "kernel", None) is not None


def reader_namespace() -> Mapping[str, object]:
    """What the notebook's reader has defined so far, by name; empty without IPython."""
    names: Mapping[str, object] = getattr(_shell(), "user_ns", {})
    return names


def when_idle(work: Callable[[], None]) -> None:
    """Do something between two cells, in the thread that runs them; at once without a kernel."""
    loop = getattr(getattr(_shell(), "kernel", None), "io_loop", None)
    if loop is None:
        work()
    else:
        loop.add_callback(work)


@contextmanager
def interruptible() -> Iterator[None]:
    """Let the interrupt button raise ``KeyboardInterrupt``: between cells, Jupyter ignores it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def emit(thing: object) -> None:
    """Show a thing: as a rich output inside IPython, as printed text anywhere else."""
    if _shell() is None:
        print(getattr(thing, "text", thing))
        return
    from IPython.display import display

    display(thing)


def note(text: str, kind: str = "plain") -> Shown:
    """One message in a box; `kind` is plain, right or wrong, and its sign is also in the text."""
    return Shown(re.sub(r"\*\*(.+?)\*\*", r"\1", text), box(inline(text), kind))


def box(inner: str, kind: str = "plain") -> str:
    """Put HTML into a box with a coloured edge; text colours are those of the page's theme."""
    return f'<div style="{BOX.format(colour=EDGES[kind])}">{inner}</div>'


def inline(text: str) -> str:
    """Escape a text for HTML; `code` in backticks and **bold** are kept, a line end is a break.

    >>> inline("is a < b?")
    'is a &lt; b?'
    """
    parts = re.split(r"`([^`\n]+)`", _html.escape(text, quote=False))
    for i, part in enumerate(parts):
        if i % 2:
            parts[i] = f'<code style="{CODE}">{part}</code>'
        else:
            parts[i] = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", part).replace("\n", "<br>")
    return "".join(parts)


def plain(text: str) -> str:
    """The text without the marks of `code` and **bold**.

    >>> plain("Call `f` **twice**.")
    'Call f twice.'
    """
    return re.sub(r"\*\*|`", "", text)


def fold(summary: str, inner: str, *, opened: bool = False) -> str:
    """HTML that opens without JavaScript: a summary line, and what is folded below it."""
    tag = "details open" if opened else "details"
    return f'<{tag}><summary style="cursor:pointer">{summary}</summary>{inner}</details>'


def number(value: float, digits: int = 1) -> str:
    """Write a number for people: thousands in groups, no trailing zeros.

    >>> number(84.0), number(266200), number(0.125, 3)
    ('84', '266,200', '0.125')
    """
    text = f"{value:,.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def _shell() -> object | None:
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None
