"""The pages of the whole course: made from the data, whole, and saying what these say."""

import json
import posixpath
import re

import pytest

from nc_teach import course
from nc_teach.claims import all_claims
from nc_teach.claims.criterion import check, fact
from nc_teach.claims.experiment import files, judged
from nc_teach.classroom import cards, questions
from nc_teach.classroom.glossary import terms
from nc_teach.classroom.misconceptions import misconceptions
from nc_teach.cli import main
from nc_teach.publish import markdown, pages as whole_course, poll
from nc_teach.publish.chapters import code_cells, folder_of, read, role, section
from nc_teach.publish.pages import (
    claim,
    drawn_checks,
    questions as questions_page,
    results,
    timetable,
)
from nc_teach.publish.pages.results import checks
from nc_teach.publish.site.chapter_pages import split
from nc_teach.publish.slides.lecture import slides

CHAPTERS = [c for c in course.chapters() if c.number != "00"]
each_chapter = pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda c: c.number)
SHIPPED = sorted(files())


@pytest.fixture(scope="module")
def pages():
    """As their teachers have them."""
    return whole_course.pages(answers=True)


@pytest.fixture(scope="module")
def public():
    """As everybody may read them."""
    return whole_course.pages()


class TestPages:
    def test_there_is_one_of_each_kind_and_two_a_chapter(self, pages):
        assert tuple(pages)[: len(whole_course.TREE)] == whole_course.TREE
        below = {f"guide_{c.number}" for c in CHAPTERS}
        below |= {f"questions_{c.number}" for c in CHAPTERS if c.quiz}
        below |= {f"claims/{key}" for key in all_claims()}
        assert set(pages) == set(whole_course.TREE) | below

    def test_each_has_one_title_and_its_links_lead_somewhere(self, pages):
        chapters = {f"{folder_of(c)}/{p.name}.ipynb" for c in CHAPTERS for p in split(read(c), "")}
        chapters.add(f"{folder_of(course.chapters()[0])}/index.ipynb")
        targets = {a for text in pages.values() for a in re.findall(r"^\(([\w-]+)\)=$", text, re.M)}
        for name, text in pages.items():
            prose = re.sub(r"```.*?```", "", text, flags=re.S)
            assert len(re.findall(r"^# ", prose, re.M)) == 1, name
            for link in re.findall(r"(?<!\\)\]\(([^)\s]+)\)", prose):
                if link.startswith("https://"):
                    continue
                place, _, target = link.partition("#")
                place = posixpath.normpath(f"{posixpath.dirname(name)}/{place}") if place else ""
                place = place.lstrip("/")
                assert place in {"", *chapters} or place.removesuffix(".md") in pages, link
                assert not target or target in targets, link

    def test_tables_of_contents_name_the_pages_below(self, pages):
        for top in ("questions", "guide"):
            below = re.search(r"```\{toctree\}\n:maxdepth: 1\n\n(.*)\n```", pages[top], re.S)[1]
            names = re.findall(r"<(\w+)>$", below, re.M)
            assert names == [n for n in pages if n.startswith(f"{top}_")]
            assert below.startswith(f"1. {CHAPTERS[0].title} <")

    def test_the_glossary_has_every_term_below_its_letter(self, pages):
        letters = re.findall(r"^## (.+)$", pages["glossary"], re.M)
        assert letters == sorted({term.english[0].upper() for term in terms()})
        assert all(f"({term.anchor})=\n**" in pages["glossary"] for term in terms())

    def test_the_command_writes_them_all(self, tmp_path, pages, monkeypatch):
        monkeypatch.setattr(whole_course, "pages", lambda *, answers: pages)
        assert main(["pages", "--out", str(tmp_path / "p")]) == 0
        out = tmp_path / "p"
        names = {f: f.relative_to(out).with_suffix("").as_posix() for f in out.rglob("*.md")}
        assert {name: f.read_text(encoding="utf-8") for f, name in names.items()} == pages


