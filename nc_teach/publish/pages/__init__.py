"""What belongs to the whole course, as pages: results, questions, terms, papers, teaching guide.

Each page is a template of Markdown, filled with what the course has elsewhere: claims' results,
quizzes, cards, notebooks. The site includes the pages; ``nc-teach pages`` writes them as Markdown.
"""

from nc_teach import course

TREE = ("results", "questions", "glossary", "references", "guide")  # in a table of contents


def pages() -> dict[str, str]:
    """Every page in MyST Markdown, by its name: those of `TREE`, then those below them.

    Links go from page to page as ``NAME.md`` and to chapters as ``NN_NAME/index.ipynb``.
    """
    from . import glossary, guide, questions, results

    chapters = [c for c in course.chapters() if c.quiz or c.exercises]
    tops = {
        "results": results.page(),
        "questions": questions.opening(chapters),
        "glossary": glossary.glossary(),
        "references": glossary.references(),
        "guide": guide.opening(chapters),
    }
    below = {f"questions_{c.number}": questions.page(c) for c in chapters if c.quiz}
    return tops | below | {f"guide_{c.number}": guide.page(c) for c in chapters}
