"""Slides from a chapter's own cells: which cells, how much on a slide, nothing from outside."""

import re
from functools import cache
from html.parser import HTMLParser

import nbformat
import pytest

from nc_teach import course
from nc_teach.cli import main
from nc_teach.publish import execute, markdown, poll
from nc_teach.publish.chapters import chapter, code_cells, read, tags
from nc_teach.publish.slides import code_blocks, deck
from nc_teach.publish.slides.cell_roles import RULES, parts
from nc_teach.publish.slides.layout import slides
from tests.checks import refuses
from tests.publish.cells import MEASURED, code, notebook, prose

CHAPTERS = [c for c in course.chapters() if c.number != "00"]
each_chapter = pytest.mark.parametrize("one", CHAPTERS, ids=lambda c: c.number)


@cache
def deck_of(one):
    """The slides of a chapter from its stored outputs."""
    return slides(read(one), one.number)


@cache
def page_of(one):
    return deck.deck(read(one), one.number, one.title)


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


class TestCellRoles:
    def test_a_chapter_without_a_mark_follows_its_anatomy(self):
        found = parts(
            notebook(
                prose("# One", "title"),
                prose("| read |", "title", "minutes"),
                code("import torch", "setup"),
                prose("## Why?", "why", "section:a"),
                prose("### See", "see", "section:a"),
                code("w", "see", "section:a"),
                prose("More.", "see", "section:a"),
                prose("Terms", "glossary"),
            )
        )
        usual = ["slide", "skip", "skip", "slide", "subslide", "-", "fragment", "skip"]
        assert [part.mark for part in found] == usual

    def test_words_that_lead_to_code_begin_a_slide_and_closing_words_wait_below_it(self):
        see = ("see", "section:a")
        one = notebook(
            prose("### See", *see),
            code("w", *see),
            prose("And this:", *see),
            code("v", *see),
            prose("So much for that.", *see),
        )
        first, second = slides(one, "1")
        assert [b.kind for b in first.blocks] == ["code"]
        assert [b.kind for b in second.blocks] == ["text", "code", "text"]
        assert [b.fragment for b in second.blocks] == [False, False, True]

    def test_closing_words_that_have_no_room_do_not_wait_on_an_empty_slide(self):
        see = ("see", "section:a")
        long = prose("word " * 300, *see)
        found = slides(notebook(prose("### See\n\nThis.", *see), long), "1")
        assert len(found) == 2
        assert not found[1].blocks[0].fragment

    def test_a_cells_own_mark_wins_and_one_that_jupyter_does_not_know_is_named(self):
        own, wrong = (code("w", "setup", slideshow={"slide_type": t}) for t in ("slide", "slid"))
        assert parts(notebook(own))[0].mark == "slide"
        refuses("slide_type must be one of slide, .* got 'slid'", parts, notebook(wrong))

    def test_marks_do_not_make_outputs_stale(self):
        one = read(CHAPTERS[0])
        before = execute.made_from(one)
        one.cells[3].metadata["slideshow"] = {"slide_type": "skip"}
        assert execute.made_from(one) == before
        next(c for c in one.cells if c.cell_type == "code").source += "  # changed"
        assert execute.made_from(one) != before