class TestResults:
    def test_every_claim_has_a_row_and_a_page_in_the_order_of_the_course(self, pages):
        found = re.findall(r"^\| (\d) \| \[.+?\]\(claims/(\w+)\.md\)", pages["results"], re.M)
        assert [key for _, key in found] == list(all_claims())
        assert [number for number, _ in found] == sorted(number for number, _ in found)
        for number, key in found:
            assert f"\n[{number}. " in pages[f"claims/{key}"]

    @pytest.mark.parametrize("key", SHIPPED)
    def test_verdict_and_checks_are_those_of_the_result_file(self, pages, key):
        outcome = judged(key)
        page = pages[f"claims/{key}"]
        answers = [check.answer for check in outcome.checks]
        assert f"Here: **{outcome.verdict_with_scope}**." in page
        made = json.loads(files()[key].read_text(encoding="utf-8"))["provenance"]
        assert f"Measured by `{made['command']}` on {made['day']}" in page
        assert outcome.provenance.processor.partition(" (")[0] in page
        part = re.search(r"^## The checks$(.*?)^## ", page, re.M | re.S)[1]
        assert re.findall(r"\| (yes|no|too close to call) \|$", part, re.M) == answers
        for one in outcome.checks:  # every run and the interval
            assert one.measured.replace("_", r"\_") in part or "|" in one.measured
        row = next(r for r in pages["results"].splitlines() if f"(claims/{key}.md)" in r)
        held = f"{answers.count('yes')} of {len(answers)}"
        assert row.endswith(f"| {held} | {outcome.verdict.partition(' (')[0]} |")

    def test_a_claim_without_a_result_says_how_to_run_it(self, monkeypatch):
        fewer = {key: outcome for key, outcome in results.outcomes().items() if key != "mimic"}
        monkeypatch.setattr(results, "outcomes", lambda: fewer)
        monkeypatch.setattr(claim, "outcomes", lambda: fewer)
        page = claim.page(all_claims()["mimic"], pictures=False)
        assert "Run it: `nc-teach claims mimic`." in page
        assert "Here:" not in page
        count = len(set(all_claims()) - set(fewer))
        told = f"{count} {'has' if count == 1 else 'have'} no result yet."
        assert told in results.page()

    def test_a_claim_is_linked_to_the_section_that_measures_it(self, pages):
        for key, page in (("free_lunch", "magnitude"), ("gentle_repair", "healing")):
            assert f"](../01_network_pruning/{page}.ipynb)" in pages[f"claims/{key}"]

    def test_every_claim_is_linked_to_a_section(self, pages):
        for key in all_claims():
            (line,) = re.findall(r"^Where the course uses it: .*", pages[f"claims/{key}"], re.M)
            assert re.search(r"\[\d\.\d .+?\]\(\.\./\d\d_\w+/\w+\.ipynb\)", line), key

    def test_a_claim_shows_its_figure_where_a_file_holds_enough_for_one(self):
        shown = claim.picture(all_claims()["lottery_ticket"])
        assert 'alt="12.6 % of the weights left' in shown
        assert "<figcaption>Does the ticket win?" in shown
        assert claim.picture(all_claims()["deep_compression"]) == ""  # needs a budget of this run
        assert claim.picture(all_claims()["l1_or_l2"]) == ""  # no figure takes such a result

    def test_what_is_drawn_of_a_check_is_what_it_says(self):
        one = drawn_checks.drawn(check("gap", [0.01, 0.02, 0.03], least=0.0))
        left, right = drawn_checks.LEFT, drawn_checks.RIGHT
        low, *runs, high = one.low, *one.runs, one.high
        assert left == low < one.bound < runs[0] < one.mean == runs[1] < runs[2] < high == right
        assert one.side == 1
        assert drawn_checks.drawn(check("t", 3.0, most=2.0, say="{:,.1f} s".format)).side == -1
        assert drawn_checks.drawn(fact("it is exact", "3 of 3", True)) is None
        html = drawn_checks.html([one.check])
        for words in (
            "gap: at least +0.00 points: <strong>too close",
            ">+2.00 points<",
            "measured +2.00 ",
        ):
            assert words in html

    def test_every_check_with_a_bound_is_drawn(self):
        for key, outcome in results.outcomes().items():
            for one in outcome.checks:
                bound = re.search(r": (at least|at most|above|below) [-+\d]", one.wanted)
                assert bool(bound) == bool(drawn_checks.drawn(one)), (key, one)
                if one.numbers:  # they are what the words say
                    assert one.numbers.bound_in_words() in one.wanted
                    assert one.measured.startswith(one.numbers.mean_in_words())

    def test_the_sums_in_words_are_those_of_the_rows(self, pages):
        rows = re.findall(r"^\| \d \| \[.+\| (\d+) of (\d+) \|", pages["results"], re.M)
        held, every = (sum(map(int, column)) for column in zip(*rows, strict=True))
        assert f"Of {every} checks, {held} held, " in pages["results"]
        (line,) = re.findall(r"^Of .* no result yet\.$", pages["results"], re.M)
        count, *parts = map(int, re.findall(r"\d+", line))
        assert count == len(all_claims()) == sum(parts)
        assert parts[-1] == len(set(all_claims()) - set(SHIPPED))

    def test_the_command_writes_the_page(self, tmp_path, pages, capsys):
        assert main(["claims", "--report", str(tmp_path / "r.md")]) == 0
        assert (tmp_path / "r.md").read_text(encoding="utf-8") == pages["results"]


