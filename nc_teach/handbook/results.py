"""One page over all claims: what the paper says, what was measured, and whether it held here.

The numbers are those of the results that ship with the package; a chapter measures many of them
anew, on its reader's machine.
"""

from __future__ import annotations

import re
from collections import Counter
from importlib import import_module
from pkgutil import iter_modules

from nc_teach import claims, course
from nc_teach.claims import Claim, Outcome, all_claims
from nc_teach.claims.claim import RESULTS, load_outcome
from nc_teach.classroom.references import PLACES
from nc_teach.publish.chapters import heading

from .tables import table, text

PLACE = re.compile(r"(arXiv|doi):(\d[\w./()-]*\w)")
OPENING = """# The paper says, we measured

Criteria were fixed before their runs; the few checks that were set after a first look say so. All
are reported as they came out. A check that does not hold here is no refutation: our networks are
small. Nor is one that holds a proof. Below each claim stands where its numbers are from.
"""


def page() -> str:
    """The page in Markdown: how it went in all, then a part for each chapter."""
    results = shipped()
    parts = [OPENING, summary(results), checks_held(results)]
    for chapter, found in by_chapter().items():
        rows = [_row(claim, results.get(claim.key)) for claim in found]
        parts += [f"## {chapter}", table(("claim", "paper", "checks held", "here"), rows)]
        parts += [detail(claim, results.get(claim.key)) for claim in found]
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


def checks_held(results: dict[str, Outcome]) -> str:
    """How many checks held, for a claim holds in part as soon as one of its checks does."""
    checks = [check for outcome in results.values() for check in outcome.checks]
    held = sum(check.holds for check in checks)
    return (
        f"A claim *holds* if all its checks hold, and *in part* if one does. Of {len(checks)} "
        f"checks, {held} held and {len(checks) - held} did not."
    )


def summary(results: dict[str, Outcome]) -> str:
    """How many claims hold, in a sentence."""
    verdicts = {key: outcome.verdict for key, outcome in results.items()}
    count = Counter(verdicts.get(key, "not run") for key in all_claims())
    have = "has" if count["not run"] == 1 else "have"
    return (
        f"Of {count.total()} claims, {count['holds']} hold here, {count['holds in part']} hold in "
        f"part, {count['does not hold']} do not; {count['not run']} {have} no result yet."
    )


def detail(claim: Claim, outcome: Outcome | None) -> str:
    """One claim: the paper's words, and the checks of its result."""
    says = outcome.says if outcome else claim.says
    parts = [
        f"({anchor(claim.key)})=\n### {text(claim.title)}",
        f"The paper says: {text(says)} ({_linked(claim.paper)})",
    ]
    if outcome is None:
        return "\n\n".join([*parts, f"No result yet. Run it: `nc-teach claims {claim.key}`."])
    rows = [tuple(map(text, check.row())) for check in outcome.checks]
    made = outcome.provenance
    where = f"`{made.command}`, {made.day}, {text(made.machine)}, {made.seconds:.0f} s."
    parts.append(table(("we expected", "we measured", "holds"), rows))
    return "\n\n".join([*parts, f"Here: **{outcome.verdict_with_scope}**. {where}"])


def anchor(key: str) -> str:
    """A claim's place on the page: ``claim-lottery-ticket``."""
    return f"claim-{key.replace('_', '-')}"


def _row(claim: Claim, outcome: Outcome | None) -> list[str]:
    start = [f"[{text(claim.title)}](#{anchor(claim.key)})", _linked(_short(claim.paper))]
    if outcome is None:
        return [*start, "", f"no result yet; run it: `nc-teach claims {claim.key}`"]
    held = sum(check.holds for check in outcome.checks)
    return [*start, f"{held} of {len(outcome.checks)}", outcome.verdict_with_scope]


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
