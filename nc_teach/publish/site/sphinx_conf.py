"""The site's settings, copied as ``conf.py`` into the folder that Sphinx reads.

Nothing is run and nothing is fetched: chapters come with their outputs, formulas become MathML, the
search reads an index that lies beside the pages.
"""

import inspect
import re
from operator import attrgetter
from pathlib import Path
from sys import modules

from docutils import nodes

from nc_teach.common.palette import CHAPTERS, GREY
from nc_teach.live import dark
from nc_teach.publish.execute import PACKAGE
from nc_teach.publish.markdown import mathml
from nc_teach.publish.site import folds, formulas, search_texts, search_words

project = "Network compression"
author = "The nc_teach contributors"
copyright = "the nc_teach contributors: text CC BY 4.0, code MIT"
html_title = project
smartquotes_action = "qe"  # a command's -- stays
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.linkcode"]

nb_execution_mode = "off"
nb_merge_streams = True
myst_enable_extensions = ["dollarmath", "colon_fence"]
myst_heading_anchors = 3
html_math_renderer = "mathml"
suppress_warnings = ["misc.highlighting_failure", "ref.python", "ref.ref"]

# Typefaces that readers' machines have: nothing is fetched. Chinese ones in simplified forms.
SANS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans'"
HEI = "'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Noto Sans SC'"
SONG = "'Songti SC', 'Noto Serif CJK SC', 'Noto Serif SC', SimSun"
BOOK = "Charter, 'Iowan Old Style', 'Palatino Linotype', Palatino, 'Source Serif 4', Georgia"

html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["formulas.css", "site.css", "reference.css"]
html_js_files = ["site.js"]
html_search_scorer = str(Path(__file__).parent / "_static" / "search.js")
html_show_sourcelink = False
html_copy_source = False
html_show_search_summary = False  # Sphinx would fetch it, and a file may not fetch
html_search_language = search_words.CourseWords.lang
html_theme_options = {
    "top_of_page_buttons": [],
    "light_css_variables": {
        "font-stack": f"{SANS}, {HEI}, sans-serif",
        "font-stack--headings": f"{BOOK}, {SONG}, serif",
        "color-brand-primary": "#1a1a1a",
        "color-brand-content": "#00598c",
        "color-brand-visited": "#00598c",
        "color-background-secondary": "#f7f6f2",
        "color-sidebar-link-text": "#3d3d3d",
    },
    "dark_css_variables": {
        "color-brand-primary": "#f2f2f2",
        "color-brand-content": "#7cc0f4",
        "color-brand-visited": "#7cc0f4",
        "color-background-primary": dark.DARK_PAPER,  # no box around a figure
        "color-background-secondary": "#1a1a1a",
        "color-sidebar-link-text": "#c9c9c9",
    },
}
language = "en"

default_role = "code"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
add_module_names = False
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
autodoc_inherit_docstrings = False
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_use_ivar = True  # an attribute is said once, also where it is a property
KEPT = r"``.+?``|`.+?`|\*\*?\w[^*]*\*\*?"  # literals and emphasis, on one line
SIGNS = re.compile(rf"{KEPT}|([|*_]+)")

ANNOTATED = re.compile(r"~?(?:\w+\.)*Annotated\[")
TOUCHED = re.compile(r"(``[^`]+``)(?=([\w(])?)")  # a literal, and what touches it


def _typeset(app, what, name, obj, options, lines):
    """A docstring is prose with formulas: formulas are drawn, other marks are signs."""
    lines[:] = formulas.typeset(lines, _plain)
    if what in ("attribute", "data"):  # "a: b" is a sentence there, and not a type
        lines.insert(0, "")


def _plain(text):
    parts = re.split(f"({KEPT})", text)  # every second one is a literal
    parts[::2] = map(formulas.inline, parts[::2])
    escaped = SIGNS.sub(_escaped, "".join(parts))
    return TOUCHED.sub(lambda found: found[1] + ("\\ " if found[2] else ""), escaped)