class TestQuestions:
    @each_chapter
    def test_every_choice_is_there_and_the_right_one_is_marked(self, pages, chapter):
        page = pages[f"questions_{chapter.number}"]
        asked = questions.find(chapter.number)
        parts = re.split(r"^## Question \d+$", page, flags=re.M)[1:]
        assert len(parts) == len(asked)
        for part, question in zip(parts, asked, strict=True):
            open_part, folded = part.split("<details>")
            count = len(question.choices)
            assert len(re.findall(r"^- \*\*[a-h]\*\* ", open_part, re.M)) == count
            assert "✓" not in open_part
            assert folded.count("✓ Right.") == 1
            assert folded.count("✗") == count - 1

    @each_chapter
    def test_the_key_in_the_guide_is_right(self, pages, chapter):
        key = re.search(r"## Key to the questions\n\n(.*)\.", pages[f"guide_{chapter.number}"])[1]
        letters = [pair.split()[1] for pair in key.split(", ")]
        for letter, question in zip(letters, questions.find(chapter.number), strict=True):
            assert question.choices["abcdefgh".index(letter)].right


class TestGuide:
    @each_chapter
    def test_lecture_and_lab_take_ninety_minutes_without_a_gap(self, chapter):
        notebook = read(chapter)
        lecture = timetable.lecture(slides(notebook, chapter.number))
        lab = timetable.lab(chapter, notebook.metadata.nc_teach.minutes.run)
        for rows in (lecture, [row for row in lab if row.at >= 0]):
            assert sum(row.minutes for row in rows) == 90
            assert all(row.minutes > 0 for row in rows)
            ends = [row.at + row.minutes for row in rows]
            assert [row.at for row in rows] == [0, *ends[:-1]]

    @each_chapter
    def test_the_lab_has_the_minutes_of_notebook_and_cards(self, chapter):
        minutes = read(chapter).metadata.nc_teach.minutes
        rows = timetable.lab(chapter, minutes.run)
        exercises = [row for row in rows if row.what.startswith("Exercise ")]
        assert [r.minutes for r in exercises] == [cards.find(k).minutes for k in chapter.exercises]
        assert sum(row.minutes for row in exercises) == minutes.exercise
        assert rows[0].minutes == 1 + minutes.run

    def test_what_does_not_fit_is_done_at_home(self):
        rows = timetable.lab(CHAPTERS[0], 4, minutes=45)
        assert sum(row.minutes for row in rows if row.at >= 0) == 45
        assert any(row.at < 0 and "Exercise 1.4" in row.what for row in rows)

    @each_chapter
    def test_the_lecture_goes_through_every_section(self, chapter):
        notebook = read(chapter)
        rows = timetable.lecture(slides(notebook, chapter.number))
        sections = dict.fromkeys(filter(None, map(section, notebook.cells)))
        assert [row.section for row in rows if row.section] == list(sections)

    @each_chapter
    def test_every_guess_of_the_main_path_is_there_with_what_came_out(self, pages, chapter):
        rows = pages[f"guide_{chapter.number}"].split("## By show of hands")[1].split("## ")[0]
        main = [cell for cell in code_cells(read(chapter)) if role(cell) != "deeper"]
        asked = [question for cell in main for question in poll.asked(cell)]
        assert len(re.findall(r"^\| ", rows, re.M)) == 1 + len(asked)

    @each_chapter
    def test_only_a_teachers_guide_has_answers(self, pages, public, chapter):
        mine, theirs = (one[f"guide_{chapter.number}"] for one in (pages, public))
        secrets = [markdown.words(cards.find(key).near_miss) for key in chapter.exercises]
        secrets += [markdown.text(one.answer) for one in misconceptions(chapter.number)]
        secrets += [questions_page.key(chapter), "| measured |", "| right is |"]
        assert all(secret in mine and secret not in theirs for secret in secrets)
        assert all(f"**{key}**" not in theirs for key in chapter.exercises)
        assert "--teacher" in theirs

    def test_no_other_page_differs(self, pages, public):
        other = {name for name in pages if pages[name] != public[name]}
        assert other == {"questions", *(f"guide_{chapter.number}" for chapter in CHAPTERS)}
        assert "](guide.md)" in pages["questions"]
        assert "key" not in public["questions"]

    @each_chapter
    def test_every_belief_has_its_section_and_its_measurement(self, chapter):
        sections = set(map(section, read(chapter).cells))
        found = misconceptions(chapter.number)
        assert len(found) >= 5
        for one in found:
            assert one.section in sections, one.says
            assert not one.claim or one.claim in all_claims(), one.says
            if one.claim in SHIPPED and one.check:
                assert len(checks(one)) == 1, one.says
