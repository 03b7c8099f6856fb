"""Exercise cards in the notebook: the card, the check, two hints, the solution."""

import inspect
import textwrap
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from nc_teach.common.still import still
from nc_teach.course import CHAPTERS

from . import progress
from .card import Card
from .highlight import highlight
from .output import Shown, box, emit, fold, inline, note


def find(key: str) -> Card:
    """The card with that key; ``ValueError`` names those that there are.

    >>> find("1.1").title
    'Cut by layer'
    """
    cards = all_cards()
    if key not in cards:
        raise ValueError(f"key must be one of {', '.join(cards)}, got {key!r}")
    return cards[key]


def exercise(key: str) -> None:
    """Show an exercise's card: what to do, how hard, how long, and what to start from."""
    card = find(key)
    stars = "●" * card.difficulty + "○" * (3 - card.difficulty)
    title = f"Exercise {card.key}: {card.title} · {stars} · {card.minutes} minutes"
    miss = f"A solution that almost works: {card.near_miss}"
    text = "\n\n".join([title, card.task, card.stub.strip(), miss])
    inner = (
        f"<b>{inline(title)}</b><p>{inline(card.task)}</p>{highlight(card.stub.strip())}"
        + fold(
            "A solution that almost works (passes the first check but not the second)",
            f"<p>{inline(card.near_miss)}</p>",
        )
    )
    emit(Shown(text, box(inner)))


def check(key: str, candidate: Any) -> None:
    """Try the reader's own function on the card's checks, and say in a sentence what came out.

    `candidate` is the function itself. Its errors are shown as a message, never raised; a loop
    without an end is stopped with the kernel's interrupt button.
    """
    from .examine import examine  # it needs torch; showing a card does not

    card = find(key)
    wrong = examine(card, candidate)
    problem = _record(key, tries=1, passed=wrong is None)
    if wrong is None:
        title = card.title + ("" if card.title.endswith(("?", "!", ".")) else ".")
        text = f'✓ Passed: {title} Compare with ours: `classroom.solution("{key}")`'
    else:
        text = f'Not yet: {wrong}\nHint: `classroom.hint("{key}")`'
    emit(note(f"{text}{problem}", "wrong" if wrong else "right"))


def hint(key: str, number: int | None = None) -> None:
    """Show a hint: the first when called first, the second when called again; there is no third.

    `number` 1 or 2 asks for that hint, whatever was shown before.
    """
    card = find(key)
    if number not in (None, 1, 2):
        raise ValueError(f"number must be 1 or 2, got {number!r}")
    number = number or _hints_seen(key) + 1
    if number > 2:
        both = f'`classroom.hint("{key}", 1)` and `classroom.hint("{key}", 2)` show them again'
        stuck = f'Still stuck? `classroom.solution("{key}")`'
        emit(note(f"**There are no more hints** than two; {both}.\n{stuck}"))
        return
    problem = _record(key, hints=number)
    emit(note(f"**Hint {number} of 2:** {card.hints[number - 1]}{_next(key, number, problem)}"))


def _next(key: str, number: int, problem: str) -> str:
    """What to call after this hint. Where none is counted, the second has to be named."""
    if number == 2:
        return f'\nStill stuck? `classroom.solution("{key}")`{problem}'
    if still() or problem:
        return f'\nThe second: `classroom.hint("{key}", 2)`{problem}'
    return "\nCall it again for the second hint."


def solution(key: str) -> None:
    """Show a card's solution, folded, with its reasoning."""
    card = find(key)
    problem = _record(key, solution_seen=True)
    source = textwrap.dedent(inspect.getsource(card.solution)).strip()
    inner = highlight(source) + f"<p>{inline(card.reasoning + problem)}</p>"
    title = f"Solution of {card.key}: {card.title}"
    emit(Shown(f"{title}\n\n{source}\n\n{card.reasoning}{problem}", box(fold(title, inner))))


@cache
def all_cards() -> dict[str, Card]:
    """Every card of the course by its key, in order: those of ``content/<chapter>/exercises``."""
    found = []
    for chapter in CHAPTERS.values():
        folder = import_module(f"nc_teach.content.{chapter}.exercises")
        names = (module.name for module in iter_modules(folder.__path__, f"{folder.__name__}."))
        found += [Card.of(import_module(name)) for name in names]
    return {card.key: card for card in sorted(found, key=lambda card: card.key)}


def _hints_seen(key: str) -> int:
    entry, _ = progress.recall("exercises", key)
    seen = entry.get("hints", 0)
    return seen if isinstance(seen, int) else 0


def _record(key: str, *, tries: int = 0, hints: int = 0, **facts: bool) -> str:
    """Note what happened in the progress file; return what stands in the way, or nothing."""

    def change(state: progress.State) -> None:
        entry = state["exercises"].setdefault(key, {})
        entry["tries"] = entry.get("tries", 0) + tries
        entry["hints"] = max(entry.get("hints", 0), hints)
        for name, true in facts.items():
            if true and not entry.get(name):
                entry.update({name: True, f"{name}_at": progress.now()})

    problem = progress.record(change)
    return problem and f"\n(Not recorded. {problem})"
