"""Nothing of the course's content is lost unseen: it is counted, and the counts are kept."""

import json

import pytest

from tests.what_is_there import FILE, what_is_there

KEPT = json.loads(FILE.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def found():
    return what_is_there()


@pytest.mark.parametrize("what", KEPT)
def test_all_is_there_that_was(found, what):
    how = "changed on purpose: python -m tests.what_is_there > tests/what_is_there.json"
    assert found[what] == KEPT[what], how


def test_what_ships_is_a_claim_s(found):
    assert set(found["results"]) <= set(found["claims"])
