"""Results made by hand, and their way to a file and back."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np

from nc_teach.claims.experiment import Claim
from nc_teach.claims.provenance import measured_now
from nc_teach.claims.result import R


def made(kind: type[R], **numbers: Any) -> R:
    """A result with these numbers, lists as arrays; all other fields are None."""
    empty = {field.name: None for field in dataclasses.fields(kind)}
    given = {name: _arrays(value) for name, value in numbers.items()}
    return kind(**{**empty, **given, "provenance": measured_now("by hand", 1.0)})


def answers(claim: Claim[Any], **numbers: Any) -> list[str]:
    """What a claim's checks say of these numbers."""
    return [check.answer for check in claim.judge(made(claim.result, **numbers))]


def back(claim: Claim[R], result: R, folder: Path) -> R:
    """The result, saved and read."""
    result.save(folder / "it.json", claim.key)
    return claim.load(folder / "it.json")


def _arrays(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _arrays(inner) for key, inner in value.items()}
    return np.array(value) if isinstance(value, list) else value
