"""A deck offline, from a file: every slide fits, every control moves, the keys do what they say."""

import re
import shutil
import subprocess

import figures_for_tests as examples
import pytest
from handling import axe_finds_nothing, every_control_moves, offline, texts_over_texts

from nc_teach import course
from nc_teach.publish import markdown
from nc_teach.publish.chapters import read
from nc_teach.publish.execute import execute
from nc_teach.publish.slides.deck import deck
from tests.publish.cells import MEASURED, code, notebook, prose, says

CHAPTERS = [c for c in course.chapters() if c.number != "00"]
SLIDE = ".slides > .present > .present"
SIZES = [(1600, 900), (1280, 720), (1024, 768)]
FAULTS = """() => {
  // What leaves its slide, or is too small for the last row: visible texts and pictures.
  const slide = Reveal.getCurrentSlide().querySelector('.nc-slide');
  const box = slide.getBoundingClientRect(), seen = (e) => getComputedStyle(e);
  const body = slide.querySelector('.nc-body'), found = [];
  const hidden = (e) => {
    for (let p = e; p !== slide; p = p.parentElement)
      if (seen(p).clipPath !== 'none' || seen(p).visibility === 'hidden') return true;
    return e.closest('script, style, math, details:not([open])');
  };
  const leaves = (r) => r.left < box.left - 1 || r.right > box.right + 1
    || r.top < box.top - 1 || r.bottom > box.bottom + 1;
  const walk = document.createTreeWalker(slide, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement;
    const text = walk.currentNode.textContent.trim().slice(0, 40);
    const range = document.createRange();
    range.selectNodeContents(walk.currentNode);
    const r = range.getBoundingClientRect();
    if (!text || r.width < 2 || r.height < 2 || hidden(e)) continue;
    let zoom = 1;
    for (let p = e; p; p = p.parentElement) zoom *= +seen(p).zoom || 1;
    const size = parseFloat(seen(e).fontSize) * zoom;
    if (size < SMALLEST) found.push(`${size.toFixed(1)} px: ${text}`);
    if (leaves(r)) found.push(`leaves its slide: ${text}`);
  }
  for (const live of slide.querySelectorAll('[data-letters]')) {
    const wide = live.querySelector('canvas').getBoundingClientRect().width / Reveal.getScale();
    const size = live.dataset.letters * wide;
    if (size < SMALLEST) found.push(`${size.toFixed(1)} px: letters of its picture`);
  }
  const drawn = [...slide.querySelectorAll('canvas, img')].map((e) => e.getBoundingClientRect());
  if (drawn.some((r) => r.width && leaves(r))) found.push('a picture leaves its slide');
  const over = body.scrollHeight - body.clientHeight;
  if (over > 1) found.push(`${over} px too high`);
  return found;
}""".replace("SMALLEST", "27.9")


def typefaces():
    """Those for formulas that are asked for and installed; none where that cannot be found out."""
    found = shutil.which("fc-list")
    there = subprocess.run([found], capture_output=True, text=True).stdout if found else ""
    asked = re.findall(r'"(.+?)"', markdown.STYLE.read_text(encoding="utf-8"))
    return [name for name in asked if name in there]


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A deck of one of each: title, question, hands, measurement, live figure."""
    guess, measure, play = ((role, "section:a") for role in ("predict", "measure", "play"))
    moving = {"text/html": examples.bars().page(standalone=False)}
    cells = [
        prose("# 1. A test", "title", **says("Of slides.")),
        prose("## 1.1 Why?", "why", "section:a", **says("Why is it so?", text="A formula: $w^2$.")),
        code(
            'g = classroom.predict("a", "height", 0, 100)',
            *guess,
            **says("How high is it?", show="hands", notes="Count the hands."),
        ),
        code(
            "classroom.score(g, 65)",
            *measure,
            data={"text/plain": MEASURED},
            **says("It is high.", show="result"),
        ),
        code("f()", *play, data=moving, **says("It moves.", show="figure")),
    ]
    file = tmp_path_factory.mktemp("deck") / "deck.html"
    file.write_text(deck(notebook(*cells), "1", "A test"), encoding="utf-8")
    return file


def stored_deck(one, folder):
    """A chapter's deck from its stored outputs."""
    file = folder / "deck.html"
    file.write_text(deck(read(one), one.number, one.title), encoding="utf-8")
    return file


def opened(context, file, query=""):
    page = offline(context)
    page.goto(file.as_uri() + query)
    page.wait_for_selector("html[data-ready]", timeout=60_000)
    return page


def go(page, number):
    """Show a slide by its number, with everything that waits for a key."""
    page.evaluate(
        """(k) => {
          const slide = Reveal.getSlides()[k], { h, v } = Reveal.getIndices(slide);
          Reveal.slide(h, v, 99);
        }""",
        number,
    )
    page.evaluate("() => new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r)))")


def test_the_clickers_keys_go_through_the_whole_deck(context, small):
    page = opened(context, small)
    seen = []
    for _ in range(6):
        seen.append(page.evaluate("Reveal.getCurrentSlide().querySelector('h1, h2').textContent"))
        page.keyboard.press("PageDown")
    said = ["A test", "Why is it so?", "How high is it?", "It is high.", "It moves."]
    assert list(dict.fromkeys(seen)) == said
    assert not page.complaints


