"""The site's first page: where to begin, what each chapter asks, how to run it, how to teach it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nc_teach import course, handbook
from nc_teach.course import Chapter

from .chapters import folder_of, heading, read

PICTURE = (
    "A network is pruned while you drag: accuracy against the share of weights removed, "
    "and what the network still reads"
)
PAGE = """# Network compression, one technique at a time (網路壓縮)

A course on making neural networks small and fast. Every section asks a question and shows the
technique on a handful of numbers. Then you guess, see what was measured, and move a figure.

## Where to begin

**[Start here]({start}/index.ipynb)**: {minutes} minutes, and you know how it works. Then the
chapters, each with its question and the minutes that it takes:

{chapters}

[![{alt}]({picture})]({first}/index.ipynb)

*This picture stands still. In [chapter 1]({first}/index.ipynb) it moves.*

## Read, run, teach

- **Read:** all of it is on these pages. The figures move, and nothing has to be installed.
- **Run:** {run}
- **Teach:** the [teaching guide](guide.md) has a lecture and a lab of 90 minutes for each chapter.
- **Look up:** [what the papers say and what we measured](results.md), the
  [glossary](glossary.md), all [questions](questions.md), [the package](api/index.rst).

```{{toctree}}
:hidden:
:caption: Chapters

{tree}
```

```{{toctree}}
:hidden:
:caption: The whole course

{course}
```
"""


def page(chapters: Sequence[Chapter], place: str, picture: str = "course.png") -> str:
    """The page in Markdown; `place` is the repository as ``owner/name``, or empty."""
    start, first = chapters[0], chapters[1]
    return PAGE.format(
        alt=PICTURE,
        picture=picture,
        start=folder_of(start),
        first=folder_of(first),
        minutes=minutes(start)["read"],
        chapters=entries(chapters[1:]),
        run=how_to_run(place),
        tree="\n".join(f"{folder_of(c)}/index" for c in chapters),
        course="\n".join([*handbook.TREE, "api/index"]),
    )


def entries(chapters: Sequence[Chapter]) -> str:
    """A line for each chapter: its title, what it asks, its minutes."""
    lines = []
    for one in chapters:
        spent = minutes(one)
        link = f"**[{heading(one)}]({folder_of(one)}/index.ipynb)**"
        lines.append(
            f"- {link} {asks(one)} {spent['read']} min, exercises {spent['exercise']} min."
        )
    return "\n".join(lines)


def asks(chapter: Chapter) -> str:
    """What stands below a chapter's title, in one line.

    >>> asks(course.chapters()[1])[-40:]
    'Which parts can go, and what do we gain?'
    """
    below = course.prose(chapter, "title").split("\n\n", 1)[1]
    return re.split(r"\n(?=[|#]|\n|After this)", below)[0].replace("\n", " ").strip()


def minutes(chapter: Chapter) -> dict[str, int]:
    """Minutes to read, to run and for the exercises, from the notebook's metadata."""
    return dict(read(chapter).metadata.nc_teach.minutes)


def how_to_run(place: str) -> str:
    """Where the notebooks can be run; without an address, why there is no link."""
    own = "the course's folder says in `README.md` how; `nc-teach lab` then opens the notebooks"
    if not place:
        return (
            f"on your own machine: {own}. (This site was built without the address of a "
            "repository, so it has no links to Binder or Colab.)"
        )
    source = f"[the repository](https://github.com/{place})"
    return (
        "each chapter begins with links to Binder and Colab, where nothing has to be installed; "
        f"or on your own machine, from {source}: {own}."
    )
