"""The same network in TensorFlow.js and ONNX Runtime Web, for `live_network.py --peers`.

Both read images one at a time, on one thread and without a graphics card, as the course's runner
does. What a page must load is what the browser really asked for, until the first answer was there.
"""

import base64
import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import nn

HOST = "http://peers.invalid"  # never asked for: every address is answered from the folder
PACKAGES = ("@tensorflow/tfjs", "@tensorflow/tfjs-backend-wasm", "onnxruntime-web")
TFJS = "@tensorflow/tfjs/dist/tf.min.js"
WASM = "@tensorflow/tfjs-backend-wasm/dist"
ORT = "onnxruntime-web/dist"

# `ask(image)` gives the logits; then milliseconds an image, median of 9 passes over all images.
TIMED = """
  const found = [], passes = [];
  for (const image of images) found.push([...(await ask(image))]);
  for (let k = 0; k < 9; k++) {
    const start = performance.now();
    for (const image of images) await ask(image);
    passes.push((performance.now() - start) / images.length);
  }
  return [found, passes.sort((a, b) => a - b)[4]];
"""
UNPACK = """
  const bytes = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  const floats = (text) => new Float32Array(bytes(text).buffer);
  const all = floats(pixels), images = [];
  for (let k = 0; k < all.length; k += 784) images.push(all.slice(k, k + 784));
"""
TENSORFLOW = f"""async ([backend, folder, layers, pixels]) => {{
  {UNPACK}
  if (backend === 'wasm') tf.wasm.setWasmPaths(folder);
  await tf.setBackend(backend);
  await tf.ready();
  const net = layers.map(([weight, bias, size]) =>
    [tf.tensor2d(floats(weight), [floats(weight).length / size, size]), tf.tensor1d(floats(bias))]);
  const ask = (image) => tf.tidy(() => {{
    let maps = tf.tensor2d(image, [1, 784]);
    net.forEach(([weight, bias], k) => {{
      maps = tf.add(tf.matMul(maps, weight), bias);
      if (k < net.length - 1) maps = tf.relu(maps);
    }});
    return maps.dataSync();
  }});
  {TIMED}
}}"""
ONNX = f"""async ([folder, model, pixels]) => {{
  {UNPACK}
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmPaths = folder;
  const made = bytes(model);
  const session = await ort.InferenceSession.create(made, {{ executionProviders: ['wasm'] }});
  const ask = async (image) =>
    (await session.run({{ x0: new ort.Tensor('float32', image, [1, 784]) }})).logits.data;
  {TIMED}
}}"""


def rows(context: Any, folder: Path, model: nn.Module, images: torch.Tensor) -> Iterator[str]:
    """A line for each peer: kB of code (and deflated), kB of the network, ms an image, equality."""
    missing = [name for name in PACKAGES if not (folder / "node_modules" / name).is_dir()]
    if missing:
        names = " ".join(PACKAGES)
        raise SystemExit(f"{folder} lacks {missing}: run `npm install {names}` in it")
    with torch.no_grad():
        right = model.eval()(images)
    linear = [layer for layer in model.modules() if isinstance(layer, nn.Linear)]
    pixels = text_of(images)
    layers = [(text_of(one.weight.T), text_of(one.bias), len(one.bias)) for one in linear]
    network = sum(4 * p.numel() for p in model.parameters())
    made = base64.b64encode(onnx_of(linear)).decode()
    tensorflow = [TFJS, f"{WASM}/tf-backend-wasm.min.js"]
    asked = {
        "TensorFlow.js, plain": (tensorflow[:1], TENSORFLOW, ["cpu", "", layers, pixels]),
        "TensorFlow.js, wasm": (
            tensorflow,
            TENSORFLOW,
            ["wasm", f"{HOST}/{WASM}/", layers, pixels],
        ),
        "ONNX Runtime, wasm": ([f"{ORT}/ort.wasm.min.js"], ONNX, [f"{HOST}/{ORT}/", made, pixels]),
    }
    for name, (scripts, function, given) in asked.items():
        page, loaded = context.new_page(), Loaded(folder / "node_modules")
        page.route(f"{HOST}/**", loaded.answer)
        page.goto(f"{HOST}/")
        for script in scripts:
            page.add_script_tag(url=f"{HOST}/{script}")
        found, each = page.evaluate(function, given)
        off = (torch.tensor(found) - right).abs().max()
        page.close()
        yield row(name, loaded.bytes, network, each, f"{off:.0e}")


def row(name: str, code: dict[str, bytes], network: int, each: float, note: str) -> str:
    plain = sum(map(len, code.values())) / 1000
    small = sum(len(gzip.compress(data)) for data in code.values()) / 1000
    return f"{name:20} | {plain:6.0f} | {small:7.0f} | {network / 1000:7.0f} | {each:5.2f} | {note}"


class Loaded:
    """Answers a page's requests from a folder, and keeps what was asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.bytes = folder, dict[str, bytes]()

    def answer(self, route: Any) -> None:
        name = route.request.url.removeprefix(f"{HOST}/").partition("?")[0]
        if not name:
            route.fulfill(body="<!doctype html>", content_type="text/html")
            return
        self.bytes[name] = (self.folder / name).read_bytes()
        kinds = {".wasm": "application/wasm", ".js": "text/javascript", ".mjs": "text/javascript"}
        route.fulfill(body=self.bytes[name], content_type=kinds[Path(name).suffix])


def text_of(tensor: torch.Tensor) -> str:
    return base64.b64encode(tensor.detach().contiguous().numpy().tobytes()).decode()


def onnx_of(layers: list[nn.Linear]) -> bytes:
    """Linear layers with ReLU between them as an ONNX file (opset 13), written by hand.

    Numbers and names of the fields are those of onnx.proto.
    """
    nodes, weights = b"", b""
    for k, layer in enumerate(layers):
        last = k == len(layers) - 1
        maps = "logits" if last else f"z{k}"
        transposed = field(1, "transB") + field(3, 1) + field(20, 2)
        names = field(1, f"x{k}") + field(1, f"w{k}") + field(1, f"b{k}") + field(2, maps)
        nodes += field(1, names + field(4, "Gemm") + field(5, transposed))
        if not last:
            nodes += field(1, field(1, maps) + field(2, f"x{k + 1}") + field(4, "Relu"))
        for name, tensor in ((f"w{k}", layer.weight), (f"b{k}", layer.bias)):
            about = b"".join(field(1, size) for size in tensor.shape) + field(2, 1) + field(8, name)
            weights += field(5, about + field(9, tensor.detach().numpy().tobytes()))
    ends = field(11, value("x0", layers[0].in_features))
    ends += field(12, value("logits", layers[-1].out_features))
    graph = nodes + field(2, "net") + weights + ends
    return field(1, 8) + field(7, graph) + field(8, field(1, "") + field(2, 13))


def value(name: str, size: int) -> bytes:
    """What goes in or out: float32 of 1 x size."""
    shape = b"".join(field(1, field(1, length)) for length in (1, size))
    return field(1, name) + field(2, field(1, field(1, 1) + field(2, shape)))


def field(number: int, content: int | str | bytes) -> bytes:
    """A field of a protocol buffer: a number, a text, or what is nested."""
    if isinstance(content, int):
        return varint(number << 3) + varint(content)
    data = content.encode() if isinstance(content, str) else content
    return varint(number << 3 | 2) + varint(len(data)) + data


def varint(number: int) -> bytes:
    """Seven bits a byte, the lowest first; the eighth says that more follow."""
    found = b""
    while number > 127:
        found += bytes([number & 127 | 128])
        number >>= 7
    return found + bytes([number])
