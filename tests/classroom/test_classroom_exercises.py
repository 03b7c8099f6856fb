"""Cards in the notebook: check, hints, solution, and what is recorded."""

import re

import pytest
import torch

from nc_teach.classroom import cards, check, exercise, hint, progress, solution
from nc_teach.classroom.examine import examine
from tests.checks import refuses

CARDS = cards.all_cards()


pytestmark = pytest.mark.usefixtures("file", "drawn_alike")


@pytest.fixture
def drawn_alike():
    torch.manual_seed(0)  # some wrong answers draw at random


def from_source(source, name):
    space = {"torch": torch}
    exec(compile(source, "<cell>", "exec"), space)
    return space[name]


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
def test_the_stub_gets_a_kind_message(card):
    commented = re.sub(r"(\n( +)\.\.\.)", r"\n\2# a note\1", card.stub)
    for stub in (card.stub, commented):
        said = examine(card, from_source(stub, card.solution.__name__))
        assert "still as it was handed out" in said


def test_an_error_is_told_with_its_line(capsys):
    source = "def select_per_layer(scores, sparsity):\n    return scores['fc7']\n"
    check("1.1", from_source(source, "select_per_layer"))
    out = capsys.readouterr().out
    assert "KeyError: 'fc7'" in out
    assert "in line 2" in out
    assert "Traceback" not in out


def test_wrong_arguments_and_no_function(capsys):
    check("1.1", lambda scores: scores)
    check("1.1", {"fc1.weight": 3})
    out = capsys.readouterr().out
    assert "TypeError" in out
    assert "your function itself, without brackets" in out


def test_the_interrupt_button_works():
    def endless(scores, sparsity):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check("1.1", endless)


def test_passing_is_recorded(capsys):
    check("1.1", lambda scores, sparsity: None)
    assert "passed" not in progress.load()["exercises"]["1.1"]
    check("1.1", CARDS["1.1"].solution)
    check("1.1", lambda scores, sparsity: None)
    entry = progress.load()["exercises"]["1.1"]
    assert entry["passed"] is True
    assert entry["tries"] == 3
    assert "✓ Passed" in capsys.readouterr().out


def test_hints_come_in_order_and_there_are_two(capsys):
    for number, says in ((None, "Hint 1 of 2"), (None, "Hint 2 of 2"), (1, "Hint 1 of 2")):
        hint("1.1", number)
        assert says in capsys.readouterr().out
    for _ in range(2):
        hint("1.1")
        out = capsys.readouterr().out
        assert "There are no more hints" in out
        assert 'classroom.solution("1.1")' in out
        assert CARDS["1.1"].hints[1] not in out
    assert progress.load()["exercises"]["1.1"]["hints"] == 2
    refuses("number must be 1 or 2, got 3", hint, "1.1", 3)


def test_a_damaged_file_does_not_stop_an_exercise(file, capsys):
    file.write_text("{")
    check("1.1", CARDS["1.1"].solution)
    hint("1.1")
    out = capsys.readouterr().out
    assert "✓ Passed" in out
    assert 'classroom.hint("1.1", 2)' in out
    assert out.count("is damaged") == 2
    assert file.read_text() == "{"


def test_still_mode_records_nothing(file, monkeypatch, capsys):
    monkeypatch.setenv("NC_TEACH_STILL", "1")
    check("1.1", CARDS["1.1"].solution)
    exercise("1.1")
    solution("1.1")
    out = capsys.readouterr().out
    assert "Exercise 1.1: Cut by layer · ●○○ · 5 minutes" in out
    assert "argsort(stable=True)" in out
    assert not file.exists()


def test_an_unknown_key_is_told_which_there_are():
    refuses(r"key must be one of 1\.1, 1\.2.*, got '9\.9'", exercise, "9.9")
