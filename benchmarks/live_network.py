"""A network in the reader's hand: how long it takes from a stroke or a slider to its answer.

Run `python benchmarks/live_network.py` (about two minutes; needs Chromium and Playwright). Each
network of chapter 1 stands on a page from a file, with the network cut. Times are the browser's
own: a frame runs from one animation frame to the next, an answer from the event to the frame that
shows it. Of what is computed in the background, ends are seen by the figure's own sentence.

With `--peers DIR` the first network runs in TensorFlow.js and ONNX Runtime Web too. DIR is a folder
in which `npm install @tensorflow/tfjs @tensorflow/tfjs-backend-wasm onnxruntime-web` was run.
"""

import argparse
import base64
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import torch

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "browser")]

import live_peers  # noqa: E402
from labdriver import browser_context  # noqa: E402
from live_latency import chromium  # noqa: E402

from nc_teach import data, live, models, training  # noqa: E402
from nc_teach.live import page as pages  # noqa: E402
from nc_teach.live.layers import chain  # noqa: E402
from nc_teach.live.network import FILES  # noqa: E402
from nc_teach.live.packed import Network, pack  # noqa: E402

NETS = {"LeNet-300-100": models.LeNet300100, "LeNet-5": models.LeNet5Caffe}

# Milliseconds an image, median of 9 passes over 100 images, after one that warms up.
PER_IMAGE = """async ([script, spec, packed]) => {
  const address = URL.createObjectURL(new Blob([script], {type: 'text/javascript'}));
  const { unpack, forward } = await import(address);
  const net = await unpack(spec, Uint8Array.from(atob(packed), (sign) => sign.charCodeAt(0)));
  const images = [...Array(spec.images.count).keys()].map((k) =>
    Float32Array.from(net.images.subarray(784 * k, 784 * k + 784), (v) => v / 255));
  const pass = () => {
    const start = performance.now();
    for (const image of images) forward(net.networks[0], image);
    return (performance.now() - start) / images.length;
  };
  pass();
  return [...Array(9)].map(pass).sort((a, b) => a - b)[4];
}"""

# One slider event a time, from the event to the frame with its prediction, and to its accuracy.
SLIDER = """async (times) => {
  const thumb = document.querySelector('input[type=range]');
  const line = document.querySelector('.nc-sentence');
  const frame = () => new Promise(requestAnimationFrame);
  const figure = document.querySelector('figure.nc-figure');
  const seen = [], right = [];
  for (let k = 1; k <= times; k++) {
    thumb.value = k;
    const number = figure.dataset.number, start = performance.now();
    thumb.dispatchEvent(new Event('input'));
    while (figure.dataset.number === number) await frame();
    seen.push(performance.now() - start);
    while (line.textContent.includes('…')) await new Promise((r) => setTimeout(r, 1));
    right.push(performance.now() - start);
    await frame();
  }
  return [seen, right];
}"""

# Strokes by pointer events, one event a frame, while the slider moves at every fourth frame so that
# the accuracy is always being computed; the lengths of all frames.
STROKES = """async ([strokes, slide]) => {
  const pad = document.querySelector('canvas.nc-pad'), box = pad.getBoundingClientRect();
  const thumb = document.querySelector('input[type=range]');
  const buttons = [...document.querySelectorAll('button')];
  const clear = buttons.find((button) => button.textContent === 'Clear');
  pad.setPointerCapture = () => {};
  const send = (name, x, y) => pad.dispatchEvent(new PointerEvent(name, {
    pointerId: 1, bubbles: true,
    clientX: box.left + x * box.width, clientY: box.top + y * box.height,
  }));
  const frame = () => new Promise(requestAnimationFrame);
  const lengths = [];
  let last = await frame(), turn = 0;
  for (let s = 0; s < strokes; s++) {
    send('pointerdown', 0.3, 0.25);
    for (let k = 1; k <= 12; k++) {
      send('pointermove', 0.3 + 0.4 * Math.sin(k / 4 + s), 0.25 + 0.045 * k);
      if (slide && ++turn % 4 === 0) {
        thumb.value = 1 + (turn / 4) % 25;
        thumb.dispatchEvent(new Event('input'));
      }
      const now = await frame();
      lengths.push(now - last);
      last = now;
    }
    send('pointerup', 0.5, 0.8);
    if (s % 4 === 3) clear.click();
  }
  return lengths;
}"""


