"""``nc-teach doctor``: what is wrong with this environment, and the command that mends it.

Every look is one small function that returns a :class:`Finding`. It works where torch, numpy or
Jupyter are missing or broken, for that is when it is needed.
"""

from functools import partial as partial
from pathlib import Path as Path

from nc_teach.common.files import absolute as absolute
from nc_teach.doctor import jupyter as jupyter, packages as packages, place as place
from nc_teach.doctor.finding import Finding as Finding, Look as Look, looked as looked
from nc_teach.table import Table as Table


def looks(folder: Path) -> dict[str, Look]:
    """Every look by the name of what it looks at, in the order of the report."""
    return {
        "Python": packages.python,
        "pip": packages.pip_itself,
        "nc-teach": packages.course,
        "torch": packages.torch,
        **{name: partial(packages.package, name) for name in packages.PARTS},
        "loading": packages.others,
        "kernel": jupyter.kernel,
        "widgets": jupyter.widgets,
        "data": place.small_data,
        "full data": place.full_data,
        "your copy": partial(place.working_copy, folder),
        "your progress": partial(place.progress, folder),
        "free disk": partial(place.disk, folder),
        "free memory": place.memory,
        "threads": place.threads,
        "slides, site": packages.for_teachers,
    }


def look(folder: str | Path = ".") -> list[Finding]:
    """All findings; `folder` is the reader's copy of the notebooks, there already or not."""
    where = absolute(folder)
    return [looked(what, one) for what, one in looks(where).items()]


def table(findings: list[Finding]) -> Table:
    """A row per finding, and what to do first."""
    rows = tuple((f.what, f.found, f.state, f.command) for f in findings)
    return Table(("what", "found", "state", "what to do"), rows, (verdict(findings),))


def verdict(findings: list[Finding]) -> str:
    """One sentence.

    >>> verdict([Finding("a", "x"), Finding("b", "y", "warning", "do this")])
    'Ready, with 1 warning.'
    """
    count = {s: sum(f.state == s for f in findings) for s in ("problem", "warning")}
    said = [f"{n} {s}{'s' * (n != 1)}" for s, n in count.items() if n]
    if count["problem"]:
        return f"{' and '.join(said)}: type what stands beside it, the uppermost first."
    return f"Ready, with {said[0]}." if said else "All is there."


def run(folder: Path) -> int:
    """Print the report; return 0 if nothing is in the way, 1 if there is a problem."""
    findings = look(folder)
    for finding in findings:
        print(f"{finding.state:8s} {finding.what}: {finding.found}")
        if finding.command and finding.state != "ok":
            print(f"         mend: {finding.command}")
    print(f"\n{verdict(findings)}")
    return int(any(f.state == "problem" for f in findings))
