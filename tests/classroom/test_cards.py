"""Every card: right answers pass in any form, every known mistake gets a sentence of its own."""

import inspect
import re

import numpy as np
import pytest
import torch

from nc_teach.classroom import cards
from nc_teach.classroom.card import Card
from nc_teach.classroom.compare import complaint, same
from nc_teach.classroom.examine import Raised, attempt, examine

CARDS = cards.all_cards()
each_card = pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)


@pytest.fixture(scope="module")
def said() -> dict[str, list[str | None]]:
    """What every known wrong function of every card is told; each is examined once."""
    torch.manual_seed(0)
    return {key: [examine(card, wrong) for wrong in card.wrong] for key, card in CARDS.items()}


@each_card
def test_the_solution_and_the_oracle_pass_and_leave_the_reader_s_random_numbers_alone(card):
    before = torch.random.get_rng_state()
    assert examine(card, card.solution) is None
    assert torch.equal(before, torch.random.get_rng_state())
    assert card.oracle is None or examine(card, card.oracle) is None


@each_card
def test_every_known_mistake_gets_a_sentence_of_its_own(card, said):
    messages = said[card.key]
    assert None not in messages
    assert len(set(messages)) == len(messages)
    for message, sentence in zip(messages, card.wrong.values(), strict=True):
        pattern = ".*".join(map(re.escape, re.split(r"\{\w+\}", sentence)))
        assert re.fullmatch(pattern, message, re.S), (sentence, message)
        assert message.endswith((".", "?", ".)", "?)", "`"))


def general_mistakes(card: Card) -> dict[str, object]:
    """Mistakes that can be made with any card."""

    def returns_nothing(*arguments):
        card.solution(*arguments)

    def returns_a_text(*arguments):
        return "the answer"

    def stops(*arguments):
        raise KeyError("fc7")

    def changes_its_input(*arguments):
        answer = card.solution(*arguments)
        for value in arguments:
            for tensor in value.values() if isinstance(value, dict) else [value]:
                if isinstance(tensor, torch.Tensor | np.ndarray) and tensor.shape:
                    tensor[...] = 1 - tensor.flat[0] if isinstance(tensor, np.ndarray) else 7
        return answer

    found = (returns_nothing, returns_a_text, stops, changes_its_input)
    return {function.__name__: function for function in found}


@each_card
def test_general_mistakes_are_rejected_with_what_to_do(card):
    mistakes = general_mistakes(card)
    if "return" not in inspect.getsource(card.solution):  # it changes what it is given
        del mistakes["returns_nothing"]
    for name in mistakes.keys() - {"changes_its_input"}:
        message = examine(card, mistakes[name])
        assert message is not None, name
        assert message.endswith((".", "?", "`", ".)")), name
    _, arguments = next(iter(card.cases()))
    changes = mistakes["changes_its_input"]
    if not card.may_change and attempt(card, changes, "", arguments).changed():
        assert "chang" in examine(card, changes)


NEAR = {  # the known mistake, by a piece of its sentence, that the first case does not find
    "4.1": "0 is not on the grid. Widen the range",
    "4.3": "zeros on the right as the code has grown",
    "4.4": "the gradient passes everywhere",
    "4.5": "you count the bits left over",
    "5.1": "What does `groups` do",
    "5.2": "and the second has none",
    "5.3": "the places of the input",
    "5.4": "This is the way back",
    "5.5": "the last is one too many",
    "5.6": "It has no convolution",
    "6.1": "the `argmax` of nothing but zeros",
    "6.2": "split has chosen your threshold.",
    "6.3": "what **the other** remembers",
    "6.4": "nothing is saved",
    "6.5": "has no baseline",
}


@pytest.mark.parametrize("key", NEAR)
def test_a_near_miss_passes_the_first_case_and_not_the_card(key):
    card = CARDS[key]
    (near,) = [wrong for wrong, sentence in card.wrong.items() if NEAR[key] in sentence]
    case = next(iter(card.cases()))
    found, right = (attempt(card, function, *case).answer for function in (near, card.solution))
    assert same(found, right, card.tolerance)
    assert NEAR[key] in examine(card, near)


@each_card
def test_a_card_is_complete(card):
    assert 1 <= card.difficulty <= 3
    assert len(card.hints) == 2
    assert all([card.task, card.near_miss, card.reasoning, card.minutes, card.wrong])


def test_a_title_that_ends_in_a_mark_gets_no_other(capsys, monkeypatch):
    monkeypatch.setenv("NC_TEACH_STILL", "1")
    for key, said in (("1.1", "✓ Passed: Cut by layer. "), ("7.1", "✓ Passed: Which one ships? ")):
        cards.check(key, cards.find(key).solution)
        assert f"{said}Compare with ours" in capsys.readouterr().out


class TestComparing:
    @pytest.mark.parametrize(
        "one", [3, np.int64(3), np.int8(3), np.array(3), torch.tensor(3), torch.tensor(3.0)]
    )
    def test_an_integer_counts_as_what_it_is(self, one):
        assert same(one, 3)
        assert not same(one, 4)

    @pytest.mark.parametrize("dtype", [torch.float16, torch.float32, torch.float64])
    def test_any_float_of_numpy_or_torch(self, dtype):
        right = torch.tensor([0.5, -2.0])
        assert same(right.to(dtype), right)
        assert same(right.to(dtype).numpy(), right)
        assert complaint(right.to(dtype), right) is None

    def test_nan_equals_nan_and_a_mask_is_no_number(self):
        assert same(torch.tensor([np.nan]), torch.tensor([np.nan]))
        assert not same(torch.tensor([1.0]), torch.tensor([True]))
        assert "holds floats" in complaint(torch.tensor([1.0]), torch.tensor([True]))

    def test_large_integers_are_compared_exactly(self):
        assert not same(np.uint64(2**53 + 1), 2**53)

    def test_errors_are_alike_by_their_kind(self):
        assert Raised(KeyError("a")) == Raised(KeyError("b")) != Raised(ValueError("a"))
