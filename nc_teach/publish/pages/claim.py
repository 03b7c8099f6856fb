"""A page for each claim: what the paper says, its checks with all runs, and where it is used."""

import inspect
import os
from base64 import b64encode
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from typing import TypeAlias
from unittest import mock

from nc_teach.claims.experiment import Claim, Outcome, all_claims, shipped
from nc_teach.course import CHAPTERS
from nc_teach.live.notebook import caption
from nc_teach.live.pictures import Pictures

from .. import uses
from ..chapters import folder_of, heading
from ..markdown import table, text
from ..on_dark import on_dark
from ..parts import BESIDE_NUMBER, part
from . import drawn_checks
from .fill import fill
from .results import checks_table, in_chapters, linked, outcomes

Figure: TypeAlias = Callable[..., Pictures]  # of a result


def pages(*, pictures: bool) -> dict[str, str]:
    """Every claim's page in Markdown, by its name ``claims/KEY``; drawing pictures takes longer."""
    claims = all_claims().items()
    return {f"claims/{key}": page(claim, pictures=pictures) for key, claim in claims}


def page(claim: Claim, *, pictures: bool) -> str:
    """One claim's page: its checks as a table and drawn, its picture, its numbers."""
    outcome: Outcome | None = outcomes().get(claim.key)
    chapter = in_chapters()[claim.key]
    words = {"chapter": f"[{heading(chapter)}](../{folder_of(chapter)}/index.ipynb)"}
    places = [place.link("../") for place in uses.of_claims().get(claim.key, ())]
    if outcome is None:
        return fill("claim", claim=claim, outcome=None, places=places, linked=linked, **words)
    return fill(
        "claim",
        claim=claim,
        outcome=outcome,
        places=places,
        linked=linked,
        checks=checks_table,
        drawn=drawn_checks.html(outcome.checks),
        picture=picture(claim) if pictures else "",
        numbers=_numbers(claim),
        **words,
    )


def picture(claim: Claim) -> str:
    """The figure of a claim's shipped result as a still picture in HTML; empty without one.

    A figure belongs to a claim if it takes that claim's kind of result and nothing else. Some need
    what a file does not keep (images, networks): those claims have the drawing of the checks alone.
    """
    with mock.patch.dict(os.environ, {"NC_TEACH_STILL": "1"}):
        for figure in figures().get(claim.result.__name__, ()):
            try:
                made: Pictures = figure(shipped(claim.key))
                png, (width, height) = made.still(), made.size
            except (AttributeError, TypeError, ValueError, KeyError):
                continue
            known = {"alt": made.sentence(), "width": width, "height": height}
            papers = {"light": png, "dark": on_dark(png, made.drawing().photos())}
            shown = "".join(
                part("picture", png=b64encode(one).decode(), paper=paper, **known)
                for paper, one in papers.items()
            )
            words = caption(made).replace("\n", " ")
            return part("figure", picture=shown, words=words)
    return ""


@cache
def figures() -> dict[str, tuple[Figure, ...]]:
    """The figures that need nothing but a result, by the name of the result's class."""
    found: dict[str, tuple[Figure, ...]] = {}
    for name in CHAPTERS.values():
        for figure in _functions(f"nc_teach.figures.{name}"):
            first, *others = inspect.signature(figure).parameters.values()
            if all(other.default is not other.empty for other in others):
                for kind in str(first.annotation).replace(",", " ").split():
                    found[kind] = (*found.get(kind, ()), figure)
    return found


def _functions(module: str) -> Iterator[Figure]:
    for thing in vars(import_module(module)).values():
        ours = inspect.isfunction(thing) and thing.__module__.startswith("nc_teach.figures")
        if ours and inspect.signature(thing).parameters:
            yield thing


def _numbers(claim: Claim) -> str:
    result = shipped(claim.key)
    found, source = result.table(), result.provenance.line()
    rows = (
        tuple(BESIDE_NUMBER.sub("\N{NO-BREAK SPACE}", text(c)) for c in row) for row in found.rows
    )
    shown = table(found.columns, rows)
    notes = (note.removesuffix(source).strip() for note in found.notes)  # the page says it anyway
    return "\n\n".join([shown, *map(text, filter(None, notes))])
