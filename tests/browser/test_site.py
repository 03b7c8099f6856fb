"""The whole site offline, from files: every page opens, every figure moves, the search finds."""

import re
import time
from pathlib import Path
from urllib.parse import quote

import pytest
from handling import axe_finds_nothing, every_control_moves, offline, wait_until

from nc_teach import course
from nc_teach.publish.chapters import folder_of
from nc_teach.publish.site.build import build, make
from tests.conftest import ON_PAGES

HEAVIEST = 5_000_000
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


def test_a_second_build_of_an_unchanged_site_is_a_copy(site, tmp_path):
    started = time.monotonic()
    assert build(tmp_path / "again", still=True) == 0
    assert time.monotonic() - started < 60
    names = {f.relative_to(site) for f in site.rglob("*") if f.is_file()}
    again = tmp_path / "again"
    assert names == {f.relative_to(again) for f in again.rglob("*") if f.is_file()}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", KINDS)
def test_axe_finds_nothing_on_a_page(site, page, name, scheme):
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{site.as_uri()}/{name}")
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
