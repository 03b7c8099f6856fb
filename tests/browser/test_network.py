"""A network that runs in the browser: its numbers are PyTorch's, and the pad's are MNIST's."""

import base64
import copy

import numpy as np
import pytest
import torch
from handling import PATIENCE, axe_finds_nothing, drag, every_control_moves, offline, sentence
from labdriver import run_all, save, write_notebook
from torch import nn

from nc_teach import data, dynamic, live, meter, models, pruning, quantization, training
from nc_teach.claims.dynamic_computation.networks import fewer, half_size
from nc_teach.figures import dynamic_computation, parameter_quantization
from nc_teach.live import page as pages
from nc_teach.live.layers import chain
from nc_teach.live.network import FILES
from nc_teach.live.packed import Network, pack, pack_for_page
from nc_teach.publish.slides.deck import deck
from nc_teach.quantization import deep_compression
from tests.publish.cells import code, notebook, prose, says as slide

SHAPE = (1, 28, 28)
RUN = """async ([script, spec, packed, settings]) => {
  const address = URL.createObjectURL(new Blob([script], {type: 'text/javascript'}));
  const { unpack, forward, ranking, compressed, counts, connected, pad } = await import(address);
  const bytes = Uint8Array.from(atob(packed), (sign) => sign.charCodeAt(0));
  const net = await unpack(spec, bytes);
  const pixels = (k) => net.images.subarray(784 * k, 784 * k + 784);
  const image = (k) => Float32Array.from(pixels(k), (v) => v / 255);
  const all = [...Array(spec.images.count).keys()];
  const ranks = ranking(net.networks[0], 'magnitude');
  const layers = settings ? compressed(net.networks[0], ranks, settings) : net.networks[0];
  const onPad = (k) => { const one = pad(() => {}); one.show(image(k)); return one.through(); };
  return {
    logits: all.map((k) => [...forward(layers, image(k))]),
    padded: spec.padded ? all.map((k) => [...forward(layers, onPad(k))]) : [],
    counts: counts(layers),
    used: connected(layers).used.map((units) => [...units]),
    inputs: [...connected(layers).inputs],
  };
}"""


READ = """async ([script, file]) => {
  const address = URL.createObjectURL(new Blob([script], {type: 'text/javascript'}));
  const { readNetwork } = await import(address);
  await readNetwork(Uint8Array.from(atob(file), (sign) => sign.charCodeAt(0)));
}"""


def residual_free():
    """Every kind of layer that the runner knows, in one chain."""
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, stride=2, padding=2, bias=False),
        nn.BatchNorm2d(6),
        nn.ReLU(),
        nn.Conv2d(6, 8, (3, 2), stride=(1, 2), padding=(0, 1)),
        nn.ReLU(),
        nn.AvgPool2d(2),
        nn.MaxPool2d(2, stride=1),
        nn.Dropout(),
        nn.Flatten(),
        nn.Linear(120, 20),
        nn.BatchNorm1d(20),
        nn.ReLU(),
        nn.Linear(20, 10),
    )


NETS = {
    "LeNet-300-100": models.LeNet300100,
    "LeNet-5": models.LeNet5Caffe,
    "with norms": models.FashionConvNet,
    "one of each layer": residual_free,
}


@pytest.fixture(scope="module")
def digits():
    return data.load("mnist")


@pytest.fixture(scope="module")
def trained(digits):
    """A network of the course after a little training, so that it has something to lose."""
    net = models.LeNet300100(seed=0)
    training.fit(net, digits, epochs=2, seed=0)
    return net


@pytest.fixture
def run(context):
    """`run(model, images)` is what the browser computes for them."""

    def run(model, images, settings=None, packing=pack, padded=False, file=None):
        spec, packed = packing([Network(chain(model, SHAPE), file)], images)
        page = context.new_page()
        page.set_content("<!doctype html>")
        labels = [0] * len(images)
        given = {**spec, "labels": labels, "padded": padded}
        scripts, _ = FILES
        text = base64.b64encode(packed).decode()
        return page.evaluate(RUN, [pages.text(*scripts), given, text, settings])

    return run


def logits(model, images):
    with torch.no_grad():
        return model.eval()(images).numpy()


@pytest.mark.parametrize("name", NETS)
def test_the_logits_are_those_of_pytorch(run, digits, name):
    torch.manual_seed(0)
    model, images = NETS[name](), digits.test.images[:100]
    model(digits.train.images[:200])  # norms have seen something
    found = np.array(run(model, images)["logits"])
    np.testing.assert_allclose(found, logits(model, images), atol=1e-4, rtol=0)


