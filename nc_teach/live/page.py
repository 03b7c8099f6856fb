"""A live figure as one piece of HTML that moves with no kernel and no network."""

import base64
import json
from functools import cache
from math import prod
from pathlib import Path

from nc_teach.common.templates import template

from . import check, encode, grid, payload
from .payload import Spec, Table
from .pictures import Pictures
from .places import for_telephone

HERE = Path(__file__).parent
MOST_BYTES = 1_500_000  # of all pictures of one figure: a page holds several
NARROW_BYTES = 700_000  # of those for a telephone, which the page holds beside them
Names = tuple[str, ...]
PLAYER = ("parts.js", "player.js"), ("player.css",)  # its scripts, its styles
FEW_ROWS = (12, 24, 48, 100)  # of the table on paper: the fewest that the figure's choices allow


def render(figure: Pictures, standalone: bool, telephones: bool = True) -> str:
    """The figure as a document, or as a fragment; its grid is thinned to what a page can hold.

    For `telephones` it also holds the figure drawn narrow.
    """
    few, data = _thinned(figure, MOST_BYTES)
    table = _few_rows(figure) if figure.controls else None
    slim = for_telephone(figure) if telephones else None
    narrow = _thinned(slim, NARROW_BYTES)[1] if slim else None
    body = _body(few, data, PLAYER, "live", table, narrow, check.letters(few))
    return _document(figure.title, figure.size[0], body) if standalone else body


def render_network(
    figure: Pictures, spec: Spec, packed: bytes, files: tuple[Names, Names], standalone: bool
) -> str:
    """A live network as a document, or as a fragment; ``files`` are its scripts and its styles."""
    body = _body(figure, {**spec, "packed": _base64(packed)}, files, "network")
    return _document(figure.title, spec["width"], body) if standalone else body


def _body(
    figure: Pictures,
    data: Spec,
    files: tuple[Names, Names],
    mark: str,
    table: Table | None = None,
    narrow: Spec | None = None,
    letters: float | None = None,
) -> str:
    """The still picture with its words, what takes its place, and a table for paper."""
    still = encode.whole(encode.packed(figure.picture()))
    scripts, styles = files
    return template(HERE / "figure.html").render(
        figure=figure,
        sentence=figure.sentence(),
        kind=encode.kind(still),
        image=_base64(still),
        data=_json(data),
        css=text(*styles),
        script=text(*scripts),
        mark=mark,
        table=table,
        narrow=_json(narrow) if narrow else "",
        letters=letters,
    )


def _document(title: str, width: int, body: str) -> str:
    return template(HERE / "page.html").render(title=title, width=width + 8, body=body)


def _thinned(figure: Pictures, most: int) -> tuple[Pictures, Spec]:
    """The figure on a grid that a page can hold, its texts and its pictures.

    Sliders lose values until the pictures are few enough, and then until they have `most` bytes;
    where only choices are left, the page is as heavy as it has to be.
    """
    controls, note = grid.fit(figure.controls, payload.MOST_PICTURES)
    while True:
        few = figure.thinned(controls) if note else figure
        count = prod(grid.shape(controls))
        spec, pictures = payload.pack(few, range(count))
        if len(pictures) <= most:
            break
        try:
            controls, note = grid.fit(figure.controls, int(count * most / len(pictures)))
        except ValueError:
            break
    return few, {**spec, "note": note, "pictures": _base64(pictures)}


def _few_rows(figure: Pictures) -> Table:
    for most in FEW_ROWS:
        try:
            controls, _ = grid.fit(figure.controls, most)
        except ValueError:
            continue
        return payload.usual_table(figure.thinned(controls))
    return {**payload.usual_table(figure), "rows": []}


def _json(data: Spec) -> str:
    """JSON that cannot end the script element around it."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


@cache
def text(*names: str) -> str:
    """The text of the files of this folder with these names, one after the other.

    Scripts are joined like that into one module, which a notebook and a page can take whole.
    """
    return "\n".join((HERE / name).read_text(encoding="utf-8") for name in names)
