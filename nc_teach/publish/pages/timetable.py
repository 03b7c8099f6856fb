"""When what is taught: the lecture by its slides, the lab by the notebook's minutes and cards."""

from dataclasses import dataclass
from itertools import groupby

from nc_teach.classroom import cards, questions
from nc_teach.course import Chapter

from ..slides.deck import LECTURE
from ..slides.layout import Slide

LAB = 90  # minutes
CLOSING = 15  # at most, of a lab: two solutions side by side
QUESTION = 1  # minutes for each of the quiz


@dataclass(frozen=True)
class Row:
    """From minute `at`, for `minutes`: `what`. At home where `at` is -1.

    `column` is the deck's column, counted from 1 (0: no slide).
    """

    at: int
    minutes: int
    what: str
    section: str = ""
    column: int = 0


def lecture(found: list[Slide], minutes: int = LECTURE) -> list[Row]:
    """A row for each column of the deck that has time of the lecture, by its slides' weight.

    Rounded to at least a minute each, so that the minutes add up exactly.
    """
    whole = sum(slide.weight for slide in found) or 1
    rows, before, done = [], 0.0, 0
    for column, slides in groupby(found, lambda slide: slide.column):
        first, *others = slides
        weight = sum(slide.weight for slide in (first, *others))
        before += weight
        if weight:
            until = max(done + 1, round(minutes * before / whole))
            rows.append(Row(done, until - done, first.heading, first.section, column + 1))
            done = until
    return rows


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
