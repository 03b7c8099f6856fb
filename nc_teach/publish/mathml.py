"""A Sphinx extension: formulas as MathML, so that a page fetches no script for them."""

from __future__ import annotations

from typing import Any

from .markdown import mathml


def setup(app: Any) -> dict[str, Any]:
    """Called by Sphinx: ``html_math_renderer = "mathml"`` chooses it."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _inline(writer: Any, node: Any) -> None:
    from docutils.nodes import SkipNode

    writer.body.append(mathml(node.astext()))
    raise SkipNode


def _block(writer: Any, node: Any) -> None:
    from docutils.nodes import SkipNode

    writer.body.append(f"<div>{mathml(node.astext(), block=True)}</div>")
    raise SkipNode
