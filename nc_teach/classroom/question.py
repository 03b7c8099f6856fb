"""A quiz question: every choice has its own explanation."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Choice:
    """One choice, whether it is right, and why or why not."""

    text: str
    says: str
    right: bool = False


@dataclass(frozen=True)
class Question:
    """One question. `key` names it in the progress file; exactly one choice is right."""

    key: str
    text: str
    choices: tuple[Choice, ...]
