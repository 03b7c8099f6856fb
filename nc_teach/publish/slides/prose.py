"""A Markdown cell on a slide: its formulas stand out, long prose is cut to what begins it.

A notebook explains in paragraphs, a slide reminds. So of a cell with more than `MOST_WORDS` words a
slide has the first sentences of each paragraph, at least one, and the presenter's window has all of
it. Lists, tables and formulas stay whole.
"""

import re

MOST_WORDS = 80
HEADING = re.compile(r"^#+ +(.*)$", re.M)
FORMULA = re.compile(r"\$\$(.+?)\$\$\s*[.,;]?", re.S)
WHOLE = re.compile(r"[-*+>|] |\d+\. |\||\$\$")  # how a paragraph begins that is not prose
SENTENCE = re.compile(
    r"(?:\$[^$]*\$|\[[^\]]*\]\([^)]*\)|\([^)]*\)|[^$])*?[.?!](?=\s+[A-Z$*\[]|\s*$)"
)


def pieces(source: str) -> list[tuple[str, bool]]:
    """What a slide shows below its heading: each text, and whether it is a formula (LaTeX).

    >>> pieces("### The cost\\n\\nA weight costs\\n\\n$$ h w^2 $$\\n\\nnats.")
    [('A weight costs', False), ('h w^2', True), ('nats.', False)]
    """
    found: list[tuple[str, bool]] = []
    for paragraph in re.split(r"\n\s*\n", _shown(source)):
        formula = FORMULA.fullmatch(paragraph.strip())
        if formula:
            found.append((formula[1].strip(), True))
        elif found and not found[-1][1]:
            found[-1] = (f"{found[-1][0]}\n\n{paragraph}", False)
        elif paragraph.strip():
            found.append((paragraph, False))
    return found


def left_out(source: str) -> str:
    """The whole text of a cell of which a slide shows a part; empty where it shows all of it."""
    text = _below_heading(source)
    return text if _shown(source) != text else ""


def _below_heading(source: str) -> str:
    return HEADING.sub("", source, count=1).strip()


def _shown(source: str) -> str:
    text = _below_heading(source)
    paragraphs = re.split(r"\n\s*\n", text)
    prose = [p for p in paragraphs if not WHOLE.match(p)]
    if sum(len(p.split()) for p in prose) <= MOST_WORDS:
        return text
    most = MOST_WORDS // len(prose)
    return "\n\n".join(p if WHOLE.match(p) else _beginning(p, most) for p in paragraphs)


def _beginning(paragraph: str, most: int) -> str:
    """The first sentence, and those after it up to that many words in all.

    >>> _beginning("Here $a. B$ is one. It is two. Then come three.", 8)
    'Here $a. B$ is one. It is two.'
    """
    ends = [found.end() for found in SENTENCE.finditer(paragraph)]
    fits = [end for end in ends if len(paragraph[:end].split()) <= most]
    return paragraph[: max(fits, default=ends[0] if ends else len(paragraph))]
