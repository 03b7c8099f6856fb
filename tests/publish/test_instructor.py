"""The lecturer's copy holds every solution and every wrong answer; no student's notebook does."""

import inspect
import re
import textwrap
from functools import cache

import nbformat
import pytest

from nc_teach import course
from nc_teach.classroom import cards
from nc_teach.classroom.examine import examine
from nc_teach.cli import main
from nc_teach.publish.chapters import chapter, read
from nc_teach.publish.pages import instructor
from tests.checks import refuses
from tests.notebook_tools import NOTEBOOKS

KEYS = list(cards.all_cards())
QUICK = ("1.1", "1.5", "2.1", "3.1", "4.1")  # their checks train nothing


@cache
def body(key: str) -> str:
    """What a solution consists of, below its first line, without its layout."""
    source = textwrap.dedent(inspect.getsource(cards.find(key).solution)).strip()
    lines = source.split(":\n", 1)[1].splitlines()
    return "\n".join(line.strip() for line in lines if line.strip())


@pytest.fixture(scope="module")
def small() -> nbformat.NotebookNode:
    """Chapter 1's notebook with two of its exercises."""
    notebook = read(chapter(1))
    wanted = re.compile(r'classroom\.(?:exercise|check)\("1\.[15]"')
    cells = notebook.cells
    at = [i for i, c in enumerate(cells) if c.cell_type == "code" and wanted.search(c.source)]
    notebook.cells = [cells[i] for first in at[::2] for i in (first, first + 1, first + 2)]
    return notebook


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda p: p.name)
def test_no_student_s_notebook_holds_a_solution(path):
    notebook = nbformat.read(path, as_version=4)
    assert not notebook.metadata.get("nc_teach", {}).get("instructor")
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    assert not any("classroom.solution(" in source for source in code)
    assert not any("solution" in cell.metadata.get("tags", []) for cell in notebook.cells)
    plain = ["\n".join(line.strip() for line in s.splitlines() if line.strip()) for s in code]
    for key in KEYS:
        assert not any(body(key) in source for source in plain), key


def test_after_each_stub_come_solution_reasons_and_wrong_answers(small):
    copy = instructor.copy(small)
    nbformat.validate(copy)
    sources = [cell.source for cell in copy.cells]
    for key in ("1.1", "1.5"):
        card = cards.find(key)
        at = sources.index(f'classroom.exercise("{key}")')
        assert sources[at + 1] == card.stub.strip()
        assert sources[at + 2] == instructor.source(card)
        assert card.reasoning in sources[at + 3]
        for code, function in instructor.known_wrong(card):
            assert f"```python\n{code}\n```" in sources[at + 4]
            assert " ".join(examine(card, function).split()) in sources[at + 4]
        assert sources[at + 5].startswith(f'classroom.check("{key}", ')


@pytest.mark.parametrize("key", KEYS)
def test_every_known_wrong_answer_has_its_own_code(key):
    codes = [code for code, _ in instructor.known_wrong(cards.find(key))]
    assert len(set(codes)) == len(codes) >= 5
    assert not any(" at 0x" in code for code in codes)


def test_the_student_s_cells_are_untouched_and_the_copy_says_what_it_is(small):
    before = nbformat.writes(small)
    copy = instructor.copy(small)
    assert nbformat.writes(small) == before
    new = [cell for cell in copy.cells if "solution" in cell.metadata.tags]
    old = [cell.source for cell in copy.cells if "solution" not in cell.metadata.tags]
    assert old == [cell.source for cell in small.cells]
    assert "do not hand it out" in new[0].source
    assert copy.metadata.nc_teach.instructor
    assert "made_from" not in copy.metadata.nc_teach


@pytest.mark.parametrize("key", KEYS)
def test_a_solution_s_cell_defines_the_function_by_itself(key):
    card = cards.find(key)
    names: dict = {}
    exec(compile(instructor.source(card), key, "exec"), names)
    mine = names[card.solution.__name__]
    if key in QUICK:
        assert examine(card, mine) is None


def test_no_copy_is_written_over_a_notebook_of_a_student(tmp_path):
    student, mine = course.notebooks() / "01_network_pruning.ipynb", tmp_path / "mine.ipynb"
    refuses("must not be in the folder of the stud", instructor.check_place, student)
    nbformat.write(nbformat.v4.new_notebook(), mine)
    refuses("must be new or an older copy of this kind, got", instructor.check_place, mine)
    nbformat.write(nbformat.v4.new_notebook(metadata={"nc_teach": {"instructor": True}}), mine)
    instructor.check_place(mine)
    instructor.check_place(tmp_path / "new.ipynb")


def test_the_command_writes_a_copy_and_refuses_what_is_no_chapter(
    tmp_path, monkeypatch, capsys, small
):
    monkeypatch.setattr("nc_teach.publish.chapters.read", lambda chosen: small)
    out = tmp_path / "copy.ipynb"
    assert main(["instructor", "1", "--out", str(out)]) == 0
    assert nbformat.read(out, as_version=4).metadata.nc_teach.instructor
    assert main(["instructor", "99", "--out", str(out)]) == 2
    assert "chapter must be one of" in capsys.readouterr().err
