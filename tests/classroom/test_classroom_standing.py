"""What is done and what is open, over all chapters: the same in text and in HTML."""

import html
import json
import re

from nc_teach import classroom, course
from nc_teach.classroom import cards, progress, questions, standing
from tests.checks import refuses


def view(chapter=None):
    state, known = progress.load(), course.chapters()
    found = [standing.standing(c, state) for c in known]
    if chapter is None:
        return standing.overview(found)
    return standing.in_full(next(s for s in found if s.chapter.number == chapter))


def test_every_key_that_a_notebook_asks_for_exists():
    for chapter in course.chapters():
        assert all(cards.find(key) for key in chapter.exercises)
        assert all(questions.find(key) for key in chapter.quiz)
    keys = [key for chapter in course.chapters() for key in chapter.predictions]
    assert len(keys) == len(set(keys)) > 20


def test_a_new_reader_has_all_before_them(file):
    text = repr(view())
    assert "0\u00a0of\u00a07" in text
    assert "Next: exercise 1.1, Cut by layer (01_network_pruning.ipynb, 5 minutes)." in text
    assert not file.exists()


def test_what_was_done_is_counted(file, capsys):
    classroom.check("1.1", lambda scores, sparsity: None)
    classroom.check("1.2", cards.find("1.2").solution)
    classroom.hint("1.2")
    guess = classroom.predict("pruning.free_lunch", "weights removed", 0, 100, unit="%")
    guess.set(60)
    classroom.score(guess, 84)
    classroom.predict("pruning.healed", "healed", 0, 100, unit="%").skip()
    classroom.answer("1", 1, "a")
    one = standing.standing(course.chapters()[1], progress.load())
    right = int(questions.find("1")[0].choices[0].right)
    assert [done for done, _ in one.counts()] == [1, 1, right]
    assert [of for _, of in one.counts()] == [
        len(one.chapter.exercises),
        len(one.chapter.predictions),
        10,
    ]
    minutes = sum(cards.find(key).minutes for key in one.chapter.exercises)
    assert one.row()[-1] == str(minutes - cards.find("1.2").minutes)
    assert "exercise 1.1, Cut by layer, which you have tried" in repr(view())
    full = view("1").text
    assert "1.2 " in full
    assert "solved, 1 try, 1 of 2 hints" in full
    assert "weights removed: you said 60 %, measured 84 %" in full
    assert "healed: you skipped it" in full


def test_a_quiz_answer_that_was_wrong_at_first_is_not_right(file):
    choices = questions.find("1")[0].lettered()
    for letter, _ in sorted(choices, key=lambda one: one[1].right):
        classroom.answer("1", 1, letter)
    one = standing.standing(course.chapters()[1], progress.load())
    assert one.counts()[2] == (0, 10)


def test_text_and_html_say_the_same(file):
    classroom.check("1.1", cards.find("1.1").solution)
    for chapter in ("1", "00"):
        shown = view(chapter)
        bare = re.sub(r"<[^>]+>", "", shown.html).replace("Exercises and guesses", "")
        squeezed = [re.sub(r"\s", "", t) for t in (html.unescape(bare), shown.text)]
        assert squeezed[0] == squeezed[1]


def test_all_solved(file):
    every = {key: {"passed": True} for c in course.chapters() for key in c.exercises}
    file.write_text(json.dumps({"version": 1, "exercises": every}))
    assert "Every exercise is solved." in repr(view())


def test_a_strange_entry_does_no_harm(file):
    odd = {"pruning.free_lunch": {"value": "many", "measured": True}}
    file.write_text(json.dumps({"version": 1, "predictions": odd}))
    assert "pruning.free_lunch: no guess yet" in view("1").text


def test_a_damaged_file_is_told_and_left(file, capsys):
    file.write_text("{")
    classroom.my_progress()
    assert "is damaged" in capsys.readouterr().out
    assert file.read_text() == "{"


def test_an_unknown_chapter_is_refused(file):
    refuses(r"chapter must be one of 00, 1, 2.*, got 99", classroom.my_progress, 99)
