"""Each chapter's quiz as a page: for the screen with folded answers, and for print without."""

from collections.abc import Sequence

from nc_teach.classroom import questions
from nc_teach.course import Chapter

from ..chapters import heading
from .fill import fill


def opening(chapters: Sequence[Chapter]) -> str:
    """The first page, with a list of those below."""
    return fill(
        "questions", below={f"questions_{c.number}": heading(c) for c in chapters if c.quiz}
    )


def page(chapter: Chapter) -> str:
    """A chapter's questions in Markdown: choices as a list, answers with their why folded."""
    asked = questions.find(chapter.number)
    return fill(
        "questions_chapter", heading=heading(chapter), number=chapter.number, questions=asked
    )


def key(chapter: Chapter) -> str:
    """The right choices in a line: number and letter of each."""
    return ", ".join(
        f"{number} {letter}"
        for number, question in enumerate(questions.find(chapter.number), 1)
        for letter, choice in question.lettered()
        if choice.right
    )
