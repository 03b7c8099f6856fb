"""The sections of every page with their text, as a script: what the search ranks and quotes.

A page that was opened from a file may not fetch another one. So the texts lie beside the search's
index in one script, ``sections.js``, which the search page alone loads.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

FILE = "sections.js"
Section = tuple[str, str, str]  # anchor, title, text
SKIPPED = (nodes.raw, nodes.comment, nodes.math_block, nodes.doctest_block, addnodes.toctree)
NOT_SEARCHED = "no-search"


def note(app: Sphinx, doctree: nodes.document) -> None:
    """Keep the sections of a page that was just read: Sphinx carries them to the next build."""
    app.env.metadata[app.env.docname]["sections"] = sections(doctree)


def write(app: Sphinx, error: Exception | None) -> None:
    """Write the script beside the pages, if it is another one than before."""
    if error or app.builder.format != "html":
        return
    found = {
        name: app.env.metadata[name].get("sections", []) for name in sorted(app.env.found_docs)
    }
    text = f"var nc_sections = {json.dumps(found, ensure_ascii=False, separators=(',', ':'))};\n"
    file = Path(app.outdir) / "_static" / FILE
    if not file.is_file() or file.read_text(encoding="utf-8") != text:
        file.write_text(text, encoding="utf-8")


def sections(doctree: nodes.document) -> list[Section]:
    """The sections in their order, the first of them the page itself.

    A paragraph with an address of its own (a term, a paper) counts as a section too: its first
    bold words are its title.
    """
    found: list[tuple[str, str, list[str]]] = []
    for node, section in _texts(doctree):
        if isinstance(node, nodes.title):
            ids = node.parent["ids"]
            found.append((ids[0] if found and ids else "", node.astext(), []))
        elif section and found:
            bold = next(iter(node.findall(nodes.strong)), node)
            found.append((section, bold.astext(), [node.astext()]))
        elif found:
            found[-1][2].append(node.astext())
    return [(anchor, title, " ".join(" ".join(texts).split())) for anchor, title, texts in found]


def _texts(node: nodes.Node) -> Iterator[tuple[nodes.Element, str]]:
    """Titles and what else holds text, in order; behind a paragraph its own address, if any."""
    for child in node.children:
        if isinstance(child, SKIPPED) or not isinstance(child, nodes.Element):
            continue
        if NOT_SEARCHED in child["classes"] or child.get("mime_type") == "text/plain":
            continue
        if isinstance(child, nodes.literal_block) and "stream" not in child["classes"]:
            continue  # code
        if isinstance(child, nodes.TextElement):
            own = next((i for i in child["ids"]), "") if _is_entry(child) else ""
            yield child, own
        else:
            yield from _texts(child)


def _is_entry(node: nodes.Element) -> bool:
    return isinstance(node, nodes.paragraph) and bool(node["ids"])
