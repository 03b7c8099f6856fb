"""The site's settings, copied as ``conf.py`` into the folder that Sphinx reads.

Nothing is run and nothing is fetched: chapters come with their outputs, formulas become MathML, the
search reads an index that lies beside the pages.
"""

import re
from pathlib import Path

from docutils import nodes

from nc_teach.publish.markdown import mathml
from nc_teach.publish.site import search_texts, search_words

project = "nc_teach"
author = "The nc_teach contributors"
copyright = "the nc_teach contributors: text CC BY 4.0, code MIT"
html_title = "nc_teach"
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]

nb_execution_mode = "off"
nb_merge_streams = True
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
html_math_renderer = "mathml"
suppress_warnings = ["misc.highlighting_failure", "ref.python", "ref.ref"]

html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_js_files = ["site.js"]
html_search_scorer = str(Path(__file__).parent / "_static" / "search.js")
html_show_sourcelink = False
html_copy_source = False
html_show_search_summary = False  # Sphinx would fetch it, and a file may not fetch
html_search_language = search_words.CourseWords.lang
html_theme_options: dict[str, list[str]] = {"top_of_page_buttons": []}
language = "en"

default_role = "code"
autodoc_typehints = "none"
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
autodoc_inherit_docstrings = False
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_use_ivar = True  # an attribute is said once, also where it is a property
KEPT = r"``.+?``|`.+?`|\*\*?\w[^*]*\*\*?"  # literals and emphasis, on one line
SIGNS = re.compile(rf"{KEPT}|([|*_]+)")

TOUCHED = re.compile(r"(``[^`]+``)(?=[\w(])")  # a literal that touches the next word


def _plain_marks(app, what, name, obj, options, lines):
    """A docstring is prose with formulas: what is markup elsewhere is a sign here."""
    for k, line in enumerate(lines):
        if not line.lstrip().startswith(">>>"):
            lines[k] = TOUCHED.sub(r"\1\\ ", SIGNS.sub(_escaped, line))


def _escaped(found):
    return re.sub(r"([|*_])", r"\\\1", found[1]) if found[1] else found[0]


def _formula(block):
    """What writes a formula into a page: MathML, for which the page fetches no script."""

    def visit(writer, node):
        drawn = mathml(node.astext(), block)
        writer.body.append(f"<div>{drawn}</div>" if block else drawn)
        raise nodes.SkipNode

    return visit, None


def _fold_deeper(app, doctree, docname):
    """What goes deeper is folded: its heading is the line that opens it."""
    for section in list(doctree.findall(nodes.section)):
        if section[0].astext().startswith("Deeper: "):
            title, *rest = section.children
            start, middle, end = (
                nodes.raw("", html, format="html")
                for html in ('<details class="nc-deeper"><summary>', "</summary>", "</details>")
            )
            section.children = []
            section.extend([start, title, middle, *rest, end])


def _texts_to_search(app, pagename, templatename, context, doctree):
    """The search page alone loads the sections' texts."""
    if pagename == "search":
        app.add_js_file(search_texts.FILE)


def setup(app):
    """Called by Sphinx."""
    app.add_search_language(search_words.CourseWords)
    app.connect("doctree-read", search_texts.note)
    app.connect("build-finished", search_texts.write)
    app.connect("html-page-context", _texts_to_search)
    app.connect("doctree-resolved", _fold_deeper)
    app.connect("autodoc-process-docstring", _plain_marks, priority=100)
    app.add_html_math_renderer("mathml", _formula(False), _formula(True))
