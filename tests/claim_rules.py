"""What must hold for every claim whose result ships.

In a chapter's test, with ``ANSWERS = {"free_lunch": "yes, yes, too close to call, yes", ...}``:

    @pytest.mark.parametrize("key", sorted(claim_rules.keys("network_pruning")))
    def test_a_shipped_result(key, tmp_path):
        claim_rules.check_shipped(key, ANSWERS[key], tmp_path)
"""

import dataclasses
import json
import re
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import numpy as np

from nc_teach.claims import criterion, experiment
from nc_teach.claims.criterion import CLOSE, Answer
from nc_teach.claims.provenance import Provenance
from nc_teach.claims.result import R, Result

Call = tuple[np.ndarray, str, float, bool]  # what criterion.judge was given
FEWEST = {"binary_connect_full": 1}  # seeds, where three would take hours: it decides nothing
BY_HAND = Provenance("by hand", "2026-11-24", "here", 3.0)


def keys(chapter: str) -> set[str]:
    """The keys of a chapter's shipped results."""
    return {key for key, path in experiment.files().items() if path.parents[1].name == chapter}


def check_shipped(key: str, answers: str, folder: Path) -> None:
    """The file loads and comes back, its answers are as recorded, and none hangs on one seed."""
    claim, result = experiment.find(key), experiment.shipped(key)
    command = rf"nc-teach claims {key} --seeds (\d+) --scale (small|full)"
    asked = re.fullmatch(command, result.provenance.command)
    assert asked
    assert int(asked[1]) >= FEWEST.get(key, 3)
    comes_back(key, result, folder)
    assert result.provenance.line().startswith("Shipped: ")
    assert result.table().rows
    outcome = claim.outcome(result)
    assert [one.answer for one in outcome.checks] == answers.split(", "), outcome.table()
    assert len(outcome.table().rows) == len(outcome.checks)
    assert turned_by_one_seed(lambda: claim.judge(result)) == []


def made(kind: type[R], **fields: object) -> R:
    """A result with these fields, to be judged by hand; lists become arrays, other fields None."""
    fields = {"provenance": BY_HAND, **fields}
    names = {field.name for field in dataclasses.fields(kind)}
    assert set(fields) <= names, set(fields) - names
    return kind(**{name: arrays(fields.get(name)) for name in names})


def answers(claim: experiment.Claim[R], **fields: object) -> list[Answer]:
    """What a claim says, check by check, of a result with these numbers."""
    return [check.answer for check in claim.judge(made(claim.result, **fields))]


def arrays(value: object) -> object:
    """Every list in ``value`` as an array."""
    if isinstance(value, dict):
        return {key: arrays(inner) for key, inner in value.items()}
    return np.array(value) if isinstance(value, list) else value


def comes_back(key: str, result: Result, folder: Path) -> None:
    """The numbers are those of the file, and a result made of them has the same ones."""
    numbers = json.loads(experiment.files()[key].read_text(encoding="utf-8"))["numbers"]
    assert result.numbers() == numbers
    again = type(result).of(result.numbers(), result.provenance)
    assert again.numbers() == numbers
    assert str(again.table()) == str(result.table())
    again.save(folder / "again.json", key)
    assert experiment.find(key).load(folder / "again.json").numbers() == numbers


def turned_by_one_seed(judge: Callable[[], object]) -> list[Call]:
    """What ``judge()`` asked whose answer is a yes with all seeds and a no without one, or back."""
    with mock.patch.object(criterion, "judge", wraps=criterion.judge) as asked:
        judge()
    return [call.args for call in asked.call_args_list if _turns(*call.args)]


def _turns(runs: np.ndarray, kind: str, bound: float, every: bool) -> bool:
    full = criterion.judge(runs, kind, bound, every)
    fewer = {_answer(np.delete(runs, i), kind, bound, every) for i in range(len(runs))}
    return full != CLOSE and not fewer <= {full, CLOSE}


def _answer(runs: np.ndarray, kind: str, bound: float, every: bool) -> Answer:
    return criterion.judge(runs, kind, bound, every) if len(runs) else CLOSE
