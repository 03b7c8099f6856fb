"""Each chapter's quiz as a page: for the screen with folded answers, and for print without."""

from __future__ import annotations

from collections.abc import Sequence

from nc_teach.classroom import questions
from nc_teach.classroom.questions import Question
from nc_teach.course import Chapter
from nc_teach.publish.chapters import heading

from .links import to_chapter, tree
from .tables import words

OPENING = """# Questions

Every chapter ends with some questions. Each choice says why it is right or wrong. The answers are
folded, so what is printed is a questionnaire; its key stands in the [teaching guide](guide.md).
"""


def opening(chapters: Sequence[Chapter]) -> str:
    """The first page, with a list of those below."""
    return f"{OPENING}\n{tree({f'questions_{c.number}': heading(c) for c in chapters if c.quiz})}\n"


def page(chapter: Chapter) -> str:
    """A chapter's questions in Markdown: choices as a list, answers with their why folded."""
    asked = questions.find(chapter.number)
    parts = [f"# Questions on {heading(chapter)}", _after(chapter, len(asked))]
    parts += [_question(number, question) for number, question in enumerate(asked, 1)]
    return "\n\n".join(parts) + "\n"


def key(chapter: Chapter) -> str:
    """The right choices in a line.

    Examples
    --------
    >>> from nc_teach import course
    >>> key(course.chapters()[1])[:13]
    '1 c, 2 b, 3 b'
    """
    return ", ".join(
        f"{number} {_letter(question)}"
        for number, question in enumerate(questions.find(chapter.number), 1)
    )


def _after(chapter: Chapter, count: int) -> str:
    where = to_chapter(chapter.number, f"chapter {chapter.number}")
    return f"{count} questions for after {where}. One choice of each is right."


def _question(number: int, question: Question) -> str:
    lettered = list(zip(questions.LETTERS, question.choices, strict=False))
    choices = "\n".join(f"- **{letter}** {words(choice.text)}" for letter, choice in lettered)
    whys = "\n".join(
        f"- **{letter}** {'✓ Right.' if choice.right else '✗ Not this one.'} {words(choice.says)}"
        for letter, choice in lettered
    )
    return (
        f"## Question {number}\n\n{words(question.text)}\n\n{choices}\n\n"
        f"<details><summary>The answer, and why</summary>\n\n{whys}\n\n</details>"
    )


def _letter(question: Question) -> str:
    right = [choice.right for choice in question.choices].index(True)
    return questions.LETTERS[right]