def _escaped(found):
    return re.sub(r"([|*_])", r"\\\1", found[1]) if found[1] else found[0]


def _formula(block):
    """What writes a formula into a page: MathML, for which the page fetches no script."""

    def visit(writer, node):
        drawn = mathml(node.astext(), block)
        writer.body.append(f"<div>{drawn}</div>" if block else drawn)
        raise nodes.SkipNode

    return visit, None


def _colours(app, pagename, templatename, context, doctree):
    """Each page has its chapter's colour, the first page's cards all of them."""
    inside = re.match(r"(00|0?(\d))_\w+/", pagename)
    colour = CHAPTERS[inside[2] or inside[1]] if inside else GREY
    rules = [f":root {{ --chapter: {colour}; }}"]
    if pagename == "index":
        cards = enumerate(CHAPTERS.values(), 1)
        rules += [f".nc-cards li:nth-child({n}) {{ --card: {colour}; }}" for n, colour in cards]
    style = f"<style>{' '.join(rules)}</style>"
    context["metatags"] = (context.get("metatags") or "") + style


nc_repository = ""  # owner/name on GitHub, where the site is built with one
PLACE = {"repository": nc_repository}


def linkcode_resolve(domain, info):
    """A function's source: its lines on GitHub if the site has an address, else on the page."""
    module, name = info.get("module", ""), info.get("fullname", "")
    if not module.startswith("nc_teach"):
        return None
    if not PLACE["repository"]:
        return f"#source-{module}"
    try:
        thing = attrgetter(name)(modules[module])
        lines, first = inspect.getsourcelines(inspect.unwrap(thing))
    except (AttributeError, TypeError):  # a value
        return None
    file = Path(str(modules[module].__file__)).relative_to(PACKAGE.parent).as_posix()
    at = f"https://github.com/{PLACE['repository']}/blob/HEAD/{file}"
    return f"{at}#L{first}-L{first + len(lines) - 1}"


def _plain_types(app, what, name, obj, options, signature, returned):
    """A declared range is in the words and in the error; the signature has the type alone."""
    return tuple(text and _without_ranges(text) for text in (signature, returned))


def _without_ranges(text):
    """A signature with ``Annotated[int, ...]`` as ``int``."""
    while found := ANNOTATED.search(text):
        depth, comma = 0, 0
        for place in range(found.end(), len(text)):
            depth += (text[place] in "[(") - (text[place] in "])")
            comma = comma or (place if depth == 0 and text[place] == "," else 0)
            if depth < 0:
                break
        text = text[: found.start()] + text[found.end() : comma] + text[place + 1 :]
    return text


def _not_ours(app, what, name, obj, skip, options):
    """Leave out a method that another library writes into a class of ours."""
    return skip or (inspect.isfunction(obj) and not obj.__module__.startswith("nc_teach"))


def _own_scripts(app, pagename, templatename, context, doctree):
    """What one page alone needs: the search the sections' texts, the results their filter."""
    scripts = {"search": search_texts.FILE, "results": "results.js"}
    if pagename in scripts:
        app.add_js_file(scripts[pagename])


def setup(app):
    """Called by Sphinx."""
    app.add_config_value("nc_repository", "", "env")
    app.connect("config-inited", lambda app, config: PLACE.update(repository=config.nc_repository))
    app.add_search_language(search_words.CourseWords)
    app.connect("doctree-read", search_texts.note)
    app.connect("build-finished", search_texts.write)
    app.connect("html-page-context", _own_scripts)
    app.connect("doctree-resolved", folds.fold_what_is_told)
    app.connect("doctree-resolved", folds.fold_deeper)
    app.connect("html-page-context", _colours)
    app.connect("autodoc-skip-member", _not_ours)
    app.connect("autodoc-process-signature", _plain_types)
    app.connect("autodoc-process-docstring", _typeset, priority=100)
    app.add_html_math_renderer("mathml", _formula(False), _formula(True))
