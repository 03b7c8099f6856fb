"""One page over all claims: what the paper says, what was measured, and whether it held here.

What ships is read from its result; what a chapter measures in its own cells, from its stored table.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Sequence
from importlib import import_module
from pkgutil import iter_modules

from nc_teach import claims, course
from nc_teach.claims import Claim, Outcome, all_claims
from nc_teach.claims.claim import RESULTS, load_outcome
from nc_teach.classroom.references import PLACES
from nc_teach.publish.chapters import read, role

from .links import heading, to_chapter
from .tables import table, text

ROW = re.compile(r"<tr>(.*?)</tr>", re.S)
CELL = re.compile(r"<td[^>]*>(.*?)</td>", re.S)
PLACE = re.compile(r"(arXiv|doi):(\d[\w./()-]*\w)")
OPENING = """# The paper says, we measured

Every criterion was fixed before its run, and is reported as it came out. A check that does not hold
here is no refutation: our networks are small. Nor is one that holds a proof. Below each claim
stands where its numbers are from.
"""


def page() -> str:
    """The page in Markdown: how it went in all, then a part for each chapter."""
    results, here, tables = shipped(), in_notebooks(), checks_in_notebooks()
    parts = [OPENING, summary(results, here), checks_held(results, here)]
    for chapter, found in by_chapter().items():
        rows = [_row(claim, results.get(claim.key), here.get(claim.key)) for claim in found]
        columns = ("claim", "paper", "checks held", "here", "measured in")
        parts += [f"## {chapter}", table(columns, rows)]
        for c in found:
            parts.append(detail(c, results.get(c.key), here.get(c.key), tables.get(c.key, ())))
    return "\n\n".join(parts) + "\n"


def shipped() -> dict[str, Outcome]:
    """The results that come with the package, by claim."""
    files = {key: RESULTS / f"{key}.json" for key in all_claims()}
    return {key: load_outcome(file) for key, file in files.items() if file.exists()}


def by_chapter() -> dict[str, list[Claim]]:
    """Every claim once, below its chapter's heading, in the order of the course.

    A chapter's claims are the package whose name its notebook's file ends with.
    """
    homes = {}
    for module in iter_modules(claims.__path__):
        package = import_module(f"{claims.__name__}.{module.name}") if module.ispkg else None
        homes |= {claim.key: module.name for claim in getattr(package, "CLAIMS", ())}
    names = {
        home: next(
            (heading(c) for c in course.chapters() if c.file.endswith(f"{home}.ipynb")),
            home.replace("_", " ").capitalize(),
        )
        for home in homes.values()
    }
    found: dict[str, list[Claim]] = {}
    for key, claim in all_claims().items():
        found.setdefault(names[homes[key]], []).append(claim)
    return found


def in_notebooks() -> dict[str, tuple[str, str, str]]:
    """By claim: checks held, verdict and chapter, from the tables that the chapters keep."""
    found = {}
    for chapter in course.chapters():
        for cell in read(chapter).cells:
            if role(cell) != "claims" or cell.cell_type != "code":
                continue
            for output in cell.outputs:
                for row in ROW.findall(output.get("data", {}).get("text/html", "")):
                    cells = CELL.findall(row)
                    if len(cells) == 5 and cells[4] == "this notebook":
                        found[cells[0]] = (cells[2], cells[3], chapter.number)
    return found


def checks_in_notebooks() -> dict[str, list[tuple[str, str, str]]]:
    """By claim: its checks (expected, measured, holds), where a chapter shows their table."""
    tables = [
        html.unescape(output.get("data", {}).get("text/html", ""))
        for chapter in course.chapters()
        for cell in read(chapter).cells
        if cell.cell_type == "code"
        for output in cell.outputs
    ]
    found = {}
    for key, claim in all_claims().items():
        for shown in tables:
            if "we expected" in shown and f"Paper: {claim.says} (" in shown:
                rows = [tuple(CELL.findall(row)) for row in ROW.findall(shown)]
                found[key] = [row for row in rows if len(row) == 3]
    return found


def checks_held(results: dict[str, Outcome], here: dict[str, tuple[str, str, str]]) -> str:
    """How many checks held, for a claim holds in part as soon as one of its checks does."""
    pairs = [tuple(map(int, held.split(" of "))) for key, (held, _, _) in here.items()
             if key not in results]  # fmt: skip
    pairs += [(sum(c.holds for c in o.checks), len(o.checks)) for o in results.values()]
    held, every = map(sum, zip(*pairs, strict=True))
    return (
        f"A claim *holds* if all its checks hold, and *in part* if one does. Of {every} "
        f"checks, {held} held and {every - held} did not."
    )


def summary(results: dict[str, Outcome], here: dict[str, tuple[str, str, str]]) -> str:
    """How many claims hold, in a sentence."""
    verdicts = {key: verdict for key, (_, verdict, _) in here.items()}
    verdicts |= {key: outcome.verdict for key, outcome in results.items()}
    count = Counter(verdicts.get(key, "not run") for key in all_claims())
    return (
        f"Of {count.total()} claims, {count['holds']} hold here, {count['holds in part']} hold in "
        f"part, {count['does not hold']} do not; {count['not run']} have no result yet."
    )


def detail(
    claim: Claim,
    outcome: Outcome | None,
    here: tuple[str, str, str] | None,
    checks: Sequence[tuple[str, str, str]] = (),
) -> str:
    """One claim: the paper's words, and the checks of its shipped result or of its chapter."""
    says = outcome.says if outcome else claim.says
    parts = [
        f"({anchor(claim.key)})=\n### {text(claim.title)}",
        f"The paper says: {text(says)} ({_linked(claim.paper)})",
    ]
    if outcome is None:
        cell = (
            f"Chapter {to_chapter(here[2])} measures it in a cell; when it was last run, {here[0]} "
            f"checks held. "
            if here
            else "No result yet. "
        )
        rows = [tuple(map(text, row)) for row in checks]
        parts += [table(("we expected", "we measured", "holds"), rows)] if rows else []
        return "\n\n".join([*parts, f"{cell}Run it: `nc-teach claims {claim.key}`."])
    rows = [(text(c.wanted), text(c.measured), "yes" if c.holds else "no") for c in outcome.checks]
    made = outcome.provenance
    where = f"`{made.command}`, {made.day}, {text(made.machine)}, {made.seconds:.0f} s."
    parts.append(table(("we expected", "we measured", "holds"), rows))
    return "\n\n".join([*parts, f"Here: **{outcome.verdict}**. {where}"])


