"""The maker of the sets in the package: what it takes, what it refuses, the same bytes twice."""

import gzip
import io
import time

import numpy as np

from nc_teach.data import make_small
from nc_teach.data.sources import MNIST
from tests.checks import refuses

ARRAYS = {"a": np.arange(12, dtype=np.uint8).reshape(3, 2, 2), "b": np.arange(3, dtype=np.uint8)}


def test_packing_twice_gives_the_same_bytes(monkeypatch):
    first = make_small.pack(ARRAYS)
    monkeypatch.setattr(time, "time", lambda: 1e9)
    turned = {name: np.asfortranarray(array) for name, array in ARRAYS.items()}
    assert make_small.pack(turned) == first


def test_what_is_packed_numpy_reads_without_pickle():
    with np.load(io.BytesIO(make_small.pack(ARRAYS)), allow_pickle=False) as stored:
        assert list(stored) == list(ARRAYS)
        for name, array in ARRAYS.items():
            np.testing.assert_array_equal(stored[name], array)
            assert stored[name].dtype == np.uint8


def test_parts_follow_one_another():
    parts = make_small.cut(np.arange(40).reshape(10, 2, 2), np.arange(10), x=4, y=1, z=5)
    for name, labels in {"x": [0, 1, 2, 3], "y": [4], "z": [5, 6, 7, 8, 9]}.items():
        assert parts[f"{name}_labels"].tolist() == labels
        assert (parts[f"{name}_images"][:, 0, 0] == 4 * parts[f"{name}_labels"]).all()


def test_a_checksum_worked_by_another_program():
    row = make_small.checksums({"abc": np.frombuffer(b"abc", np.uint8)})
    digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-2, B.1
    assert row == f"| abc | 3 | `{digest}` |"


def test_missing_originals_are_named(tmp_path):
    lacks = "must hold the files of MNIST, it lacks .*t10k-labels"
    refuses(lacks, make_small.read_originals, MNIST, tmp_path)


def test_other_digits_are_refused(tmp_path):
    path = tmp_path / "digits.csv.gz"
    path.write_bytes(gzip.compress(b"0,1,2\n"))
    refuses(r"digits.csv.gz must unpack to sha256 6ebb3d2f", make_small.read_digits, path)
