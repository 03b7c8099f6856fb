"""Split and Dataset: what they hold, and what they refuse."""

import re

import numpy as np
import pytest
import torch

from nc_teach.data import Dataset, Split
from tests.checks import refuses


def split(count=6, classes=3, size=(1, 4, 4)):
    images = torch.arange(count * int(np.prod(size)), dtype=torch.float32)
    return Split((images / len(images)).reshape(count, *size), torch.arange(count) % classes)


def dataset(**changes):
    splits = {"train": split(6), "validation": split(3), "test": split(3)}
    given = {"name": "mine", "scale": "small", "classes": ("a", "b", "c"), "source": "my own"}
    return Dataset(**(splits | given | changes))


BAD_IMAGES = {
    "three dimensions": (torch.zeros(6, 4, 4), "float32 of shape (6, 4, 4)"),
    "float64": (torch.zeros(6, 1, 4, 4, dtype=torch.float64), "float64"),
    "uint8": (torch.zeros(6, 1, 4, 4, dtype=torch.uint8), "uint8"),
    "numpy": (np.zeros((6, 1, 4, 4), np.float32), "ndarray"),
    "none": (torch.zeros(0, 1, 4, 4), "at least one image"),
    "no pixels": (torch.zeros(6, 1, 0, 4), "at least one image"),
    "bytes": (torch.full((6, 1, 4, 4), 255.0), "from 0 to 1, got 255 to 255"),
    "negative": (torch.full((6, 1, 4, 4), -0.5), "got -0.5"),
    "infinite": (torch.full((6, 1, 4, 4), torch.inf), "got inf"),
    "a single nan": (
        torch.zeros(6, 1, 4, 4).index_fill(0, torch.tensor([3]), torch.nan),
        "got nan",
    ),
}

BAD_LABELS = {
    "int32": torch.zeros(6, dtype=torch.int32),
    "float": torch.zeros(6),
    "one short": torch.zeros(5, dtype=torch.int64),
    "a column": torch.zeros(6, 1, dtype=torch.int64),
    "list": [0] * 6,
}


class TestSplit:
    @pytest.mark.parametrize(("images", "words"), BAD_IMAGES.values(), ids=BAD_IMAGES)
    def test_wrong_images_are_refused_by_name(self, images, words):
        labels = torch.zeros(6, dtype=torch.int64)
        refuses(f"images must.*{re.escape(words)}", Split, images, labels)

    @pytest.mark.parametrize("labels", BAD_LABELS.values(), ids=BAD_LABELS)
    def test_wrong_labels_are_refused_by_name(self, labels):
        wanted = "labels must be an? .*tensor"
        refuses(wanted, Split, torch.zeros(6, 1, 4, 4), labels)

    def test_labels_elsewhere_are_refused(self):
        labels = torch.zeros(1, dtype=torch.int64, device="meta")
        refuses(
            "labels must be on cpu like images, got meta", Split, torch.zeros(1, 1, 4, 4), labels
        )

    def test_the_ends_of_the_range_are_allowed(self):
        images = torch.tensor([0.0, 1.0]).reshape(2, 1, 1, 1)
        assert len(Split(images, torch.tensor([0, 1]))) == 2


class TestSubset:
    @pytest.mark.parametrize(
        ("chosen", "labels"),
        [
            (2, [0, 1]),
            (np.int64(6), [0, 1, 2, 3, 4, 5]),
            ([5, 0, 5], [5, 0, 5]),
            (range(2, 4), [2, 3]),
            (np.array([1, 2]), [1, 2]),
            (torch.tensor([1, 0, 1], dtype=torch.uint8), [1, 0, 1]),
            (torch.tensor([False, True, False, False, True, False]), [1, 4]),
        ],
        ids=str,
    )
    def test_a_subset_is_the_chosen_images_in_the_chosen_order(self, chosen, labels):
        whole = split(6, 6)  # so that a label says which image it belongs to
        part = whole.subset(chosen)
        assert part.labels.tolist() == labels
        assert torch.equal(part.images, whole.images[labels])

    def test_a_subset_of_what_is_not_there_is_refused(self):
        booleans = torch.zeros(5) > 0, torch.zeros(6) > 0
        for chosen in (0, 7, -1, True, 2.0, [], [6], [-1], [0.5], [[0, 1]], *booleans):
            refuses("chosen must", split().subset, chosen)


class TestDataset:
    def test_a_repr_tells_sizes_and_no_numbers(self):
        assert repr(split()) == "Split(6 images of 1 x 4 x 4, cpu)"
        assert repr(dataset()) == (
            "Dataset mine (small): 6 train, 3 validation, 3 test images of 1 x 4 x 4, 3 classes"
        )

    def test_to_keeps_the_numbers(self):
        before, after = dataset(), dataset().to("cpu")
        assert torch.equal(before.test.images, after.test.images)
        assert after.train.images.device.type == "cpu"
        assert (after.classes, after.source) == (before.classes, before.source)

    @pytest.mark.parametrize("name", ["train", "validation", "test"])
    def test_labels_outside_the_classes_are_refused_by_split(self, name):
        for label in (3, -1):
            wrong = Split(torch.zeros(2, 1, 4, 4), torch.tensor([0, label]))
            refuses(f"{name}.labels must be from 0 to 2.* got {label}", dataset, **{name: wrong})

    def test_images_of_another_size_are_refused(self):
        other = split(size=(3, 4, 4))
        refuses("test must have images of 1 x 4 x 4 .* got 3 x 4 x 4", dataset, test=other)

    def test_only_splits_and_tuples_of_names_are_taken(self):
        refuses(r"validation must be a Split, got \(\)", dataset, validation=())
        for classes in (["a", "b", "c"], (0, 1, 2), ()):
            refuses("classes.* must be", dataset, classes=classes)
