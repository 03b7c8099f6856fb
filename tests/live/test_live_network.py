"""A live network without a browser: what it takes, what it refuses, its picture, its weight."""

import zlib
from itertools import pairwise

import IPython
import IPython.display
import numpy as np
import pytest
import torch
from torch import nn

from nc_teach import dynamic, live, meter, models, quantization
from nc_teach.data import Dataset, Split
from nc_teach.live import packed
from nc_teach.live.layers import chain
from nc_teach.live.packed import MOST_BYTES, Network, pack, pack_for_page
from nc_teach.quantization import deep_compression
from tests.checks import refuses

CLASSES = tuple(map(str, range(10)))


def dataset(count=6, shape=(1, 28, 28), classes=CLASSES):
    generator = torch.Generator().manual_seed(0)
    images = torch.rand(count, *shape, generator=generator)
    split = Split(images, torch.arange(count) % len(classes))
    return Dataset("toy", "small", split, split, split, classes, "made up")


def network(model=None, compress=("removed", "by"), **options):
    model = models.LeNet300100(seed=0) if model is None else model
    return live.LiveNetwork("Yours", model, dataset(), compress, source="Made up.", **options)


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        (nn.Sigmoid(), "'1' (Sigmoid) is none of them"),
        (nn.Conv2d(4, 4, 3, groups=2), "'1' (Conv2d) has groups, dilation or padding"),
        (nn.Conv2d(4, 4, 3, padding="same"), "'1' (Conv2d) has groups, dilation or padding"),
        (nn.MaxPool2d(2, padding=1), "'1' (MaxPool2d) has padding, dilation or rounds up"),
        (nn.MaxPool2d(2, ceil_mode=True), "'1' (MaxPool2d) has padding, dilation or rounds up"),
        (nn.AdaptiveAvgPool2d(3), "'1' (AdaptiveAvgPool2d) has fields of several sizes"),
        (nn.BatchNorm2d(4, track_running_stats=False), "'1' (BatchNorm2d) is not after"),
        (nn.Sequential(nn.ReLU(), nn.BatchNorm2d(4)), "'1.1' (BatchNorm2d) is not after"),
        (nn.Linear(9, 10), "'1' (Linear) does not read 2704 numbers"),
    ],
)
def test_a_layer_that_the_browser_cannot_run_is_named(layer, said):
    model = nn.Sequential(nn.Conv2d(1, 4, 3), layer, nn.Flatten(), nn.LazyLinear(10))
    with pytest.raises(ValueError, match="model must be a chain of linear, convolution") as error:
        network(model)
    assert said in str(error.value)


def test_a_network_that_is_no_chain_is_refused():
    refuses("model must be a chain.*does not read just what", network, models.SmallResNet(seed=0))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"compress": ("heads",)}, "compress must be a sequence of removed, by, centroids, bits"),
        ({"compress": "removed"}, "compress must be a sequence"),
        ({"compress": ()}, "compress must be a sequence"),
        ({"model": nn.Sequential(nn.Flatten(), nn.ReLU())}, "model must have 1 to"),
        ({"model": models.LeNet300100(7, seed=0)}, "a logit for each of the 10 classes"),
    ],
)
def test_a_wrong_argument_is_named(options, said):
    refuses(said, network, **options)


def test_images_of_another_size_do_not_fit_the_pad():
    small = dataset(shape=(1, 8, 8))
    refuses("data must have images of 1 x 28 x 28", live.LiveNetwork, "Yours", nn.ReLU(), small)


def test_the_readers_network_stays_as_it_is():
    model = models.FashionConvNet(seed=0).train()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    network(model).page()
    assert model.training
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_a_norm_is_a_scale_and_a_shift_of_the_layer_before():
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.BatchNorm2d(2))
    model(torch.rand(8, 1, 5, 5))
    (layer,) = chain(model, (1, 5, 5))
    assert torch.equal(layer.weight, model[0].weight)
    images = torch.rand(4, 1, 5, 5)
    with torch.no_grad():
        maps = nn.functional.conv2d(images, layer.weight)
        found = maps * layer.scale[:, None, None] + layer.shift[:, None, None]
        torch.testing.assert_close(found, model.eval()(images))


