"""A network that runs in the browser: its numbers are PyTorch's, and the pad's are MNIST's."""

import base64

import numpy as np
import pytest
import torch
from torch import nn

from nc_teach import data, meter, models, pruning, quantization, training
from nc_teach.live import page as pages
from nc_teach.live.layers import chain
from nc_teach.live.network import FILES
from nc_teach.live.packed import pack, pack_for_page

SHAPE = (1, 28, 28)
RUN = """async ([script, spec, packed, settings]) => {
  const address = URL.createObjectURL(new Blob([script], {type: 'text/javascript'}));
  const { unpack, forward, ranking, compressed, counts, centred, pad } = await import(address);
  const bytes = Uint8Array.from(atob(packed), (sign) => sign.charCodeAt(0));
  const net = await unpack(spec, bytes);
  const pixels = (k) => net.images.subarray(784 * k, 784 * k + 784);
  const image = (k) => Float32Array.from(pixels(k), (v) => v / 255);
  const all = [...Array(spec.images.count).keys()];
  const ranks = ranking(net.layers, 'magnitude');
  const layers = settings ? compressed(net.layers, ranks, settings) : net.layers;
  const onPad = (k) => { const one = pad(() => {}); one.show(image(k)); return one.through(); };
  return {
    logits: all.map((k) => [...forward(layers, image(k))]),
    padded: spec.padded ? all.map((k) => [...forward(layers, onPad(k))]) : [],
    counts: counts(layers),
  };
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

    def run(model, images, settings=None, packing=pack, padded=False):
        spec, packed = packing(chain(model, SHAPE), images)
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
