"""A deck offline, from a file: every slide fits, every control moves, the keys do what they say."""

import figures_for_tests as examples
import pytest
from handling import axe_finds_nothing, every_control_moves, offline, texts_over_texts, wait_until

from nc_teach import course
from nc_teach.publish.chapters import read
from nc_teach.publish.execute import execute
from nc_teach.publish.slides.deck import deck
from tests.publish.cells import MEASURED, code, notebook, prose

CHAPTERS = [c for c in course.chapters() if c.number != "00"]
SLIDE = ".slides > .present > .present"
FITS = """() => {
  const slide = Reveal.getCurrentSlide(), body = slide.querySelector('.nc-body');
  const code = [...slide.querySelectorAll('pre.nc-code')].map((c) => getComputedStyle(c).fontSize);
  return {
    bottom: body.offsetTop + body.scrollHeight, width: body.scrollWidth,
    code: Math.min(99, ...code.map(parseFloat)),
    zoom: Math.min(1, ...[...slide.querySelectorAll('.nc-fit')].map((e) => +e.style.zoom || 1)),
  };
}"""


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A deck of one of each: title, question, hands, measurement, live figure."""
    guess, measure, play = ((role, "section:a") for role in ("predict", "measure", "play"))
    cells = [
        prose("# 1. A test\n\nOf slides.", "title"),
        prose("## 1.1 Why?\n\nA formula: $w^2$. Why?", "why", "section:a"),
        prose("### Your guess\n\nHow high?", *guess),
        code('g = classroom.predict("a", "height", 0, 100)', *guess),
        prose("### Measure\n\nNow.", *measure),
        code("classroom.score(g, 65)", *measure, data={"text/plain": MEASURED}),
        prose("### Play\n\nDrag.", *play),
        code("f()", *play, data={"text/html": examples.bars().page(standalone=False)}),
    ]
    file = tmp_path_factory.mktemp("deck") / "deck.html"
    file.write_text(deck(notebook(*cells), "1", "A test"), encoding="utf-8")
    return file


def stored_deck(one, folder):
    """A chapter's deck from its stored outputs."""
    file = folder / "deck.html"
    file.write_text(deck(read(one), one.number, one.title), encoding="utf-8")
    return file


def opened(context, file):
    page = offline(context)
    page.goto(file.as_uri())
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
    for _ in range(8):
        seen.append(page.evaluate("Reveal.getCurrentSlide().className.split(' ')[1]"))
        page.keyboard.press("PageDown")
    kinds = ("title", "why", "predict", "measure", "play")
    assert list(dict.fromkeys(seen)) == [f"nc-{kind}" for kind in kinds]
    assert not page.complaints


def test_the_measurement_waits_for_a_key_and_stands_beside_the_hands(context, small):
    page = opened(context, small)
    go(page, 2)
    fields = page.locator(".present .nc-poll input")
    for hands, field in zip((1, 2, 3, 12, 0), fields.all(), strict=True):
        field.fill(str(hands))
    page.keyboard.press("PageDown")
    waiting = "document.querySelector('.nc-result').closest('.fragment')"
    seen = f"() => getComputedStyle({waiting}).visibility"
    assert page.evaluate(seen) == "hidden"
    page.keyboard.press("PageDown")
    wait_until(page, f"({seen})() === 'visible'")  # it fades in
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
    window.get_by_text("Count the hands for each answer").wait_for(timeout=30_000)
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
    kinds = page.evaluate("Reveal.getSlides().map((slide) => slide.classList[1])")
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


@pytest.mark.parametrize("one", [c for c in CHAPTERS if c.number in "35"], ids=lambda c: c.number)
def test_no_text_is_printed_over_another(context, tmp_path, one):
    """On every slide of two chapters with large tables, from their stored outputs."""
    page = opened(context, stored_deck(one, tmp_path))
    for number in range(page.evaluate("Reveal.getTotalSlides()")):
        go(page, number)
        assert not texts_over_texts(page.locator(SLIDE)), number


@pytest.fixture(scope="module", params=CHAPTERS, ids=lambda c: c.number)
def chapters_deck(request, tmp_path_factory):
    """A chapter's deck with figures that move: runs the chapter unless that was done before."""
    text = deck(execute(request.param), request.param.number, request.param.title)
    file = tmp_path_factory.mktemp("deck") / "deck.html"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_chapters_slides_fit_and_its_figures_move(context, chapters_deck):
    page = opened(context, chapters_deck)
    total = page.evaluate("Reveal.getTotalSlides()")
    assert 30 <= total <= 140
    moved = 0
    for number in range(total):
        go(page, number)
        found = page.evaluate(FITS)
        assert found["bottom"] <= 900, (number, found)
        assert found["width"] <= 1602, (number, found)
        assert found["code"] >= 24, (number, found)
        assert found["zoom"] >= 0.55, (number, found)
        assert not texts_over_texts(page.locator(SLIDE)), number
        moved += every_control_moves(page.locator(SLIDE))
    assert moved >= 5
    assert not page.complaints
