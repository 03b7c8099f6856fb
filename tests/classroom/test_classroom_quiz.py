"""The quiz: every choice explains itself, and nothing is given away before."""

import re

import pytest

from nc_teach import course
from nc_teach.classroom import answer, forms, output, progress, questions, quiz, quiz_form
from tests.checks import refuses

ALL = {chapter: questions.find(chapter) for chapter in course.CHAPTERS}
QUESTIONS = ALL["1"]
pytestmark = pytest.mark.usefixtures("file")


def place(question):
    return [choice.right for choice in question.choices].index(True)


@pytest.mark.parametrize("chapter", ALL)
def test_every_chapter_asks_sound_questions(chapter):
    for question in ALL[chapter]:
        assert len({choice.says for choice in question.choices}) == len(question.choices)
        assert 3 <= len(question.choices) <= 4
        assert question.text.endswith("?")


@pytest.mark.parametrize("chapter", ALL)
def test_the_place_of_the_right_choice_cannot_be_guessed_from_the_chapter(chapter):
    places = list(map(place, ALL[chapter]))
    assert max(map(places.count, places)) <= len(places) / 2
    assert not any(a == b == c for a, b, c in zip(places, places[1:], places[2:], strict=False))


@pytest.mark.parametrize("count", [3, 4])
def test_nor_from_the_course(count):
    places = [place(q) for asked in ALL.values() for q in asked if len(q.choices) == count]
    assert max(map(places.count, places)) <= 0.4 * len(places)


def test_the_right_choice_is_not_known_by_its_length():
    """By chance it would be the longest in about 20 of the 65, and the shortest as well."""
    lengths = [[len(c.text) for c in q.choices] for asked in ALL.values() for q in asked]
    right = [len(q.choices[place(q)].text) for asked in ALL.values() for q in asked]
    for end in (max, min):
        at_the_end = sum(one == end(every) for one, every in zip(right, lengths, strict=True))
        assert at_the_end <= 30 / 65 * len(right)


def test_still_quiz_folds_each_explanation():
    html = quiz_form._twin("1", QUESTIONS).html
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
    refuses("letter must be one of a, b, c, d, got 'z'", answer, "1", 1, "z")
    refuses("question must be from 1 to 10, got 0", answer, "1", 0, "a")
    refuses("chapter must be one of 1", quiz, "99")


def test_text_is_escaped():
    assert output.note("a < b").html.count("&lt;") == 1