class TestProse:
    LONG = "The first says it, e.g. for $a. B$. The second explains. " + "It goes on. " * 30

    def test_of_long_prose_a_slide_has_what_begins_it_and_the_presenter_has_all(self):
        source = f"### It\n\n{self.LONG}\n\n- one. Whole.\n- two\n\n$$ w $$\n\n{self.LONG}"
        (slide,) = slides(notebook(prose(source, "meaning", "section:a")), "1")
        shown = "".join(block.html for block in slide.blocks)
        assert shown.count("The first says it") == shown.count("The second explains.") == 2
        assert 2 * 3 < shown.count("It goes on.") < 2 * 30
        assert shown.count("<p>") == 2
        assert "one. Whole." in shown
        (note,) = slide.notes
        assert note.count("The second explains. It goes on.") == 2

    def test_short_prose_stays_whole(self):
        (slide,) = slides(notebook(prose("### It\n\nOne. Two.", "see", "section:a")), "1")
        assert "One. Two." in slide.blocks[0].html
        assert slide.notes == []

    @pytest.mark.parametrize("role", ["paper", "meaning"])
    def test_a_paper_and_a_meaning_have_their_slide_and_what_goes_deeper_has_none(self, role):
        cells = [prose("### It", role, "section:a"), code("f()", role, "section:a")]
        deeper = prose("### Deeper: more", "deeper", "section:a"), code("g()", "deeper")
        found = slides(notebook(*cells, *deeper), "1")
        assert [(slide.role, slide.heading) for slide in found] == [(role, "It")]
        assert [block.kind for block in found[0].blocks] == ["code"]


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

    def test_the_answer_comes_after_the_question_and_waits_for_a_key(self):
        found = slides(notebook(self.asking, self.telling), "1")
        (asked,), (*_, told) = found[0].blocks, found[-1].blocks
        assert "65" not in asked.html
        assert told.fragment
        assert "65 %" in told.html

    @each_chapter
    def test_every_guess_of_a_chapter_is_asked_and_told(self, one):
        found = deck_of(one)
        text = "".join(b.html for s in found for b in s.blocks)
        for name in re.findall(r'class="nc-poll" data-name="(\w+)"', text):
            assert f'class="nc-result" data-name="{name}"' in text
        main = [cell for cell in code_cells(read(one)) if "deeper" not in tags(cell)]
        assert text.count("nc-poll") == len([q for cell in main for q in poll.asked(cell)])


class TestCodeBlocks:
    def test_nothing_is_lost_and_no_piece_is_too_long(self):
        source = "\n".join(f"{'    ' * (k % 3)}a = {k}" for k in range(50))
        found = code_blocks.pieces(source)
        assert max(piece.count("\n") for piece in found) < 15
        assert "\n".join(found).split() == source.split()

    def test_no_line_is_left_alone_on_the_next_piece(self):
        source = "def f():\n" + "    a = 1\n" * 14 + "    return a"
        assert [len(piece.splitlines()) for piece in code_blocks.pieces(source)] == [13, 3]

    def test_a_continued_source_says_so(self):
        source = "nc_teach/a.py, line 7\n\n" + "x = 1\n" * 20
        one = code("classroom.show(f)", "code", "section:a", data={"text/plain": source})
        text = "".join(b.html for s in slides(notebook(one), "1") for b in s.blocks)
        assert re.findall(r"line 7[^<]*", text) == ["line 7", "line 7, continued"]
        assert text.count("<pre") == 2  # the call itself is not shown, nor an empty box for it

    def test_a_signature_is_not_torn_before_its_end(self):
        source = "def f(\n" + "    a,\n" * 9 + "):\n" + "    x = 1\n" * 9
        for piece in code_blocks.pieces(source)[1:]:
            assert piece.startswith("    x")

    @each_chapter
    def test_code_on_a_slide_has_at_most_15_lines(self, one):
        for slide in deck_of(one):
            for block in slide.blocks:
                if block.kind == "code":
                    assert block.html.count("\n") < 15


