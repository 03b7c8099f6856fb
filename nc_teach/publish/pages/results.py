"""One page over all claims: what the paper says, what was measured, and whether it held here.

The numbers are those of the results that ship with the package; a chapter measures many of them
again, on its reader's machine.
"""

import re
from collections import Counter
from functools import cache
from importlib import import_module

from nc_teach import course
from nc_teach.claims.criterion import CLOSE, Check
from nc_teach.claims.experiment import Claim, Outcome, all_claims, files, judged
from nc_teach.classroom.misconceptions import Misconception
from nc_teach.classroom.references import PLACES
from nc_teach.course import Chapter

from ..markdown import table, text
from .fill import fill

SAID = {"yes": "holds", "no": "does not hold"}
PLACE = re.compile(r"(arXiv|doi):(\d[\w./()-]*\w)")


def page() -> str:
    """The page in Markdown: how it went in all, then a row for each claim."""
    found = outcomes()
    return fill(
        "results",
        count=verdicts(found),
        checked=Counter(check.answer for one in found.values() for check in one.checks),
        close=CLOSE,
        rows=[_row(claim, found.get(claim.key)) for claim in all_claims().values()],
    )


@cache
def outcomes() -> dict[str, Outcome]:
    """The outcomes of the results that come with the package, by claim."""
    return {key: judged(key) for key in files()}


def in_chapters() -> dict[str, Chapter]:
    """The chapter of each claim, in the order of the course."""
    known = {chapter.number: chapter for chapter in course.chapters()}
    return {
        claim.key: known[number]
        for number, name in course.CHAPTERS.items()
        for claim in import_module(f"nc_teach.claims.{name}").CLAIMS
    }


def verdicts(results: dict[str, Outcome]) -> Counter[str]:
    """How many claims have each verdict, "not run" where no result ships."""
    found = {key: outcome.verdict.partition(" (")[0] for key, outcome in results.items()}
    return Counter(found.get(key, "not run") for key in all_claims())


def evidence(belief: Misconception) -> str:
    """The measurement behind an answer to a misconception, from the claim's shipped result.

    What was expected and what was measured; a link alone where no result ships.
    """
    if not belief.claim:
        return ""
    link, found = f"[{belief.claim}](claims/{belief.claim}.md)", checks(belief)
    if not found:
        return f"*Measured: {link}.*"
    measured = "; ".join(
        f"expected: {text(c.row()[0])}; measured: {text(c.measured)} ({SAID.get(c.answer, CLOSE)})"
        for c in found
    )
    return f"*{link}, {measured}.*"


def checks(belief: Misconception) -> tuple[Check, ...]:
    """The checks that a misconception names, of the shipped result; all of them by default."""
    outcome = outcomes().get(belief.claim)
    every = outcome.checks if outcome else ()
    return tuple(check for check in every if check.wanted.startswith(belief.check))


def checks_table(outcome: Outcome) -> str:
    """The table of a claim's checks in Markdown."""
    found = outcome.table()
    return table(found.columns, (tuple(map(text, row)) for row in found.rows))


def _row(claim: Claim, outcome: Outcome | None) -> list[str]:
    words = claim.words
    number = in_chapters()[claim.key].number
    start = [number, f"[{text(words.title)}](claims/{claim.key}.md)", linked(_short(words.paper))]
    if outcome is None:
        return [*start, "", f"no result yet; run it: `nc-teach claims {claim.key}`"]
    held = sum(check.holds for check in outcome.checks)
    return [*start, f"{held} of {len(outcome.checks)}", outcome.verdict.partition(" (")[0]]


def _short(paper: str) -> str:
    """Up to the first number that finds the paper, or the year.

    >>> _short("Han et al. 2015, arXiv:1506.02626, section 5")
    'Han et al. 2015, arXiv:1506.02626'
    """
    found = re.match(r".*?(?:arXiv|doi):[\w./()-]*\w|.*?\b(?:19|20)\d\d", paper)
    return found.group() if found else paper


def linked(paper: str) -> str:
    """The reference with its numbers as links."""
    return PLACE.sub(lambda m: f"[{m[0]}]({PLACES[m[1]]}{m[2]})", text(paper))
