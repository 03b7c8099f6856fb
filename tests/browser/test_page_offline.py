"""A page and its fragments: everything moves with the network cut."""

import csv
import io
from pathlib import Path

import figures_for_tests as examples
import numpy as np
import pytest
from handling import drag, offline
from labdriver import pixels, shown, slider, wait_shown
from PIL import Image

from nc_teach import live
from nc_teach.live import dark, payload
from nc_teach.live.page import render, text

CONTRAST = """text => {
  const light = (colour) => {
    const parts = colour.match(/[\\d.]+/g).slice(0, 3).map((part) => part / 255);
    const [r, g, b] = parts.map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
  };
  const paper = getComputedStyle(text.closest('figure')).backgroundColor;
  const both = [light(paper), light(getComputedStyle(text).color)];
  return Math.max(...both) / Math.min(...both);
}"""


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


def saved(page, button):
    """The file that a button of the figure saves: its name and its bytes."""
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


def test_the_present_picture_is_saved(opened):
    figure = examples.bars(5, title="Bars: up/down?")
    page = opened(figure.page())
    slider(page, "Height").press("End")
    wait_shown(page, 8)
    name, png = saved(page, "Save the picture (PNG)")
    assert name == "Bars_up_down_1.000_off.png"
    picture = np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"))
    np.testing.assert_array_equal(picture, figure.picture({"height": 1.0}))


def test_the_numbers_are_saved_as_csv(opened):
    words = 'high, "quoted"\nand more, 剪枝'
    figure = examples.bars(3, table=lambda points: [{"H": p["height"], words: ""} for p in points])
    for one, first, count in (
        (examples.bars(5), ["Height", "Turn round", "What the picture shows"], 10),
        (figure, ["H", words], 6),
    ):
        name, data = saved(opened(one.page()), "Save the numbers (CSV)")
        assert name == "Bars.csv"
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
        assert rows[0] == first
        assert len(rows) == 1 + count


def expected(figure, values=None):
    """The picture on dark paper, as Python works it out."""
    picture = figure.picture(values)[..., :3] / 255
    return np.round(255 * dark.swapped(picture.reshape(-1, 3))).reshape(picture.shape)


def test_on_dark_paper_the_picture_is_dark_and_follows_the_theme(opened, context):
    figure = examples.bars(5)
    page = opened(figure.page())
    light = pixels(page)
    for theme in ("dark", "light", "dark"):
        page.emulate_media(color_scheme=theme)
        page.wait_for_selector(f"figure.nc-figure{'.nc-dark' if theme == 'dark' else ''}")
        page.wait_for_timeout(500)
        slider(page, "Height").press("End")
        wait_shown(page, 8)
        slider(page, "Height").press("Home")
        wait_shown(page, 0)
        right = expected(figure, {"height": 0.0})
        if theme == "light":
            right = figure.picture({"height": 0.0})[..., :3]
        assert np.abs(pixels(page)[..., :3].astype(int) - right).max() <= 1
    assert np.abs(light.astype(int) - pixels(page)).max() > 200
    assert page.locator(".nc-sentence").evaluate(CONTRAST) >= 4.5
    page.emulate_media(media="print", color_scheme="dark")
    page.wait_for_selector("figure.nc-figure:not(.nc-dark)")


@pytest.mark.parametrize(
    ("html", "body", "is_dark"),
    [
        ("", "", False),
        ("background: #111", "", True),
        ("background: #111", "background: #fafafa", False),
        ("", "background: color-mix(in srgb, black 90%, white)", True),
        ("", "background: rgb(0 0 0 / 10%)", False),
        ("", "color: #cccccc", True),
    ],
)
def test_dark_is_what_stands_behind_the_figure(opened, html, body, is_dark):
    part = examples.bars(3).page(standalone=False)
    page = opened(
        f'<!doctype html><html style="{html}"><meta charset=utf-8><body style="{body}">{part}'
    )
    assert (page.locator("figure.nc-dark").count() == 1) is is_dark
    corner = pixels(page)[0, 0, :3].tolist()
    assert corner == ([17, 17, 17] if is_dark else [255, 255, 255])