def anchor(key: str) -> str:
    """A claim's place on the page: ``claim-lottery-ticket``."""
    return f"claim-{key.replace('_', '-')}"


def _row(claim: Claim, outcome: Outcome | None, here: tuple[str, str, str] | None) -> list[str]:
    start = [f"[{text(claim.title)}](#{anchor(claim.key)})", _linked(_short(claim.paper))]
    if outcome is not None:
        held = sum(check.holds for check in outcome.checks)
        return [*start, f"{held} of {len(outcome.checks)}", outcome.verdict, "a result that ships"]
    if here is not None:
        return [*start, here[0], here[1], f"chapter {to_chapter(here[2])}"]
    return [*start, "", "no result yet", f"run it: `nc-teach claims {claim.key}`"]


def _short(paper: str) -> str:
    """Up to the first number that finds the paper, or the year.

    >>> _short("Han et al. 2015, arXiv:1506.02626, section 5")
    'Han et al. 2015, arXiv:1506.02626'
    """
    found = re.match(r".*?(?:arXiv|doi):[\w./()-]*\w|.*?\b(?:19|20)\d\d", paper)
    return found.group() if found else paper


def _linked(paper: str) -> str:
    """The reference with its numbers as links."""
    return PLACE.sub(lambda m: f"[{m[0]}]({PLACES[m[1]]}{m[2]})", text(paper))
