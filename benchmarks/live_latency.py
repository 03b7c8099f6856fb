"""From the hand to the screen: how long a live figure takes, in a real JupyterLab.

Run `python benchmarks/live_latency.py` (about three minutes; needs Chromium and Playwright). The
number of the picture is coded in a DOM attribute that the player sets in the same task as its
`drawImage`, and for `interact` in the picture's background colour; both are read back in every
animation frame. A latency runs from the key's own time stamp to the first frame that has the right
picture, so its resolution is one frame (16.7 ms).
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "browser")]

from labdriver import (  # noqa: E402
    FLAGS,
    Lab,
    browser_context,
    command,
    run_all,
    write_notebook,
)

from nc_teach.live import payload  # noqa: E402
from tests.conftest import find_chromium  # noqa: E402

FIGURE = """
import numpy as np
from nc_teach import live
from nc_teach.live import style

weights = np.random.default_rng(0).normal(0, 0.05, 100_000)
counts, edges = np.histogram(weights, bins=100)
sizes = np.sort(abs(weights))
share = np.linspace(0, 1, 101)
right = 0.98 - 0.88 * share**8


def compute(values):
    gone = values["gone"]
    cut = float(sizes[min(int(gone * len(sizes)), len(sizes) - 1)])
    return {"gone": gone, "cut": cut, "right": float(np.interp(gone, share, right))}


def build(figure, state):
    left, curve = figure.subplots(1, 2)
    left.stairs(counts, edges, fill=True, color=style.GREY)
    left.set(xlabel="weight", ylabel="how many", xlim=(-0.2, 0.2))
    red = style.COLOURS["vermilion"]
    span = left.axvspan(-0.1, 0.1, color=red, alpha=0.25)
    ends = [left.axvline(0, color=red) for _ in range(2)]
    curve.plot(share * 100, right * 100, color=style.COLOURS["blue"])
    curve.set(xlabel="removed in %", ylabel="right in %")
    (dot,) = curve.plot([0], [0], "o", markersize=12, color=red)
    title = curve.set_title("")

    def update(state):
        cut = state["cut"]
        span.set_x(-cut)
        span.set_width(2 * cut)
        for line, x in zip(ends, (-cut, cut)):
            line.set_xdata([x, x])
        dot.set_data([state["gone"] * 100], [state["right"] * 100])
        title.set_text(f"{state['right']:.1%} right")
        return span, ends, dot, title

    return update


def describe(state):
    return f"With {state['gone']:.1%} of the weights removed, {state['right']:.1%} are right."


def make(steps):
    slider = live.Slider("gone", "Removed", [k / steps for k in range(steps)], format=".3f")
    return live.LiveFigure("Removal", [slider], compute, build, describe, size=(600, 320))
"""

INTERACT = """
%matplotlib inline
import matplotlib.pyplot as plt
from ipywidgets import IntSlider, interact


def draw(n):
    state = compute({"gone": n / 100})
    figure = plt.figure(figsize=(6.25, 3.33), dpi=96, facecolor=(n * 2 / 255, 1, 1))
    left, curve = figure.subplots(1, 2)
    left.hist(weights, bins=100, color="grey")
    left.axvspan(-state["cut"], state["cut"], color="red", alpha=0.25)
    curve.plot(share * 100, right * 100)
    curve.plot([state["gone"] * 100], [state["right"] * 100], "o")
    curve.set_title(describe(state)[:30])
    plt.show()


