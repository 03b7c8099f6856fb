"""Every notebook in a real JupyterLab: it runs from top to bottom, and every control moves."""

import pytest
from handling import every_control_moves
from labdriver import errors, run_chapter

from nc_teach import course

ON_THEIR_OWN = ("1", "7")  # what they do beside is tested in test_course and test_capstone
CHAPTERS = [c for c in course.chapters() if c.number not in ON_THEIR_OWN]


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda c: c.number)
def test_a_chapter_runs_and_its_figures_move(browser, lab, tmp_path, chapter):
    with run_chapter(browser, lab, tmp_path, chapter.file) as page:
        assert not errors(page, tmp_path / chapter.file)
        assert every_control_moves(page) >= (0 if chapter.number == "00" else 5)
