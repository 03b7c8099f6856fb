"""A page and its fragments: everything moves with the network cut."""

import figures_for_tests as examples
import numpy as np
import pytest
from handling import drag, offline
from labdriver import pixels, shown, slider, wait_shown


@pytest.fixture
def opened(context, tmp_path):
    """`opened(text)` is a page with this text, once its figure has a picture."""

    def opened(text):
        file = tmp_path / "page.html"
        file.write_text(text, encoding="utf-8")
        page = offline(context)
        page.goto(file.as_uri())
        page.wait_for_selector("figure.nc-figure[data-number]")
        assert not page.complaints
        return page

    return opened


def test_page_moves_without_network(opened):
    figure = examples.bars()
    page = opened(figure.page())
    np.testing.assert_array_equal(pixels(page), figure.picture())
    thumb = slider(page, "Height")
    drag(thumb, 0.5, 1)
    wait_shown(page, 40)
    np.testing.assert_array_equal(pixels(page), figure.picture({"height": 1.0}))
    thumb.focus()
    page.keyboard.press("Home")
    wait_shown(page, 0)
    np.testing.assert_array_equal(pixels(page), figure.picture({"height": 0.0}))
    page.get_by_role("checkbox").press("Space")
    wait_shown(page, 1)


def test_table_holds_every_point(opened):
    page = opened(examples.bars(5).page())
    page.get_by_text("The numbers as a table").click()
    page.wait_for_selector(".nc-scroll")
    rows = page.locator(".nc-scroll tbody tr")
    assert rows.count() == 10
    assert rows.nth(2).inner_text().split("\t") == ["0.250", "off", "The even bars are 0.250 high."]


def test_own_table_is_shown(opened):
    figure = examples.bars(3, table=lambda points: [{"Twice": 2 * p["height"]} for p in points])
    page = opened(figure.page())
    page.get_by_text("The numbers as a table").click()
    page.wait_for_selector(".nc-scroll")
    cells = page.locator(".nc-scroll tbody td").all_inner_texts()
    assert cells == ["0", "0", "1", "1", "2", "2"]


def test_fragments_on_one_page_do_not_clash(opened):
    parts = [examples.bars(5, title=name).page(standalone=False) for name in ("One", "Two")]
    page = opened("<!doctype html><meta charset=utf-8>" + "".join(parts))
    figures = page.locator("figure.nc-figure")
    assert figures.count() == 2
    figures.nth(1).get_by_role("slider").focus()
    page.keyboard.press("End")
    page.wait_for_function("document.querySelectorAll('.nc-figure')[1].dataset.number === '8'")
    assert shown(page) == 4


def test_text_is_never_markup(opened):
    evil = "</script><img src=x onerror=\"document.title='gone'\">&amp;"
    page = opened(examples.bars(3, title=evil).page())
    page.wait_for_timeout(200)
    assert page.locator("figcaption").first.inner_text() == evil
    assert page.title() == evil


def test_large_grid_is_thinned_and_says_so(opened):
    page = opened(examples.bars(1001).page())
    assert "150 of the 1001 values" in page.locator(".nc-source").inner_text()
    slider(page, "Height").focus()
    page.keyboard.press("End")
    wait_shown(page, 298)
    assert slider(page, "Height").get_attribute("aria-valuetext") == "1.000"


def test_narrow_screen_needs_no_sideways_scrolling(opened):
    page = opened(examples.bars(5).page())
    page.set_viewport_size({"width": 360, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_on_paper_a_figure_is_its_picture_and_a_few_of_its_numbers(opened):
    page = opened(examples.bars(101).page())
    table = page.locator(".nc-print table")
    assert not table.is_visible()
    page.emulate_media(media="print")
    assert table.is_visible()
    rows = table.locator("tbody tr").all_inner_texts()
    assert 6 <= len(rows) <= 12
    assert rows[0].split("\t") == ["0.000", "off", "The even bars are 0.000 high."]
    assert page.locator("canvas").is_visible()
    assert not page.locator(".nc-controls").is_visible()


def test_without_javascript_the_still_picture_stands(browser, tmp_path):
    file = tmp_path / "page.html"
    file.write_text(examples.bars(3).page(), encoding="utf-8")
    context = browser.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    page.goto(file.as_uri())
    assert page.locator("img").is_visible()
    assert "The even bars are 0.500 high." in page.locator("figcaption").inner_text()
    context.close()
