"""A live figure as one piece of HTML that moves with no kernel and no network."""

from __future__ import annotations

import base64
import html
import json
from functools import cache
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import encode, grid, payload

if TYPE_CHECKING:
    from .figure import LiveFigure

HERE = Path(__file__).parent
MOST_BYTES = 1_500_000  # of all pictures of one figure: a page holds several

DOCUMENT = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>
body {{ margin: 2rem auto; padding: 0 1rem; max-width: {width}px; background: white }}
</style>
</head>
<body>
<main>
{body}
</main>
</body>
</html>
"""

# The picture stands there without JavaScript and on paper; the player takes its place.
FRAGMENT = """<div class="nc-live" data-nc-live>
<style>{css}</style>
<figure>
<img src="data:{kind};base64,{image}" alt="{sentence}" width="{width}" height="{height}">
<figcaption><strong>{title}</strong><br>{sentence}<br><small>{source}</small></figcaption>
</figure>
<script type="application/json">{data}</script>
<script type="module">{player}</script>
</div>
<div class="nc-print">{twin}</div>
"""
FEW_ROWS = (12, 24, 48, 100)  # of the table on paper: the fewest that the figure's choices allow


def render(figure: LiveFigure, standalone: bool) -> str:
    """The figure as a document, or as a fragment; its grid is thinned to what a page can hold."""
    few, spec, pictures = _thinned(figure)
    still = encode.whole(encode.packed(few.picture()))
    body = FRAGMENT.format(
        css=_text("player.css"),
        kind=encode.kind(still),
        image=_base64(still),
        sentence=html.escape(few.sentence()),
        title=html.escape(figure.title),
        source=html.escape(figure.source),
        width=figure.size[0],
        height=figure.size[1],
        data=_json({**spec, "pictures": _base64(pictures)}),
        player=_text("player.js"),
        twin=_twin(figure),
    )
    if not standalone:
        return body
    return DOCUMENT.format(title=html.escape(figure.title), width=figure.size[0] + 8, body=body)


def _thinned(figure: LiveFigure) -> tuple[LiveFigure, dict[str, Any], bytes]:
    """The figure on a grid that a page can hold, its texts and its pictures.

    Sliders lose values until the pictures are few enough, and then until they weigh little enough;
    where only choices are left, the page is as heavy as it has to be.
    """
    controls, note = grid.fit(figure.controls, payload.MOST_PICTURES)
    while True:
        few = figure.clone(controls) if note else figure
        count = prod(grid.shape(controls))
        spec, pictures = payload.pack(few, range(count))
        if len(pictures) <= MOST_BYTES:
            break
        try:
            controls, note = grid.fit(figure.controls, int(count * MOST_BYTES / len(pictures)))
        except ValueError:
            break
    return few, {**spec, "note": note}, pictures


def _twin(figure: LiveFigure) -> str:
    """The figure as a short table: what paper has instead of controls, as plain HTML."""
    table = _few_rows(figure)
    head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in table["columns"])
    rows = "".join(
        f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>"
        for row in table["rows"]
    )
    caption = f"<caption>{html.escape(figure.title)}: some of its numbers</caption>"
    return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _few_rows(figure: LiveFigure) -> dict[str, Any]:
    for most in FEW_ROWS:
        try:
            controls, _ = grid.fit(figure.controls, most)
        except ValueError:
            continue
        return payload.usual_table(figure.clone(controls))
    return {**payload.usual_table(figure), "rows": []}


def _json(data: dict[str, Any]) -> str:
    """JSON that cannot end the script element it stands in."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


@cache
def _text(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")
