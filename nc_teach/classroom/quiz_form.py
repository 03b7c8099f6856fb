"""The quiz at a chapter's end: a form in the notebook, folded explanations everywhere else."""

from collections.abc import Sequence

from . import progress
from .forms import Json, show_form
from .output import Shown, box, emit, fold, inline, note, plain
from .questions import LETTERS, Question, find


def quiz(chapter: str) -> None:
    """Show a chapter's quiz. Every choice explains itself once it is chosen.

    Choices are recorded in the progress file. Without a kernel the same questions are shown, with
    each explanation folded under its choice.
    """
    questions = find(chapter)
    chosen: list[tuple[int, int]] = []
    content = [
        {"text": plain(q.text), "choices": [plain(c.text) for c in q.choices]} for q in questions
    ]

    def answered(message: Json) -> None:
        question, choice = int(message["question"]), int(message["choice"])
        problem = _record(chapter, questions[question], choice)
        if (question, choice) not in chosen:
            chosen.append((question, choice))
        if form is not None:
            form.reply = _reply(questions, chosen, problem)

    form = show_form(_twin(chapter, questions), "quiz", {"questions": content}, answered)


def answer(chapter: str, question: int, letter: str) -> None:
    """Choose without the form: ``classroom.answer("1", 2, "b")`` chooses b in question 2.

    Raises ``ValueError`` if there is no such question or choice.
    """
    questions = find(chapter)
    if not isinstance(question, int) or not 1 <= question <= len(questions):
        raise ValueError(f"question must be from 1 to {len(questions)}, got {question!r}")
    asked = questions[question - 1]
    known = dict(asked.lettered())
    if letter not in known:
        raise ValueError(f"letter must be one of {', '.join(known)}, got {letter!r}")
    problem = _record(chapter, asked, LETTERS.index(letter))
    choice = known[letter]
    emit(note(f"{choice.verdict} {problem}".strip(), "right" if choice.right else "wrong"))


def _reply(questions: Sequence[Question], chosen: Sequence[tuple[int, int]], problem: str) -> Json:
    picked = [(q, c, questions[q].choices[c]) for q, c in chosen]
    said = [
        {"question": q, "choice": c, "right": choice.right, "says": plain(choice.verdict)}
        for q, c, choice in picked
    ]
    first = {q: choice.right for q, _, choice in reversed(picked)}
    right = f"{sum(first.values())} right at the first choice."
    text = f"{len(first)} of {len(questions)} answered, {right} {problem}"
    return {"chosen": said, "text": text.strip()}


def _twin(chapter: str, questions: Sequence[Question]) -> Shown:
    lines, parts = [], []
    for count, question in enumerate(questions, 1):
        lines.append(f"{count}. {plain(question.text)}")
        parts.append(f"<p><b>{count}.</b> {inline(question.text)}</p>")
        for letter, choice in question.lettered():
            lines.append(f"   {letter}) {plain(choice.text)}")
            says = f'<p style="margin:.2em 0 .6em 1.6em">{inline(choice.verdict)}</p>'
            parts.append(fold(f"<b>{letter}</b> {inline(choice.text)}", says))
    lines.append(f'To choose b in question 2: classroom.answer("{chapter}", 2, "b")')
    return Shown("\n".join(lines), box("".join(parts)))


def _record(chapter: str, question: Question, choice: int) -> str:
    def change(state: progress.State) -> None:
        entry = state["quiz"].setdefault(str(chapter), {}).setdefault(question.key, {})
        entry.setdefault("first", LETTERS[choice])
        entry.setdefault("right_at_first", question.choices[choice].right)
        entry.update(latest=LETTERS[choice], time=progress.now())

    problem = progress.record(change)
    return problem and f"(Not recorded. {problem})"
