"""Every chapter has the same anatomy: order of its parts, size of its cells, honest minutes."""

import re
from statistics import median

import pytest

from nc_teach.classroom.cards import find
from nc_teach.course import keys
from nc_teach.publish import markdown
from nc_teach.publish.chapters import role, section, tags
from tests import notebook_tools as tools

CHAPTERS = [name for name in tools.names() if not name.startswith("00")]
OPENING = ("title", "picture", "setup")
SECTION = (
    *("why", "see", "paper", "code", "predict", "measure", "play", "meaning", "actually"),
    *("exercise", "deeper"),
)
ALWAYS = {"why", "see", "predict", "measure"}
MEANS = {"meaning", "actually"}  # the second is the name in chapters that were not written anew
ENDING = ("claims", "passport", "summary", "quiz", "glossary", "references")
WORDS_A_MINUTE = 120  # prose, with time to look at the pictures
MOST_TABLES = 8  # on the main path of a chapter that explains
FOLDED = "jp-MarkdownHeadingCollapsed"  # how JupyterLab notes a heading that is folded


def in_order(found: list[str], wanted: tuple[str, ...]) -> bool:
    """Whether the parts come in the wanted order; some may be left out."""
    return set(found) <= set(wanted) and found == sorted(found, key=wanted.index)


def of_section(cells, technique: str):
    return [cell for cell in cells if section(cell) == technique]


def main_path(cells):
    """What a reader needs: all but what goes deeper."""
    return [cell for cell in cells if "deeper" not in tags(cell)]


def shows_a_table(cell) -> bool:
    """Whether a code cell has displayed a table, as the text of a page."""
    return any("<table" in o.get("data", {}).get("text/html", "") for o in cell.get("outputs", []))


def words(cell) -> int:
    return len(re.sub(r"\]\([^)]*\)", "]", cell.source).split())


def lines(cell) -> int:
    return sum(bool(line.strip()) for line in cell.source.splitlines())


@pytest.mark.parametrize("name", CHAPTERS)
def test_the_parts_come_in_the_order_of_the_course(name):
    cells = tools.read(name).cells
    outside = [role(cell) for cell in cells if not section(cell)]
    assert in_order(outside, OPENING + ENDING)
    assert set(outside) == {*OPENING, *ENDING}
    first = next(i for i, cell in enumerate(cells) if section(cell))
    last = max(i for i, cell in enumerate(cells) if section(cell))
    assert all(section(cell) for cell in cells[first : last + 1])
    for technique in dict.fromkeys(map(section, cells[first : last + 1])):
        parts = list(map(role, of_section(cells, technique)))
        assert in_order(parts, SECTION), f"section {technique}: {list(dict.fromkeys(parts))}"
        assert set(parts) >= ALWAYS, f"section {technique} lacks {ALWAYS - set(parts)}"
        assert set(parts) & MEANS, f"section {technique} does not say what it means"


@pytest.mark.parametrize("name", tools.names())
def test_code_cells_are_small(name):
    notebook = tools.read(name)
    code = list(map(lines, tools.codes(notebook)))
    assert median(code) <= 6
    assert max(code) <= 15
    if notebook.metadata.nc_teach.get("complete"):
        assert 60 <= len(main_path(notebook.cells)) <= 140


@pytest.mark.parametrize("name", CHAPTERS)
def test_what_goes_deeper_comes_last_and_starts_folded(name):
    """Its heading holds all that follows: within it, only smaller ones, so that all is folded."""
    cells = tools.read(name).cells
    for technique in dict.fromkeys(filter(None, map(section, cells))):
        found = of_section(cells, technique)
        deeper = [cell for cell in found if "deeper" in tags(cell)]
        assert found[len(found) - len(deeper) :] == deeper
        assert all(role(cell) == "deeper" for cell in deeper)
        for first in deeper[:1]:
            assert first.cell_type == "markdown"
            assert first.source.startswith("### Deeper: ")
            assert first.metadata.get(FOLDED) is True
        text = "\n".join(cell.source for cell in deeper if cell.cell_type == "markdown")
        assert len(re.findall(r"^#{1,3} ", text, re.M)) == bool(deeper)


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_that_explains_has_few_tables_on_its_main_path(name):
    notebook = tools.read(name)
    shown = [c.source for c in main_path(tools.codes(notebook)) if shows_a_table(c)]
    assert len(shown) <= MOST_TABLES or not notebook.metadata.nc_teach.get("explains"), shown


