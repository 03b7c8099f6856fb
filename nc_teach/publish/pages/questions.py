"""Each chapter's quiz as a page: for the screen with folded answers, and for print without."""

from nc_teach.classroom import questions
from nc_teach.course import Chapter

from .fill import fill


def page(chapter: Chapter) -> str:
    """A chapter's questions in Markdown: choices as a list, answers with their why folded."""
    return fill("questions_chapter", chapter=chapter, questions=questions.find(chapter.number))


def key(chapter: Chapter) -> str:
    """The right choices in a line: number and letter of each."""
    return ", ".join(
        f"{number} {letter}"
        for number, question in enumerate(questions.find(chapter.number), 1)
        for letter, choice in question.lettered()
        if choice.right
    )