interact(draw, n=IntSlider(0, 0, 100));
"""

# What the browser and this way of measuring cost by themselves.
FLOOR = """<!doctype html><figure class="nc-figure" data-number="0"><input type="range" min="0"
max="99" value="0" style="width: 500px"
oninput="this.parentNode.dataset.number = this.value"></figure>"""

# Notes in every frame which picture is on the page, and when it came.
RECORDER = """(kind) => {
  const pen = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  let source = null, last = -1;
  const readers = {
    player: () => +(document.querySelector('figure.nc-figure')?.dataset.number ?? -1),
    interact: () => {
      const image = document.querySelector('.jp-OutputArea-output .jp-RenderedImage img');
      if (!image?.complete || !image.naturalWidth) return last;
      if (image.src !== source) {
        source = image.src;
        pen.drawImage(image, 0, 0);
        last = Math.round(pen.getImageData(1, 1, 1, 1).data[0] / 2);
      }
      return last;
    },
  };
  window.seen = []; window.events = []; window.targets = [];
  let previous = -1;
  const frame = () => {
    const number = readers[kind]();
    if (number !== previous) window.seen.push([number, performance.now()]);
    previous = number;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  const note = (event) => window.events.push(event.timeStamp);
  for (const name of ['keydown', 'pointermove', 'mousemove']) addEventListener(name, note, true);
}"""


def wait_for(page: Any, number: int) -> float:
    """Time at which the newest picture came, once it is `number`."""
    page.wait_for_function("n => window.seen.at(-1)?.[0] === n", arg=number, timeout=20_000)
    return page.evaluate("window.seen.at(-1)[1]")


def steps(page: Any, moves: int, last: int) -> list[float]:
    """Latency in ms of single key presses to the right, then back to the left."""
    took, number, direction = [], page.evaluate("window.seen.at(-1)[0]"), 1
    for k in range(moves):
        if not 0 <= number + direction <= last:
            direction = -direction
        number += direction
        page.keyboard.press("ArrowRight" if direction > 0 else "ArrowLeft")
        end = wait_for(page, number)
        start = page.evaluate("window.events.at(-1)")
        took.append(end - start)
        page.wait_for_timeout(20 + 7 * (k % 5))
    return took


def storm(page: Any, box: dict[str, float]) -> tuple[int, float]:
    """Drag over the whole slider, 100 moves in 2 s: pictures seen, and ms until the last."""
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 8, y)
    page.mouse.down()
    page.wait_for_timeout(300)
    page.evaluate("window.seen.splice(0, window.seen.length - 1)")
    end = page.evaluate("performance.now()")
    for k in range(1, 101):
        page.mouse.move(box["x"] + 8 + k / 100 * (box["width"] - 16), y)
        end += 20
        page.wait_for_timeout(max(0, end - page.evaluate("performance.now()")))
    page.wait_for_timeout(1500)
    page.mouse.up()
    pictures = page.evaluate("window.seen.length - 1")
    moved = page.evaluate("window.events.filter((t) => t <= window.seen.at(-1)[1]).at(-1)")
    return pictures, max(0.0, page.evaluate("window.seen.at(-1)[1]") - moved)


def heap(page: Any) -> float:
    """Megabytes of JavaScript memory after collecting what is free."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    return session.send("Runtime.getHeapUsage")["usedSize"] / 1e6


def renderer() -> float:
    """Megabytes that this benchmark's browser processes hold in all (pictures included)."""
    import psutil

    total = 0.0
    for process in psutil.Process().children(recursive=True):
        try:
            if "--type=renderer" in process.cmdline():
                total += process.memory_info().rss / 1e6
        except psutil.Error:
            continue
    return total


def measure(page: Any, kind: str, selector: str, moves: int, last: int) -> str:
    """One row of the table for the slider at `selector`."""
    page.evaluate(RECORDER, kind)
    thumb = page.locator(selector).first
    thumb.scroll_into_view_if_needed()
    thumb.focus()
    page.keyboard.press("Home")
    wait_for(page, 0)
    page.wait_for_timeout(1000)
    steps(page, 10, last)
    before, held = heap(page), renderer()
    took = sorted(steps(page, moves, last))
    grown, more = heap(page) - before, renderer() - held
    track = page.locator(".noUi-base" if kind == "interact" else selector).first
    storms = [storm(page, track.bounding_box()) for _ in range(2)]
    pictures = "-".join(str(n) for n, _ in sorted(storms))
    settle = "-".join(f"{ms:.0f}" for _, ms in sorted(storms, key=lambda s: s[1]))
    p95 = took[int(0.95 * (len(took) - 1))]
    return (
        f"{median(took):6.0f} | {p95:6.0f} | {pictures:>8} | {settle:>9} "
        f"| {grown:+5.1f} | {more:+5.0f}"
    )


@contextmanager
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        yield browser
        browser.close()


def notebooks(folder: Path) -> dict[str, tuple[str, str, int]]:
    """Write one notebook a way of drawing: row title -> (file, kind, last number)."""
    never = "from nc_teach.live import payload; payload.MOST_SECONDS = -1.0"
    write_notebook(folder / "ahead.ipynb", FIGURE, "make(100).show()")
    write_notebook(folder / "kernel.ipynb", FIGURE, never, "make(1000).show()")
    write_notebook(folder / "interact.ipynb", FIGURE, INTERACT)
    return {
        "Lab, drawn ahead": ("ahead.ipynb", "player", 99),
        "Lab, kernel draws": ("kernel.ipynb", "player", 999),
        "Lab, ipywidgets interact": ("interact.ipynb", "interact", 100),
    }


def pages(folder: Path) -> dict[str, Path]:
    """The figure with 100 pictures as one HTML file; and a slider that draws nothing at all."""
    space: dict[str, Any] = {}
    exec(FIGURE, space)
    found = {"page, network cut": folder / "page.html", "nothing drawn (floor)": folder / "no.html"}
    found["page, network cut"].write_text(space["make"](100).page(), encoding="utf-8")
    found["nothing drawn (floor)"].write_text(FLOOR, encoding="utf-8")
    return found


def first_show(context: Any, lab: Lab, folder: Path, runs: int = 5) -> str:
    """A grid of 100 pictures: seconds from the cell's run to the picture on the screen, and kB.

    A first figure has been shown before, so that the time is the figure's and not matplotlib's.
    """
    name = "grid.ipynb"
    write_notebook(folder / name, FIGURE, "make(2).show()", *["make(100).show()"] * runs)
    page = lab.open(context, name)
    command(page, "notebook:run-cell-and-select-next")
    command(page, "notebook:run-cell-and-select-next")
    seconds = []
    for number in range(runs):
        started = time.perf_counter()
        page.evaluate("jupyterapp.commands.execute('notebook:run-cell-and-select-next')")
        page.wait_for_function(
            "count => document.querySelectorAll('figure.nc-figure[data-number]').length === count",
            arg=number + 2,
        )
        seconds.append(time.perf_counter() - started)
    space: dict[str, Any] = {}
    exec(FIGURE, space)
    spec, pictures = payload.pack(space["make"](100), range(100))
    assert len(spec["frames"]) == 100
    times = f"median {median(seconds):.2f} s, longest {max(seconds):.2f} s"
    return f"a grid of 100 pictures, drawn and shown: {times}; {len(pictures) / 1000:.0f} kB"


def load() -> str:
    return f"{os.getloadavg()[0]:.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--moves", type=int, default=200, help="single steps a row (default 200)")
    moves = parser.parse_args().moves
    range_input, handle = "figure.nc-figure input[type=range]", ".noUi-handle"
    print(f"{'':24} |    p50 |    p95 | pictures | settle    |  heap |  proc | load")
    print(f"{'':24} |     ms |     ms |   of 100 | ms        |    MB |    MB |")
    with tempfile.TemporaryDirectory() as name, chromium() as browser:
        folder = Path(name)
        (folder / "notebooks").mkdir()
        (folder / "home").mkdir()
        rows = notebooks(folder / "notebooks")
        lab = Lab(folder / "notebooks", folder / "home")
        try:
            for title, (file, kind, last) in rows.items():
                with browser_context(browser, viewport={"width": 1280, "height": 900}) as context:
                    page = lab.open(context, file)
                    run_all(page)
                    selector = handle if kind == "interact" else range_input
                    page.wait_for_selector(selector)
                    result = measure(page, kind, selector, moves, last)
                print(f"{title:24} | {result} | {load()}", flush=True)
            with browser_context(browser, viewport={"width": 1280, "height": 900}) as context:
                grid = first_show(context, lab, folder / "notebooks")
        finally:
            lab.stop()
        for title, file in pages(folder).items():
            with browser_context(browser, viewport={"width": 1280, "height": 900}) as context:
                page = context.new_page()
                page.goto(file.as_uri())
                context.set_offline(True)
                page.wait_for_selector("figure.nc-figure[data-number]")
                result = measure(page, "player", range_input, moves, 99)
            print(f"{title:24} | {result} | {load()}", flush=True)
    print(grid)


if __name__ == "__main__":
    main()
