"""The data sets inside the package: what is in them, and that they need nothing else."""

import hashlib
import importlib.resources
import re
from functools import cache

import numpy as np
import pytest
import torch

from nc_teach import data
from nc_teach.data import small
from nc_teach.data.sources import FASHION, MNIST, SOURCES
from tests.checks import refuses

FOLDER = importlib.resources.files("nc_teach.data") / "small"
SIZES = {
    "mnist": (10_000, 2_000, 10_000, (1, 28, 28)),
    "fashion": (10_000, 2_000, 5_000, (1, 28, 28)),
    "digits": (1_000, 297, 500, (1, 8, 8)),
}


@pytest.fixture(scope="module", params=SIZES)
def loaded(request):
    return data.load(request.param)


@cache
def stored(name):
    with (FOLDER / f"{name}.npz").open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        return dict(arrays)


def splits(dataset):
    return dataset.train, dataset.validation, dataset.test


class TestImages:
    def test_sizes_and_kinds(self, loaded):
        *counts, size = SIZES[loaded.name]
        assert [len(split) for split in splits(loaded)] == counts
        for split in splits(loaded):
            assert split.images.shape[1:] == size
            assert split.images.dtype == torch.float32
            assert split.labels.dtype == torch.int64
        assert loaded.scale == "small"
        assert "CC BY" in loaded.source or "MIT" in loaded.source

    def test_the_whole_range_from_background_to_ink_is_used(self, loaded):
        for split in splits(loaded):
            assert split.images.min() == 0
            assert split.images.max() == 1
            assert split.images[:, :, 0, 0].mean() < 0.02, "the corner is background: 0, not 1"

    def test_every_class_is_there_about_as_often(self, loaded):
        assert len(loaded.classes) == 10
        for split in splits(loaded):
            share = torch.bincount(split.labels, minlength=10) / len(split)
            assert share.min() > 0.07
            assert share.max() < 0.13

    def test_no_image_stands_in_two_splits(self, loaded):
        pixels = [set(map(bytes, split.images.numpy())) for split in splits(loaded)]
        assert len(set.union(*pixels)) == sum(map(len, pixels))

    def test_images_are_the_stored_bytes_divided_by_the_top(self, loaded):
        top = SOURCES[loaded.name].top
        images = stored(loaded.name)["test_images"]
        assert images.max() == top
        expected = images[:, None].astype(np.float32) / np.float32(top)
        np.testing.assert_array_equal(loaded.test.images.numpy(), expected)


class TestFiles:
    @pytest.mark.parametrize("name", SIZES)
    def test_arrays_have_the_checksums_that_stand_beside_them(self, name):
        text = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
        rows = re.findall(r"^\| (\w+) \| ([\dx ]+) \| `(\w{64})` \|$", text, re.MULTILINE)
        arrays = stored(name)
        assert [row[0] for row in rows] == list(arrays)
        for array_name, shape, sha256 in rows:
            array = arrays[array_name]
            assert array.dtype == np.uint8
            assert " x ".join(map(str, array.shape)) == shape
            assert hashlib.sha256(array.tobytes()).hexdigest() == sha256

    @pytest.mark.parametrize(
        ("name", "words"),
        [
            ("mnist", ["LeCun", "Cortes", "licenses/by-sa/3.0"]),
            ("fashion", ["Zalando SE", "Permission is hereby granted", "WITHOUT WARRANTY"]),
            ("digits", ["Alpaydin", "Kaynak", "licenses/by/4.0", "UCI"]),
        ],
    )
    def test_authors_and_licence_stand_beside_each_set(self, name, words):
        text = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
        assert [word for word in words if word not in text] == []

    def test_the_whole_test_set_of_mnist_makes_the_original_files_again(self):
        arrays = stored("mnist")
        heads = {"images": "00000803 00002710 0000001c 0000001c", "labels": "00000801 00002710"}
        for (what, head), file in zip(heads.items(), MNIST.files[2:], strict=True):
            content = bytes.fromhex(head) + arrays[f"test_{what}"].tobytes()
            assert (len(content), hashlib.sha256(content).hexdigest()) == (file.size, file.sha256)

    def test_well_known_first_labels(self, loaded):
        first = {"mnist": "5 0 4 1 9", "fashion": "Ankle boot T-shirt/top", "digits": "0 1 2 3 4"}
        names = " ".join(loaded.classes[label] for label in loaded.train.labels[:5])
        assert names.startswith(first[loaded.name])

    def test_all_of_it_is_small(self):
        assert sum(len((FOLDER / f"{name}.npz").read_bytes()) for name in SIZES) < 11e6


class TestLoad:
    def test_digits_in_full_are_the_same_digits(self):
        a, b = data.load("digits"), data.load("digits", "full")
        assert torch.equal(a.train.images, b.train.images)
        assert b.scale == "full"

    def test_each_load_is_the_readers_own(self):
        data.load("digits").train.images.zero_()
        assert data.load("digits").train.images.max() == 1

    def test_unknown_names_are_refused(self):
        refuses("name must be one of .*mnist.* got 'cifar'", data.load, "cifar")
        refuses("name must be one of", data.load, ["mnist"])
        refuses("scale must be one of small, full, got 'medium'", data.load, "mnist", "medium")

    @pytest.mark.parametrize("damage", ["missing", "cut", "flipped", "foreign"])
    def test_a_damaged_file_in_the_package_is_refused_by_name(self, damage, tmp_path, monkeypatch):
        content = bytearray((FOLDER / "digits.npz").read_bytes())
        content[9000] ^= 1
        changed = {"cut": content[:20_000], "flipped": content, "foreign": b"\x80\x04N."}
        (tmp_path / "small").mkdir()
        if damage in changed:
            (tmp_path / "small" / "digits.npz").write_bytes(changed[damage])
        monkeypatch.setattr(small, "files", lambda package: tmp_path)
        refuses(r"small/digits.npz is damaged: .*install nc_teach anew", data.load, "digits")

    def test_fashion_has_the_labels_that_its_paper_lists(self):
        listed = "T-shirt/top Trouser Pullover Dress Coat Sandal Shirt Sneaker Bag Ankle boot"
        assert " ".join(FASHION.classes) == listed