class TestDeck:
    def test_formulas_are_mathml(self):
        shown = markdown.render(r"So $\Delta L \approx \frac{1}{2} h w^2$.")
        assert "<math" in shown
        assert "<mfrac>" in shown
        assert "$" not in shown
        refuses("formula must be LaTeX", markdown.mathml, "a_")
        refuses(r"\\arg is not known", markdown.mathml, r"\arg\max_o a(o)")

    def test_a_formula_of_the_text_stands_large_between_its_words(self):
        source = "### OBD\n\nThe rise is\n\n$$ h w^2 $$\n\nin nats, with $w$ the weight."
        (slide,) = slides(notebook(prose(source, "paper", "section:a")), "1")
        before, formula, after = (block.html for block in slide.blocks)
        assert "The rise is" in before
        assert formula.startswith('<p class="nc-formula"><math')
        assert 'display="block"' in formula
        assert "$" not in formula + after
        assert "in nats" in after

    def test_a_formula_in_metadata_is_no_ones(self):
        one = prose("### See", "see", "section:a", nc_teach={"formula": "h w^2"})
        assert "<math" not in deck.deck(notebook(one), "1", "T")

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

    @each_chapter
    def test_a_lecture_takes_its_ninety_minutes(self, one):
        found = deck_of(one)
        seconds = deck.paced(found, 90)
        assert sum(seconds.values()) == pytest.approx(5400, rel=0.02)
        assert all(seconds[id(s)] == 0 for s in found if s.role in ("exercise", "quiz"))

    def test_code_below_an_output_has_its_own_output_with_it(self):
        see = ("see", "section:a")
        many, few = (code(name, *see) for name in "ab")
        many.outputs = [nbformat.v4.new_output("stream", name="stdout", text="1\n" * 12)]
        few.outputs = [nbformat.v4.new_output("stream", name="stdout", text="2\n" * 4)]
        found = slides(notebook(prose("### See", *see), many, few), "1")
        assert [[b.kind for b in s.blocks] for s in found] == [["code", "output"]] * 2

    def test_a_long_printed_line_goes_on_in_the_next_and_short_ones_stay_as_they_are(self):
        see, lined_up = ("see", "section:a"), "a    1\n\n  b  2"
        printed = code("print", *see)
        text = f"{lined_up}\n{'word ' * 50}"
        printed.outputs = [nbformat.v4.new_output("stream", name="stdout", text=text)]
        html = deck.deck(notebook(prose("### See", *see), printed), "9", "Nine")
        (found,) = re.findall(r'<pre class="nc-text nc-fit">(.*?)</pre>', html, re.S)
        assert found.startswith(lined_up)
        assert found.split() == text.split()
        assert max(map(len, found.splitlines())) <= 100

    def test_a_picture_that_does_not_move_is_a_picture_with_its_words_on_a_slide(self):
        words = {"text/markdown": "**A line**", "text/plain": "A line"}
        fragment = "<div data-nc-live class='nc-live'></div>"
        one = {**words, "image/png": "iVBORw0KGgo=", "text/html": fragment}
        html = deck.deck(notebook(code("figure", "picture", data=one)), "9", "Nine")
        assert "iVBORw0KGgo=" in html
        assert "<strong>A line</strong>" in html
        assert fragment not in html

    def test_every_slide_has_a_note_but_title_and_references(self):
        noted = {role for role, rule in RULES.items() if rule.notes}
        assert {s.role for s in deck_of(CHAPTERS[0])} - noted <= {"title", "picture", "references"}

    def test_notes_are_for_the_presenter_alone(self):
        one = prose("## A?", "why", "section:a", nc_teach={"notes": "Wait *long*."})
        two = prose("Ask twice.", "why", "section:a", slideshow={"slide_type": "notes"})
        (slide,) = slides(notebook(one, two), "1")
        assert slide.notes == ["Wait *long*.", "Ask twice."]
        text = deck.deck(notebook(one, two), "1", "T")
        assert re.search(r'<aside class="notes">.*<em>long</em>.*Ask twice', text, re.S)


class TestExecute:
    def test_it_is_run_once_and_then_remembered(self, tmp_path, monkeypatch):
        monkeypatch.setenv("NC_TEACH_CACHE", str(tmp_path))
        runs = []
        monkeypatch.setattr(execute, "run", lambda notebook, page: runs.append(page))
        for _ in range(2):
            execute.execute(chapter(1))
        assert runs == [True]
        left = sorted(path.suffix for path in tmp_path.rglob("*"))
        assert left == ["", ".ipynb", ".lock"]  # the folder, one notebook, and nothing half written

    def test_a_kernel_that_dies_is_said_in_a_line(self, loopback):
        dying = notebook(code("import os; os._exit(3)"))
        refuses("a cell of the notebook failed: Kernel died", execute.run, dying, page=True)

    def test_a_page_holds_figures_that_move(self, loopback):
        one = notebook(code(MOVING))
        execute.run(one, page=True)
        (output,) = one.cells[0].outputs
        assert "data-nc-live" in output.data["text/html"]
        assert "Half is 1." in output.data["text/plain"]


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
