"""The capstone in a real JupyterLab: run from top to bottom, played, certified, kept."""

from __future__ import annotations

import json

import nbformat
import pytest
from labdriver import browser_context, command, save, wait_idle

from nc_teach import course
from nc_teach.working_copy import hand_out

CHAPTER = "07_fit_the_budget.ipynb"


@pytest.fixture(scope="module")
def chapter(browser, lab, tmp_path_factory):
    """The chapter in JupyterLab, run from top to bottom."""
    folder = tmp_path_factory.mktemp("capstone")
    hand_out(course.notebooks(), folder)
    with browser_context(browser, viewport={"width": 1280, "height": 900}) as context:
        page = lab(folder).open(context, CHAPTER)
        command(page, "notebook:run-all-cells")
        wait_idle(page, 900)
        yield page, folder


def figure(page, title):
    found = page.locator("figure.nc-figure", has_text=title).last
    found.scroll_into_view_if_needed()
    return found


def picture(found):
    return found.locator("canvas").evaluate("canvas => canvas.toDataURL()")


def settle(page, found):
    """Wait until the picture is that of the values at which the controls stand."""
    text = "el => [...el.querySelectorAll('[aria-valuetext]')].map(e => e.ariaValueText).join()"
    before = None
    while before != (before := (found.evaluate(text), found.get_attribute("data-number"))):
        page.wait_for_timeout(1000)


def test_it_ran_without_an_error(chapter):
    page, folder = chapter
    save(page)
    outputs = [o for c in nbformat.read(folder / CHAPTER, 4).cells for o in c.get("outputs", [])]
    assert len(outputs) > 30
    assert not [o for o in outputs if o.output_type == "error"]


@pytest.mark.parametrize("title", ["Which comes first?", "Does it fit?"])
def test_every_slider_moves_its_picture_by_the_keyboard(chapter, title):
    page, _ = chapter
    found = figure(page, title)
    found.locator("canvas").wait_for()
    for thumb in found.get_by_role("slider").all():
        seen = []
        thumb.focus()
        for key in ("Home", "End"):
            page.keyboard.press(key)
            settle(page, found)
            seen.append((picture(found), found.locator(".nc-sentence").text_content()))
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
