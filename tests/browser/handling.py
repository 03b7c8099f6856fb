"""What a reader's hands do to live figures, in a notebook, on a page and on a slide."""

import json
from typing import Any

import pytest

PATIENCE = 60_000  # milliseconds: a machine may be busy; a picture that never comes still fails
HELD = """e => [...e.querySelectorAll('input, select')]
    .map((c) => [c.value, c.checked].join('=')).join(' ')"""


def offline(context: Any) -> Any:
    """A new page with the network cut; it notes what is complained of in `complaints`."""
    context.set_offline(True)
    page = context.new_page()
    page.complaints = []
    page.on("console", lambda message: page.complaints.append(message.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("requestfailed", lambda request: page.complaints.append(request.url))
    return page


def axe_finds_nothing(page: Any) -> bool:
    """Whether a page keeps the rules of accessibility that axe knows; else they are said."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    found = axe.run(page).response["violations"]
    assert not found, json.dumps([(v["id"], v["nodes"][0]["html"]) for v in found], indent=1)
    return True


def drag(thumb: Any, *shares: float) -> None:
    """Press the mouse on a slider at the first share of its width and draw it to the others."""
    thumb.scroll_into_view_if_needed()
    box, mouse = thumb.bounding_box(), thumb.page.mouse
    left, right, y = box["x"] + 2, box["x"] + box["width"] - 2, box["y"] + box["height"] / 2
    first, *others = ((1 - share) * left + share * right for share in shares)
    mouse.move(first, y)
    mouse.down()
    for x in others:
        mouse.move(x, y, steps=6)
    mouse.up()


def figure(page: Any, title: str) -> Any:
    """The last live figure with this title or label, scrolled into view."""
    return ready(page.locator("figure.nc-figure", has_text=title).last)


def ready(found: Any) -> Any:
    """A live figure, scrolled into view, once it has its picture."""
    found.scroll_into_view_if_needed()
    found.locator("xpath=self::*[@data-number]").wait_for(timeout=PATIENCE)
    return found


def picture(found: Any) -> str:
    """The pixels of a live figure as a text to compare."""
    return found.locator("canvas").evaluate("canvas => canvas.toDataURL()")


def sentence(found: Any) -> str:
    """What a live figure says of its picture."""
    return found.locator(".nc-sentence").text_content()


def every_control_moves(place: Any) -> int:
    """Move every control of the live figures there by the keyboard; return how many there were.

    What is folded is opened on a page, and left alone where JupyterLab has folded its heading.
    """
    count = 0
    folded = place.locator("details:has(.nc-figure)")
    folded.evaluate_all("found => found.forEach(d => d.open = true)")
    for found in place.locator(".nc-figure").all():
        if found.evaluate("e => e.closest('.lm-mod-hidden') !== null"):
            continue
        ready(found)
        for control in found.locator("input[type=range], input[type=checkbox], select").all():
            move(found, control, "End", "Home", "Space")
            count += 1
        for group in found.locator("fieldset").all():
            move(found, group.locator("input:checked"), "ArrowRight", "ArrowLeft")
            count += 1
    return count


def move(found: Any, control: Any, *keys: str) -> None:
    """Press the first key that changes the control and wait for its picture."""
    shown, held = found.get_attribute("data-number"), found.evaluate(HELD)
    page = found.page
    control.focus()
    for key in keys:
        page.keyboard.press(key)
        if found.evaluate(HELD) != held:
            break
    else:
        raise AssertionError(f"no key moves {control.evaluate('e => e.outerHTML')}")
    wait_other(found, shown)
    page.keyboard.press("Escape")


def wait_other(found: Any, number: str) -> None:
    """Wait until a live figure shows another grid point than this one."""
    wait_until(found.page, "([e, n]) => e.dataset.number !== n", [found.element_handle(), number])


def wait_until(page: Any, condition: str, arg: Any = None) -> None:
    """Wait until a condition in the page holds."""
    page.wait_for_function(condition, arg=arg, timeout=PATIENCE)


# Each line of text has a box; that of another element must not reach into it. A box is as high as
# its font allows for, so only the middle of it counts. A formula is one element: its parts nest.
OVERLAPS = """(root) => {
  const boxes = [], clip = (box, by) => ({
    left: Math.max(box.left, by.left), right: Math.min(box.right, by.right),
    top: Math.max(box.top, by.top), bottom: Math.min(box.bottom, by.bottom),
  });
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const node = texts.currentNode, parent = node.parentElement;
    if (!node.data.trim() || parent.closest('script, style, noscript')) continue;
    if (!parent.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const rect of range.getClientRects()) {
      const trim = 0.25 * rect.height;
      let box = { left: rect.left + 1, right: rect.right - 1,
                  top: rect.top + trim, bottom: rect.bottom - trim };
      for (let e = parent; e !== document.documentElement; e = e.parentElement)
        if (getComputedStyle(e).overflow !== 'visible') box = clip(box, e.getBoundingClientRect());
      if (box.left < box.right && box.top < box.bottom)
        boxes.push({ ...box, owner: parent.closest('math') ?? parent, text: node.data.trim() });
    }
  }
  boxes.sort((a, b) => a.top - b.top);
  const found = new Set();
  boxes.forEach((a, k) => {
    for (const b of boxes.slice(k + 1)) {
      if (b.top >= a.bottom) break;
      if (a.owner !== b.owner && a.left < b.right && b.left < a.right)
        found.add(`${a.text.slice(0, 40)} / ${b.text.slice(0, 40)}`);
    }
  });
  return [...found];
}"""


def texts_over_texts(place: Any) -> list[str]:
    """Pairs of visible texts, of different elements, that are printed over each other."""
    return place.evaluate(OVERLAPS)
