"""What a reader's hands do to live figures, in a notebook, on a page and on a slide."""

from __future__ import annotations

from typing import Any

PATIENCE = 60_000  # milliseconds: a machine may be busy; a picture that never comes still fails
HELD = """e => [...e.querySelectorAll('input, select')]
    .map((c) => [c.value, c.checked].join('=')).join(' ')"""


def figure(page: Any, title: str) -> Any:
    """The last live figure with this title or label, scrolled into view."""
    found = page.locator("figure.nc-figure", has_text=title).last
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
    """Move every control of the live figures there by the keyboard; return how many there were."""
    count = 0
    for found in place.locator(".nc-figure").all():
        found.scroll_into_view_if_needed()
        found.locator("xpath=self::*[@data-number]").wait_for(timeout=PATIENCE)
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
