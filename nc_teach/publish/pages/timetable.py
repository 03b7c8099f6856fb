"""When what is taught: the lecture by its slides, the lab by the notebook's minutes and cards."""

from dataclasses import dataclass
from itertools import groupby

from bs4 import BeautifulSoup

from nc_teach.classroom import cards, questions
from nc_teach.course import Chapter

from ..slides.lecture import LECTURE, Slide

LAB = 90  # minutes
CLOSING = 15  # at most, of a lab: two solutions side by side
QUESTION = 1  # minutes for each of the quiz


@dataclass(frozen=True)
class Row:
    """From minute `at`, for `minutes`: `what`. At home where `at` is -1.

    `slides` are the numbers of the first and the last slide, as the deck shows them.
    """

    at: int
    minutes: int
    what: str
    section: str = ""
    slides: tuple[int, int] = (0, 0)


def lecture(found: list[Slide], minutes: int = LECTURE) -> list[Row]:
    """A row for each column of the deck, the title's, a section's or the end's, by its minutes.

    Rounded to at least a minute each, so that the minutes add up exactly.
    """
    whole = sum(slide.weight for slide in found) or 1
    rows, before, done, last = [], 0.0, 0, 0
    for _, column in groupby(found, lambda slide: slide.column):
        first, *others = column
        before += sum(slide.weight for slide in (first, *others))
        until = max(done + 1, round(minutes * before / whole))
        shown = (last + 1, last + 1 + len(others))
        rows.append(Row(done, until - done, plain(first.says), first.place, shown))
        done, last = until, shown[1]
    return rows


def plain(html: str) -> str:
    """The words of a piece of HTML.

    >>> plain("<em>a</em> &lt; b")
    'a < b'
    """
    return BeautifulSoup(html, "html.parser").get_text()


def lab(chapter: Chapter, run: int, minutes: int = LAB) -> list[Row]:
    """The lab: run the notebook (`run` minutes), the exercises that fit, the questions.

    Exercises that do not fit are done at home.
    """
    rows = [Row(0, 1 + run, "Everybody opens the notebook and runs it")]
    quiz = QUESTION * len(questions.find(chapter.number)) if chapter.quiz else 0
    at, last = 1 + run, minutes - quiz - 5
    for key in chapter.exercises:
        card = cards.find(key)
        fits = at + card.minutes <= last
        what = f"Exercise {key}: {card.title} {'●' * card.difficulty}"
        rows.append(Row(at if fits else -1, card.minutes, what))
        at += card.minutes * fits
    if quiz:
        rows.append(Row(at, quiz, "The chapter's questions, alone or in pairs"))
    at += quiz
    if minutes - at > CLOSING:
        rows.append(Row(at, minutes - at - CLOSING, "The figures once more: who finds a surprise?"))
        at = minutes - CLOSING
    return [*rows, Row(at, minutes - at, "Two solutions side by side, and the almost right one")]
