"""The site's pages before Sphinx sees them: whole chapters, light pages, true links."""

import ast
import io
import json
import re
import textwrap
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import nbformat
import numpy as np
import pytest
from PIL import Image
from sphinx.application import Sphinx

from nc_teach import course
from nc_teach.claims.network_pruning import sentences
from nc_teach.classroom import cards
from nc_teach.classroom.glossary import terms
from nc_teach.cli import main
from nc_teach.common.palette import INK
from nc_teach.live import dark, encode
from nc_teach.publish import chapters, poll, uses
from nc_teach.publish.chapters import read
from nc_teach.publish.on_dark import on_dark
from nc_teach.publish.site import (
    build,
    chapter_pages,
    formula_reader,
    formulas,
    reference_pages,
    repository_address,
    search_words,
)
from nc_teach.publish.site.chapter_cards import card
from nc_teach.publish.site.chapter_pages import split
from nc_teach.publish.site.index_page import card_files, index_page, pad
from nc_teach.publish.site.render_cell import render_cell, told, unwrapped
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
        kept = image(on_dark(encode.still(picture), [[1, 0, 1, 1]]))[0]
        assert (tuple(kept[0]), tuple(kept[1])) == (tuple(paper), tuple(ink))


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
    def test_what_tells_what_came_out_is_marked_after_every_guess(self, one):
        """What was measured, and all that explains it or plays with it; nothing else."""
        cells = [cell for page in split(read(one), "T") for cell in page.cells]
        guesses = set()
        for cell in cells:
            told = cell.metadata.get("told", "").split()
            guesses |= {found.name for found in poll.asked(cell)}
            repeated = re.findall(r'nc-guessed\\" data-name=\\"(\w+)', json.dumps(cell))
            assert set(repeated) <= set(told) <= guesses
            role = chapters.role(cell)
            if role in ("play", "meaning") and chapters.section(cell):
                assert told, cell.source
            if role in ("why", "see", "paper", "code", "predict", "exercise"):
                assert not told, cell.source

    def test_what_goes_deeper_is_marked_up_to_the_next_heading(self):
        asks = code('g = classroom.predict("a.b", "q", 0, 9)', "deeper")
        tells = code("classroom.score(g, 1)", "deeper", data={"text/plain": MEASURED})
        deeper = [prose(source, "deeper") for source in ("Before.", "So it is.", "#### Else", "x")]
        cells = told([deeper[0], asks, tells, *deeper[1:]])
        assert [c.metadata.get("told", "") for c in cells] == ["", "", "g", "g", "", ""]

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
        row = '<td style="a">+5.68 ± 0.10 % (5 to 6)</td><td style="a">the more images</td>'
        found = shown(code("t", data={"text/html": row})).replace("\N{NO-BREAK SPACE}", "_")
        assert found == row.replace("5.68 ± 0.10 %", "5.68_±_0.10_%").replace("5 to 6", "5_to_6")

    def test_a_printed_paragraph_has_the_width_of_its_page(self):
        long = " ".join(["A ticket is ahead of re-initialised weights."] * 9)
        text = sentences.paragraph(long)
        assert text.count("\n") > 3
        both = f"{text}\n{text}\n  37 %  +0.9\n"
        assert unwrapped(both) == f"{long}\n{long}\n  37 %  +0.9\n"
        assert unwrapped(f"{70 * 'x'} 97.5 %.\nagainst") == f"{70 * 'x'} 97.5 %.\nagainst"
        cell = code("print(curve.meaning())")
        cell.outputs = [nbformat.v4.new_output("stream", text=both)]
        assert render_cell(cell).outputs[0].text == unwrapped(both)

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

    def test_what_came_out_is_folded_in_each_section_below_its_heading_or_a_line(self, tmp_path):
        asks = code('g = classroom.predict("a.b", "q", 0, 9)', "predict")
        tells = code("count", "measure", data={"text/html": "It is 7."})
        words = (
            ("## T", "predict"),
            ("### Measure\n\nHow.", "measure"),
            ("### Play\n\nSeven.", "play"),
        )
        title, how, play = (prose(*one, "section:a") for one in words)
        last = [prose("Then.", "exercise", "section:a"), prose("### Deeper: x\n\nGo.", "deeper")]
        cells = told([title, asks, how, tells, play, *last])
        page = nbformat.writes(chapter_pages.Page("index", "", cells).notebook())
        (tmp_path / "index.ipynb").write_text(page, encoding="utf-8")
        html = built(tmp_path, None)
        first, second = re.findall(
            r'<details class="nc-told" data-guesses="g">.*?</details>', html, re.S
        )
        assert "What was measured" in first
        assert "It is 7." in first
        assert re.search(r"<summary><h2>Play.*?</h2>\s*</summary>", second, re.S)
        assert "Seven." in second
        outside = html.replace(first, "").replace(second, "")
        for text in ("How.", "count", "Then.", "Go."):
            assert text in outside
        assert "Seven." in (tmp_path / "out" / "_static" / "sections.js").read_text("utf-8")

    def test_an_exercise_that_goes_deeper_has_its_stub_on_the_card(self):
        stub = code("def f(x):\n    ...", "deeper", "exercise", "section:a")
        assert "remove-input" in render_cell(stub).metadata["tags"]


