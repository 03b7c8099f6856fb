"""Cards in the notebook: check, hints, solution, and what is recorded."""

import re

import pytest
import torch

from nc_teach.classroom import card_form, cards, check, exercise, forms, hint, progress, solution
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


class TestOnTheCard:
    """The buttons, without a browser: what they send, and what the form is told."""

    @pytest.fixture(autouse=True)
    def kernel(self, monkeypatch):
        for module in (forms, card_form):
            monkeypatch.setattr(module, "in_kernel", lambda: True)

    @pytest.fixture
    def names(self, monkeypatch):
        """What the reader has defined."""
        names = {}
        monkeypatch.setattr(card_form, "reader_namespace", lambda: names)
        return names

    @pytest.fixture
    def press(self, monkeypatch, names):
        """Press a button of card 1.1: gives what the form shows by then."""
        made = []

        def keep(*form):
            made.append(forms.show_form(*form))
            return made[0]

        monkeypatch.setattr(card_form, "show_form", keep)
        exercise("1.1")

        def press(button):
            before = made[0].reply.get("turn")
            made[0]._handle_custom_msg({"press": button}, [])
            assert made[0].reply["turn"] != before
            return made[0].reply

        return press

    def test_a_check_takes_the_function_of_the_stub_s_name(self, press, names):
        assert "There is no <code" in press("check")["check"]
        names["select_per_layer"] = from_source(CARDS["1.1"].stub, "select_per_layer")
        assert "still as it was handed out" in press("check")["check"]
        names["select_per_layer"] = lambda scores, sparsity: print("<b>now</b>")
        said = press("check")["check"]
        assert "Not yet:" in said
        assert "&lt;b&gt;now&lt;/b&gt;" in said
        names["select_per_layer"] = CARDS["1.1"].solution
        assert "✓ Passed: Cut by layer." in press("check")["check"]
        assert progress.load()["exercises"]["1.1"]["tries"] == 3

    def test_an_interrupt_and_a_fault_of_the_card_are_said_on_it(self, press, names, monkeypatch):
        for error, said in ((KeyboardInterrupt(), "Stopped."), (RuntimeError("x"), "not work: x")):

            def raises(*_, error=error):
                raise error

            names["select_per_layer"] = raises
            monkeypatch.setattr(card_form, "tried", raises)
            assert said in press("check")["check"]

    def test_hints_come_in_order_and_before_the_solution(self, press):
        assert "Two hints come first" in press("solution")["text"]
        assert "solution" not in press("solution")
        one, two = press("hint"), press("hint")
        assert (one["hint"], one["done"]) == ("Hint 2 of 2", False)
        assert (two["hint"], two["done"]) == ("No more hints", True)
        assert "Hint 1 of 2" in one["hints"]
        assert "Hint 2 of 2" not in one["hints"]
        assert two["hints"].startswith(one["hints"])
        assert "argsort" in press("solution")["solution"]
        assert progress.load()["exercises"]["1.1"]["solution_seen"] is True

    def test_who_has_passed_may_compare_without_hints(self, press, names):
        names["select_per_layer"] = CARDS["1.1"].solution
        press("check")
        assert "argsort" in press("solution")["solution"]

    def test_without_a_progress_file_hints_open_the_solution_all_the_same(self, press, file):
        file.write_text("{")
        press("hint")
        assert "is damaged" in press("hint")["hints"]
        assert "argsort" in press("solution")["solution"]


@pytest.mark.parametrize(
    ("kernel", "page", "times"), [(True, False, 0), (True, True, 1), (False, False, 1)]
)
def test_the_stub_is_on_the_card_only_where_no_cell_shows_it(
    monkeypatch, capsys, kernel, page, times
):
    """In a notebook the next cell is the stub; a page hides that cell, a console has none."""
    monkeypatch.setenv("NC_TEACH_STILL", "1")
    monkeypatch.setenv("NC_TEACH_PAGE", "1" if page else "0")
    monkeypatch.setattr(card_form, "in_kernel", lambda: kernel)
    exercise("1.1")
    assert capsys.readouterr().out.count("def select_per_layer") == times
