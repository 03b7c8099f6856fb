"""The exercise card: the task, and in a live notebook buttons for check, hints and solution.

Unlike ``cards``, whose functions do the same by name, this answers on the card itself, and finds
the reader's function by the name that the card's stub gives it.
"""

import html
import io
from contextlib import redirect_stdout

from nc_teach.live.notebook import page_mode

from .card import Card
from .cards import find, hinted, open_to, solved, tried
from .forms import FormLike, Json, show_form
from .highlight import highlight
from .output import (
    Shown,
    box,
    fold,
    in_kernel,
    inline,
    interruptible,
    note,
    reader_namespace,
    when_idle,
)

MISS = "A solution that almost works (passes the first check but not the second)"
MOST_PRINTED = 2000  # characters that a check shows of what the reader's function prints


def exercise(key: str) -> None:
    """Show an exercise's card: what to do, how hard, how long, and buttons for what follows.

    The stub is in the notebook's next cell; where no notebook is around the card, it is on it.
    """
    card = find(key)
    answers = Answers(card)
    content: Json = {"title": _title(card), "words": _words(card), "name": card.solution.__name__}
    answers.form = show_form(_twin(card), "card", content, answers.pressed)


class Answers:
    """What the buttons of one card have answered so far: HTML for each part of the form."""

    def __init__(self, card: Card) -> None:
        self.card = card
        self.form: FormLike | None = None
        self.said: Json = {"turn": 0, "hints": ""}
        self.hints = 0  # shown on this card

    def pressed(self, message: Json) -> None:
        """Answer a button: check, hint or solution."""
        if message["press"] == "check":
            when_idle(self.check)
        elif message["press"] == "hint":
            self.hint()
        else:
            self.solution()

    def check(self) -> None:
        """Try the function that has the stub's name in the reader's notebook."""
        name, printed = self.card.solution.__name__, io.StringIO()
        own = reader_namespace().get(name)
        if own is None:
            missing = f"There is no `{name}` yet. Run the cell that defines it, then check again."
            self._tell(check=note(missing, "wrong").html)
            return
        try:
            with interruptible(), redirect_stdout(printed):
                passed, said, problem = tried(self.card, own)
            said += f" Compare with ours: **Solution**.{problem}" if passed else problem
        except KeyboardInterrupt:
            passed, said = False, "Stopped. Does every loop end?"
        except Exception as error:  # the card's own: shown here, or nowhere
            passed, said = False, f"That did not work: {error}"
        self._tell(check=note(said, "right" if passed else "wrong").html + _printed(printed))

    def hint(self) -> None:
        """Show the next hint; after the second there is none."""
        if self.hints < 2:
            self.hints += 1
            said, problem = hinted(self.card, self.hints)
            label = "Hint 2 of 2" if self.hints == 1 else "No more hints"
            shown = self.said["hints"] + note(f"{said}{problem}").html
            self._tell(hints=shown, hint=label, done=self.hints == 2)

    def solution(self) -> None:
        """Show the solution, once both hints are seen or the check is passed."""
        if self.hints == 2 or open_to(self.card):
            self._tell(solution=solved(self.card, opened=True).html, text="The solution is below.")
        else:
            anyway = f'classroom.solution("{self.card.key}")'
            self._tell(text=f"Two hints come first: press Hint. (Without them: {anyway}.)")

    def _tell(self, **parts: str | bool) -> None:
        """Tell the form, also where the same is said again."""
        self.said |= {"text": "", **parts, "turn": self.said["turn"] + 1}
        if self.form is not None:
            self.form.reply = dict(self.said)


def _title(card: Card) -> str:
    stars = "●" * card.difficulty + "○" * (3 - card.difficulty)
    return f"Exercise {card.key}: {card.title} · {stars} · {card.minutes} minutes"


def _words(card: Card, stub: str = "") -> str:
    start = highlight(stub) if stub else ""
    miss = fold(MISS, f"<p>{inline(card.near_miss)}</p>")
    return f"<b>{inline(_title(card))}</b><p>{inline(card.task)}</p>{start}{miss}"


def _twin(card: Card) -> Shown:
    """The card without buttons. A page hides the cell with the stub, a console has none."""
    stub = card.stub.strip() if page_mode() or not in_kernel() else ""
    miss = f"A solution that almost works: {card.near_miss}"
    parts = [_title(card), card.task, *([stub] if stub else []), miss]
    return Shown("\n\n".join(parts), box(_words(card, stub)))


def _printed(stream: io.StringIO) -> str:
    text = stream.getvalue().rstrip()[-MOST_PRINTED:]
    return f"<p>It printed:</p><pre>{html.escape(text)}</pre>" if text else ""
