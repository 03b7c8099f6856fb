"""The one form of the classroom, in front ends that can load it: a guess, a quiz or a card.

Every form has a still twin, shown first; the live form hides it. Where third-party widgets cannot
load, the twin stays: the question as text, and a line of code that does the same.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

from nc_teach.common.still import still

from .output import Shown, emit, in_kernel

HERE = Path(__file__).parent
Json = dict[str, Any]


class FormLike(Protocol):
    """What is used of a form: ``reply`` is what it says to the reader, as plain JSON."""

    reply: Json


def show_form(
    twin: Shown, kind: str, content: Json, answered: Callable[[Json], None]
) -> FormLike | None:
    """Show the still twin, then the live form where a kernel can answer it.

    ``kind`` is ``"guess"``, ``"quiz"`` or ``"card"``, ``content`` what is asked (plain JSON).
    ``answered`` is called with each answer (plain JSON), and what it raises is shown in the form.
    Returns the widget, or None where only the twin is shown.
    """
    if still() or not in_kernel():
        emit(twin)
        return None
    mark = uuid4().hex
    emit(Shown(twin.text, f'<div data-nc-twin="{mark}">{twin.html}</div>'))
    try:
        form = form_class()(kind=kind, content=content, twin=mark)
    except ImportError:
        print("For the form itself: python -m pip install anywidget")
        return None
    form.on_msg(lambda _widget, answer, _buffers: _pass_on(form, answer, answered))
    emit(form)
    return form


def _pass_on(form: FormLike, answer: Json, answered: Callable[[Json], None]) -> None:
    try:
        answered(answer)
    except Exception as error:  # a traceback in a callback is shown nowhere: show it in the form
        form.reply = {**form.reply, "text": f"That did not work: {error}", "problem": True}


@cache
def form_class() -> Callable[..., Any]:
    """The widget class; anywidget is imported here and not before."""
    import anywidget
    import traitlets

    class Form(anywidget.AnyWidget):
        """What `forms.js` draws: `content` goes there, answers come back as messages."""

        _esm = HERE / "forms.js"
        _css = HERE / "forms.css"
        kind = traitlets.Unicode().tag(sync=True)
        twin = traitlets.Unicode().tag(sync=True)
        content = traitlets.Dict().tag(sync=True)
        reply = traitlets.Dict().tag(sync=True)

    return Form
