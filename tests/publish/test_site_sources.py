"""The site's pages before Sphinx sees them: whole chapters, light pages, true links."""

import io
import json
import re
import textwrap
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sphinx.application import Sphinx

from nc_teach import course
from nc_teach.classroom import cards
from nc_teach.cli import main
from nc_teach.common.palette import INK
from nc_teach.live import dark, encode
from nc_teach.publish import chapters
from nc_teach.publish.chapters import read
from nc_teach.publish.site import build, chapter_pages, reference_pages, repository_address
from nc_teach.publish.site.chapter_cards import card, on_dark
from nc_teach.publish.site.chapter_pages import split
from nc_teach.publish.site.index_page import card_files, index_page, pad
from nc_teach.publish.site.render_cell import render_cell
from tests.checks import refuses
from tests.house.test_house import MODULES, imports_of, room_of
from tests.publish.cells import MEASURED, code, notebook, prose

CHAPTERS = course.chapters()
each_chapter = pytest.mark.parametrize("one", CHAPTERS, ids=lambda c: c.number)
HEADING = re.compile(r"^(#+) ", re.M)


def shown(cell):
    """What a cell's one output is on a page."""
    (output,) = render_cell(cell).outputs
    return output.data["text/html"]


class TestSplit:
    @each_chapter
    def test_no_cell_is_lost_and_none_comes_twice(self, one):
        pages = split(read(one), "T")
        assert pages[0].name == "index"
        assert len({page.name for page in pages}) == len(pages)
        cells = [c.cell_type for page in pages for c in page.cells]
        assert sorted(cells) == sorted(c.cell_type for c in read(one).cells)

    @each_chapter
    def test_every_page_begins_with_its_one_title(self, one):
        for page in split(read(one), "T"):
            text = "\n".join(c.source for c in page.notebook().cells if c.cell_type == "markdown")
            levels = [len(found) for found in HEADING.findall(text)]
            assert levels[0] == 1
            assert levels.count(1) == 1
            assert all(b - a <= 1 for a, b in pairwise(levels))

    def test_a_page_that_is_too_heavy_becomes_two(self, monkeypatch):
        monkeypatch.setattr(chapter_pages, "HEAVIEST", 3000)
        cells = [prose("## Heavy?", "why", "section:a")]
        cells += [prose("x" * 1000, "see", "section:a") for _ in range(5)]
        pages = split(notebook(*cells), "T")
        assert [page.name for page in pages] == ["a", "a_2", "a_3"]
        assert pages[1].title == "Heavy? (2)"
        assert pages[1].entry() == "a_2"
        assert all(len(json.dumps(page.cells)) < 4000 for page in pages)


class TestIndexPage:
    def test_each_chapter_has_a_card_with_picture_question_and_minutes(self):
        text = index_page(CHAPTERS, "a/b")
        cards = text[text.index("## The chapters") : text.index("## Read, run, teach")].split(
            "\n- "
        )
        assert len(cards) == 1 + len(CHAPTERS)
        for chapter, shown in zip(CHAPTERS, cards[1:], strict=True):
            heading, folder = chapters.heading(chapter), chapters.folder_of(chapter)
            assert f"**[{heading}]({folder}/index.ipynb)**" in shown
            assert re.search(r"^  [A-Z].*\?$", shown, re.M)
            assert f"\n  {read(chapter).metadata.nc_teach.minutes.read} minutes" in shown
            for name in card_files(chapter):
                assert f"{{image}} {name}\n" in shown
            assert shown.count(":loading: lazy") == shown.count(":alt: ") == 2
        assert "](guide.md)" in text
        assert "https://github.com/a/b" in text

    def test_three_ways_lead_through_the_course(self):
        text = index_page(CHAPTERS, "")
        for way in ("five minutes", "an evening", "a semester"):
            assert f"**In {way}**" in text

    def test_without_an_address_there_is_no_link_and_no_apology(self):
        text = index_page(CHAPTERS, "")
        assert "without the address" not in text
        assert "http" not in text

    def test_the_pad_of_chapter_0_is_on_top_and_takes_the_place_of_the_picture(self):
        text = index_page(CHAPTERS, "", "pad.html")
        included = text.index("```{raw} html\n:file: pad.html\n```")
        assert text.index("## Write a digit") < included < text.index("## Three ways through")
        assert "course.png" not in text
        still = index_page(CHAPTERS, "")
        assert "{image} course.png" in still
        assert "{raw}" not in still

    def test_the_pad_is_the_network_that_runs(self):
        still = read(CHAPTERS[0])
        assert pad(still) == ""
        runs = '<div class="nc-live" data-nc-network></div>'
        cells = [code("f()", data={"text/html": "<div></div>"}), code("g()"), code("h()")]
        cells[2].outputs = [*cells[2].outputs, *code("h()", data={"text/html": runs}).outputs]
        assert pad(notebook(*cells)) == runs
        (cell,) = [c for c in still.cells if c.source.startswith("your_digit(")]
        assert cell.cell_type == "code"  # which makes it, where chapter 0 is run for pages

    @each_chapter
    def test_links_stand_before_the_first_code_and_every_page_is_listed(self, one):
        pages = split(read(one), "T")
        build.begun(pages, "LINKS")
        sources = [c.source for c in pages[0].cells]
        code = next(k for k, c in enumerate(pages[0].cells) if c.cell_type == "code")
        assert sources.index("LINKS") < code
        tree = [s for s in sources if "{toctree}" in s]
        assert len(tree) == (len(pages) > 1)
        for page in pages[1:]:
            assert page.entry() in tree[0].splitlines()


