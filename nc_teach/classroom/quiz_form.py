"""The quiz at a chapter's end: a form in the notebook, folded explanations everywhere else."""

from __future__ import annotations

import re
from typing import Any

from nc_teach.common.still import still

from . import progress
from .forms import show_form
from .output import Shown, box, emit, fold, inline, note
from .questions import LETTERS, Question, find


def quiz(chapter: str) -> None:
    """Show a chapter's quiz. Every choice explains itself once it is chosen.

    Choices are recorded in the progress file. Without a kernel the same questions stand there,
    with each explanation folded under its choice.
    """
    questions = find(chapter)
    chosen: list[tuple[int, int]] = []
    content = {
        "questions": [
            {"text": _plain(q.text), "choices": [_plain(c.text) for c in q.choices]}
            for q in questions
        ]
    }

    def answered(message: dict[str, Any]) -> None:
        question, choice = int(message["question"]), int(message["choice"])
        problem = _record(chapter, questions[question], choice)
        if (question, choice) not in chosen:
            chosen.append((question, choice))
        form.reply = _reply(questions, chosen, problem)

    form = show_form(_still(chapter, questions), "quiz", content, answered)


def answer(chapter: str, question: int, letter: str) -> None:
    """Choose without the form: ``classroom.answer("1", 2, "b")`` chooses b in question 2.

    Raises
    ------
    ValueError
        If there is no such question or choice.
    """
    questions = find(chapter)
    if not isinstance(question, int) or not 1 <= question <= len(questions):
        raise ValueError(f"question must be from 1 to {len(questions)}, got {question!r}")
    asked = questions[question - 1]
    letters = LETTERS[: len(asked.choices)]
    if not isinstance(letter, str) or len(letter) != 1 or letter not in letters:
        raise ValueError(f"letter must be one of {', '.join(letters)}, got {letter!r}")
    choice = asked.choices[letters.index(letter)]
    problem = _record(chapter, asked, letters.index(letter))
    sign = "✓ Right." if choice.right else "✗ Not this one."
    emit(note(f"{sign} {choice.says} {problem}".strip(), "right" if choice.right else "wrong"))


def _reply(
    questions: tuple[Question, ...], chosen: list[tuple[int, int]], problem: str
) -> dict[str, Any]:
    told = []
    for question, choice in chosen:
        c = questions[question].choices[choice]
        says = {"right": c.right, "says": _plain(c.says)}
        told.append({"question": question, "choice": choice, **says})
    first = {question: choice for question, choice in reversed(chosen)}
    right = sum(questions[q].choices[c].right for q, c in first.items())
    text = f"{len(first)} of {len(questions)} answered, {right} right at the first choice."
    return {"chosen": told, "text": f"{text} {problem}".strip()}


def _still(chapter: str, questions: tuple[Question, ...]) -> Shown:
    lines, parts = [], []
    for number, question in enumerate(questions, 1):
        lines.append(f"{number}. {_plain(question.text)}")
        parts.append(f"<p><b>{number}.</b> {inline(question.text)}</p>")
        for letter, choice in zip(LETTERS, question.choices, strict=False):
            lines.append(f"   {letter}) {_plain(choice.text)}")
            sign = "✓ Right." if choice.right else "✗ Not this one."
            says = f'<p style="margin:.2em 0 .6em 1.6em">{sign} {inline(choice.says)}</p>'
            parts.append(fold(f"<b>{letter}</b> {inline(choice.text)}", says))
    how = f'To choose b in question 2: `classroom.answer("{chapter}", 2, "b")`'
    return Shown("\n".join([*lines, _plain(how)]), box("".join(parts)))


def _plain(text: str) -> str:
    return re.sub(r"\*\*|`", "", text)


def _record(chapter: str, question: Question, choice: int) -> str:
    if still():
        return ""

    def change(state: dict[str, Any]) -> None:
        entry = state["quiz"].setdefault(str(chapter), {}).setdefault(question.key, {})
        entry.setdefault("first", LETTERS[choice])
        entry.setdefault("right_at_first", question.choices[choice].right)
        entry.update(latest=LETTERS[choice], time=progress.now())

    try:
        progress.update(change)
    except progress.ProgressError as error:
        return f"(Not recorded. {error})"
    return ""