def test_the_weights_of_a_page_move_the_logits_little(run, digits, trained):
    images = digits.test.images[:100]
    found = np.array(run(trained, images, packing=pack_for_page)["logits"])
    right = logits(trained, images)
    assert np.abs(found - right).max() < 0.05
    assert (found.argmax(1) == right.argmax(1)).all()


@pytest.mark.parametrize("name", ["LeNet-300-100", "LeNet-5"])
@pytest.mark.parametrize("share", [0.9, 0.97])
def test_it_knows_which_units_are_still_connected(run, digits, name, share):
    """By the numbers of ways through a network of ones and zeros, with maps as units."""
    net = NETS[name](seed=0)
    scores = {name: w.detach().abs() for name, w in pruning.prunable_weights(net).items()}
    masks = pruning.select(scores, share)
    found = run(net, digits.test.images[:1], {"removed": share})
    ways = []  # units out x units in: is there a weight?
    for mask in masks.values():
        ins = mask.shape[1] if mask.ndim == 4 or not ways else ways[-1].shape[0]
        ways.append(mask.reshape(len(mask), ins, -1).any(2).double())
    reached, leading = [torch.ones(ways[0].shape[1], dtype=torch.double)], [torch.ones(10).double()]
    for way in ways:
        reached.append((way @ reached[-1] > 0).double())
    for way in reversed(ways):
        leading.insert(0, (leading[0] @ way > 0).double())
    for units, there, leads in zip(found["used"], reached[1:], leading[1:], strict=True):
        assert units == (there * leads).int().tolist()
    first = masks[next(iter(masks))].double().flatten(2) if name == "LeNet-5" else None
    if first is None:
        assert found["inputs"] == (leading[1] @ ways[0]).int().tolist()
    else:
        assert found["inputs"] == [int((leading[1][:, None, None] * first).sum())]


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_it_rounds_as_the_chapter_does(run, digits, trained, bits):
    """A symmetric grid for each layer; of one bit the sign, and the mean size of the weights."""
    net = copy.deepcopy(trained)
    if bits > 1:
        quantization.quantize_weights(net, bits)
    else:
        for weight in pruning.prunable_weights(net).values():
            weight.data = quantization.sign(weight.data) * weight.data.abs().mean()
    images = digits.test.images[:50]
    found = np.array(run(trained, images, {"bits": bits})["logits"])
    np.testing.assert_allclose(found, logits(net, images), atol=2e-4, rtol=1e-5)


@pytest.mark.parametrize("coder", ["huffman", "fixed"])
@pytest.mark.parametrize("name", NETS)
def test_a_file_of_deep_compression_is_decoded(run, digits, name, coder):
    """What is decoded is the network bit for bit: pruned, with shared values, norms and all."""
    torch.manual_seed(0)
    net, images = NETS[name](), digits.test.images[:20]
    net(digits.train.images[:200])
    scores = {name: w.detach().abs() for name, w in pruning.prunable_weights(net).items()}
    pruning.apply_masks(net, pruning.select(scores, 0.5))
    quantization.cluster_weights(net, 16)
    file = deep_compression.encode(net.state_dict(), coder)
    found = run(net, images, packing=pack_for_page, file=file)
    np.testing.assert_allclose(found["logits"], logits(net, images), atol=1e-4, rtol=0)
    left = sum(int((w != 0).sum()) for w in pruning.prunable_weights(net).values())
    assert found["counts"]["nonzero"] == left


@pytest.mark.parametrize("place", [0, 20, -60, -1])
def test_a_damaged_file_is_refused(context, digits, trained, place):
    file = bytearray(deep_compression.encode(trained.state_dict()))
    file[place] ^= 1
    page = context.new_page()
    page.set_content("<!doctype html>")
    script = pages.text(*FILES[0])
    text = base64.b64encode(file).decode()
    with pytest.raises(Exception, match="The file of the network cannot be read: "):
        page.evaluate(READ, [script, text])


@pytest.mark.parametrize("share", [0.5, 0.9])
def test_it_prunes_as_the_chapter_does(run, digits, share):
    """The same weights go: logits, non-zero weights and MACs agree with PyTorch and the meter."""
    net, images = models.LeNet5Caffe(seed=0), digits.test.images[:20]
    scores = {name: w.detach().abs() for name, w in pruning.prunable_weights(net).items()}
    found = run(net, images, {"removed": share})
    pruning.apply_masks(net, pruning.select(scores, share))
    np.testing.assert_allclose(found["logits"], logits(net, images), atol=1e-4, rtol=0)
    left = sum(int((w != 0).sum()) for w in pruning.prunable_weights(net).values())
    assert found["counts"]["nonzero"] == left
    assert found["counts"]["macs"] == meter.count_macs(net, SHAPE, nonzero=True)


