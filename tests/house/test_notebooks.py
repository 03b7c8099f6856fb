"""Every notebook runs as it stands, and its committed outputs are what the code of today gives."""

import json

import pytest

from nc_teach import course
from nc_teach.publish import execute
from nc_teach.publish.chapters import read
from tests import notebook_tools as tools
from tests.conftest import IN_LAB, ON_PAGES, find_chromium

OURS = ("text/plain", "text/html", "text/markdown", "image/png")


def outputs(notebook):
    return [o for c in tools.codes(notebook) for o in c.outputs]


@pytest.mark.notebook
@pytest.mark.parametrize("chapter", course.chapters(), ids=lambda c: c.number)
def test_it_runs_as_it_stands_and_nowhere_near_ten_times_its_minutes(chapter, request):
    """No error, and within ten times the minutes that the notebook states, on any machine.

    Where slides or site are tested, this is the run that they take their moving figures from: every
    picture of every figure is drawn in it, and its time includes them. The chapter that a browser
    runs in JupyterLab is not run here too, where there is a browser.
    """
    everything = request.config.getoption("--everything")
    selected = any("test_a_chapter_runs" in item.name for item in request.session.items)
    if chapter.number == IN_LAB and not everything and selected and find_chromium():
        pytest.skip("it runs in JupyterLab")
    if chapter.number == ON_PAGES or everything:
        notebook = execute.execute(chapter)
    else:
        notebook = read(chapter)
        execute.run(notebook, page=False)
    seconds = list(map(tools.seconds_of, tools.codes(notebook)))
    assert sum(seconds) <= 10 * 60 * notebook.metadata.nc_teach.minutes.run


@pytest.mark.parametrize("name", tools.names())
def test_the_outputs_are_not_stale(name):
    changed = tools.stale(tools.read(name))
    assert not changed, f"run `python -m tests.notebook_tools {name}`: {', '.join(changed)} changed"


def test_a_change_makes_a_notebook_stale():
    notebook = tools.read(tools.names()[-1])
    assert not tools.stale(notebook)
    notebook.cells[3].source += "\n1 + 1"
    tools.codes(notebook)[0].source += "  # changed"
    assert tools.stale(notebook) == ["its own cells"]
    notebook.metadata.nc_teach.made_from.modules["nc_teach.models"] = "other"
    assert "nc_teach.models" in tools.stale(notebook)
    del notebook.metadata.nc_teach["made_from"]
    assert tools.stale(notebook) == ["it was never run"]


@pytest.mark.parametrize("name", tools.names())
def test_committed_outputs_are_still(name):
    """For those who only read: pictures and text, no widget, no error, no red stderr."""
    notebook = tools.read(name)
    assert "widgets" not in notebook.metadata
    for output in outputs(notebook):
        assert output.output_type != "error"
        assert output.get("name") != "stderr", output.text
        data = output.get("data", {})
        assert set(data) <= set(OURS), set(data)
        if "image/png" in data:
            assert data.get("text/plain"), "a picture needs its sentence"
    assert "/tmp/" not in json.dumps(notebook)


@pytest.mark.parametrize("name", tools.names())
def test_every_code_cell_was_run_in_order(name):
    counts = [c.execution_count for c in tools.codes(tools.read(name))]
    assert counts == list(range(1, len(counts) + 1))