class TestCards:
    @each_chapter
    def test_a_card_has_the_chapters_picture_without_the_paper_around_it(self, one):
        found = card(read(one))
        assert len(found.says) > 40
        pixels = image(found.png)
        assert all((edge != 255).any() for edge in (pixels[0], pixels[-1], pixels[:, 0]))

    def test_on_dark_paper_white_and_ink_change_places(self):
        ink = [int(INK[k : k + 2], 16) for k in (1, 3, 5)]
        picture = np.array([[[255, 255, 255, 255], [*ink, 255]]], np.uint8)
        paper, letters = image(on_dark(encode.still(picture)))[0]
        assert tuple(paper) == tuple(int(dark.DARK_PAPER[k : k + 2], 16) for k in (1, 3, 5))
        assert tuple(letters) == tuple(int(dark.DARK_INK[k : k + 2], 16) for k in (1, 3, 5))


def image(png):
    return np.array(Image.open(io.BytesIO(png)).convert("RGB"))


class TestRenderCell:
    def test_a_picture_keeps_its_words(self):
        cell = code("f()", data={"image/png": "aGk=\n", "text/plain": 'a "b'})
        assert 'alt="a &#34;b"' in shown(cell)
        assert "base64,aGk=" in shown(cell)
        assert "image/png" in cell.outputs[0].data  # the notebook itself is as it was

    def test_nothing_asks_to_be_run(self):
        cell = code("classroom.score(g, 1)", data={"text/html": MEASURED, "text/plain": MEASURED})
        assert re.sub(r"<.+?>", "", shown(cell)) == "Measured 65 %."

    def test_a_guess_has_a_field_and_its_place_beside_the_measurement(self):
        source = 'g = classroom.predict("a.b", "right", 0, 100, unit="%")'
        asked = {"text/html": "<div>Q</div>", "text/plain": "Your guess: right"}
        told = {"text/html": "M", "text/plain": MEASURED}
        field = shown(code(source, data=asked))
        assert 'class="nc-guess" data-name="g"' in field
        assert 'data-low="0" data-high="100" data-step="1" data-unit="%"' in field
        assert field.endswith("</div>")
        answer = shown(code("classroom.score(g, 65)", data=told))
        assert 'class="nc-guessed" data-name="g"' in answer
        assert answer.startswith("M<")

    @each_chapter
    def test_what_was_measured_is_folded_after_every_guess(self, one):
        cells = [cell for page in split(read(one), "T") for cell in page.cells]
        for cell in cells:
            told = [o.data.get("text/html", "") for o in cell.get("outputs", []) if "data" in o]
            if any("nc-guessed" in html for html in told):
                assert "hide-output" in cell.metadata["tags"]
                assert cell.metadata["mystnb"]["code_prompt_show"].startswith("What was measured")
        asked = [k for k, cell in enumerate(cells) if "nc-guess" in json.dumps(cell)]
        assert not any("hide-output" in cell.metadata.get("tags", []) for cell in cells[: asked[0]])

    @each_chapter
    def test_every_guess_of_a_chapter_has_both(self, one):
        text = json.dumps([p.notebook() for p in split(read(one), "T")])
        fields = re.findall(r'class=\\"nc-guess\\" data-name=\\"(\w+)', text)
        answers = re.findall(r'class=\\"nc-guessed\\" data-name=\\"(\w+)', text)
        assert sorted(fields) == sorted(answers)
        assert len(fields) == len(one.predictions)

    def test_a_stub_stands_once_on_its_card(self):
        stub = code("def f(x):\n    ...", "exercise")
        assert "remove-input" in render_cell(stub).metadata["tags"]

    def test_a_number_is_not_broken_and_words_are(self):
        row = '<td style="a">+5.68 ± 0.10 %</td><td style="a">the more images</td>'
        found = shown(code("t", data={"text/html": row}))
        assert found.count("nowrap") == 1
        assert '<td style="white-space:nowrap;a">+5.68' in found

    def test_a_check_that_nobody_can_run_shows_nothing(self):
        cell = code('classroom.check("1.1", f)', data={"text/plain": "Not yet"})
        assert render_cell(cell).outputs == []
        assert "remove-input" in render_cell(cell).metadata["tags"]

    def test_links_between_notebooks_are_links_between_pages(self):
        cell = prose("[1](01_network_pruning.ipynb)", "map")
        assert render_cell(cell).source == "[1](../01_network_pruning/index.ipynb)"

    def test_terms_are_linked_to_the_glossary(self):
        assert (
            "[**mask**](#term-mask)" in render_cell(prose("- **mask** (掩码)", "glossary")).source
        )

    @each_chapter
    def test_no_solution_is_on_a_page(self, one):
        text = json.dumps([p.notebook() for p in split(read(one), "T")], ensure_ascii=False)
        for key in one.exercises:
            assert cards.find(key).reasoning not in text


