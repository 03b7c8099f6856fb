"""The sets in the package against the originals, where those are at hand (skipped elsewhere)."""

import gzip
import hashlib
import os
from pathlib import Path

import numpy as np
import pytest
import torch

from nc_teach import data
from nc_teach.data import full, make_small
from nc_teach.data.sources import FASHION, MNIST
from tests.checks import refuses


@pytest.fixture(scope="module")
def originals():
    beside = Path(__file__).resolve().parents[3] / "shared" / "data"
    folder = Path(os.environ.get("NC_TEACH_DATA") or beside)
    for source in (MNIST, FASHION):
        if any(full.find(file, folder, source) is None for file in source.files):
            pytest.skip(f"{folder} has no {source.title}")
    return folder


def test_mnist_is_the_one_with_the_well_known_md5(originals):
    content = full.find(MNIST.files[0], originals, MNIST).read_bytes()
    unpacked = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
    assert hashlib.md5(unpacked).hexdigest() == "6bbc9ace898e44ae57da46a324031adb"


@pytest.mark.parametrize("name", ["mnist", "fashion"])
def test_the_small_set_is_the_beginning_of_the_full_one(originals, name):
    small, whole = data.load(name), data.load(name, "full", root=originals)
    assert [len(s) for s in (whole.train, whole.validation, whole.test)] == [55_000, 5_000, 10_000]
    for part, full_part, first in (
        (small.train, whole.train, 0),
        (small.validation, whole.train, 10_000),
        (small.test, whole.test, 0),
    ):
        places = slice(first, first + len(part))
        assert torch.equal(part.images, full_part.images[places])
        assert torch.equal(part.labels, full_part.labels[places])


@pytest.mark.parametrize(("source", "test"), [(MNIST, 10_000), (FASHION, 5_000)])
def test_the_maker_takes_from_the_originals_what_is_in_the_package(originals, source, test):
    made = make_small.from_idx(source, originals, test)
    path = Path(make_small.__file__).parent / "small" / f"{source.name}.npz"
    with np.load(path) as stored:
        assert list(made) == list(stored)
        for name, array in made.items():
            np.testing.assert_array_equal(array, stored[name])


def test_a_full_set_in_the_others_place_is_named(originals, tmp_path):
    mnist = full.find(MNIST.files[0], originals, MNIST)
    (tmp_path / "train-images-idx3-ubyte.gz").write_bytes(mnist.read_bytes())
    refuses(r"it is train-images-idx3-ubyte of MNIST", data.load, "fashion", "full", root=tmp_path)


def test_digits_are_those_of_scikit_learn():
    datasets = pytest.importorskip("sklearn.datasets")
    images, labels = datasets.load_digits(return_X_y=True)
    digits = data.load("digits")
    parts = (digits.train, digits.validation, digits.test)
    joined = torch.cat([part.images for part in parts]).flatten(1)
    assert torch.equal(joined * 16, torch.from_numpy(images).float())
    assert torch.cat([part.labels for part in parts]).tolist() == labels.tolist()