def test_the_size_is_that_of_its_entropy(run, digits):
    """Of 784 x 300 + ... weights half at zero: one bit each for where, 32 for each that is left."""
    net = models.LeNet300100(seed=0)
    whole = run(net, digits.test.images[:1])["counts"]
    assert whole == {"nonzero": 266_200, "macs": 266_200, "bytes": 4 * 266_610}
    found = run(net, digits.test.images[:1], {"removed": 0.5})["counts"]
    assert 4 * 133_100 < found["bytes"] <= 4 * 133_100 + 266_200 / 8 + 4 * 410
    one_bit = run(net, digits.test.images[:1], {"bits": 1})["counts"]["bytes"]
    assert one_bit == pytest.approx(266_200 / 8 + 3 * 8 + 4 * 410, rel=1e-3)


@pytest.mark.parametrize("count", [2, 16])
def test_the_centroids_are_as_good_as_kmeans(run, digits, count):
    """One linear layer of the identity shows the weights that it has."""
    weight = torch.randn(10, 784, generator=torch.Generator().manual_seed(0))
    net = nn.Sequential(nn.Flatten(), nn.Linear(784, 10, bias=False))
    net[1].weight.data = weight
    one = torch.zeros(784, 1, 28, 28)
    one.view(784, 784).fill_diagonal_(1)
    found = np.array(run(net, one, {"centroids": count})["logits"]).T
    assert len(np.unique(found)) == count
    error = quantization.distortion(weight, quantization.cluster(weight, count))
    assert np.square(found - weight.numpy()).mean() <= 1.05 * error


def test_a_test_image_comes_through_the_pad_as_it_was(run, digits, trained):
    """At most one point of accuracy is lost on its way over the pad, scaled and centred again."""
    images, labels = digits.test.images[:300], digits.test.labels[:300].numpy()
    found = run(trained, images, padded=True)
    direct, padded = (np.array(found[k]).argmax(1) == labels for k in ("logits", "padded"))
    assert padded.mean() >= direct.mean() - 0.01


SEVEN = [(0.3, 0.25), (0.7, 0.25), (0.62, 0.42), (0.54, 0.6), (0.46, 0.8)]
TAP = [(0.5, 0.5)]


@pytest.fixture(scope="module")
def html(digits, trained):
    """The page of a figure with every control."""
    every = ("removed", "by", "centroids", "bits", "temperature")
    return live.LiveNetwork("Yours", trained, digits, every, source="Now.").page()


@pytest.fixture
def page(context, html, tmp_path):
    """That page, from a file and with the network cut, once its accuracy is there."""
    return opened(context, html, tmp_path)


def opened(context, html, folder):
    file = folder / "page.html"
    file.write_text(html, encoding="utf-8")
    page = offline(context)
    page.goto(file.as_uri())
    settled(page)
    return page


def settled(page):
    """Wait until the accuracy of both networks is there for what the controls say."""
    page.wait_for_function(
        "() => !(document.querySelector('.nc-sentence')?.textContent ?? '…').includes('…')",
        timeout=PATIENCE,
    )
    page.evaluate("() => new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r)))")
    page.wait_for_function(
        "() => !document.querySelector('.nc-sentence').textContent.includes('…')", timeout=PATIENCE
    )


def stroke(page, points):
    """Draw one line on the pad with the mouse."""
    box = page.locator("canvas.nc-pad").bounding_box()
    mouse = page.mouse
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    mouse.move(*places[0])
    mouse.down()
    for place in places[1:]:
        mouse.move(*place, steps=4)
    mouse.up()
    settled(page)


def says(page):
    return sentence(page.locator("figure.nc-figure"))


def fact(page, row, column):
    """A cell of the table: 1 is the whole network, 2 the compressed one."""
    cells = page.locator("table.nc-reads tr", has=page.locator("th", has_text=row)).locator("td")
    return cells.nth(column - 1).inner_text()


def press(page, name):
    page.get_by_role("button", name=name).click()
    settled(page)


def test_a_drawn_digit_is_read_without_network(page):
    stroke(page, SEVEN)
    assert says(page).startswith("Your drawing: the whole network reads 7 (")
    assert not page.complaints


