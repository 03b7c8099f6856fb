"""The chapter's questions for the room: the choices, then which is right and why."""

from __future__ import annotations

from nc_teach.classroom import questions
from nc_teach.classroom.output import inline
from nc_teach.classroom.questions import Choice, Question

from .blocks import Block
from .slide import Slide


def slides(chapter: str, column: int) -> list[Slide]:
    """A slide for every question of the chapter, all in one column."""
    asked = questions.find(chapter)
    deck = []
    for number, question in enumerate(asked, 1):
        title = f"Question {number} of {len(asked)}"
        block = Block("text", _html(question), 600)
        slide = Slide(column, "quiz", "", title, [block])
        slide.notes = [f"{letter}: {choice.says}" for letter, choice in _lettered(question)]
        deck.append(slide)
    return deck


def _html(question: Question) -> str:
    choices = "".join(
        f'<li class="{"nc-right" if choice.right else "nc-wrong"}">{inline(choice.text)}'
        + (f'<p class="fragment nc-why">✓ {inline(choice.says)}</p>' if choice.right else "")
        + "</li>"
        for _, choice in _lettered(question)
    )
    asked = f"<p>{inline(question.text)}</p>"
    return f'<div class="nc-quiz nc-fit">{asked}<ol type="a">{choices}</ol></div>'


def _lettered(question: Question) -> list[tuple[str, Choice]]:
    return list(zip(questions.LETTERS, question.choices, strict=False))
