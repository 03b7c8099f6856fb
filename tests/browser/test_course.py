"""The course as its reader meets it: `nc-teach lab`, a whole chapter, its figures, its page."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time

import nbformat
import pytest
from handling import (
    drag,
    every_control_moves,
    figure,
    move,
    offline,
    picture,
    sentence,
    wait_other,
    wait_until,
)
from labdriver import browser_context, errors, run_chapter, slider

CHAPTER = "01_network_pruning.ipynb"
EXPORT = "open('page.html', 'w', encoding='utf-8').write(figures.pruning_curve(curve).page());"


@pytest.fixture(scope="module")
def chapter(browser, lab, tmp_path_factory):
    """The chapter in JupyterLab, run from top to bottom, with one cell more that exports a page."""
    folder = tmp_path_factory.mktemp("course")
    with run_chapter(browser, lab, folder, CHAPTER, EXPORT) as page:
        yield page, folder


def test_it_ran_without_an_error(chapter):
    page, folder = chapter
    assert not errors(page, folder / CHAPTER)
    saved = json.loads((folder / CHAPTER).read_text(encoding="utf-8"))
    assert "widgets" not in saved["metadata"]


@pytest.mark.parametrize(
    ("title", "first"),
    [
        ("How much can be cut?", "0 %"),
        ("Where is the line drawn?", "0 %"),
        ("Cut and heal", "0"),
        ("Removed, but is it faster?", "50 %"),
        ("Which neurons are silent?", "30 %"),
        ("Which filters fade?", "0"),
    ],
)
def test_every_slider_moves_its_picture(chapter, title, first):
    """By the keyboard to its first value, then dragged by the mouse."""
    page, _ = chapter
    found = figure(page, title)
    thumb, seen, said = found.get_by_role("slider"), [picture(found)], sentence(found)
    move(found, thumb, "Home")
    assert thumb.get_attribute("aria-valuetext") == first
    seen.append(picture(found))
    at_first = found.get_attribute("data-number")
    drag(thumb, 0, 0.6)
    wait_other(found, at_first)
    seen.append(picture(found))
    assert len(set(seen)) == 3
    assert sentence(found) != said


def test_the_choice_changes_what_the_network_reads(chapter):
    page, _ = chapter
    found = figure(page, "How much can be cut?")
    before = found.get_attribute("data-number")
    found.get_by_role("radio", name="random weights").check()
    wait_other(found, before)


def test_every_other_control_moves_too(chapter):
    page, _ = chapter
    assert every_control_moves(page) >= 9


def test_a_guess_is_recorded_beside_the_notebook(chapter):
    page, folder = chapter
    form = page.locator(".jp-OutputArea", has=page.get_by_role("button", name="That is my guess"))
    form = form.first
    form.scroll_into_view_if_needed()
    form.get_by_role("spinbutton").fill("65")
    form.get_by_role("button", name="That is my guess").click()
    form.get_by_text("65 %").first.wait_for()
    kept = json.loads((folder / "nc_teach_progress.json").read_text(encoding="utf-8"))
    assert kept["predictions"]["pruning.free_lunch"]["value"] == 65
    techniques = [dot["technique"] for dot in kept["passport"]]
    assert techniques == ["dense", "90 % removed", "60-20 neurons"]


def test_the_exported_page_moves_without_kernel_and_network(chapter, browser):
    _, folder = chapter
    with browser_context(browser) as context:
        page = offline(context)
        page.goto((folder / "page.html").as_uri())
        found = figure(page, "How much can be cut?")
        before = picture(found)
        drag(slider(page, "Weights removed"), 0.5, 0)
        wait_until(page, "document.querySelector('.nc-sentence').textContent.startsWith('0 %')")
        assert picture(found) != before


def test_the_reader_s_command_opens_the_course_and_asks_nobody(browser, tmp_path):
    """`nc-teach lab`: the first notebook is open, nothing pops up, no request goes out."""
    words = [sys.executable, "-m", "nc_teach.cli", "lab", "mine", "--no-browser"]
    env = {**os.environ, "HOME": str(tmp_path), "NC_TEACH_STILL": "0"}
    env |= {"JUPYTER_CONFIG_DIR": str(tmp_path / "config"), "JUPYTER_ALLOW_INSECURE_WRITES": "1"}
    log = tmp_path / "lab.log"
    with log.open("w") as stream:
        process = subprocess.Popen(
            words, env=env, stdout=stream, stderr=stream, cwd=tmp_path, start_new_session=True
        )
    try:
        url = address_in(log, process)
        with browser_context(browser, viewport={"width": 1280, "height": 900}) as context:
            page = context.new_page()
            page.goto(url)
            page.get_by_role("heading", name="Start here").wait_for(timeout=60_000)
            page.wait_for_timeout(5000)
            assert page.locator(".jp-Dialog, .Toastify__toast").count() == 0
        process.terminate()  # the command alone; JupyterLab and the kernels have to follow
        process.wait(30)
        with pytest.raises(ProcessLookupError):
            while_alive(process.pid)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    cells = nbformat.read(tmp_path / "mine" / CHAPTER, 4).cells
    assert not any(cell.get("outputs") for cell in cells)


def while_alive(group, seconds=30):
    """Wait as long as anything of this process group runs; ProcessLookupError once nothing does."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        os.killpg(group, 0)
        time.sleep(0.2)


def address_in(log, process, seconds=60):
    """The address with its token that JupyterLab prints."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        found = re.search(r"http://127\.0\.0\.1:\d+/lab\S*token=\w+", log.read_text())
        if found:
            return found.group()
        time.sleep(0.2)
    raise AssertionError(log.read_text()[-2000:])