def test_removing_weights_takes_the_reader_away(page, digits, trained):
    stroke(page, SEVEN)
    thumb = page.get_by_role("slider", name="Weights removed")
    drag(thumb, 0, 0.5, 1)
    settled(page)
    assert "With the smallest 99 % of the weights removed, " in says(page)
    scores = {name: w.detach().abs() for name, w in pruning.prunable_weights(trained).items()}
    masks = pruning.select(scores, 0.99)
    left = sum(int(mask.sum()) for mask in masks.values())
    assert fact(page, "Weights that are not zero", 2) == f"{left:,}"
    assert fact(page, "Weights that are not zero", 1) == "266,200"
    assert "hidden units are connected, a drawn pixel has " in says(page)
    assert "hollow where none is left" in page.inner_text(".nc-hears + span")
    share = float(fact(page, "Right, of 500", 2).removesuffix(" %"))
    whole = float(fact(page, "Right, of 500", 1).removesuffix(" %"))
    labels = digits.test.labels[:500].numpy()
    right = 100 * (logits(trained, digits.test.images[:500]).argmax(1) == labels).mean()
    assert whole == pytest.approx(right, abs=0.41)  # a page's weights have 12 bits
    assert share < whole
    page.get_by_role("radio", name="at random").check()
    settled(page)
    assert "With 99 % of the weights removed at random, " in says(page)


@pytest.mark.parametrize("kind", ["touch", "pen"])
def test_a_finger_and_a_pen_draw_too(page, kind):
    page.evaluate(
        """([kind, points]) => {
          const pad = document.querySelector('canvas.nc-pad'), box = pad.getBoundingClientRect();
          pad.setPointerCapture = () => {};
          points.forEach(([x, y], k) => {
            const names = k ? ['pointermove'] : ['pointerdown'];
            if (k === points.length - 1) names.push('pointerup');
            for (const name of names) pad.dispatchEvent(new PointerEvent(name, {
              pointerType: kind, pointerId: 7, bubbles: true, cancelable: true,
              clientX: box.left + x * box.width, clientY: box.top + y * box.height }));
          });
        }""",
        [kind, SEVEN],
    )
    settled(page)
    page.wait_for_timeout(100)
    assert says(page).startswith("Your drawing: the whole network reads 7 (")
    action = page.locator("canvas.nc-pad").evaluate("pad => getComputedStyle(pad).touchAction")
    assert action == "none"


def test_the_temperature_alone_stands_beside_one(context, digits, trained, tmp_path):
    """Nothing is compressed: one network's answers at T = 1 and at the reader's temperature."""
    figure = live.LiveNetwork("Yours", trained, digits, ("temperature",), source="Now.")
    page = opened(context, figure.page(), tmp_path)
    thumb = page.get_by_role("slider", name="Temperature")
    with torch.no_grad():
        found = trained.eval()(digits.test.images[:1])[0]
    for temperature in (1, 2):
        most = 100 * float((found / temperature).softmax(0).max())
        said = says(page).split(f"T = {temperature} ")[1]
        assert float(said.split("(")[1].split(" %")[0]) == pytest.approx(most, abs=1)
        thumb.press("ArrowRight")
        settled(page)
    assert page.locator("table.nc-reads tbody").count() == 1
    press(page, "Clear")
    assert says(page) == "The pad is empty: draw a digit, or choose a test image."
    assert axe_finds_nothing(page)
    assert not page.complaints


def test_two_networks_read_the_same_digit_at_one_temperature(context, digits, trained, tmp_path):
    """Each as PyTorch does it, with what both cost; the small one keeps more bits on a page."""
    small = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
    training.fit(small, digits, epochs=1, seed=0)
    pair = {"the teacher": trained, "the student": small}
    figure = live.LiveNetwork("Yours", pair, digits, ("temperature",), source="Now.")
    page = opened(context, figure.page(), tmp_path)
    page.get_by_role("slider", name="Temperature").press("ArrowRight")
    settled(page)
    assert says(page).startswith("Test image 1, a 7 at temperature 2: the teacher reads 7 (")
    labels = digits.test.labels[:100].numpy()
    for column, (name, net) in enumerate(pair.items(), 1):
        most = 100 * float((torch.tensor(logits(net, digits.test.images[:1])) / 2).softmax(1).max())
        said = says(page).split(f"{name} reads ")[1]
        assert float(said.split("(")[1].split(" %")[0]) == pytest.approx(most, abs=1)
        right = 100 * (logits(net, digits.test.images[:100]).argmax(1) == labels).mean()
        assert fact(page, "Right, of 100", column) == f"{right:.1f} %"
        assert fact(page, "MACs an image", column) == f"{meter.count_macs(net, SHAPE):,}"
    assert axe_finds_nothing(page)
    assert not page.complaints