@pytest.mark.parametrize("name", tools.names())
def test_formulas_stand_in_the_text_and_can_be_drawn(name):
    for cell in tools.read(name).cells:
        assert "formula" not in cell.metadata.get("nc_teach", {})
        if cell.cell_type == "markdown":
            markdown.render(cell.source)  # a ValueError names a formula that cannot be drawn


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_section_asks_before_it_answers(name):
    cells = tools.read(name).cells
    for technique in dict.fromkeys(filter(None, map(section, cells))):
        found = of_section(cells, technique)
        assert any("?" in c.source for c in found if role(c) == "why")
        codes = [c for c in found if c.cell_type == "code"]
        guess = next(i for i, c in enumerate(codes) if "classroom.predict(" in c.source)
        score = next(i for i, c in enumerate(codes) if "classroom.score(" in c.source)
        assert guess < score
        assert role(codes[guess]) == "predict"


@pytest.mark.parametrize("name", tools.names())
def test_the_stated_minutes_are_the_true_ones(name):
    """Reading by the number of words, running as measured, exercises by their cards."""
    notebook = tools.read(name)
    ours = notebook.metadata.nc_teach
    stated = re.search(
        r"^\| (\d+) minutes? \| (\d+) minutes? \| (\d+) minutes? \|", notebook.cells[1].source, re.M
    )
    minutes = [ours.minutes[kind] for kind in ("read", "run", "exercise")]
    assert list(map(int, stated.groups())) == minutes
    looked_up = ("glossary", "references")
    needed = [c for c in main_path(notebook.cells) if role(c) not in looked_up]
    prose = sum(words(c) for c in needed if c.cell_type == "markdown")
    code = sum(lines(c) for c in needed if c.cell_type == "code")
    reading = prose / WORDS_A_MINUTE + code / 12
    assert 0.6 * ours.minutes.read <= reading <= 1.3 * ours.minutes.read, f"about {reading:.0f}"
    assert not ours.get("explains") or ours.minutes.read + ours.minutes.run <= 75
    assert ours.seconds <= 60 * ours.minutes.run
    assert ours.minutes.run <= 4
    assert ours.minutes.exercise == sum(card.minutes for card in cards_of(notebook))


def cards_of(notebook):
    return [find(key) for cell in tools.codes(notebook) for key in keys(cell.source, "exercise")]


@pytest.mark.parametrize("name", CHAPTERS)
def test_an_exercise_shows_the_stub_of_its_card(name):
    notebook = tools.read(name)
    codes = [cell.source.strip() for cell in tools.codes(notebook)]
    for card in cards_of(notebook):
        place = codes.index(f'classroom.exercise("{card.key}")')
        assert codes[place + 1] == card.stub.strip()
        assert codes[place + 2].startswith(f'classroom.check("{card.key}", ')


FORMULA = re.compile(r"\$\$.+?\$\$|\$[^$]+\$", re.S)
NUMBER = re.compile(r"\d+(?:\.\d+)? ?(?:%|ms|times|points|bytes|kB)")
FACTS = {"90 %", "16,384 bytes"}  # parameters of a question, or facts of the world


@pytest.mark.parametrize("name", tools.names())
def test_no_measured_number_is_typed_into_prose(name):
    """A measurement is printed by the cell that made it; what a cell is asked for may be named.

    A paper's numbers belong to it, and a formula's are worked out by the cell below it.
    """
    for cell in tools.read(name).cells:
        if cell.cell_type == "markdown" and role(cell) != "paper":
            assert set(NUMBER.findall(FORMULA.sub("", cell.source))) <= FACTS, cell.source


@pytest.mark.parametrize("name", tools.names())
def test_every_cell_has_a_role(name):
    known = {*OPENING, *SECTION, *ENDING, "how", "check", "figure", "guess", "map"}
    assert all(role(cell) in known for cell in tools.read(name).cells)
