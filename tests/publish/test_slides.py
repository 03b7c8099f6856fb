"""A lecture from a chapter's own cells: what each slide says and shows, nothing from outside."""

import re
from functools import cache
from html.parser import HTMLParser

import nbformat
import pytest
from bs4 import BeautifulSoup

from nc_teach import course
from nc_teach.classroom import questions
from nc_teach.cli import main
from nc_teach.publish import execute, markdown, poll
from nc_teach.publish.chapters import chapter, read, role, section
from nc_teach.publish.slides import deck
from nc_teach.publish.slides.handout import handout
from nc_teach.publish.slides.lecture import pace, slides
from tests.checks import refuses
from tests.publish.cells import MEASURED, code, notebook, prose, says

CHAPTERS = [c for c in course.chapters() if c.number != "00"]
each_chapter = pytest.mark.parametrize("one", CHAPTERS, ids=lambda c: c.number)


def lecture_of(one, minutes=90):
    """The slides of a chapter from its stored outputs."""
    return slides(read(one), one.number, minutes)


@cache
def page_of(one):
    return deck.deck(read(one), one.number, one.title)


def plain(html):
    return BeautifulSoup(html, "html.parser").get_text()


class Fetched(HTMLParser):
    """What a browser would fetch for a page, and its styles."""

    def __init__(self):
        super().__init__()
        self.addresses, self.styles, self.inside = [], "", ""

    def handle_starttag(self, tag, attrs):
        self.inside = tag
        for name, value in attrs:
            if name in ("src", "srcset", "data", "poster") or (tag, name) == ("link", "href"):
                self.addresses.append(value)

    def handle_data(self, data):
        if self.inside == "style":
            self.styles += data


SECTION = ("section:a",)


class TestAssertions:
    def test_a_cell_without_an_assertion_has_no_slide(self):
        assert slides(notebook(prose("# One", "title"), code("w", "see")), "1") == []

    def test_what_a_cell_says_is_the_heading_and_its_words_come_by_steps(self):
        one = prose("### It", "see", *SECTION, **says("It *is* so.", text="First.\n---\nThen $w$."))
        (slide,) = slides(notebook(one), "1")
        assert slide.says == "It <em>is</em> so."
        assert [plain(step) for step in slide.steps] == ["First.\n", "Then w.\n"]
        shown = deck.deck(notebook(one), "1", "T")
        assert shown.count('class="nc-words"') == 1
        assert shown.count('class="nc-words fragment"') == 1

    def test_a_number_in_a_sentence_is_the_one_that_was_printed(self):
        numbers = {"left": "([0-9.]+) % are left", "far": ["b", "high: (\\d+)"]}
        one = printing("low: 3\n7.5 % are left\n", **says("{left}, {far}", numbers=numbers))
        other = printing("high: 12\n")
        other.id = "b"
        (slide,) = slides(notebook(one, other), "1")
        assert slide.says == "7.5, 12"

    def test_a_number_of_a_table_or_of_a_figures_sentence_is_read_too(self):
        table = "<table><tr><th>a</th></tr><tr><td>61 %</td></tr></table>"
        one = code("t", "see", data={"text/html": table}, **says("{n}", numbers={"n": "(\\d+) %"}))
        assert slides(notebook(one), "1")[0].says == "61"

    @pytest.mark.parametrize(
        ("given", "message"),
        [
            ({"says": " "}, "a slide must say something, got ' '"),
            ({"says": "A.", "shows": "table"}, "a slide has .*says.*, got 'shows'"),
            ({"says": "A.", "show": "film"}, "show must be of code, .*, got 'film'"),
            ({"says": "A.", "show": ["table"]}, "it has no table"),
            ({"says": "A.", "show": "figure"}, "it has no figure"),
            ({"says": "A.", "show": "hands"}, "it has no hands"),
            ({"says": "A.", "show": "result"}, "it has no result"),
            ({"says": "A.", "show": "question", "question": 99}, "it has no question"),
            ({"says": "A.", "show": "code", "first": "zz"}, "no line of its code begins with 'zz'"),
            ({"says": "{n}", "numbers": {"n": "(x)"}}, "nothing printed matches n: '\\(x\\)'"),
            ({"says": "{n}", "numbers": {"n": ["gone", "(x)"]}}, "gone: nothing printed matches n"),
        ],
    )
    def test_wrong_metadata_name_their_cell(self, given, message):
        one = code("w = 1", "see", nc_teach={"slides": [given]})
        one.id = "cell-7"
        refuses(message if "gone" in message else f"cell-7: {message}", slides, notebook(one), "1")

    def test_they_do_not_make_outputs_stale(self):
        one = read(CHAPTERS[0])
        before = execute.made_from(one)
        one.cells[3].metadata.update(says())
        assert execute.made_from(one) == before
        next(c for c in one.cells if c.cell_type == "code").source += "  # changed"
        assert execute.made_from(one) != before