def built(folder, page):
    """A page as the site's own settings make it; one that is there already without a text."""
    if page is not None:
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
        pages = reference_pages.pages()
        of_chapter = pages["claims/knowledge_distillation"]
        assert ".. automodule:: nc_teach.claims.knowledge_distillation\n\n" in of_chapter
        assert ".. automodule:: nc_teach.claims.running\n   :members:" in pages["claims/running"]
        text = "".join(pages.values())
        for room in reference_pages.ROOMS:
            for module in reference_pages.modules(room):
                assert text.count(f".. automodule:: {module}\n") == 1, module

    def test_a_module_has_its_source_and_the_sections_that_use_it(self):
        page = reference_pages.pages()["pruning/magnitude"]
        assert "   def magnitude(of: nn.Module | Tensor) -> dict[str, Tensor] | Tensor:\n" in page
        used = ":doc:`1.1 Which weights can go? </01_network_pruning/magnitude>`"
        assert f"- ``magnitude``: {used}" in page

    def test_what_another_library_writes_into_a_class_is_not_ours(self, tmp_path):
        page = (
            "# T\n\n```{eval-rst}\n.. autoclass:: nc_teach.live.narrow.Column\n   :members:\n```\n"
        )
        html = built(tmp_path, page)
        assert "subplot_mosaic" in html
        assert 'id="nc_teach.live.narrow.Column.set"' not in html

    def test_where_a_name_is_used_is_where_a_cell_has_it(self):
        code = {
            chapters.folder_of(one): "".join(cell.source for cell in chapters.code_cells(read(one)))
            for one in CHAPTERS
        }
        for name, places in uses.of_names().items():
            for place in places:
                assert f".{name.rpartition('.')[2]}" in code[place.folder]


class TestFormulas:
    @pytest.mark.parametrize(
        ("plain", "latex"),
        [
            ("q_i = exp(z_i) / sum_j exp(z_j)", r"q_i = \frac{\exp (z_i)}{\sum _j\exp (z_j)}"),
            ("L = 1/(2 N) sum_n ||z_n||^2", r"L = \frac{1}{2N}\sum _n\|z_n\|^2"),
            ("s_k = h_kk w_k^2 / 2", r"s_k = \frac{h_{kk}w_k^2}{2}"),
            ("L_q = w_q^2 / (2 [H^-1]_qq)", r"L_q = \frac{w_q^2}{2[H^{-1}]_{qq}}"),
            ("r = n b / (n ceil(log2 k) + k b)", r"r = \frac{nb}{n\lceil \log_2 k \rceil +kb}"),
            (
                "x ~ (q - zero_point) * scale",
                r"x \sim (q-\mathrm{zero\_point}) \cdot \mathrm{scale}",
            ),
            ("w <- w - a / (b**t + 1e-8)", r"w \leftarrow w-\frac{a}{b^t+10^{-8}}"),
            ("h = max over i < j of G_(m-1)(i)", r"h = \operatorname{max}_{i < j} G_{m-1}(i)"),
        ],
    )
    def test_plain_characters_are_read_as_the_field_reads_them(self, plain, latex):
        assert formula_reader.latex(plain) == latex

    def test_prose_stays_and_a_formula_is_read_as_a_whole_or_not_at_all(self):
        for text in ("r = -(L - ``weight`` x blocks).", "m_n = max of the others", "A or B"):
            assert formulas.inline(text) == text
        told = formulas.inline("Here L = T^2 KL(p || q), the mean over images.")
        assert told == r"Here :math:`L = T^2\mathrm{KL}(p \| q)`, the mean over images."

    def test_most_formulas_of_the_technique_packages_are_typeset(self):
        """What the reader cannot read stays plain: that is allowed for a few, not for most."""
        drawn, plain = [], []
        for room in ("pruning", "distillation", "quantization", "architecture", "dynamic"):
            for module in reference_pages.modules(room):
                tree = ast.parse(reference_pages._file(module).read_text("utf-8"))
                kinds = (ast.Module, ast.FunctionDef, ast.ClassDef)
                texts = [ast.get_docstring(n) for n in ast.walk(tree) if isinstance(n, kinds)]
                for line in "\n".join(filter(None, texts)).splitlines():
                    if formulas.START.search(line) and ">>>" not in line:
                        (drawn if ":math:" in formulas.inline(line) else plain).append(line)
        assert len(drawn) > 30
        assert len(plain) <= len(drawn) // 4, plain

    def test_a_page_has_them_as_mathml_and_a_signature_has_types(self, tmp_path):
        (tmp_path / "index.rst").write_text(
            "T\n=\n\n.. automodule:: nc_teach.pruning.obd\n   :members:\n"
        )
        html = built(tmp_path, None)
        assert "<mfrac><mrow><msub><mi>h</mi>" in html
        signature = re.sub(r"<.+?>", "", re.search(r"<dt class=.*?</dt>", html, re.S)[0])
        assert signature.strip().startswith("saliency(curvature: Tensor, weight: Tensor)")
        assert 'href="#source-nc_teach.pruning.obd"' in html


