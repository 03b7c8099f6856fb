"""Guesses: recorded at once, never in the way, honest about what came first."""

import pytest

from nc_teach.classroom import forms, predict, progress, score
from nc_teach.classroom.predictions import comparison
from tests.checks import refuses

ASK = ("pruning.free_lunch", "weights removed", 0, 100, "%")


pytestmark = pytest.mark.usefixtures("file")


def recorded():
    return progress.load()["predictions"]["pruning.free_lunch"]


def test_the_sentence(capsys):
    guess = predict(*ASK)
    guess.set(60)
    assert guess.value == 60
    score(guess, 84)
    assert "You guessed 60 %, measured 84 %: off by 24 points." in capsys.readouterr().out
    assert recorded()["measured"] == 84
    assert recorded()["time"].endswith("+00:00")


@pytest.mark.parametrize(
    ("scale", "value", "measured", "end"),
    [
        ((0, 100, "%"), 60, 84.04, "measured 84 %: off by 24 points."),
        ((0, 100, "%"), 60, 61, "measured 61 %: off by 1 point. Close!"),
        ((0, 100, "%"), 60, 60.01, "measured 60 %: spot on!"),
        ((0, 100, "%"), 0, 100, "measured 100 %: off by 100 points."),
        ((0, 1, "ms", 0.01), 0.25, 0.5, "0.25 ms, measured 0.5 ms: off by 0.25 ms."),
    ],
)
def test_hand_worked_comparisons(scale, value, measured, end):
    guess = predict("k", "q", *scale)
    guess.set(value)
    assert comparison(guess, measured).endswith(end)


def test_untouched_and_skipped_lock_nothing(capsys):
    guess = predict(*ASK)
    assert guess.value is None
    score(guess, 84)
    guess.skip()
    score(guess, 84)
    assert capsys.readouterr().out.count("You made no guess, and that is fine.") == 2


def test_running_the_cell_again_keeps_the_guess():
    predict(*ASK).set(60)
    again = predict(*ASK)
    assert again.value == 60
    again.set(70)
    assert recorded()["value"] == 70
    assert "changed_after_scoring" not in recorded()


def test_a_change_after_scoring_is_marked_and_the_same_guess_again_is_none():
    guess = predict(*ASK)
    guess.set(60)
    score(guess, 84)
    guess.set(60)
    assert "changed_after_scoring" not in recorded()
    again = predict(*ASK)
    again.set(84)
    assert recorded()["changed_after_scoring"] is True
    assert recorded()["guess_when_scored"] == 60
    assert "came after the measurement; before that, it was 60 %" in comparison(again, 84)


def test_a_guess_says_whether_it_came_before_the_measurement_and_only_then():
    guess = predict(*ASK)
    guess.set(60)
    assert guess.status() == "Your guess: 60 %, noted. You can change it until the measurement."
    score(guess, 84)
    guess.set(60)
    again = predict(*ASK)
    assert again.status() == "Your guess: 60 %, made before the measurement."
    again.set(61)
    assert again.status() == "Your guess: 61 %, made after the measurement."


def test_still_mode_neither_reads_nor_writes(file, monkeypatch, capsys):
    predict(*ASK).set(60)
    before = file.read_text()
    monkeypatch.setenv("NC_TEACH_STILL", "1")
    guess = predict(*ASK)
    assert guess.value is None
    score(guess, 84)
    assert file.read_text() == before
    assert "weights removed (from 0 % to 100 %)" in capsys.readouterr().out


def test_a_damaged_file_is_told_and_stops_nothing(file, capsys):
    file.write_text("{")
    guess = predict(*ASK)
    guess.set(60)
    score(guess, 84)
    out = capsys.readouterr().out
    assert "off by 24 points" in out
    assert "is damaged" in out
    assert file.read_text() == "{"


def test_a_guess_on_another_scale_is_not_taken_over():
    predict(*ASK).set(60)
    assert predict("pruning.free_lunch", "weights removed", 0, 1, step=0.1).value is None


@pytest.mark.parametrize("value", [-1, 101, float("nan"), float("inf")])
def test_a_guess_off_the_scale_is_refused(value):
    guess = predict(*ASK)
    refuses("from 0 % to 100 %", guess.set, value)
    assert guess.value is None


@pytest.mark.parametrize(
    ("bad", "name"),
    [
        (("", "q", 0, 1), "key"),
        (("k", " ", 0, 1), "question"),
        (("k", "q", 1, 1), "low"),
        (("k", "q", 0, float("inf")), "low"),
        (("k", "q", 0, 1, "", 0), "step"),
    ],
)
def test_wrong_arguments_are_named(bad, name):
    refuses(f"^{name} must", predict, *bad)


def test_measured_must_be_a_number(file):
    guess = predict(*ASK)
    refuses("measured must be a finite number", score, guess, float("nan"))
    assert not file.exists()


def test_the_form_records_and_answers(monkeypatch):
    monkeypatch.setattr(forms, "in_kernel", lambda: True)
    guess = predict(*ASK)
    form = guess.form
    form._handle_custom_msg({"value": 55}, [])
    assert guess.value == 55
    assert recorded()["value"] == 55
    noted = "Your guess: 55 %, noted. You can change it until the measurement."
    assert form.reply == {"text": noted, "value": 55}
    form._handle_custom_msg({"value": 101}, [])
    assert form.reply["text"].startswith("That did not work: value must be from 0 %")
    form._handle_custom_msg({"skip": True}, [])
    assert guess.value is None
    score(guess, 84)
    assert "84" not in form.reply["text"]  # the form stands above the measurement
    form._handle_custom_msg({"value": 60}, [])
    score(guess, 84)
    assert "measured 84 %" in form.reply["text"]