def printing(text, **metadata):
    one = code("print", "see", **metadata)
    one.outputs = [nbformat.v4.new_output("stream", name="stdout", text=text)]
    return one


TABLE = """<table><thead><tr><th>net</th><th>errors</th><th>MACs</th></tr></thead>
<tr><td>small</td><td>7</td><td>1</td></tr><tr><td>large</td><td>5</td><td>9</td></tr></table>"""


class TestEvidence:
    def shown(self, one):
        (slide,) = slides(notebook(one), "1")
        return [
            (e.kind, BeautifulSoup(e.html, "html.parser").get_text(" ").split())
            for e in slide.evidence
        ]

    def test_a_table_has_the_rows_and_columns_that_are_wanted(self):
        wanted = says(show="table", rows=["^large"], columns=[1, 3])
        one = code("t", "see", data={"text/html": TABLE}, **wanted)
        assert self.shown(one) == [("table", ["net", "MACs", "large", "9"])]
        whole = code("t", "see", data={"text/html": TABLE}, **says(show="table"))
        assert len(self.shown(whole)[0][1]) == 9

    def test_of_what_was_printed_the_lines_that_are_wanted(self):
        one = printing("a 1\nb 2\na 3\n", **says(show="printed", rows=["^a"]))
        assert self.shown(one) == [("printed", ["a", "1", "a", "3"])]

    def test_of_code_the_heart(self):
        source = "nc_teach/a.py, line 7\n\ndef f(x):\n    check(x)\n    y = x + 1\n    return y"
        heart = says(show="code", first="y =", last="return")
        one = code("classroom.show(f)", "code", data={"text/plain": source}, **heart)
        assert self.shown(one) == [("code", ["y", "=", "x", "+", "1", "return", "y"])]
        own = code("a = 1\nb = 2", "see", **says(show="code", last="a"))
        assert self.shown(own) == [("code", ["a", "=", "1"])]

    def test_more_than_ten_lines_are_refused(self):
        one = code("x = 1\n" * 11, "see", **says(show="code"))
        refuses("a slide has at most 10 lines, got 11", slides, notebook(one), "1")

    def test_a_figure_that_moves_stands_before_its_picture(self):
        picture = {"image/png": "iVBORw0KGgo=", "text/plain": "A line"}
        one = code("f()", "play", data=picture, **says(show="figure"))
        moving = code("f()", "play", data={"text/html": "<div class='nc-live'></div>"})
        one.id = moving.id = "same"
        (still,) = slides(notebook(one), "1")[0].evidence
        assert still.kind == "still"
        assert "iVBORw0KGgo=" in still.html
        (live,) = slides(notebook(one), "1", live=notebook(moving))[0].evidence
        assert (live.kind, live.html) == ("live", "<div class='nc-live'></div>")

    def test_a_figure_with_times_says_whose_they_are(self):
        data = {"text/html": "<div class='nc-live'></div>"}
        timed, usual = (
            code("f()", "play", data=data, **says(show="figure", timed=t)) for t in (1, 0)
        )
        first, second = slides(notebook(timed, usual), "1")
        assert "when this deck was built" in first.evidence[0].html
        assert "when this deck was built" not in second.evidence[0].html

    def test_numbers_are_those_of_the_notebook_and_not_of_the_run_for_the_figures(self):
        stored = printing(
            "took 1 ms\n", **says("{t} ms", numbers={"t": "(\\d+) ms"}, show="printed")
        )
        busy = printing("took 9 ms\n")
        stored.id = busy.id = "same"
        html = deck.deck(notebook(stored), "1", "T", 90, notebook(busy))
        assert "1 ms" in html
        assert "9 ms" not in html

    def test_a_question_of_the_quiz(self):
        one = prose("x", "summary", **says(show="question", question=2))
        (slide,) = slides(notebook(one), "1")
        assert questions.find("1")[1].choices[0].text.split()[0] in plain(slide.evidence[0].html)


