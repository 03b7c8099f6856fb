"""What the reader has done: exercises, guesses and quiz answers of every chapter in one view.

What there is to do is read from the course's notebooks, what was done from the progress file.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from nc_teach import course
from nc_teach.table import Table

from . import cards, progress, questions
from .card import Card
from .output import Shown, emit, fold, inline, note, number, plain

COLUMNS = ("chapter", "exercises", "guesses", "quiz, right at first", "minutes left")
BAR = 7  # signs of a full bar
FIRM = "\u00a0"  # a space at which no line ends


@dataclass(frozen=True)
class Standing:
    """One chapter: what is recorded of each of its exercises and guesses, and of its questions."""

    chapter: course.Chapter
    exercises: dict[str, progress.Entry]
    guesses: dict[str, progress.Entry]
    answers: list[progress.Entry]

    def open(self) -> list[Card]:
        """The exercises that are not solved yet."""
        return [cards.find(key) for key, entry in self.exercises.items() if not entry.get("passed")]

    def counts(self) -> tuple[tuple[int, int], ...]:
        """What was done, of how many: exercises, guesses, and questions right at first."""
        guessed = sum(entry.get("value") is not None for entry in self.guesses.values())
        right = sum(bool(entry.get("right_at_first")) for entry in self.answers)
        return (
            (len(self.exercises) - len(self.open()), len(self.exercises)),
            (guessed, len(self.guesses)),
            (right, sum(len(questions.find(quiz)) for quiz in self.chapter.quiz)),
        )

    def row(self) -> tuple[str, ...]:
        """Its row of the table."""
        bars = (f"{bar(done, of)} {done} of {of}" if of else "-" for done, of in self.counts())
        minutes = sum(card.minutes for card in self.open())
        name = f"{self.chapter.number}. {self.chapter.title}"
        return (name, *(b.replace(" ", FIRM) for b in bars), str(minutes or "-"))


def my_progress(chapter: str | int | None = None) -> None:
    """Show what is done and what is open: a row per chapter, or one chapter in full.

    In full, such as ``"1"``, also says what came of each of its exercises and guesses. Raises
    ``ValueError`` if there is no such chapter.
    """
    known = {c.number: c for c in course.chapters()}
    if chapter is not None and str(chapter) not in known:
        raise ValueError(f"chapter must be one of {', '.join(known)}, got {chapter!r}")
    try:
        state = progress.load()
    except progress.ProgressError as error:
        emit(note(str(error), "wrong"))
        return
    if chapter is None:
        emit(overview([standing(c, state) for c in known.values()]))
    else:
        emit(in_full(standing(known[str(chapter)], state)))


def standing(chapter: course.Chapter, state: progress.State) -> Standing:
    """One chapter's standing in a progress file that was read."""
    return Standing(
        chapter,
        {key: state["exercises"].get(key, {}) for key in chapter.exercises},
        {key: state["predictions"].get(key, {}) for key in chapter.predictions},
        [entry for quiz in chapter.quiz for entry in state["quiz"].get(quiz, {}).values()],
    )


def overview(found: Sequence[Standing]) -> Table:
    """All chapters, and what to do next."""
    rows = tuple(one.row() for one in found if any(of for _, of in one.counts()))
    return Table(COLUMNS, rows, (_next(found),))


def in_full(one: Standing) -> Shown:
    """One chapter: its row, its exercises, its guesses."""
    table = Table(COLUMNS, (one.row(),))
    lines = [_exercise(key, entry) for key, entry in one.exercises.items()]
    lines += [_guess(key, entry) for key, entry in one.guesses.items()]
    inner = "".join(f"<li>{inline(line)}</li>" for line in lines)
    folded = fold("Exercises and guesses", f"<ul>{inner}</ul>", opened=True)
    return Shown("\n".join([repr(table), *map(plain, lines)]), table._repr_html_() + folded)


def bar(done: int, of: int) -> str:
    """A bar of text, readable by eye; the numbers are beside it.

    >>> bar(3, 4), bar(0, 7), bar(1, 1000)
    ('●●●●●○○', '○○○○○○○', '●○○○○○○')
    """
    full = max(1, BAR * done // of) if done else 0
    return "●" * full + "○" * (BAR - full)


def _next(found: Sequence[Standing]) -> str:
    """The first exercise that is open, in the order of the course."""
    for one in found:
        for card in one.open():
            again = ", which you have tried" if one.exercises[card.key] else ""
            where = f"{one.chapter.file}, {card.minutes} minutes"
            return f"Next: exercise {card.key}, {card.title}{again} ({where})."
    return "Every exercise is solved."


def _exercise(key: str, entry: progress.Entry) -> str:
    sign = "✓ solved" if entry.get("passed") else "… tried" if entry else "○ open"
    tries, hints = entry.get("tries", 0), entry.get("hints", 0)
    more = [f"{tries} tries" if tries != 1 else "1 try"] if tries else []
    more += [f"{hints} of 2 hints"] if hints else []
    more += ["solution seen"] if entry.get("solution_seen") else []
    return f"**{key}** {cards.find(key).title}: {', '.join([sign, *more])}"


def _guess(key: str, entry: progress.Entry) -> str:
    said, truth = (_value(entry.get(name), entry) for name in ("value", "measured"))
    late = " (after the measurement)" if entry.get("changed_after_scoring") else ""
    without = "you skipped it" if entry.get("skipped") else "no guess yet"
    guess = f"you said {said}{late}" if said else without
    return f"{entry.get('question', key)}: {guess}{f', measured {truth}' if truth else ''}"


def _value(value: object, entry: progress.Entry) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    return f"{number(float(value), 2)} {entry.get('unit', '')}".strip()
