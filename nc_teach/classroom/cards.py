"""What exercise cards say, by name: the check, two hints, the solution."""

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


def check(key: str, candidate: Any) -> None:
    """Try the reader's own function on the card's checks, and say in a sentence what came out.

    `candidate` is the function itself. Its errors are shown as a message, never raised; a loop
    without an end is stopped with the kernel's interrupt button.
    """
    card = find(key)
    passed, said, problem = tried(card, candidate)
    if passed:
        said += f' Compare with ours: `classroom.solution("{key}")`'
    else:
        said += f'\nHint: `classroom.hint("{key}")`'
    emit(note(f"{said}{problem}", "right" if passed else "wrong"))


def tried(card: Card, candidate: Any) -> tuple[bool, str, str]:
    """Examine a reader's function and count it as a try.

    Returns whether it passed, what is said of it, and what stood in the way of recording it.
    """
    from .examine import examine  # it needs torch; showing a card does not

    wrong = examine(card, candidate)
    problem = _record(card.key, tries=1, passed=wrong is None)
    title = card.title + ("" if card.title.endswith(("?", "!", ".")) else ".")
    return wrong is None, f"✓ Passed: {title}" if wrong is None else f"Not yet: {wrong}", problem


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
    said, problem = hinted(card, number)
    emit(note(f"{said}{_next(key, number, problem)}"))


def hinted(card: Card, number: int) -> tuple[str, str]:
    """Hint 1 or 2, counted as seen; and what stood in the way of recording it."""
    problem = _record(card.key, hints=number)
    return f"**Hint {number} of 2:** {card.hints[number - 1]}", problem


def _next(key: str, number: int, problem: str) -> str:
    """What to call after this hint. Where none is counted, the second has to be named."""
    if number == 2:
        return f'\nStill stuck? `classroom.solution("{key}")`{problem}'
    if still() or problem:
        return f'\nThe second: `classroom.hint("{key}", 2)`{problem}'
    return "\nCall it again for the second hint."


def solution(key: str) -> None:
    """Show a card's solution, folded, with its reasoning."""
    emit(solved(find(key)))


def solved(card: Card, *, opened: bool = False) -> Shown:
    """A card's solution with its reasoning, counted as seen; folded, or `opened`."""
    problem = _record(card.key, solution_seen=True)
    source = textwrap.dedent(inspect.getsource(card.solution)).strip()
    inner = highlight(source) + f"<p>{inline(card.reasoning + problem)}</p>"
    title = f"Solution of {card.key}: {card.title}"
    text = f"{title}\n\n{source}\n\n{card.reasoning}{problem}"
    return Shown(text, box(fold(title, inner, opened=opened)))


def open_to(card: Card) -> bool:
    """Whether the solution is no surprise any more: both hints are seen, or the card is passed."""
    entry, _ = progress.recall("exercises", card.key)
    return bool(entry.get("passed") or entry.get("solution_seen")) or _hints_seen(card.key) > 1


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
