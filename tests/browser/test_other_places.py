"""A live figure, a guess and a quiz outside JupyterLab: in Jupyter Notebook 7, and in Voila.

Both are optional: `pip install notebook voila`; without them the tests are skipped and say so.
"""

import re

import pytest
from handling import every_control_moves
from labdriver import Lab, wait_idle, write_notebook
from playwright.sync_api import expect

CELLS = (
    "from nc_teach import classroom\nfrom nc_teach.figures import network_pruning as figures",
    "figures.two_valleys()",
    'guess = classroom.predict("doc.places", "weights removed", 0, 100, unit="%")',
    'classroom.quiz("1")',
)


@pytest.fixture(scope="module")
def server(browser, tmp_path_factory):
    """Jupyter Notebook 7 on a folder with two notebooks; Voila is an extension of the server."""
    pytest.importorskip("notebook", reason="Jupyter Notebook 7 is not installed")
    folder = tmp_path_factory.mktemp("places")
    for name in ("notebook", "voila"):  # each with its own answers
        keeps = f"import os; os.environ['NC_TEACH_PROGRESS'] = {str(folder / name)!r}"
        write_notebook(folder / f"{name}.ipynb", keeps, *CELLS)
    running = Lab(folder, tmp_path_factory.mktemp("home"), application="notebook")
    yield running
    running.stop()


def test_all_three_work_in_jupyter_notebook_7(server, context):
    page = context.new_page()
    page.goto(f"{server.url}notebooks/notebook.ipynb?token=nc-teach-test")
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
    wait_idle(page)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    all_three_work(page)


def test_all_three_work_in_voila(server, browser):
    """Voila itself asks the internet for MathJax, which the course does not need: not answered."""
    pytest.importorskip("voila", reason="Voila is not installed")
    context = browser.new_context()
    context.route("**/*", lambda route: answer(route))
    page = context.new_page()
    page.goto(f"{server.url}voila/render/voila.ipynb?token=nc-teach-test", timeout=120_000)
    all_three_work(page)
    context.close()


def answer(route):
    """Let a request through to this machine only."""
    here = route.request.url.startswith(("http://127.0.0.1", "http://localhost", "data:", "blob:"))
    route.continue_() if here else route.abort()


def all_three_work(page):
    """The figure moves, the kernel notes the guess, the quiz says why an answer is right or not."""
    page.wait_for_selector("figure.nc-figure[data-number]", timeout=120_000)
    assert every_control_moves(page) >= 2
    box = page.get_by_role("spinbutton").first
    box.fill("42")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Your guess: 42 %").first).to_be_visible(timeout=60_000)
    choice = page.locator(".nc-form button[aria-pressed]").first
    choice.click()
    expect(choice).to_have_attribute("aria-pressed", "true")
    says = page.locator(".nc-says").filter(has_text=re.compile(r"\w")).first
    expect(says).to_be_visible(timeout=60_000)