@pytest.mark.skipif(not typefaces(), reason="no typeface for formulas is installed")
def test_an_exponent_stands_beside_its_letter_and_not_above_it(context, small):
    page = opened(context, small)
    go(page, 1)
    letter, exponent = (page.locator(f"{SLIDE} msup > {p}").bounding_box() for p in ("mi", "mn"))
    assert exponent["y"] < letter["y"]
    assert exponent["y"] + exponent["height"] > letter["y"] + 0.15 * letter["height"]


def test_the_measurement_stands_beside_the_hands(context, small):
    page = opened(context, small)
    go(page, 2)
    fields = page.locator(".present .nc-poll input")
    for hands, field in zip((1, 2, 3, 12, 0), fields.all(), strict=True):
        field.fill(str(hands))
    assert page.locator(f"{SLIDE} .nc-result").count() == 0
    page.keyboard.press("PageDown")
    assert page.locator(".nc-result .nc-count").all_inner_texts() == ["1", "2", "3", "12", "0"]
    assert page.locator(".nc-result .nc-right").inner_text().startswith("✓ over 60, up to 80")


def test_a_control_has_its_keys_until_escape(context, small):
    page = opened(context, small)
    go(page, 4)
    thumb = page.locator(".present").get_by_role("slider")
    thumb.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('.nc-figure').dataset.number === '22'")
    assert page.evaluate("Reveal.getSlidePastCount()") == 4
    page.locator(".present").get_by_role("checkbox").press("Space")
    page.wait_for_function("document.querySelector('.nc-figure').dataset.number === '23'")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement === document.body")
    page.keyboard.press("ArrowUp")
    assert page.evaluate("Reveal.getSlidePastCount()") == 3


def test_the_presenters_window_has_notes_clock_and_pace(context, small):
    page = opened(context, small)
    go(page, 2)
    with context.expect_page() as popup:
        page.keyboard.press("s")
    window = popup.value
    window.get_by_text("Count the hands.").wait_for(timeout=30_000)
    assert window.locator(".speaker-controls-time .clock-value").inner_text()
    assert "PACING" in window.locator(".speaker-controls-time").inner_text().upper()


@pytest.mark.parametrize("number", range(5))
def test_axe_finds_nothing_on_a_slide(context, small, number):
    page = opened(context, small)
    go(page, number)
    assert axe_finds_nothing(page)


def test_axe_finds_nothing_on_one_slide_of_each_kind(context, tmp_path):
    """Of a whole chapter, from its stored outputs: code, tables, pictures, questions."""
    page = opened(context, stored_deck(CHAPTERS[0], tmp_path))
    kinds = page.evaluate("Reveal.getSlides().map((s) => s.querySelector('.nc-slide').className)")
    for kind in dict.fromkeys(kinds):
        go(page, kinds.index(kind))
        assert axe_finds_nothing(page), kind


TABLE = "<style>td { max-width: 9em }</style><table><tr><td%s>%s</td><td>+79.12 points</td></tr>"
LONG = "K = 32 (14.7 % of the weights): at most one point below the whole network"


@pytest.mark.parametrize(("style", "faults"), [(' style="white-space: nowrap"', 1), ("", 0)])
def test_text_over_text_is_found(context, style, faults):
    """A long cell that may not wrap runs over the next one, in a table no wider than before."""
    page = context.new_page()
    page.set_content(TABLE % (style, LONG))
    assert len(texts_over_texts(page.locator("body"))) == faults


def every_slide(page):
    """Go through the deck; no text may meet another, leave its slide or be too small."""
    for number in range(page.evaluate("Reveal.getTotalSlides()")):
        go(page, number)
        assert not page.evaluate(FAULTS), number
        assert not texts_over_texts(page.locator(SLIDE)), number
        yield page.locator(SLIDE)


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("one", CHAPTERS, ids=lambda c: c.number)
def test_every_slide_is_in_order_at_three_sizes(context, tmp_path, one, size):
    """From the stored outputs; `test_a_chapters_slides_are_in_order_and_its_figures_move` moves."""
    page = opened(context, stored_deck(one, tmp_path))
    page.set_viewport_size(dict(zip(("width", "height"), size, strict=True)))
    assert len(list(every_slide(page))) > 30


def test_pages_for_print_have_one_slide_each(context, small):
    page = opened(context, small, "?print-pdf")
    assert page.locator(".pdf-page").count() == 5
    for slide in page.locator(".pdf-page").all():
        assert not texts_over_texts(slide)
    page.wait_for_function("document.querySelector('.nc-figure').dataset.number !== undefined")
    assert not page.locator(".nc-figure .nc-controls").is_visible()
    assert page.locator(".nc-figure canvas").is_visible()


@pytest.fixture(scope="module", params=CHAPTERS, ids=lambda c: c.number)
def chapters_deck(request, tmp_path_factory):
    """A chapter's deck with figures that move: runs the chapter unless that was done before."""
    one = request.param
    text = deck(read(one), one.number, one.title, live=execute(one, slide=True))
    file = tmp_path_factory.mktemp("deck") / "deck.html"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_chapters_slides_are_in_order_and_its_figures_move(context, chapters_deck):
    page = opened(context, chapters_deck)
    moved = sum(every_control_moves(slide) for slide in every_slide(page))
    assert moved >= 5
    assert not page.complaints
