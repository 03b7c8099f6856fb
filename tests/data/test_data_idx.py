"""The idx format, and files that only pretend to be the right one."""

import gzip
import hashlib
import io
import re
import tracemalloc

import numpy as np
import pytest

from nc_teach import data
from nc_teach.data import verify
from nc_teach.data.sources import FASHION, IdxFile
from tests.checks import refuses

ARRAY = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
CONTENT = bytes.fromhex("00000803 00000002 00000003 00000004") + ARRAY.tobytes()
FILE = IdxFile("toy-idx3-ubyte", len(CONTENT), hashlib.sha256(CONTENT).hexdigest())


def read(content, file=FILE):
    return verify.read(io.BytesIO(content), file, "here/toy")


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzipped"])
def test_plain_and_gzipped_are_the_same_file(pack):
    np.testing.assert_array_equal(read(pack(CONTENT)), ARRAY)


FLOATS = CONTENT[:2] + b"\x0d" + CONTENT[3:]
TALLER = CONTENT[:7] + b"\x03" + CONTENT[8:]
FAULTS = {
    "empty": (b"", "cut short"),
    "only zeros": (b"\0\0", "cut short"),
    "half a header": (CONTENT[:10], "cut short: 10 bytes"),
    "a byte short": (CONTENT[:-1], "cut short: 39 bytes of 40"),
    "a row short": (TALLER, "cut short: 40 bytes of 52"),
    "floats": (FLOATS, "must begin with 00 00 08, it begins with 00 00 0d"),
    "a web page": (b"<!doctype html><title>Sign in", "it begins with 3c 21 64"),
    "a pickle": (b"\x80\x04N.", "not an idx file"),
    "two dimensions": (CONTENT[:3] + b"\x02" + CONTENT[4:], "too long: 40 bytes of 18"),
    "too long": (CONTENT + b"\0", "too long"),
    "a changed pixel": (CONTENT[:-1] + b"\x63", f"expected {FILE.sha256}"),
    "gzip cut": (gzip.compress(CONTENT)[:-12], "broken gzip"),
    "gzip changed": (gzip.compress(CONTENT)[:-8] + bytes(8), "broken gzip"),
    "gzip of nothing": (gzip.compress(b""), "cut short"),
    "gzip and more": (gzip.compress(CONTENT) + b"more", "broken gzip"),
    "gzip header": (b"\x1f\x8b", "broken gzip"),
    "gzip of noise": (gzip.compress(CONTENT)[:10] + b"\xff" * 20, "broken gzip"),
}


@pytest.mark.parametrize(("content", "words"), FAULTS.values(), ids=FAULTS)
def test_anything_else_is_refused_by_name(content, words):
    refuses(f"^here/toy is .*{re.escape(words)}", read, content)


def test_the_mix_up_of_the_two_mnists_is_told():
    labels = data.load("mnist").test.labels.numpy().astype(np.uint8)
    content = bytes.fromhex("00000801 00002710") + labels.tobytes()
    refuses(r"\(it is t10k-labels-idx1-ubyte of MNIST\)", read, content, FASHION.files[3])


def test_a_bomb_is_not_unpacked():
    bomb = gzip.compress(bytes(1 << 25))
    tracemalloc.start()
    try:
        refuses("too long: more than the 40 bytes", read, bomb)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 1 << 22
