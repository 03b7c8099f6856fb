"""What a page folds: what goes deeper, and what came out until its reader has guessed or asked.

Where it begins below a heading, that heading is the line that opens it.
"""

from docutils import nodes
from sphinx.application import Sphinx

TOLD = "nc-told"  # begins a comment around what tells what came out: the names of the guesses
LINE = nodes.raw("", "<b>What was measured<i> (guess first, if you like)</i></b>", format="html")


def fold_deeper(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Fold the sections that go deeper."""
    for section in list(doctree.findall(nodes.section)):
        if section[0].astext().startswith("Deeper: "):
            title, *rest = section.children
            _fill(section, _details('class="nc-deeper"', title, rest))


def fold_what_is_told(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Fold what stands between the comments, in each section by itself: a page opens them together.

    The code of the cell that comes first stays in sight, as what is being measured.
    """
    guesses = ""
    for section in list(doctree.findall(nodes.section)):
        before: list[nodes.Node] = []
        told: list[nodes.Node] = []
        after: list[nodes.Node] = []
        attributes = ""
        for child in section.children:
            if isinstance(child, nodes.comment) and child.astext().startswith(TOLD):
                guesses = child.astext().removeprefix(TOLD).strip()
            elif guesses and not isinstance(child, nodes.title | nodes.section):
                told.append(child)
                attributes = f'class="{TOLD}" data-guesses="{guesses}"'
            else:
                (after if told else before).append(child)
        if len(before) == 1 and told:
            _fill(section, [*_details(attributes, before[0], told), *after])
        elif told:
            code, told[0] = _apart(told[0])
            _fill(section, [*before, code, *_details(attributes, LINE.deepcopy(), told), *after])


def _details(attributes: str, line: nodes.Node, rest: list[nodes.Node]) -> list[nodes.Node]:
    parts = (f"<details {attributes}><summary>", "</summary>", "</details>")
    start, middle, end = (nodes.raw("", html, format="html") for html in parts)
    return [start, line, middle, *rest, end]


def _apart(cell: nodes.Node) -> tuple[nodes.Node, nodes.Node]:
    """A cell with its code alone, and with its outputs alone."""
    halves = cell.copy(), cell.copy()
    for part in cell.children:
        halves["cell_output" in part["classes"]].append(part)
    return halves


def _fill(section: nodes.section, children: list[nodes.Node]) -> None:
    section.children = []
    section.extend(children)