class TestDeeper:
    PAGE = """
    # Why?

    So.

    ## Deeper: more

    Words.

    ### Still more

    Last words.
    """

    def test_what_goes_deeper_is_folded_below_its_heading(self, tmp_path):
        html = built(tmp_path, self.PAGE)
        opened, closed = html.index("<details"), html.index("</details>")
        summary = html[html.index("<summary>") : html.index("</summary>")]
        assert "Deeper: more" in summary
        assert html.index("So.") < opened < html.index("Words.")
        assert html.index("Last words.") < closed
        inside = html[opened:closed]
        assert inside.count("<section") == inside.count("</section>") == 1
        assert 'href="#deeper-more"' in html  # it is in the page's table of contents

    def test_an_exercise_that_goes_deeper_has_its_stub_on_the_card(self):
        stub = code("def f(x):\n    ...", "deeper", "exercise", "section:a")
        assert "remove-input" in render_cell(stub).metadata["tags"]


def built(folder, page):
    """A page as the site's own settings make it."""
    (folder / "index.md").write_text(textwrap.dedent(page), encoding="utf-8")
    settings = Path(build.HERE / "sphinx_conf.py").read_text(encoding="utf-8")
    (folder / "conf.py").write_text(settings, encoding="utf-8")
    given = {"html_theme": "basic", "html_static_path": [], "html_search_scorer": ""}
    app = Sphinx(folder, folder, folder / "out", folder / "trees", "html", given, status=None)
    app.build()
    return (folder / "out" / "index.html").read_text(encoding="utf-8")


class TestAddress:
    @pytest.mark.parametrize(
        "given",
        ["https://github.com/a/b", "https://github.com/a/b.git", "git@github.com:a/b.git"],
    )
    def test_every_way_to_write_it_is_understood(self, given):
        assert repository_address.repository(given) == "a/b"
        elsewhere = given.replace("github.com", "example.org")
        says = "repository must be like https://github.com/"
        refuses(says, repository_address.repository, elsewhere)

    def test_one_setting_makes_all_links(self, monkeypatch):
        monkeypatch.setattr(repository_address, "REPOSITORY", "https://github.com/a/b")
        place = repository_address.repository()
        for chapter in CHAPTERS:
            told = build.opens(chapter, place)
            for start in (
                "mybinder.org/v2/gh/a/b/HEAD?urlpath=lab%2Ftree%2F",
                "colab.research.google.com/github/a/b/blob/HEAD/",
            ):
                assert f"{start}notebooks/{chapter.file}" in told

    def test_without_an_address_no_link_is_made_up(self):
        assert "http" not in build.opens(CHAPTERS[0], "")


class TestReference:
    def test_every_room_is_there_and_no_exercise(self):
        modules = [m for room in reference_pages.ROOMS for m in reference_pages.modules(room)]
        assert len(set(modules)) == len(modules) > 100
        assert "nc_teach.pruning.magnitude" in modules
        assert not [m for m in modules if "exercises" in m or "quizzes" in m]

    def test_its_first_page_says_what_each_part_is_and_tells_the_truth_about_imports(self):
        index = reference_pages.pages()["index"]
        assert "nc_teach.budget <budget>`: A budget" in index
        place = {room: k for k, room in enumerate(reference_pages.ROOMS)}
        for path in MODULES:
            rooms = {name.split(".")[1] for name in imports_of(path)} & set(place)
            for other in rooms if room_of(path) in place else ():
                assert place[other] <= place[room_of(path)], path

    def test_a_name_stands_once_in_its_module_not_in_the_package_too(self):
        page = reference_pages.pages()["claims"]
        assert ".. automodule:: nc_teach.claims.knowledge_distillation\n\n" in f"{page}\n"
        assert ".. automodule:: nc_teach.claims.running\n   :members:" in page


def test_an_older_folder_with_other_files_is_left_alone(tmp_path, capsys):
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    assert main(["site", "--out", str(tmp_path)]) == 2
    assert "must be a new folder or one with an older site" in capsys.readouterr().err
    assert (tmp_path / "thesis.txt").read_text(encoding="utf-8") == "mine"
