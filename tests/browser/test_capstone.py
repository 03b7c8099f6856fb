"""The capstone in a real JupyterLab: run from top to bottom, played, certified, kept."""

import json

import pytest
from handling import every_control_moves, figure, move, picture, sentence
from labdriver import errors, run_chapter

CHAPTER = "07_fit_the_budget.ipynb"


@pytest.fixture(scope="module")
def chapter(browser, lab, tmp_path_factory):
    """The chapter in JupyterLab, run from top to bottom."""
    folder = tmp_path_factory.mktemp("capstone")
    with run_chapter(browser, lab, folder, CHAPTER) as page:
        yield page, folder


def test_it_ran_without_an_error(chapter):
    page, folder = chapter
    assert not errors(page, folder / CHAPTER)


@pytest.mark.parametrize("title", ["Which comes first?", "Does it fit?"])
def test_a_slider_s_ends_are_two_pictures(chapter, title):
    page, _ = chapter
    found = figure(page, title)
    for thumb in found.get_by_role("slider").all():
        seen = []
        for _ in range(2):
            move(found, thumb, "Home", "End")  # to one end, then to the other: it may stand at one
            seen.append((picture(found), sentence(found)))
        assert seen[0][0] != seen[1][0]
        assert seen[0][1] != seen[1][1]


def test_another_way_is_another_picture(chapter):
    page, _ = chapter
    found = figure(page, "Is one technique enough?")
    before = picture(found)
    found.get_by_role("combobox").select_option("dense")
    found.locator(".nc-sentence", has_text="Dense: ").wait_for(state="attached")
    assert picture(found) != before


def test_the_certificate_lies_beside_the_notebook(chapter):
    _, folder = chapter
    raw = json.loads((folder / "lenet.certificate.json").read_text(encoding="utf-8"))
    assert raw["stored_bytes"] == (folder / "lenet.ncd").stat().st_size <= 20_480
    assert (folder / "lenet.certificate.png").stat().st_size > 1000
    assert "CERTIFICATE" in (folder / "lenet.certificate.txt").read_text(encoding="utf-8")


def test_progress_is_one_view_beside_the_notebook(chapter):
    page, folder = chapter
    view = page.locator("table", has_text="minutes left").last
    view.scroll_into_view_if_needed()
    assert "7. Fit the budget" in view.text_content()
    kept = json.loads((folder / "nc_teach_progress.json").read_text(encoding="utf-8"))
    assert "the stack" in [dot["technique"] for dot in kept["passport"]]


def test_every_control_moves_its_picture(chapter):
    page, _ = chapter
    assert every_control_moves(page) >= 5
