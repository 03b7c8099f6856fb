"""A Markdown cell on a slide: its formulas stand out, long prose is cut to what begins it.

A notebook explains in paragraphs, a slide reminds. So of a cell with more than `MOST_WORDS` words a
slide has the first sentence of each paragraph, and the presenter's window has all of it. Lists,
tables and formulas stay whole.
"""

import re

MOST_WORDS = 70
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
    if sum(len(p.split()) for p in paragraphs if not WHOLE.match(p)) <= MOST_WORDS:
        return text
    return "\n\n".join(p if WHOLE.match(p) else _first_sentence(p) for p in paragraphs)


def _first_sentence(paragraph: str) -> str:
    found = SENTENCE.match(paragraph)
    return found[0] if found else paragraph