def p95(numbers: list[float]) -> float:
    return sorted(numbers)[int(0.95 * (len(numbers) - 1))]


def heap(page: Any) -> float:
    """Megabytes of JavaScript memory after collecting what is free."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    return session.send("Runtime.getHeapUsage")["usedSize"] / 1e6


def settled(page: Any) -> None:
    page.wait_for_function(
        "() => !(document.querySelector('.nc-sentence')?.textContent ?? '…').includes('…')",
        timeout=60_000,
    )


def per_image(page: Any, model: torch.nn.Module, images: torch.Tensor) -> float:
    spec, packed = pack([Network(chain(model, (1, 28, 28)))], images)
    script = pages.text(*FILES[0])
    given = {**spec, "labels": [0] * len(images)}
    return page.evaluate(PER_IMAGE, [script, given, base64.b64encode(packed).decode()])


def measure(context: Any, file: Path, strokes: int) -> str:
    """One row: slider to prediction and to accuracy, frames of strokes, memory."""
    page = context.new_page()
    page.goto(file.as_uri())
    context.set_offline(True)
    settled(page)
    seen, right = page.evaluate(SLIDER, 20)
    quiet = page.evaluate(STROKES, [10, False])
    busy = page.evaluate(STROKES, [10, True])
    before = heap(page)
    page.evaluate(STROKES, [strokes, False])
    grown = heap(page) - before
    median = sorted(right)[len(right) // 2]
    context.set_offline(False)
    page.close()
    return (
        f"{p95(seen):7.0f} | {median:6.0f} | {p95(right):6.0f} | {p95(quiet):6.1f} | "
        f"{p95(busy):6.1f} | {grown:+5.2f}"
    )


def peers(
    browser: Any, folder: Path, model: torch.nn.Module, digits: data.Dataset, each: float
) -> list[str]:
    """The same network in other people's runners, with what a page must load for it."""
    scripts = {name: pages.text(name).encode() for name in FILES[0]}
    _, packed = pack([Network(chain(model, (1, 28, 28)))], digits.test.images[:0])
    heads = f"{'':20} | code kB | gzip kB | network | ms an | largest\n"
    heads += f"{'':20} | {'':7} | {'':7} | {'kB':>7} | image | difference"
    found = [heads, live_peers.row("this course", scripts, len(packed), each, "tested: 1e-4")]
    with browser_context(browser) as context:
        found += live_peers.rows(context, folder, model, digits.test.images[:100])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--strokes", type=int, default=1000, help="for memory (default 1000)")
    parser.add_argument("--peers", type=Path, help="a folder with the npm packages of others")
    given = parser.parse_args()
    torch.set_num_threads(1)
    digits, beside = data.load("mnist"), []
    print(f"{'':14} | ms an | page | slider | accuracy ms     | stroke p95 ms   | heap")
    print(f"{'':14} | image |   kB | p95 ms | median |    p95 |  alone |   busy |   MB | load")
    with tempfile.TemporaryDirectory() as name, chromium() as browser:
        for title, kind in NETS.items():
            model = kind(seed=0)
            training.fit(model, digits, epochs=1, seed=0, progress=False)
            file = Path(name) / "page.html"
            file.write_text(live.LiveNetwork(title, model, digits).page(), encoding="utf-8")
            with browser_context(browser, viewport={"width": 1280, "height": 900}) as context:
                empty = context.new_page()
                empty.set_content("<!doctype html>")
                each = per_image(empty, model, digits.test.images[:100])
                empty.close()
                row = measure(context, file, given.strokes)
            size = file.stat().st_size / 1000
            load = os.getloadavg()[0]
            print(f"{title:14} | {each:5.2f} | {size:4.0f} | {row} | {load:.1f}", flush=True)
            if given.peers and not beside:
                beside = peers(browser, given.peers, model, digits, each)
    print(*beside, sep="\n")


if __name__ == "__main__":
    main()