def test_what_does_not_move_is_dark_too_and_has_no_numbers(opened):
    figure = live.StillFigure(
        "A line", lambda f: f.subplots().plot([0, 1]), "It climbs.", size=(300, 200)
    )
    page = opened(render(figure, standalone=True))
    page.emulate_media(color_scheme="dark")
    page.wait_for_selector("figure.nc-dark")
    page.wait_for_timeout(300)
    off = np.abs(pixels(page)[..., :3].astype(int) - expected(figure))
    assert off.max() <= 3 * 3  # a background of many colours has 6 bits a channel
    assert page.get_by_role("button").all_inner_texts() == ["Save the picture (PNG)"]
    assert page.locator("summary").count() == 0


MOUNT_LATE = """async ([script, spec, pictures]) => {
  const address = URL.createObjectURL(new Blob([script], {type: 'text/javascript'}));
  const { mount } = await import(address);
  const root = document.createElement('div');
  root.id = 'late';
  await mount(root, spec, Uint8Array.from(pictures)).ready;
  document.body.append(root);
}"""


def test_a_figure_that_is_made_before_it_is_on_the_page_is_light_on_light_paper(opened):
    figure = examples.bars(3)
    page = opened(figure.page())
    spec, pictures = payload.pack(figure, range(6))
    script = text("parts.js", "player.js")
    page.evaluate(MOUNT_LATE, [script, spec, list(pictures)])
    page.wait_for_timeout(500)
    assert page.locator("#late figure[data-number]").count() == 1
    assert page.locator("figure.nc-dark").count() == 0


def test_a_photograph_keeps_its_shades_on_dark_paper(opened):
    figure = examples.photograph()
    page = opened(
        f"<!doctype html><meta charset=utf-8><body style='background:black'>{figure.page(False)}"
    )
    spec, _ = payload.pack(figure, [0])
    ((left, top, width, height),) = spec["dark"]["photos"]
    inside = (slice(top, top + height), slice(left, left + width))
    for number, shown_now in ((0, False), (1, True)):
        if number:
            page.get_by_role("checkbox").press("Space")
            wait_shown(page, 1)
        picture = figure.picture({"turned": shown_now})
        np.testing.assert_array_equal(pixels(page)[inside], picture[inside])
        assert pixels(page)[0, 0].tolist() == [17, 17, 17, 255]


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


def test_a_telephone_gets_what_was_drawn_for_its_width(opened):
    figure = examples.panels()
    page = opened(figure.page())
    assert looks_like(page, figure.picture())
    for width, drawn in ((360, figure.narrow()), (1280, figure)):
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_function(
            "h => document.querySelector('.nc-figure canvas')?.height === h",
            arg=drawn.picture().shape[0],
        )
        wait_shown(page, 1)
        assert looks_like(page, drawn.picture())
        slider(page, "Height").press("End")
        wait_shown(page, 2)
        assert looks_like(page, drawn.picture({"height": 1.0}))
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        shown_at = page.locator(".nc-figure canvas").bounding_box()["width"]
        assert 16 * shown_at / drawn.size[0] >= 11  # pixels, of what is 12 points


def test_what_has_no_room_there_is_scrolled_and_stays_readable(opened):
    figure = examples.long_names()
    page = opened(figure.page())
    page.set_viewport_size({"width": 360, "height": 800})
    page.wait_for_function("document.querySelector('.nc-strip').tabIndex === 0")
    strip = page.locator(".nc-strip")
    assert strip.evaluate("e => e.scrollWidth > e.clientWidth")
    assert 16 * page.locator("canvas").bounding_box()["width"] / figure.size[0] >= 11
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def looks_like(page, picture):
    """Whether the page shows that picture, with six bits a channel where its colours are many."""
    return np.abs(pixels(page).astype(int) - picture).max() <= 3


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
