"""How chapters are linked on the pages, and lists of pages below a page."""

from __future__ import annotations

from nc_teach import course
from nc_teach.publish.chapters import folder_of


def to_chapter(number: str, words: str = "") -> str:
    """A link to a chapter's first page; its words alone for a chapter that is not there.

    Examples
    --------
    >>> to_chapter("1"), to_chapter("99", "later")
    ('[1](01_network_pruning/index.ipynb)', 'later')
    """
    for chapter in course.chapters():
        if chapter.number == number:
            return f"[{words or number}]({folder_of(chapter)}/index.ipynb)"
    return words or number


def tree(names: dict[str, str]) -> str:
    """A table of contents of the pages below this one: what each is called there, by its name.

    >>> print(tree({"guide_1": "1. Network pruning"}))
    ```{toctree}
    :maxdepth: 1
    <BLANKLINE>
    1. Network pruning <guide_1>
    ```
    """
    entries = [f"{words} <{name}>" for name, words in names.items()]
    return "\n".join(["```{toctree}", ":maxdepth: 1", "", *entries, "```"])
