"""What the course holds, counted: ``python -m tests.what_is_there`` prints it as one JSON object.

``what_is_there.json`` beside this is what it printed last. A test compares the two, so that nothing
of the content is lost unseen; who adds or removes something on purpose writes the file again:
``python -m tests.what_is_there > tests/what_is_there.json``.
"""

import inspect
import json
from importlib import import_module
from pathlib import Path
from typing import Any

from nc_teach import claims, figures
from nc_teach.claims import experiment
from nc_teach.classroom import cards, glossary, misconceptions, questions, references
from nc_teach.course import CHAPTERS

FILE = Path(__file__).with_name("what_is_there.json")


def what_is_there() -> dict[str, Any]:
    """Counts by chapter and over the course, and the names of figures, claims and results."""
    return {
        "chapters": {number: chapter(number) for number in CHAPTERS},
        "papers": len(references.references()),
        "figures": {folder: offered(folder) for folder in CHAPTERS.values()},
        "claims": sorted(claims.all_claims()),
        "results": sorted(experiment.files()),
    }


def chapter(number: str) -> dict[str, Any]:
    """The counts of one chapter; the known wrong answers by the key of their exercise."""
    mine = {k: card for k, card in cards.all_cards().items() if k.split(".")[0] == number}
    return {
        "exercises": len(mine),
        "wrong answers": {key: len(card.wrong) for key, card in mine.items()},
        "questions": len(questions.find(number)),
        "misconceptions": len(misconceptions.misconceptions(number)),
        "terms": sum(term.chapter == number for term in glossary.terms()),
    }


def offered(folder: str) -> list[str]:
    """The figures that a chapter's notebook can call, live and still ones."""
    room = import_module(f"{figures.__name__}.{folder}")
    return sorted(name for name, _ in inspect.getmembers(room, inspect.isfunction))


if __name__ == "__main__":
    print(json.dumps(what_is_there(), indent=1, ensure_ascii=False))
