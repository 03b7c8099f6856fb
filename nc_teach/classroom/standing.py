"""Where the reader stands: exercises, guesses and quiz answers of every chapter in one view.

What there is to do is read from the course's notebooks, what was done from the progress file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nc_teach import course
from nc_teach.table import Table

from . import cards, progress, questions
from .output import Shown, emit, fold, inline, note, number

COLUMNS = ("chapter", "exercises", "guesses", "quiz, right at first", "minutes left")
BAR = 7  # signs of a full bar
FIRM = "\u00a0"  # a space at which no line ends


@dataclass(frozen=True)
class Standing:
    """One chapter: what was done of what there is. ``minutes`` are those of open exercises."""

    chapter: course.Chapter
    solved: tuple[str, ...]
    tried: tuple[str, ...]
    guessed: tuple[str, ...]
    quiz_right: int
    quiz_all: int
    minutes: int

    @property
    def done(self) -> int:
        return len(self.solved) + len(self.guessed) + self.quiz_right

    @property
    def all(self) -> int:
        return len(self.chapter.exercises) + len(self.chapter.predictions) + self.quiz_all

    def row(self) -> tuple[str, ...]:
        counts = (
            (len(self.solved), len(self.chapter.exercises)),
            (len(self.guessed), len(self.chapter.predictions)),
            (self.quiz_right, self.quiz_all),
        )
        return (
            f"{self.chapter.number}. {self.chapter.title}",
            *(
                f"{bar(done, of)} {done} of {of}".replace(" ", FIRM) if of else "-"
                for done, of in counts
            ),
            str(self.minutes) if self.minutes else "-",
        )


def my_progress(chapter: str | int | None = None) -> None:
    """Show what is done and what is open: a row per chapter, or one chapter in full.

    Parameters
    ----------
    chapter
        Such as ``"1"``: also each of its exercises and guesses, with what came of them.

    Raises
    ------
    ValueError
        If there is no such chapter.
    """
    known = course.chapters()
    if chapter is not None and str(chapter) not in (numbers := [c.number for c in known]):
        raise ValueError(f"chapter must be one of {', '.join(numbers)}, got {chapter!r}")
    try:
        state = progress.load()
    except progress.ProgressError as error:
        emit(note(str(error), "wrong"))
        return
    found = [standing(c, state) for c in known]
    if chapter is None:
        emit(overview(found))
    else:
        emit(in_full(next(s for s in found if s.chapter.number == str(chapter)), state))


def standing(chapter: course.Chapter, state: dict[str, Any]) -> Standing:
    """One chapter's standing in a progress file that was read."""
    done, guesses = state["exercises"], state["predictions"]
    solved = tuple(key for key in chapter.exercises if done.get(key, {}).get("passed"))
    tried = tuple(key for key in chapter.exercises if key in done and key not in solved)
    answers = [state["quiz"].get(quiz, {}) for quiz in chapter.quiz]
    right = sum(bool(e.get("right_at_first")) for quiz in answers for e in quiz.values())
    return Standing(
        chapter, solved, tried,
        tuple(k for k in chapter.predictions if guesses.get(k, {}).get("value") is not None),
        right, sum(len(questions.find(quiz)) for quiz in chapter.quiz),
        sum(cards.find(key).minutes for key in chapter.exercises if key not in solved),
    )  # fmt: skip


def overview(found: list[Standing]) -> Shown:
    """All chapters, and what to do next."""
    table = Table(COLUMNS, tuple(s.row() for s in found if s.all), (_next(found),))
    return Shown(repr(table), table._repr_html_())


def in_full(one: Standing, state: dict[str, Any]) -> Shown:
    """One chapter: its row, its exercises, its guesses."""
    table = Table(COLUMNS, (one.row(),))
    lines = [*_exercises(one, state["exercises"]), *_guesses(one, state["predictions"])]
    inner = "".join(f"<li>{inline(line)}</li>" for line in lines)
    html = table._repr_html_() + fold("Exercises and guesses", f"<ul>{inner}</ul>").replace(
        "<details>", "<details open>"
    )
    return Shown("\n".join([repr(table), *lines]).replace("**", "").replace("`", ""), html)


def bar(done: int, of: int) -> str:
    """A bar of text, readable by eye; the numbers stand beside it.

    >>> bar(3, 4), bar(0, 7), bar(1, 1000)
    ('●●●●●○○', '○○○○○○○', '●○○○○○○')
    """
    full = max(1, BAR * done // of) if done else 0
    return "●" * full + "○" * (BAR - full)


def _next(found: list[Standing]) -> str:
    """The first exercise that is open, in the order of the course."""
    for one in found:
        for key in one.chapter.exercises:
            if key not in one.solved:
                card = cards.find(key)
                again = ", which you have tried" if key in one.tried else ""
                where = f"{one.chapter.file}, {card.minutes} minutes"
                return f"Next: exercise {key}, {card.title}{again} ({where})."
    return "Every exercise is solved."


def _exercises(one: Standing, done: dict[str, Any]) -> list[str]:
    lines = []
    for key in one.chapter.exercises:
        entry, card = done.get(key, {}), cards.find(key)
        sign = "✓ solved" if key in one.solved else "… tried" if key in one.tried else "○ open"
        tries, hints = entry.get("tries", 0), entry.get("hints", 0)
        more = [f"{tries} tries" if tries != 1 else "1 try"] if tries else []
        more += [f"{hints} of 2 hints"] if hints else []
        more += ["solution seen"] if entry.get("solution_seen") else []
        lines.append(f"**{key}** {card.title}: {', '.join([sign, *more])}")
    return lines


def _guesses(one: Standing, guesses: dict[str, Any]) -> list[str]:
    lines = []
    for key in one.chapter.predictions:
        entry = guesses.get(key, {})
        asked = entry.get("question", key)
        said, truth = (_value(entry.get(name), entry) for name in ("value", "measured"))
        guess = "you skipped it" if entry.get("skipped") else "no guess yet"
        if said:
            late = " (after the measurement)" if entry.get("changed_after_scoring") else ""
            guess = f"you said {said}{late}"
        lines.append(f"{asked}: {guess}{f', measured {truth}' if truth else ''}")
    return lines


def _value(value: Any, entry: dict[str, Any]) -> str:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return ""
    return f"{number(float(value), 2)} {entry.get('unit', '')}".strip()
