"""What belongs to the whole course, as pages: results, questions, terms, papers, teaching guide.

Each page is a template of Markdown, filled with what the course has elsewhere: claims' results,
quizzes, cards, notebooks. The site includes the pages; ``nc-teach pages`` writes them as Markdown.
"""

from nc_teach import course
from nc_teach.classroom.references import references

TREE = ("results", "questions", "glossary", "references", "guide")  # in a table of contents


def pages(*, answers: bool = False, pictures: bool = False) -> dict[str, str]:
    """Every page in MyST Markdown, by its name: those of `TREE`, then those below them.

    With `answers` the teaching guide has the keys, what was measured, and where solutions that are
    almost right go wrong: that is for teachers alone. With `pictures` the claims' pages hold their
    figures, which takes half a minute.

    Links go from page to page as ``NAME.md`` and to chapters as ``NN_NAME/index.ipynb``.
    """
    from . import claim, glossary, guide, questions, results
    from .fill import fill

    chapters = [c for c in course.chapters() if c.quiz or c.exercises]
    asked = {f"questions_{c.number}": c for c in chapters if c.quiz}
    taught = {f"guide_{c.number}": c for c in chapters}
    return {
        "results": results.page(),
        "questions": fill("questions", below=asked, answers=answers),
        "glossary": glossary.glossary(),
        "references": fill("references", papers=references()),
        "guide": fill("guide", lecture=guide.LECTURE, lab=guide.LAB, below=taught, answers=answers),
        **claim.pages(pictures=pictures),
        **{name: questions.page(chapter) for name, chapter in asked.items()},
        **{name: guide.page(chapter, answers=answers) for name, chapter in taught.items()},
    }