class TestPoll:
    asking = code('g = classroom.predict("a.b", "right", 0, 100, unit="%")', "predict", "section:a")
    telling = code("classroom.score(g, 65)", "measure", "section:a", data={"text/plain": MEASURED})

    def test_question_and_measurement_are_read_from_the_cells(self):
        (question,) = poll.asked(self.asking)
        assert (question.name, question.question, question.unit) == ("g", "right", "%")
        assert poll.scored(self.telling) == [poll.Measured("g", "65 %", 65)]
        assert question.right(65) == 3

    @pytest.mark.parametrize(
        "scale", [(0, 100, 1), (-20, 50, 1), (1, 8, 1), (0, 1, 0.01), (0, 3, 1)]
    )
    def test_every_value_of_the_scale_has_one_answer(self, scale):
        low, high, step = scale
        question = poll.Poll("g", "q", low, high, "", step)
        edges = question.edges()
        assert edges[0] == low
        assert edges[-1] == high
        assert len(edges) == len(question.answers()) + 1 == len(set(edges))
        for k in range(len(edges) - 1):
            assert question.right(edges[k + 1]) == k
            assert question.right(edges[k] + step / 2) == k
        assert question.right(low - 9) == 0
        assert question.right(high + 9) == len(edges) - 2

    def test_a_lecturer_may_choose_the_answers(self):
        question = poll.Poll("g", "q", 0, 100, "%", ends=(50, 90, 95))
        assert question.answers()[1] == "over 50, up to 90 %"
        assert question.right(92) == 2

    def test_the_answer_comes_after_the_question_on_a_slide_of_its_own(self):
        self.asking.metadata.update(says(show="hands", edges=[50, 90]))
        self.telling.metadata.update(says(show="result"))
        asked, told = slides(notebook(self.asking, self.telling), "1")
        assert "65" not in asked.evidence[0].html
        assert "65 %" in told.evidence[0].html
        assert "✓ over 50, up to 90 %" in plain(told.evidence[0].html)

    @each_chapter
    def test_every_question_to_the_room_is_answered(self, one):
        text = page_of(one)
        asked = re.findall(r'class="nc-poll" data-name="(\w+)"', text)
        assert len(asked) >= 3
        assert asked == re.findall(r'class="nc-result" data-name="(\w+)"', text)


class TestLecture:
    @each_chapter
    def test_about_45_slides_and_30_in_a_short_lecture(self, one):
        assert 38 <= len(lecture_of(one)) <= 50
        assert 24 <= len(lecture_of(one, 45)) <= 36

    @each_chapter
    def test_every_slide_says_one_thing_in_a_sentence_and_its_notes_say_more(self, one):
        found = lecture_of(one)
        headings = [plain(slide.says) for slide in found]
        assert len(set(headings)) == len(headings)
        for slide, heading in zip(found, headings, strict=True):
            assert len(heading.split()) >= 3, heading
            assert len(heading) <= 95, heading
            assert heading not in ("See it", "The code", "Measure", "Play", "The heart of the code")
            words = " ".join(plain(re.sub("<math.*?</math>", "", s)) for s in slide.steps)
            assert len(words.split()) <= 45, heading
            assert len(" ".join(map(plain, slide.notes)).split()) >= 12, heading

    @each_chapter
    def test_most_slides_show_something_and_few_are_words_alone(self, one):
        bare = [s for s in lecture_of(one) if s.kind == "slide" and not s.evidence]
        words = [s for s in bare if "<math" not in "".join(s.steps)]
        assert len(words) <= 8, [plain(s.says) for s in words]

    @each_chapter
    def test_every_section_has_its_question_on_the_map(self, one):
        found = lecture_of(one)
        sections = {section(c) for c in read(one).cells if role(c) == "why"}
        begun = [slide.place for slide in found if slide.kind == "section"]
        assert set(begun) == sections
        assert len(begun) == len(sections)
        first = {place: next(s for s in found if s.place == place) for place in begun}
        assert all(slide.kind == "section" for slide in first.values())

    @each_chapter
    def test_a_short_lecture_is_a_part_of_the_long_one(self, one):
        long, short = ([s.says for s in lecture_of(one, m)] for m in (90, 45))
        rest = iter(long)
        assert all(heading in rest for heading in short)

    @each_chapter
    def test_a_lecture_takes_its_ninety_minutes(self, one):
        assert sum(pace(lecture_of(one), 90)) == pytest.approx(5400, rel=0.02)


class TestHandout:
    def test_a_measured_number_is_a_blank_and_a_table_is_left_out(self):
        first = prose("# T", "title", **says("The title."))
        one = printing("7.5 % are left\n", **says("{left} left", numbers={"left": "([0-9.]+) %"}))
        two = code("t", "see", data={"text/html": TABLE}, **says("A table.", show="table"))
        html = handout(notebook(first, one, two), "1", "T")
        assert "7.5" not in html.split("<main>")[1]
        assert 'class="nc-blank"' in html
        assert "large" not in plain(html)
        assert "A table." in html

    @each_chapter
    def test_it_holds_no_answer(self, one):
        html = handout(read(one), one.number, one.title)
        assert "nc-result" not in html
        assert "nc-right" not in html
        assert html.count("My guess") >= 3