class TestSearchWords:
    def test_both_scripts_are_one(self):
        for simplified, traditional in (("网络剪枝", "網絡剪枝"), ("权重聚类", "權重聚類")):
            assert search_words.plain(traditional) == simplified

    def test_no_simplified_character_is_changed(self):
        for term in terms():
            assert search_words.plain(term.chinese) == term.chinese.lower()

    def test_who_uses_a_term_is_found_by_its_other_names(self):
        words = search_words.CourseWords({}).split("Divided by a temperature they are softer.")
        assert {"温度", "temperature"} <= set(words)
        assert "温度" not in search_words.CourseWords({}).split("temperamental")

    def test_a_term_with_a_space_is_found_with_a_hyphen_and_without(self):
        words = search_words.CourseWords({}).split("Early exits and k-means")
        assert {"earlyexit", "kmeans", "exits"} <= set(words)

    def test_sections_have_their_own_words(self, tmp_path):
        html = built(tmp_path, TestDeeper.PAGE)
        assert "So." in html
        told = (tmp_path / "out" / "_static" / "sections.js").read_text("utf-8")
        found = json.loads(told.removeprefix("var nc_sections = ").rstrip(";\n"))["index"]
        assert [title for _, title, _ in found] == ["Why?", "Deeper: more", "Still more"]
        assert found[0] == ["", "Why?", "So."]


class TestKept:
    """A build of a site that has not changed copies it; one that has, reads what is new."""

    def test_only_what_differs_is_touched(self, tmp_path):
        new, source = tmp_path / "new", tmp_path / "source"
        for name, text in {"a.md": "1", "b/c.md": "2"}.items():
            (new / name).parent.mkdir(parents=True, exist_ok=True)
            (new / name).write_text(text)
        build.bring(new, source)
        before = {f: f.stat().st_mtime_ns for f in source.rglob("*.md")}
        (new / "a.md").write_text("3")
        (source / "old.md").write_text("gone")
        build.bring(new, source)
        after = {f: f.stat().st_mtime_ns for f in source.rglob("*.md")}
        assert set(after) == set(before)
        assert [f.name for f in after if after[f] != before[f]] == ["a.md"]
        assert (source / "a.md").read_text() == "3"

    def test_an_unchanged_site_is_not_made_again(self, tmp_path, monkeypatch):
        kept, made = tmp_path / "kept", []
        (kept / "html").mkdir(parents=True)
        (kept / "made_from").write_text(f"{build.made_from()} a/b")
        monkeypatch.setattr(build, "write", lambda *given, **more: made.append(given))
        monkeypatch.setattr(build.subprocess, "run", lambda *given: SimpleNamespace(returncode=0))
        assert build.make(kept, "a/b", still=True) == 0
        assert made == []
        monkeypatch.setattr(build, "made_from", lambda: "other")
        assert build.make(kept, "a/b", still=True) == 0
        assert len(made) == 1
        assert (kept / "made_from").read_text() == "other a/b"


def test_an_older_folder_with_other_files_is_left_alone(tmp_path, capsys):
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    assert main(["site", "--out", str(tmp_path)]) == 2
    assert "must be a new folder or one with an older site" in capsys.readouterr().err
    assert (tmp_path / "thesis.txt").read_text(encoding="utf-8") == "mine"
