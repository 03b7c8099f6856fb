"""What results say of themselves."""

import dataclasses

import pytest

from nc_teach.claims import dynamic_computation as chapter
from tests.dynamic_computation.results import FRESH, fresh


@pytest.mark.parametrize("claim", chapter.CLAIMS, ids=lambda claim: claim.key)
def test_every_shipped_result_is_said_in_a_line(claim):
    said = chapter.shipped(claim.key).in_words()
    assert said.endswith(".")
    assert "\n" not in said


@pytest.mark.parametrize("key", FRESH)
def test_so_is_one_that_was_just_measured(key):
    assert fresh(key).in_words().endswith(".")


def test_early_exits_speak_of_short_networks_where_there_are_any():
    result = chapter.shipped("early_exit")
    alone = f"a network of 3 blocks trained alone {100 * result.static[:, 2].mean():.1f} % (the"
    assert alone in result.in_words()
    without = dataclasses.replace(result, static=result.static[:0])
    assert "trained alone" not in without.in_words()


def test_a_path_that_fits_only_its_own_input_loses_points_elsewhere():
    plane = chapter.shipped("skipnet")
    way = next(iter(plane.accuracy))
    lost = 100 * (plane.accuracy[way] - plane.measures["others"][way]).mean()
    assert f"the path of another point loses {lost:.1f} points" in plane.in_words()
    real = chapter.shipped("skipnet_images").in_words()
    assert "the path of another image does as well" in real