def test_weights_of_few_bits_are_off_by_half_a_step():
    weight = torch.linspace(-1, 1, 784 * 10).view(10, 784)
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
    model[1].weight.data = weight
    networks, images = [Network(chain(model, (1, 28, 28)))], dataset().test.images
    for bits in (8, 12):
        about = pack(networks, images, [bits])[0]["networks"][0]["layers"][0]["weight"]
        assert about["step"] == pytest.approx(2 / (2**bits - 1))
    assert pack_for_page(networks, images)[0]["networks"][0]["bits"] == 16


def test_a_network_too_large_for_a_page_is_refused(monkeypatch):
    """With a page a tenth as large, and a network that is too: a large one is packed for long."""
    monkeypatch.setattr(packed, "MOST_BYTES", MOST_BYTES // 10)
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 10))
    message = f"model must fit on a page with its images, in {MOST_BYTES // 10:,} bytes"
    refuses(message, network(model).page)


def test_a_large_network_has_weights_of_few_bits_on_a_page(monkeypatch):
    """As large as chapter 3's teacher; with the temperature alone, a hundred images travel."""
    monkeypatch.setattr(packed, "BITS", (8, 7, 6, 5))  # each that does not fit takes a while
    widths = (784, 600, 600, 10)
    layers = [nn.Linear(a, b) for a, b in pairwise(widths)]
    model = nn.Sequential(nn.Flatten(), *layers)
    for layer in layers:
        nn.init.normal_(layer.weight, generator=torch.Generator().manual_seed(0))
    many = dataset(200)
    figure = live.LiveNetwork("Yours", model, many, ("temperature",), source="Made up.")
    assert len(figure.images) == len(figure.labels) == 100
    assert "change the temperature" in figure.sentence()
    images = torch.zeros(1, 1, 28, 28)
    spec, sent = pack_for_page(figure.networks, images)
    assert 5 <= spec["networks"][0]["bits"] < 8
    assert len(sent) <= MOST_BYTES


def test_beside_a_large_network_a_small_one_keeps_its_bits():
    """What takes most of the room gives way first."""
    large = models.LeNet300100(seed=0)
    small = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
    generator = torch.Generator().manual_seed(0)
    for parameter in large.parameters():
        parameter.data.normal_(generator=generator)
    networks = [Network(chain(one, (1, 28, 28))) for one in (large, small)]
    noise = torch.rand(100, 1, 28, 28, generator=generator)
    spec, _ = pack_for_page(networks, noise)
    bits = [network["bits"] for network in spec["networks"]]
    assert bits[0] < 13
    assert bits[1] == 16


def test_two_networks_stand_side_by_side():
    pair = {"teacher": models.LeNet300100(seed=0), "student": models.LeNet300100(seed=1)}
    figure = network(pair, ("temperature",))
    assert live.faults(figure) == []
    says = figure.sentence()
    assert says.startswith("Teacher reads the first test image, a 0, as ")
    assert "; student reads it as " in says


def test_a_network_with_exits_has_an_answer_at_each():
    """Two of 7 and two of 14 pixels are fields of one size; the layers come in order."""
    net = dynamic.EarlyExitNet.small(seed=0)
    layers = chain(net, (1, 28, 28))
    assert [layer.exit for layer in layers] == 4 * [False, False, False, True]
    assert [layer.reads for layer in layers] == [
        -1,
        0,
        1,
        2,
        1,
        4,
        5,
        6,
        5,
        8,
        9,
        10,
        9,
        12,
        13,
        14,
    ]
    figure = network(net, ("exit",), guess=2)
    assert live.faults(figure) == []
    assert figure.sentence().startswith("Exit 1 reads the first test image, a 0, as ")
    assert "Your guess was exit 2." in figure.page()


