"""The quiz: every choice explains itself, and nothing is given away before."""

from __future__ import annotations

import re

import pytest

from nc_teach import course
from nc_teach.classroom import answer, forms, output, progress, questions, quiz, quiz_form

QUESTIONS = questions.find("1")


@pytest.fixture(autouse=True)
def file(tmp_path, monkeypatch):
    monkeypatch.setenv("NC_TEACH_PROGRESS", str(tmp_path / "mine.json"))
    monkeypatch.delenv("NC_TEACH_STILL", raising=False)
    return tmp_path / "mine.json"


@pytest.mark.parametrize("number", [c.number for c in course.chapters() if c.quiz])
def test_every_chapter_asks_sound_questions(number):
    asked = questions.find(number)
    assert len(asked) == len({q.key for q in asked}) == {"4": 9, "7": 6}.get(number, 10)
    for question in asked:
        assert sum(choice.right for choice in question.choices) == 1
        assert len({choice.says for choice in question.choices}) == len(question.choices)
        assert 3 <= len(question.choices) <= 4
        assert question.text.rstrip().endswith("?")
    places = [[c.right for c in q.choices].index(True) for q in asked]
    assert len(set(places)) > (1 if number == "7" else 2)
    assert max(places.count(place) for place in set(places)) <= 6


def test_the_right_choice_is_not_always_at_one_place():
    places = {[c.right for c in q.choices].index(True) for q in QUESTIONS}
    assert len(places) > 1


def test_still_quiz_folds_each_explanation():
    html = quiz_form._still("1", QUESTIONS).html
    assert html.count("<details>") == sum(len(q.choices) for q in QUESTIONS)
    assert "<details open" not in html
    outside = re.sub(r"</summary>.*?</details>", "", html)
    assert not any(c.says.split("`")[0] in outside for q in QUESTIONS for c in q.choices)
    assert "✓" not in outside


def test_plain_text_gives_nothing_away(capsys):
    quiz("1")
    out = capsys.readouterr().out
    assert "✓" not in out
    assert "c) Sort the places by score" in out


def test_the_form_explains_after_the_choice(monkeypatch):
    made = []
    monkeypatch.setattr(forms, "in_kernel", lambda: True)
    monkeypatch.setattr(forms, "emit", made.append)
    quiz("1")
    form = made[-1]
    assert "right" not in str(form.content).replace("You are right", "").split("says")
    assert all(c.says not in str(form.content) for q in QUESTIONS for c in q.choices)
    form._handle_custom_msg({"question": 0, "choice": 1}, [])
    form._handle_custom_msg({"question": 0, "choice": 2}, [])
    form._handle_custom_msg({"question": 1, "choice": 1}, [])
    assert [told["right"] for told in form.reply["chosen"]] == [False, True, True]
    assert form.reply["text"] == "2 of 10 answered, 1 right at the first choice."
    entry = progress.load()["quiz"]["1"]["exact_count"]
    assert (entry["first"], entry["latest"], entry["right_at_first"]) == ("b", "c", False)


def test_answer_in_code(capsys):
    answer("1", 1, "c")
    assert capsys.readouterr().out.startswith("✓ Right. A list of places")
    with pytest.raises(ValueError, match="letter must be one of a, b, c, d, got 'z'"):
        answer("1", 1, "z")
    with pytest.raises(ValueError, match="question must be from 1 to 10, got 0"):
        answer("1", 0, "a")
    with pytest.raises(ValueError, match="chapter must be one of 1"):
        quiz("99")


def test_text_is_escaped():
    assert output.note("a < b").html.count("&lt;") == 1
