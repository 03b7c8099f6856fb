"""Python source as coloured HTML that follows the front end's theme, with no style sheet."""

import html

BOX = (
    "background:var(--jp-cell-editor-background,#f7f7f7);"
    "color:var(--jp-mirror-editor-variable-color,#212121);"
    "font-family:var(--jp-code-font-family,monospace);"
    "font-size:var(--jp-code-font-size,13px);line-height:1.4;padding:.6em .9em;margin:.3em 0;"
    "overflow-x:auto;white-space:pre"
)
STYLES = {
    "Comment": "color:var(--jp-mirror-editor-comment-color,#3d6a6a);font-style:italic",
    "Keyword": "color:var(--jp-mirror-editor-keyword-color,#00700f);font-weight:bold",
    "Operator.Word": "color:var(--jp-mirror-editor-keyword-color,#00700f);font-weight:bold",
    "Name.Function": "color:var(--jp-mirror-editor-def-color,#0000c0)",
    "Name.Class": "color:var(--jp-mirror-editor-def-color,#0000c0)",
    "Name.Decorator": "color:var(--jp-mirror-editor-meta-color,#7a3fb5)",
    "Literal.String": "color:var(--jp-mirror-editor-string-color,#a31515)",
    "Literal.Number": "color:var(--jp-mirror-editor-number-color,#006400)",
}


def highlight(source: str) -> str:
    """Colour Python source; without Pygments it stays plain.

    >>> "font-weight:bold" in highlight("return 1")
    True
    """
    return f'<pre style="{BOX}">{spans(source)}</pre>'


def spans(source: str) -> str:
    """The coloured pieces alone, for a box of one's own."""
    try:
        from pygments.lexers import PythonLexer
    except ImportError:
        return html.escape(source)
    lexer = PythonLexer(stripnl=False, ensurenl=False)
    return "".join(_span(str(kind)[6:], text) for kind, text in lexer.get_tokens(source))


def _span(kind: str, text: str) -> str:
    for name, style in STYLES.items():
        if kind.startswith(name):
            return f'<span style="{style}">{html.escape(text)}</span>'
    return html.escape(text)