class TestDeck:
    def test_formulas_are_mathml(self):
        shown = markdown.render(r"So $\Delta L \approx \frac{1}{2} h w^2$.")
        assert "<math" in shown
        assert "<mfrac>" in shown
        assert "$" not in shown
        refuses("formula must be LaTeX", markdown.mathml, "a_")
        refuses(r"\\arg is not known", markdown.mathml, r"\arg\max_o a(o)")

    def test_html_in_markdown_is_text(self):
        assert "<script" not in markdown.render("<script>alert(1)</script>")

    def test_the_licence_of_reveal_travels_with_it(self):
        text = deck.deck(notebook(), "1", "T")
        assert "Permission is hereby granted, free of charge" in text
        assert "reveal.js" in deck.reveal()["script"][:200]

    @each_chapter
    def test_nothing_is_fetched_from_elsewhere(self, one):
        fetched = Fetched()
        fetched.feed(page_of(one))
        assert fetched.addresses
        assert {address.split(":")[0] for address in fetched.addresses} == {"data"}
        assert not re.search(r"@import|url\((?!['\"]?data:)", fetched.styles)

    def test_notes_are_for_the_presenter_alone(self):
        one = prose("## A?", "why", "section:a", **says("A?", notes="Wait *long*."))
        text = deck.deck(notebook(one), "1", "T")
        assert re.search(r'<aside class="notes"><p>Wait <em>long</em>', text)

    def test_the_title_says_when_its_numbers_were_measured(self):
        told = "Errors. Measured on 2026-11-29 (Linux, torch 2.13.0, a chip (A), 1 thread) in 8 s."
        cells = prose("# T", "title", **says("T.")), code("t", "see", data={"text/plain": told})
        text = deck.deck(notebook(*cells), "1", "T")
        assert "Numbers measured on 2026-11-29 (Linux, torch 2.13.0, a chip (A), 1 thread)." in text


class TestExecute:
    def test_it_is_run_once_and_then_remembered(self, tmp_path, monkeypatch):
        monkeypatch.setenv("NC_TEACH_CACHE", str(tmp_path))
        runs = []
        monkeypatch.setattr(
            execute, "run", lambda notebook, page, slide: runs.append((page, slide))
        )
        for _ in range(2):
            execute.execute(chapter(1))
            execute.execute(chapter(1), slide=True)
        assert runs == [(True, False), (True, True)]
        left = sorted(path.suffix for path in tmp_path.rglob("*"))
        assert left == ["", ".ipynb", ".ipynb", ".lock", ".lock"]  # and nothing half written

    def test_a_kernel_that_dies_is_said_in_a_line(self, loopback):
        dying = notebook(code("import os; os._exit(3)"))
        refuses("a cell of the notebook failed: Kernel died", execute.run, dying, page=True)

    def test_a_page_holds_figures_that_move(self, loopback):
        one = notebook(code(MOVING))
        execute.run(one, page=True)
        (output,) = one.cells[0].outputs
        assert "data-nc-live" in output.data["text/html"]
        assert "Half is 1." in output.data["text/plain"]

    def test_on_a_slide_they_are_as_wide_as_the_slide(self, loopback):
        one = notebook(code(MOVING))
        execute.run(one, page=True, slide=True)
        (output,) = one.cells[0].outputs
        assert '"width": 880' in output.data["text/html"]


MOVING = """
import sys
from nc_teach import live

def build(figure, state):
    line, = figure.subplots().plot([0, 1], [0, state])
    def update(state):
        line.set_ydata([0, state])
        return [line]
    return update

print("muttered", file=sys.stderr)
live.LiveFigure(
    "A line", [live.Slider("x", "x", [0, 1, 2], start=1)],
    lambda values: values["x"], build, lambda x: f"Half is {x}.",
)
"""


def test_the_handout_is_one_file(tmp_path, capsys):
    out = tmp_path / "handout.html"
    assert main(["handout", "1", "--out", str(out)]) == 0
    assert "My guess" in out.read_text(encoding="utf-8")
    assert "print it" in capsys.readouterr().out


def test_the_command_writes_one_file(tmp_path, capsys):
    out = tmp_path / "deck.html"
    assert main(["slides", "1", "--still", "--out", str(out)]) == 0
    assert out.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert "S opens the presenter's window" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["slides", "99"], "chapter must be one of 00, 1, .* got '99'"),
        (["slides", "1", "--still", "--minutes", "0"], "--minutes must be at least 1, got 0"),
    ],
)
def test_a_wrong_word_is_named(words, says, capsys):
    assert main(words) == 2
    assert re.search(says, capsys.readouterr().err)
