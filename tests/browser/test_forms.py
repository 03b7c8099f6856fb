"""The classroom's form by itself, on a page of its own: no notebook, no kernel."""

import json

import pytest

from nc_teach.classroom import forms

GUESS = {"question": "weights removed", "unit": "%", "low": 0, "high": 100, "step": 1}
PAGE = """<!doctype html><style>{css}</style><body style="font-size:{size}px"><script type="module">
{module}
const sent = (window.sent = []);
const model = {{
  get: (name) => ({{ kind: "{kind}", content: {content}, reply: {reply}, twin: "none" }})[name],
  send: (message) => sent.push(message), on() {{}}, off() {{}},
}};
render({{ model, el: document.body }});
</script>"""


def opened(context, kind, content, reply=None, size=14):
    """The form on a page; `window.sent` has what it would send to the kernel."""
    page = context.new_page()
    module = (forms.HERE / "forms.js").read_text(encoding="utf-8").replace("export default", "void")
    css = (forms.HERE / "forms.css").read_text(encoding="utf-8")
    told = {"content": json.dumps(content), "reply": json.dumps(reply or {})}
    page.set_content(PAGE.format(css=css, module=module, kind=kind, size=size, **told))
    page.wait_for_selector(".nc-status", state="attached")
    return page


@pytest.fixture(params=[(1280, 14), (420, 14), (1280, 22)], ids=str)
def page(request, context):
    width, size = request.param
    page = opened(context, "guess", GUESS, size=size)
    page.set_viewport_size({"width": width, "height": 600})
    return page


def test_the_scale_is_as_wide_as_its_track(page):
    track = page.get_by_role("slider").bounding_box()
    low, high = (page.locator(".nc-scale span").nth(n).bounding_box() for n in (0, 1))
    assert low["x"] == pytest.approx(track["x"], abs=0.5)
    assert high["x"] + high["width"] == pytest.approx(track["x"] + track["width"], abs=0.5)


def test_a_value_that_was_set_on_the_slider_is_the_guess_without_the_button(page):
    slider = page.get_by_role("slider")
    slider.focus()
    page.keyboard.press("End")
    assert page.evaluate("window.sent") == [{"value": 100}]
    assert page.get_by_role("spinbutton").input_value() == "100"


HANDLE = """slider => getComputedStyle(slider).getPropertyValue('--nc-handle')
    && slider.classList.contains('nc-unset') ? 'none' : slider.value"""


def test_where_nothing_is_set_there_is_neither_a_handle_nor_a_number(page):
    slider, box = page.get_by_role("slider"), page.get_by_role("spinbutton")
    assert slider.evaluate(HANDLE) == "none"
    assert slider.get_attribute("aria-valuetext") == "no guess yet"
    assert box.input_value() == ""
    seen = set()
    for pressed in ("End", "Home"):
        slider.press(pressed)
        assert slider.evaluate(HANDLE) == box.input_value()
        assert slider.get_attribute("aria-valuetext") == f"{box.input_value()} %"
        seen.add(page.screenshot())
    assert len(seen) == 2


def test_the_middle_can_be_guessed_by_a_click(page):
    page.get_by_role("slider").click()
    assert page.evaluate("window.sent") == [{"value": 50}]
    assert page.get_by_role("spinbutton").input_value() == "50"


def test_a_number_that_is_typed_and_left_is_the_guess(page):
    page.get_by_role("spinbutton").fill("42")
    page.keyboard.press("Tab")
    assert page.evaluate("window.sent") == [{"value": 42}]
    assert page.get_by_role("slider").input_value() == "42"


def test_an_emptied_box_shows_the_recorded_guess_again(context):
    page = opened(context, "guess", GUESS, {"value": 30, "text": "Your guess: 30 %, noted."})
    assert page.get_by_role("slider").evaluate(HANDLE) == "30"
    page.get_by_role("spinbutton").fill("")
    assert page.get_by_role("slider").evaluate(HANDLE) == "none"
    page.keyboard.press("Tab")
    assert page.get_by_role("spinbutton").input_value() == "30"
    assert page.get_by_role("slider").evaluate(HANDLE) == "30"


CARD = {"title": "Exercise 9.9: Two", "words": "<b>Exercise 9.9</b>", "name": "two"}


def test_a_card_is_read_and_pressed_without_a_mouse(context):
    page = opened(context, "card", CARD)
    tree = page.locator(".nc-form").aria_snapshot()
    assert 'group "Exercise 9.9: Two"' in tree
    for name in ("Check two", "Hint 1 of 2", "Solution"):
        page.keyboard.press("Tab")
        assert page.locator(":focus").inner_text() == name
        page.keyboard.press("Enter")
    sent = page.evaluate("window.sent.map((message) => message.press)")
    assert sent == ["check", "hint", "solution"]
    assert "Checking" in page.locator(".nc-status").inner_text()


def test_a_card_shows_what_the_kernel_answers(context):
    said = {"check": "<p>Not yet</p>", "hints": "<p>One</p><p>Two</p>", "solution": "<pre>2</pre>"}
    page = opened(context, "card", CARD, {**said, "hint": "No more hints", "done": True})
    for text in ("Not yet", "One", "Two", "2"):
        assert page.get_by_text(text, exact=True).is_visible()
    spoken = page.get_by_role("status").all_inner_texts()
    assert "Not yet" in spoken
    page.get_by_role("button", name="No more hints").click(force=True)
    assert page.evaluate("window.sent") == []


def test_a_choice_of_the_quiz_says_why_below_itself(context):
    chosen = [{"question": 0, "choice": 1, "right": True, "says": "✓ Right. Because."}]
    content = {"questions": [{"text": "Which?", "choices": ["this", "that", "none"]}]}
    page = opened(context, "quiz", content, {"chosen": chosen, "text": "1 of 1 answered."})
    page.get_by_role("button", name="c none").click()
    assert page.evaluate("window.sent") == [{"question": 0, "choice": 2}]
    button = page.get_by_role("button", name="b that")
    assert button.get_attribute("aria-pressed") == "true"
    assert button.get_attribute("data-right") == "true"
    assert page.locator(".nc-says").all_inner_texts() == ["", "✓ Right. Because.", ""]
    assert page.get_by_text("1 of 1 answered.").is_visible()
