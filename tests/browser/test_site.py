"""The whole site offline, from files: every page opens, every figure moves, the search finds."""

import re
from pathlib import Path
from urllib.parse import quote

import pytest
from handling import axe_finds_nothing, every_control_moves, offline, wait_until

from nc_teach import course
from nc_teach.publish.chapters import folder_of
from nc_teach.publish.site.build import build, make
from tests.conftest import ON_PAGES

HEAVIEST = 5_000_000
WIDTHS = (360, 768, 1280, 1920)
TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return '';
  const out = (e) => e.getBoundingClientRect().right > width + 1;
  const first = [...document.querySelectorAll('article *')].find(out);
  return first?.outerHTML.slice(0, 200) ?? 'the page';
}"""
KINDS = (
    "index.html",
    "01_network_pruning/magnitude.html",
    "api/pruning/magnitude.html",
    "results.html",
    "claims/lottery_ticket.html",
    "search.html?q=mask",
)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site without figures that move: what is looked up is the same, and no chapter runs."""
    out = tmp_path_factory.mktemp("still") / "site"
    assert build(out, still=True) == 0
    return out


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The site with figures that move: runs every chapter unless that was done before."""
    out = tmp_path_factory.mktemp("site")
    assert build(out, "https://github.com/someone/nc_teach") == 0
    return out


def test_a_page_opens_and_its_figures_move(page, tmp_path, monkeypatch):
    """One chapter's pages, built with the first page and without the rest of the site."""
    some = [chapter for chapter in course.chapters() if chapter.number in ("00", ON_PAGES)]
    monkeypatch.setattr(course, "chapters", lambda: some)
    monkeypatch.setattr("nc_teach.publish.site.build.whole_course.pages", lambda **how: {})
    monkeypatch.setattr("nc_teach.publish.site.build.reference_pages.pages", dict)
    assert make(tmp_path / "kept", "", still=False) == 0  # not where whole sites are kept
    made = tmp_path / "kept" / "html"
    moves(page, made, some[-1])
    a_digit_is_read_on_the_first_page(page, made)
    nothing_is_wider_than_the_window(page, made)
    pages = (made / folder_of(some[-1])).glob("*.html")
    guessed = next(file for file in sorted(pages) if 'class="nc-guess"' in file.read_text("utf-8"))
    what_was_measured_is_folded_until_there_is_a_guess(page, guessed)
    on_paper_nothing_is_cut_and_all_is_unfolded(page, guessed)
    on_a_telephone_figures_have_their_own_drawing(page, guessed)


def a_digit_is_read_on_the_first_page(page, folder):
    """The pad is there, its network reads a line, and the slider takes weights away."""
    page.goto((folder / "index.html").as_uri())
    found = page.locator("article .nc-figure")
    assert found.count() == 1
    assert every_control_moves(page.locator("article")) == 2
    found.locator("canvas.nc-pad").click()
    wait_until(page, "document.querySelector('.nc-sentence').textContent.startsWith('Your draw')")
    ids = page.locator("[id]").evaluate_all("found => found.map((e) => e.id)")
    assert len(set(ids)) == len(ids)
    assert not page.complaints


