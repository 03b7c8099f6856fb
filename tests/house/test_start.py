"""The first page: short, true about the chapters, and silent where all is well."""

import re

import pytest

from nc_teach import course
from nc_teach.classroom.machine import READY
from tests import notebook_tools as tools

FIRST, *CHAPTERS = course.chapters()
MOST_CELLS = 25
ROW = re.compile(r"^\| \[(.+?)\]\((.+?)\) \| (.+?) \| (.+\?) \| (\d+) \| (\d+) \|$", re.M)
STEPS = ("question", "idea", "paper", "formula", "code", "guess", "means", "exercise", "deeper")


def prose():
    cells = tools.read(FIRST.file).cells
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def codes():
    return tools.codes(tools.read(FIRST.file))


def test_it_is_short():
    assert len(tools.read(FIRST.file).cells) <= MOST_CELLS


def test_it_says_how_a_chapter_works_and_where_words_are_looked_up():
    for step in (*STEPS, "deeper"):
        assert f"**{step}**" in prose().lower() or re.search(
            rf"\*\*[\w ]*{step}\*\*", prose(), re.I
        )
    assert any("classroom.look_up(" in cell.source for cell in codes())


def rows():
    return {file: row for row in ROW.findall(prose()) for file in row[1:2]}


def test_its_map_has_every_chapter_in_its_order():
    assert list(rows()) == [chapter.file for chapter in CHAPTERS]


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda c: c.number)
def test_its_map_has_both_names_of_a_chapter_and_the_minutes_it_takes(chapter):
    name, _, chinese, _, needed, exercises = rows()[chapter.file]
    english, own = re.fullmatch(r"(.+) \((.+)\)", chapter.title).groups()
    assert name == f"{chapter.number}. {english}"
    assert own in chinese
    minutes = tools.read(chapter.file).metadata.nc_teach.minutes
    assert (int(needed), int(exercises)) == (minutes.read + minutes.run, minutes.exercise)


def test_the_check_comes_first_and_had_one_line_to_say():
    check, *_ = codes()
    assert check.source.endswith("classroom.check_machine()")
    (output,) = check.outputs
    assert output.data["text/plain"] == READY


def test_a_picture_that_moves_stands_before_everything_else():
    shown = [
        cell for cell in codes() if any("image/png" in o.get("data", {}) for o in cell.outputs)
    ]
    assert codes().index(shown[0]) <= 2


def test_no_cell_muttered():
    for cell in codes():
        assert not [o for o in cell.outputs if o.get("name") == "stderr"], cell.source