def test_the_digit_leaves_where_it_does_in_pytorch(context, digits, tmp_path):
    """At every threshold: the exit, its reading, the MACs, accuracy and mean MACs of 500 images."""
    net = dynamic.EarlyExitNet.small(seed=0)
    half = fewer(half_size(digits), 4000)
    loss, measure = dynamic.sum_of_exits(), dynamic.last_exit_accuracy
    training.fit(net, half, epochs=2, seed=0, loss=loss, measure=measure, lr=3e-3)
    figure = dynamic_computation.your_digit(net, digits, guess=2)
    page = opened(context, figure.page(), tmp_path)
    test = half.test.subset(500)
    found = dynamic.exit_logits(net, test)
    costs = dynamic.exit_costs(net, (1, 14, 14))
    slider = page.get_by_role("slider", name="Threshold of an exit")
    slider.press("Home")
    (knob,) = figure.knobs
    for threshold in knob.values:
        settled(page)
        leaving = dynamic.leaves_at(dynamic.max_softmax(found), [threshold] * 3)
        right = (dynamic.answers_at(found, leaving) == test.labels).double().mean().item()
        out, sure = int(leaving[0]), dynamic.max_softmax(found)[leaving[0], 0]
        said = says(page)
        assert f"threshold {threshold:g}: it leaves at exit {out + 1} of 4" in said
        assert f"reads {int(found[out, 0].argmax())} ({100 * sure:.1f} %)" in said
        spent = fact(page, "MACs for the drawing", 1)
        assert spent.startswith(f"{costs[out]:,} of {costs[-1]:,} (")
        share = float(fact(page, "Right, of 500", 1).removesuffix(" %"))
        assert share == pytest.approx(100 * right, abs=0.21)  # 16 bits: one image may go elsewhere
        mean = float(fact(page, "Mean MACs", 1).split(" of ")[0].replace(",", ""))
        assert mean == pytest.approx(dynamic.mean_cost(leaving, costs), abs=costs[-1] / 500)
        slider.press("ArrowRight")
    assert says(page).endswith("Your guess was exit 2.")
    page.set_viewport_size({"width": 360, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert axe_finds_nothing(page)
    assert not page.complaints


def test_the_page_holds_the_network_in_its_file(context, digits, trained, tmp_path):
    """What is read, and how many images of 500, is what the decoded network reads in PyTorch."""
    net = copy.deepcopy(trained)
    scores = {name: w.detach().abs() for name, w in pruning.prunable_weights(net).items()}
    pruning.apply_masks(net, pruning.select(scores, 11 / 12))
    quantization.cluster_weights(net, 32)
    size = deep_compression.save(net, tmp_path / "small.ncd")
    blank = models.LeNet300100(seed=5)
    figure = parameter_quantization.network_in_a_file(tmp_path / "small.ncd", blank, digits)
    html = figure.page()
    assert size < 30_000
    assert len(html.encode()) < 280_000
    page = opened(context, html, tmp_path)
    found = logits(net, digits.test.images[:500])
    right = 100 * (found.argmax(1) == digits.test.labels[:500].numpy()).mean()
    assert fact(page, "Right, of 500", 1) == f"{right:.1f} %"
    entropy = 1000 * float(fact(page, "Size (entropy)", 1).removesuffix(" kB"))
    assert 0.9 * size < entropy < 1.2 * size
    page.get_by_role("slider", name="Weights removed").press("End")
    settled(page)
    assert float(fact(page, "Right, of 500", 2).removesuffix(" %")) < right
    assert f"All its weights come from a file of {size:,} bytes." in page.inner_text(".nc-source")
    assert not page.complaints


def test_undo_takes_back_a_stroke_and_clear_all(page):
    first = says(page)
    stroke(page, SEVEN)
    one = says(page)
    stroke(page, TAP)
    assert says(page) != one
    press(page, "Undo")
    assert says(page) == one
    press(page, "Undo")
    assert says(page) == first  # the test image that was there before
    press(page, "Clear")
    assert says(page).startswith("The pad is empty: draw a digit, or choose a test image.")
    press(page, "Undo")
    assert says(page).startswith("The pad is empty")


def test_the_keyboard_picks_test_images_and_compresses(page, digits):
    for _ in range(9):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.type") == "number":
            break
    page.keyboard.press("ArrowUp")
    settled(page)
    label = int(digits.test.labels[1])
    assert says(page).startswith(f"Test image 2, a {label}: the whole network reads ")
    page.get_by_role("button", name="Next test image").press("Enter")
    settled(page)
    assert says(page).startswith(f"Test image 3, a {int(digits.test.labels[2])}: ")
    assert every_control_moves(page) == 5
    settled(page)


def test_a_number_that_is_no_image_changes_nothing(page):
    before = says(page)
    for text in ("0", "501", ""):
        page.get_by_role("spinbutton", name="Test image").fill(text)
        settled(page)
        assert says(page) == before


def test_what_is_said_aloud_waits_for_a_rest(page):
    status = page.get_by_role("status")
    page.wait_for_function("document.querySelector('[role=status]').textContent !== ''")
    assert status.inner_text() == says(page)
    assert status.get_attribute("aria-live") == "polite"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(page, scheme):
    page.emulate_media(color_scheme=scheme)
    page.wait_for_selector(f"figure.nc-figure{'.nc-dark' if scheme == 'dark' else ''}")
    page.wait_for_timeout(500)
    assert axe_finds_nothing(page)


def test_a_phone_needs_no_sideways_scrolling_and_no_lens(page):
    page.set_viewport_size({"width": 360, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    smallest = page.evaluate(
        """() => Math.min(...[...document.querySelectorAll('figure *')]
          .filter((e) => e.checkVisibility() && e.innerText?.trim())
          .map((e) => parseFloat(getComputedStyle(e).fontSize)))"""
    )
    assert smallest >= 11


def test_without_javascript_the_still_picture_stands(browser, html, tmp_path):
    file = tmp_path / "page.html"
    file.write_text(html, encoding="utf-8")
    context = browser.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    page.goto(file.as_uri())
    assert page.locator("img").is_visible()
    assert "The network reads the first test image" in page.locator("figcaption").inner_text()
    context.close()


def test_the_lecturer_draws_on_a_slide(context, digits, trained, tmp_path):
    """A slide is scaled and the figure zoomed: the ink is where the hand is, and all of it fits."""
    figure = live.LiveNetwork("Yours", trained, digits, source="Now.")
    play = ("play", "section:a")
    cells = [
        prose("## 1.1 Why?", "why", "section:a", **slide("Why is it so?")),
        code(
            "f()",
            *play,
            data={"text/html": figure.page(standalone=False)},
            **slide("Draw a digit.", show="figure"),
        ),
    ]
    file = tmp_path / "deck.html"
    file.write_text(deck(notebook(*cells), "1", "A test"), encoding="utf-8")
    page = offline(context)
    page.goto(file.as_uri())
    page.wait_for_selector("html[data-ready]", timeout=PATIENCE)
    page.keyboard.press("PageDown")
    settled(page)
    stroke(page, SEVEN)
    assert says(page).startswith("Your drawing: the whole network reads 7 (")
    bottom = "document.querySelector('.present .present .nc-body').getBoundingClientRect().bottom"
    assert page.evaluate(f"{bottom} <= innerHeight")
    page.get_by_role("slider").press("ArrowRight")
    settled(page)
    assert "With the smallest 5 % of the weights removed, " in says(page)
    assert axe_finds_nothing(page)
    assert not page.complaints


def test_the_readers_own_network_runs_in_a_notebook(lab, context, tmp_path):
    """The still picture gives way to the pad, and no picture or weight stays in the notebook."""
    write_notebook(
        tmp_path / "own.ipynb",
        "from nc_teach import data, live, models",
        "net, digits = models.LeNet300100(seed=3), data.load('mnist')",
        "live.LiveNetwork('Yours', net, digits)",
    )
    page = lab(tmp_path).open(context, "own.ipynb")
    run_all(page)
    settled(page)
    page.locator(".jp-RenderedImage img").wait_for(state="hidden")
    stroke(page, SEVEN)
    assert says(page).startswith("Your drawing: the whole network reads ")
    page.get_by_role("slider", name="Weights removed").press("End")
    settled(page)
    assert "With the smallest 99 % of the weights removed, " in says(page)
    save(page)
    saved = (tmp_path / "own.ipynb").read_text(encoding="utf-8")
    assert "reads the first test image" in saved
    assert len(saved) < 100_000