def nothing_is_wider_than_the_window(page, folder):
    """At each width, with all that can be unfolded: tables, code and formulas scroll in a box."""
    wide = {}
    for file in sorted(folder.rglob("*.html")):
        page.goto(file.as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(folded => folded.open = true)")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            if found := page.evaluate(TOO_WIDE):
                wide[file.name, width] = found
    page.set_viewport_size({"width": 1280, "height": 900})
    assert not wide


def what_was_measured_is_folded_until_there_is_a_guess(page, file):
    """A guess opens it, by keyboard alone, and is repeated there; so does a click on its line."""
    for guesses in (True, False):
        page.goto(file.as_uri())
        answer = page.locator(".nc-guessed").first
        assert not answer.is_visible()
        if guesses:
            field = page.get_by_role("spinbutton", name="Your guess").first
            field.focus()
            page.keyboard.type("12")
            page.keyboard.press("Enter")
            assert answer.inner_text().startswith("You guessed 12")
            assert page.get_by_role("status").filter(has_text="Below stands").is_visible()
        else:
            page.locator("details.nc-told > summary").first.press("Enter")
        answer.locator("xpath=..").wait_for(state="visible")


def on_paper_nothing_is_cut_and_all_is_unfolded(page, file):
    """Code is broken into lines, what was measured is there, what only a screen needs is not."""
    page.goto(file.as_uri())
    page.set_viewport_size({"width": 700, "height": 900})
    page.emulate_media(media="print")
    cut = page.locator("article pre").evaluate_all(
        "found => found.filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.innerText)"
    )
    assert not cut
    assert page.get_by_text("Measured ").first.is_visible()
    for gone in (".skip-to-content", ".sidebar-drawer", ".nc-guess input", ".back-to-top"):
        assert not page.locator(gone).first.is_visible(), gone
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": 1280, "height": 900})


def on_a_telephone_figures_have_their_own_drawing(page, file):
    """One figure at least is drawn narrow, and no picture is so small that its type is not read."""
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(file.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(folded => folded.open = true)")
    page.locator("article .nc-live .nc-figure canvas").first.wait_for()
    sizes = page.locator("article .nc-strip canvas").evaluate_all(
        "found => found.map((e) => [parseFloat(e.style.width), e.getBoundingClientRect().width])"
    )
    assert any(drawn == 440 for drawn, _ in sizes)
    assert all(16 * shown / drawn >= 11 for drawn, shown in sizes if shown)
    page.set_viewport_size({"width": 1280, "height": 900})


def moves(page, folder, chapter):
    """Every page of a chapter opens, its pictures are described, and its controls move them."""
    moved = 0
    for file in sorted((folder / folder_of(chapter)).glob("*.html")):
        page.goto(file.as_uri())
        assert page.locator("h1").count() == 1, file.name
        for image in page.locator("img").all():
            assert image.get_attribute("alt"), file.name
        moved += every_control_moves(page.locator("article"))
    assert moved >= 5 or chapter.number == "00"
    assert not page.complaints


@pytest.fixture
def page(context):
    return offline(context)


def test_no_page_is_too_heavy(folder):
    heavy = {f.name: s for f in folder.rglob("*.html") if (s := f.stat().st_size) > HEAVIEST}
    assert not heavy


@pytest.mark.parametrize("chapter", course.chapters(), ids=lambda c: c.number)
def test_every_page_of_a_chapter_opens_and_its_figures_move(folder, page, chapter):
    moves(page, folder, chapter)


QUERIES = [
    line.split(" -> ")
    for line in Path(__file__).with_name("queries.txt").read_text("utf-8").splitlines()
    if " -> " in line
]


def found(page, folder, query):
    """The search page's results for a query: their addresses on the site, best first."""
    page.goto(f"{(folder / 'search.html').as_uri()}?q={quote(query)}")
    wait_until(page, "document.querySelector('.search-summary')?.textContent")  # all have come
    links = page.locator("#search-results li > a")
    return links.evaluate_all("links => links.map((link) => link.getAttribute('href'))")


@pytest.mark.parametrize(("query", "wanted"), QUERIES, ids=[query for query, _ in QUERIES])
def test_the_search_puts_first_what_the_query_is_about(site, page, query, wanted):
    """From files, with the network cut; and it quotes the words in their sentence."""
    place, _, among = wanted.partition(", ")
    chapter, name = place.split()
    best = found(page, site, query)[: int(among or 1)]
    assert any(re.match(rf"{chapter}_\w+/{name}\.html", link) for link in best), best
    assert page.locator("#search-results li .context mark").count() >= 1
    assert not page.complaints


def test_what_explains_a_result_folds_with_it(site, browser, page):
    """A click on a part, a guess, an address or paper opens all; without a script, one part."""
    file = (site / "01_network_pruning" / "magnitude.html").as_uri()
    parts = page.locator("details.nc-told")
    shut = page.locator("details.nc-told:not([open])")
    page.goto(file)
    assert shut.count() == parts.count() == 4  # measured, play, your own digit, what it means
    assert page.locator("pre", has_text="one_shot_curve(nets").is_visible()
    page.goto(f"{file}#measure")  # as from the page's own table of contents
    page.wait_for_timeout(100)
    assert shut.count() == 4
    page.get_by_role("heading", name="Play").click()
    wait_until(page, "!document.querySelector('details.nc-told:not([open])')")
    page.goto("about:blank")
    page.goto(f"{file}#measure")
    assert shut.count() == 0
    page.goto("about:blank")
    page.goto(f"{file}#what-it-means")
    wait_until(
        page, "Math.abs(document.querySelector('#what-it-means').getBoundingClientRect().y) < 99"
    )
    assert shut.count() == 0
    page.goto("about:blank")
    page.goto(f"{(site / '03_knowledge_distillation' / 'half_way_help.html').as_uri()}")
    for field in page.get_by_role("spinbutton", name="Your guess").all():  # one cell asks twice
        assert shut.count() == parts.count()
        field.fill("1")
        field.press("Enter")
    assert shut.count() == 0
    plain = browser.new_context(java_script_enabled=False)
    bare = plain.new_page()
    bare.goto(file)
    bare.get_by_role("heading", name="What it means").click()
    assert bare.locator("details.nc-told[open]").count() == 1
    bare.emulate_media(media="print")
    for told in bare.locator("details.nc-told > :last-child").all():
        assert told.is_visible()
    plain.close()


def test_results_are_narrowed_by_keyboard_and_are_all_there_without_a_script(site, browser, page):
    page.goto((site / "results.html").as_uri())
    rows, told = page.locator("table.nc-results tbody tr"), page.locator(".nc-filter output")
    every = rows.count()
    assert every > 60
    assert told.inner_text() == f"{every} of {every} claims"
    for name in ("chapter", "paper", "outcome"):
        page.get_by_label(name).focus()
        page.keyboard.press("ArrowDown")
        assert rows.filter(visible=True).count() < every
        page.get_by_role("button", name="Show all").press("Enter")
        wait_until(page, "!document.querySelector('table.nc-results tr[hidden]')")
    page.get_by_label("outcome").select_option("does not hold")
    shown = rows.filter(visible=True)
    assert set(shown.locator("td:last-child").all_inner_texts()) == {"does not hold"}
    assert told.inner_text() == f"{shown.count()} of {every} claims"
    plain = browser.new_context(java_script_enabled=False)
    bare = plain.new_page()
    bare.goto((site / "results.html").as_uri())
    assert bare.locator("table.nc-results tbody tr").filter(visible=True).count() == every
    plain.close()


def test_a_second_build_of_an_unchanged_site_is_a_copy(site, tmp_path, monkeypatch):
    monkeypatch.setattr("nc_teach.publish.site.build.write", None)  # so nothing is made
    assert build(tmp_path / "again", still=True) == 0
    names = {f.relative_to(site) for f in site.rglob("*") if f.is_file()}
    again = tmp_path / "again"
    assert names == {f.relative_to(again) for f in again.rglob("*") if f.is_file()}


def test_no_page_is_wider_than_the_window(folder, page):
    nothing_is_wider_than_the_window(page, folder)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", KINDS)
def test_axe_finds_nothing_on_a_page(folder, page, name, theme):
    page.emulate_media(color_scheme=theme)
    page.goto(f"{folder.as_uri()}/{name}")
    page.evaluate("document.querySelectorAll('details').forEach(folded => folded.open = true)")
    page.wait_for_timeout(500)
    assert axe_finds_nothing(page)


def test_on_paper_a_figure_has_its_numbers(folder, page):
    page.goto((folder / "01_network_pruning" / "magnitude.html").as_uri())
    table = page.locator(".nc-print table").first
    assert not table.is_visible()
    page.emulate_media(media="print")
    assert table.is_visible()
    assert 3 <= table.locator("tbody tr").count() <= 100
    assert page.locator("figure.nc-figure canvas").first.is_visible()
    assert not page.locator(".nc-controls").first.is_visible()


def test_a_chapter_can_be_opened_on_binder_and_colab(folder, page):
    page.goto((folder / "01_network_pruning" / "index.html").as_uri())
    for place in ("Binder", "Colab", "GitHub"):
        address = page.get_by_role("link", name=place, exact=True).get_attribute("href")
        assert address.startswith("https://")
        assert "01_network_pruning.ipynb" in address
