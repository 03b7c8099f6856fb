"""Every chapter has the same anatomy: order of its parts, size of its cells, honest minutes."""

import re
from statistics import median

import pytest

from nc_teach.classroom.cards import find
from nc_teach.course import keys
from nc_teach.publish.chapters import role, section
from tests import notebook_tools as tools

CHAPTERS = [name for name in tools.names() if not name.startswith("00")]
OPENING = ("title", "picture", "setup")
SECTION = ("why", "see", "code", "predict", "measure", "play", "actually", "exercise")
ENDING = ("claims", "passport", "summary", "quiz", "glossary", "references")
WORDS_A_MINUTE = 120  # prose, with time to look at the pictures


def in_order(found: list[str], wanted: tuple[str, ...]) -> bool:
    """Whether the parts come in the wanted order, each at least once."""
    seen = list(dict.fromkeys(found))
    return seen == list(wanted) and found == sorted(found, key=wanted.index)


def words(cell) -> int:
    return len(re.sub(r"\]\([^)]*\)", "]", cell.source).split())


def lines(cell) -> int:
    return sum(bool(line.strip()) for line in cell.source.splitlines())


@pytest.mark.parametrize("name", CHAPTERS)
def test_the_parts_come_in_the_order_of_the_course(name):
    cells = tools.read(name).cells
    outside = [role(cell) for cell in cells if not section(cell)]
    assert in_order(outside, OPENING + ENDING)
    first = next(i for i, cell in enumerate(cells) if section(cell))
    last = max(i for i, cell in enumerate(cells) if section(cell))
    assert all(section(cell) for cell in cells[first : last + 1])
    for technique in dict.fromkeys(map(section, cells[first : last + 1])):
        parts = [role(cell) for cell in cells if section(cell) == technique]
        assert in_order(parts, SECTION), f"section {technique}: {list(dict.fromkeys(parts))}"


@pytest.mark.parametrize("name", tools.names())
def test_code_cells_are_small(name):
    notebook = tools.read(name)
    code = list(map(lines, tools.codes(notebook)))
    assert median(code) <= 6
    assert max(code) <= 15
    if notebook.metadata.nc_teach.get("complete"):
        assert 60 <= len(notebook.cells) <= 140


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_section_asks_before_it_answers(name):
    cells = tools.read(name).cells
    for technique in dict.fromkeys(filter(None, map(section, cells))):
        (why, *_) = (c for c in cells if section(c) == technique and role(c) == "why")
        assert why.source.rstrip().endswith("?")
        codes = [c for c in cells if section(c) == technique and c.cell_type == "code"]
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
    prose = sum(words(c) for c in notebook.cells if c.cell_type == "markdown")
    code = sum(map(lines, tools.codes(notebook)))
    reading = prose / WORDS_A_MINUTE + code / 12
    assert 0.6 * ours.minutes.read <= reading <= 1.3 * ours.minutes.read, f"about {reading:.0f}"
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


NUMBER = re.compile(r"\d+(?:\.\d+)? ?(?:%|ms|times|points|bytes|kB)")
FACTS = {"90 %", "16,384 bytes"}  # parameters of a question, or facts of the world


@pytest.mark.parametrize("name", tools.names())
def test_no_measured_number_is_typed_into_prose(name):
    """A measurement is printed by the cell that made it; what a cell is asked for may be named."""
    for cell in tools.read(name).cells:
        if cell.cell_type == "markdown":
            assert set(NUMBER.findall(cell.source)) <= FACTS, cell.source


@pytest.mark.parametrize("name", tools.names())
def test_every_cell_has_a_role(name):
    known = {*OPENING, *SECTION, *ENDING, "how", "check", "figure", "guess", "map"}
    assert all(role(cell) in known for cell in tools.read(name).cells)
