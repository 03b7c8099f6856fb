"""What chapters ask of a card beyond what tests/classroom/test_cards.py asks of all."""

import dataclasses

from nc_teach.classroom import cards
from nc_teach.classroom.examine import examine


def assert_a_near_miss(key: str, said: str) -> None:
    """The known wrong answer whose sentence has ``said`` is right in the first case alone."""
    card = cards.find(key)
    wrong = next(function for function, sentence in card.wrong.items() if said in sentence)
    first = dataclasses.replace(card, cases=lambda: list(card.cases())[:1])
    assert examine(first, wrong) is None
    assert examine(card, wrong) is not None
