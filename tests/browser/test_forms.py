"""The classroom's form by itself, on a page of its own: no notebook, no kernel."""

from __future__ import annotations

import json

import pytest

from nc_teach.classroom import forms

CONTENT = {"question": "weights removed", "unit": "%", "low": 0, "high": 100, "step": 1}
PAGE = """<!doctype html><style>{css}</style><body style="font-size:{size}px"><script type="module">
{module}
const sent = (window.sent = []);
const model = {{
  get: (name) => ({{ kind: "guess", content: {content}, reply: {{}}, twin: "none" }})[name],
  send: (message) => sent.push(message), on() {{}}, off() {{}},
}};
render({{ model, el: document.body }});
</script>"""


@pytest.fixture(params=[(1280, 14), (420, 14), (1280, 22)], ids=str)
def page(request, context):
    width, size = request.param
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 600})
    module = (forms.HERE / "forms.js").read_text(encoding="utf-8").replace("export default", "void")
    css = (forms.HERE / "forms.css").read_text(encoding="utf-8")
    page.set_content(PAGE.format(css=css, module=module, content=json.dumps(CONTENT), size=size))
    page.wait_for_selector(".nc-scale")
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
