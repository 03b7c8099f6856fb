"""A live figure in a real JupyterLab: it moves, it is right, it survives being closed."""

import json
from pathlib import Path

import figures_for_tests as examples
import numpy as np
import pytest
from handling import drag
from labdriver import pixels, run_all, save, shown, slider, wait_idle, wait_shown, write_notebook
from playwright.sync_api import expect

HERE = Path(__file__).parent
IMPORT = f"import sys; sys.path.insert(0, {str(HERE)!r}); import figures_for_tests as examples"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("notebooks")


def opened(lab, context, folder, name, figure):
    write_notebook(folder / name, IMPORT, f"figure = {figure}\nfigure.show()")
    page = lab(folder).open(context, name)
    run_all(page)
    page.wait_for_selector("figure.nc-figure[data-number]")
    return page


def assert_shows(page, figure, values):
    """The picture on the screen is, pixel for pixel, the one of these values."""
    np.testing.assert_array_equal(pixels(page), figure.picture(values))
    assert figure.sentence(values) in page.locator(".nc-sentence").inner_text()


def test_slider_moves_the_picture_with_keys_and_mouse(lab, context, folder):
    page = opened(lab, context, folder, "move.ipynb", "examples.bars()")
    figure = examples.bars()
    wait_shown(page, 20)
    assert_shows(page, figure, {"height": 0.5})

    thumb = slider(page, "Height")
    thumb.focus()
    page.keyboard.press("ArrowRight")
    wait_shown(page, 22)
    assert_shows(page, figure, {"height": 0.55})
    assert thumb.get_attribute("aria-valuetext") == "0.550"
    page.keyboard.press("End")
    wait_shown(page, 40)
    assert_shows(page, figure, {"height": 1.0})

    drag(thumb, 1, 0.8, 0.6, 0.4, 0.2, 0)
    wait_shown(page, 0)
    assert_shows(page, figure, {"height": 0.0})

    page.get_by_role("checkbox", name="Turn round").check()
    wait_shown(page, 1)
    assert_shows(page, figure, {"height": 0.0, "turned": True})


def test_controls_and_picture_have_names(lab, context, folder):
    page = opened(lab, context, folder, "names.ipynb", "examples.bars()")
    tree = page.locator("figure.nc-figure").aria_snapshot()
    assert 'figure "Bars"' in tree
    assert 'slider "Height"' in tree
    assert 'checkbox "Turn round"' in tree
    assert 'img "The even bars are 0.500 high."' in tree
    page.wait_for_function("document.querySelector('[role=status]').textContent !== ''")
    assert page.get_by_role("status").inner_text() == "The even bars are 0.500 high."


def test_status_is_quiet_while_dragging(lab, context, folder):
    page = opened(lab, context, folder, "quiet.ipynb", "examples.bars()")
    page.wait_for_function("document.querySelector('[role=status]').textContent !== ''")
    page.evaluate(
        """() => {
          window.spoken = [];
          const watcher = new MutationObserver(() =>
            window.spoken.push(document.querySelector('[role=status]').textContent));
          watcher.observe(document.querySelector('[role=status]'), {childList: true});
        }"""
    )
    slider(page, "Height").focus()
    for _ in range(8):
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(20)
    wait_shown(page, 36)
    page.wait_for_timeout(700)
    assert page.evaluate("window.spoken") == ["The even bars are 0.900 high."]


def test_one_picture_while_live_and_the_still_one_after_reopening(lab, context, folder):
    page = opened(lab, context, folder, "again.ipynb", "examples.bars()")
    still = page.locator(".jp-RenderedImage img")
    still.wait_for(state="hidden")
    assert not page.locator(".jp-RenderedMarkdown").is_visible()
    save(page)
    page.evaluate(
        "async () => await window.jupyterapp.shell.currentWidget.sessionContext.shutdown()"
    )
    page.close()

    saved = json.loads((folder / "again.ipynb").read_text())
    assert "widgets" not in saved["metadata"]
    assert "image/png" in saved["cells"][1]["outputs"][0]["data"]
    assert "widget-view" not in json.dumps(saved["cells"][1]["outputs"][:2])

    page = lab(folder).open(context, "again.ipynb")
    assert page.locator(".jp-RenderedImage img").is_visible()
    assert "The even bars are 0.500 high." in page.locator(".jp-RenderedMarkdown").inner_text()


def test_a_grid_too_large_is_drawn_by_the_kernel(lab, context, folder):
    page = opened(lab, context, folder, "large.ipynb", "examples.bars(1001)")
    figure = examples.bars(1001)
    page.get_by_text("The numbers as a table").click()
    rows = page.locator(".nc-scroll tbody tr")
    expect(rows).to_have_count(300)  # drawn or not, as many as a page has
    slider(page, "Height").focus()
    page.keyboard.press("End")
    wait_shown(page, 2000)
    assert_shows(page, figure, {"height": 1.0})
    for _ in range(30):
        page.keyboard.press("ArrowLeft")
    wait_shown(page, 1940)
    assert_shows(page, figure, {"height": 0.97})


def test_a_figure_says_that_its_kernel_was_restarted(lab, context, folder):
    page = opened(lab, context, folder, "gone.ipynb", "examples.bars(1001)")
    page.evaluate("jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    wait_idle(page)
    slider(page, "Height").focus()
    page.keyboard.press("End")
    page.get_by_text("If it was restarted, run this cell again.").first.wait_for(timeout=25_000)


def test_an_exception_is_shown_in_the_figure(lab, context, folder):
    page = opened(lab, context, folder, "broken.ipynb", "examples.broken()")
    figure = examples.broken()
    slider(page, "Height").focus()
    page.keyboard.press("End")
    wait_shown(page, 20)
    assert (
        "ValueError: height must be at most 0.7, got 1.0"
        in page.locator(".nc-sentence").inner_text()
    )
    page.keyboard.press("Home")
    wait_shown(page, 0)
    assert_shows(page, figure, {"height": 0.0})


def test_an_exception_in_build_is_shown_in_the_figure(lab, context, folder):
    cell = "import dataclasses\nfigure = examples.bars()\nfigure.build = lambda f, s: 1 / 0"
    write_notebook(folder / "build.ipynb", IMPORT, cell, "figure.show()")
    page = lab(folder).open(context, "build.ipynb")
    run_all(page)
    page.wait_for_selector("figure.nc-error")
    assert "ZeroDivisionError" in page.locator(".nc-sentence").inner_text()
    assert shown(page) == 20


def test_two_figures_in_one_cell_do_not_disturb_each_other(lab, context, folder):
    cell = "examples.bars(title='One').show()\nexamples.bars(5, title='Two').show()"
    write_notebook(folder / "two.ipynb", IMPORT, cell)
    page = lab(folder).open(context, "two.ipynb")
    run_all(page)
    page.wait_for_function(
        "document.querySelectorAll('figure.nc-figure[data-number]').length === 2"
    )
    second = page.locator("figure.nc-figure").nth(1)
    second.get_by_role("slider", name="Height").focus()
    page.keyboard.press("End")
    page.wait_for_function(
        "document.querySelectorAll('figure.nc-figure')[1].dataset.number === '8'"
    )
    assert shown(page) == 20
    for image in page.locator(".jp-RenderedImage img").all():
        image.wait_for(state="hidden")
