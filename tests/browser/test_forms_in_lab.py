"""The classroom's forms in a real JupyterLab: what is set there reaches the kernel in time."""

import json

import pytest
from labdriver import command, run_all, wait_idle, write_notebook

ASK = """from nc_teach import classroom
guess = classroom.predict("doc.lab", "weights removed", 0, 100, unit="%")"""
SCORE = "classroom.score(guess, 84)"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("forms")


@pytest.mark.parametrize(
    ("name", "keys", "value"), [("slider", ["End"], 100), ("spinbutton", ["4", "2"], 42)]
)
def test_what_is_set_and_left_counts_when_the_next_cell_scores(
    lab, context, folder, name, keys, value
):
    """No button is pressed; and nothing says that the guess came late."""
    file = folder / f"{name}.json"
    ask = f"import os; os.environ['NC_TEACH_PROGRESS'] = {str(file)!r}\n{ASK}"
    write_notebook(folder / f"{name}.ipynb", ask, SCORE)
    page = lab(folder).open(context, f"{name}.ipynb")
    page.locator(".jp-Cell").first.click()
    command(page, "notebook:run-cell-and-select-next")
    page.get_by_text("No guess yet.").last.wait_for()
    page.get_by_role(name).focus()
    for key in keys:
        page.keyboard.press(key)
    page.locator(".jp-CodeCell .cm-content").nth(1).click()
    command(page, "notebook:run-cell")
    said = page.get_by_text(f"You guessed {value} %, measured 84 %")
    said.last.wait_for()
    wait_idle(page)
    assert said.count() == 2  # below the cell, and in the form
    entry = json.loads(file.read_text(encoding="utf-8"))["predictions"]["doc.lab"]
    assert (entry["value"], entry["measured"]) == (value, 84)
    assert "changed_after_scoring" not in entry
    run_all(page)
    assert page.get_by_text(f"You guessed {value} %, measured 84 %").count() == 2


STUB = "def select_per_layer(scores, sparsity):\n    while True: pass"
ALMOST = "from nc_teach.classroom import cards\nselect_per_layer = cards.find('1.1').solution"


def test_the_buttons_of_a_card_try_the_reader_s_function(lab, context, folder):
    card = "from nc_teach import classroom\nclassroom.exercise('1.1')"
    busy = "import time; time.sleep(2)"
    write_notebook(folder / "card.ipynb", card, STUB, ALMOST, busy)
    page = lab(folder).open(context, "card.ipynb")
    cells = page.locator(".jp-CodeCell")

    def run(number):
        cells.nth(number).locator(".cm-content").click()
        command(page, "notebook:run-cell")

    def check():
        page.get_by_role("button", name="Check select_per_layer").click()

    run(0)
    check()
    page.get_by_text("There is no select_per_layer yet.").wait_for()
    run(1)
    wait_idle(page)
    check()
    page.wait_for_timeout(1000)
    assert "Checking" in page.locator(".nc-status").inner_text()
    command(page, "notebook:interrupt-kernel")
    page.get_by_text("Stopped. Does every loop end?").wait_for()
    run(2)
    wait_idle(page)
    cells.nth(3).locator(".cm-content").click()
    page.evaluate("() => { jupyterapp.commands.execute('notebook:run-cell'); }")  # while it runs:
    check()
    page.get_by_text("✓ Passed: Cut by layer.").wait_for()
    for said in ("Hint 1 of 2:", "Hint 2 of 2:"):
        page.get_by_role("button", name="Hint").click()
        page.get_by_text(said).wait_for()
    page.get_by_role("button", name="Solution").click()
    page.get_by_text("Solution of 1.1").wait_for()
    assert page.get_by_text("def select_per_layer").count() == 2  # its cell, and the solution