@pytest.mark.parametrize(
    ("model", "compress"),
    [
        (models.LeNet300100(seed=0), ("exit",)),
        (dynamic.EarlyExitNet.small(seed=0), ("removed",)),
        (dynamic.EarlyExitNet.small(seed=0), ("exit", "removed")),
        (dict.fromkeys("ab", dynamic.EarlyExitNet.small(seed=0)), ("exit",)),
    ],
)
def test_the_threshold_belongs_to_one_network_with_exits(model, compress):
    refuses("compress must be .'exit',. for one network with exits", network, model, compress)


def test_a_network_that_returns_what_lies_on_the_way_is_refused():
    class Both(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.last = nn.Linear(784, 10), nn.Linear(10, 10)

        def forward(self, x):
            maps = self.first(x.flatten(1))
            return [self.last(maps), maps]

    refuses("it returns something else than an answer", network, Both(), ("exit",))


def test_fewer_images_travel_with_a_costly_network():
    many = dataset(600)
    for kind, count in ((models.LeNet300100, 500), (models.LeNet5Caffe, 200)):
        figure = live.LiveNetwork("Yours", kind(seed=0), many, source="Made up.")
        assert figure.networks[0].macs == meter.count_macs(kind(seed=0), (1, 28, 28))
        assert len(figure.images) == len(figure.labels) == count
        assert f"of {count} test images right" in figure.sentence()


def test_a_file_travels_in_place_of_the_weights(tmp_path):
    """Byte for byte, and the picture shows what the network in the file reads."""
    net, other = models.LeNet300100(seed=0), models.LeNet300100(seed=1)
    quantization.cluster_weights(net, 4)
    size = deep_compression.save(net, tmp_path / "small.ncd")
    figure = network(other, file=tmp_path / "small.ncd")
    assert figure.sentence() == network(net).sentence() != network(other).sentence()
    html = figure.page()
    assert f"All its weights come from a file of {size:,} bytes." in html
    assert len(html) < len(network(other).page()) / 2
    spec, packed = pack_for_page(figure.networks, figure.images)
    at = spec["networks"][0]["file"]["at"]
    data = zlib.decompressobj().decompress(packed)
    assert data[at : at + size] == (tmp_path / "small.ncd").read_bytes()


def test_a_file_of_another_network_is_refused(tmp_path):
    deep_compression.save(models.LeNet300100(seed=0), tmp_path / "small.ncd")
    other = models.LeNet5Caffe(seed=0)
    refuses("model must have the tensors of", network, other, file=tmp_path / "small.ncd")
    pair = dict.fromkeys("ab", other)
    refuses("file must be None", network, pair, file=tmp_path / "small.ncd")


@pytest.mark.parametrize("count", [0, 1, 4])
def test_a_dict_of_another_number_of_networks_is_refused(count):
    given = {str(k): models.LeNet300100(seed=0) for k in range(count)}
    refuses("model must be one network, or a dict of two or three", network, given)


def test_the_page_is_small():
    assert len(network().page().encode()) <= 700_000


def test_the_picture_has_no_fault_and_says_what_is_read():
    figure = network()
    assert live.faults(figure) == []
    says = figure.sentence()
    assert says.startswith("The network reads the first test image, a 0, as ")
    assert "of 6 test images right" in says


def test_still_mode_shows_picture_and_sentence(monkeypatch):
    shown = []
    monkeypatch.setattr(IPython, "get_ipython", lambda: None)
    monkeypatch.setattr(IPython.display, "display", lambda data, **_: shown.append(data))
    figure = network()
    figure.show()
    picture, words = shown
    assert picture["image/png"].startswith(b"\x89PNG")
    assert "reads the first test image" in words["text/markdown"]


def test_page_mode_shows_what_runs(monkeypatch):
    shown = []
    monkeypatch.setenv("NC_TEACH_PAGE", "1")
    monkeypatch.setattr(IPython.display, "display", lambda data, **_: shown.append(data))
    network().show()
    (data,) = shown
    assert "data-nc-network" in data["text/html"]
    assert "image/png" not in data
    assert np.char.startswith(data["text/plain"], "Yours")
