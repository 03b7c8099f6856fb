"""Fills a page's template, in which every function that writes Markdown can be called."""

from pathlib import Path

from nc_teach.common.templates import template

from .. import markdown
from ..chapters import heading, link_to

KNOWN = {f.__name__: f for f in (markdown.text, markdown.words, markdown.table, heading, link_to)}


def fill(name: str, **values: object) -> str:
    """The template ``NAME.md`` beside this module with its gaps filled."""
    page = template(Path(__file__).with_name(f"{name}.md"))
    return page.render(**KNOWN, **values).rstrip() + "\n"
