"""Files that somebody made up, whose checksum is right: refused by name, and nothing else happens.

A checksum finds what went wrong on the way. Here it is made right again after every change, so what
is read is either numbers that fit the header, or a ``ValueError`` that begins with the file's name.
"""

import contextlib
import json
import tracemalloc
import zlib

import pytest
import torch

from nc_teach import storage
from nc_teach.quantization import deep_compression, huffman
from nc_teach.storage import exact, files
from tests.checks import refuses

MASKED = torch.tensor([[0.0, 2.0, 0.0], [0.0, 0.0, 2.0], [1.0, 0.0, 0.0]])
SMALL = {"w": MASKED, "b": torch.tensor([1, -1], dtype=torch.int8), "m": MASKED > 0, "t": MASKED}
HOWS = [(files, how) for how in storage.ENCODINGS]
HOWS += [(deep_compression, how) for how in deep_compression.CODERS]
every_how = pytest.mark.parametrize(
    ("form", "how"), HOWS, ids=[f"{form.MAGIC.decode()}-{how}" for form, how in HOWS]
)
MOST = 200 << 20  # bytes of memory that any of them may take, at most for a moment


def sealed(body):
    return body + zlib.crc32(body).to_bytes(4, "little")


def made(form, header, body=b""):
    """A file with this header, which is bytes or becomes JSON, and this body."""
    head = header if isinstance(header, bytes) else json.dumps(header).encode()
    head = zlib.compress(head, 9) if form is deep_compression else head
    return sealed(form.MAGIC + len(head).to_bytes(4, "little") + head + body)


def outcome(form, data):
    """What comes of it: tensors, or the text of the refusal. Any other error ends the test."""
    found, said = {}, ""
    try:
        found = form.decode(data, "made-up.file")
    except ValueError as error:
        said = str(error)
    if said:
        assert said.startswith("made-up.file ")
        return said
    truths = [t.view(torch.uint8) for t in found.values() if t.dtype == torch.bool and t.numel()]
    assert all(t.max() <= 1 for t in truths)
    return found


def flips(data):
    """The data with one byte turned over, and with each of its bits; byte after byte."""
    for place in range(len(data)):
        for bits in (0xFF, *(1 << bit for bit in range(8))):
            yield data[:place] + bytes([data[place] ^ bits]) + data[place + 1 :]


@every_how
def test_every_byte_flipped_is_numbers_or_a_refusal(form, how):
    whole = form.encode(SMALL, how)[:-4]
    found = [outcome(form, sealed(data)) for data in flips(whole)]
    assert sum(isinstance(one, str) for one in found) > len(whole)


@every_how
def test_every_byte_flipped_in_the_header_s_text_is_numbers_or_a_refusal(form, how):
    """Where the header is deflated, few flips of the file come this far."""
    whole = form.encode(SMALL, how)
    start = 8 + int.from_bytes(whole[4:8], "little")
    head, body = whole[8:start], whole[start:-4]
    head = zlib.decompress(head) if form is deep_compression else head
    assert made(form, head, body) == whole
    found = [outcome(form, made(form, data, body)) for data in flips(head)]
    assert sum(isinstance(one, str) for one in found) > 5 * len(head)


@every_how
def test_every_length_and_every_leftover_is_refused(form, how):
    whole = form.encode(SMALL, how)[:-4]
    for data in (*(whole[:size] for size in range(len(whole))), whole + b"\0"):
        assert isinstance(outcome(form, sealed(data)), str)


ONE = [3], "float32", "dense", 12
NUMBERS = bytes(12)
PLAIN = {
    "no JSON": (b"{", b""),
    "no text": (b"\xff\xfe\xff", b""),
    "no list": ({"w": ONE}, NUMBERS),
    "a number": (3, b""),
    "deep lists": (b"[" * 100_000, b""),
    "deep lists that end": (b"[" * 900 + b"]" * 900, b""),
    "a row that is none": (["w"], b""),
    "an empty row": ([[]], b""),
    "a name alone": ([["w"]], b""),
    "a name that is a number": ([[7, *ONE]], NUMBERS),
    "a name that is a list": ([[["w"], *ONE]], NUMBERS),
    "two rows of a name": ([["w", *ONE], ["w", *ONE]], NUMBERS * 2),
    "tied to nothing": ([["w", "x"]], b""),
    "tied to itself": ([["w", "w"]], b""),
    "tied to what comes later": ([["w", "x"], ["x", *ONE]], NUMBERS),
    "tied to a list": ([["w", [1]]], b""),
    "four words": ([["w", [3], "float32", "dense"]], NUMBERS),
    "six words": ([["w", *ONE, 5]], NUMBERS),
    "an unknown dtype": ([["w", [3], "float33", "dense", 12]], NUMBERS),
    "a dtype of other use": ([["w", [3], "nn", "dense", 12]], NUMBERS),
    "a dtype that is a list": ([["w", [3], [], "dense", 12]], NUMBERS),
    "an unknown encoding": ([["w", [3], "float32", "zip", 12]], NUMBERS),
    "bits for what is no bool": ([["w", [3], "uint8", "bits", 1]], b"\0"),
    "dense for a bool": ([["w", [3], "bool", "dense", 3]], b"\0\1\2"),
    "no shape": ([["w", None, "float32", "dense", 12]], NUMBERS),
    "a shape of text": ([["w", "3", "float32", "dense", 12]], NUMBERS),
    "a shape of floats": ([["w", [3.0], "float32", "dense", 12]], NUMBERS),
    "a shape of truths": ([["w", [True], "float32", "dense", 4]], bytes(4)),
    "a shape below zero": ([["w", [-3], "float32", "dense", 12]], NUMBERS),
    "two below zero": ([["w", [-3, -1], "float32", "dense", 12]], NUMBERS),
    "too many dimensions": ([["w", [1] * 2000, "float32", "dense", 4]], bytes(4)),
    "empty and too large": ([["w", [0, 1 << 62, 1 << 62], "float32", "dense", 0]], b""),
    "empty, many columns": ([["w", [0, 1 << 62], "float32", "csr", 0]], b""),
    "a size below zero": ([["w", [3], "float32", "dense", -12]], NUMBERS),
    "a size that is a list": ([["w", [3], "float32", "dense", [12]]], NUMBERS),
    "a size that is too large": ([["w", [3], "float32", "dense", 1 << 80]], NUMBERS),
    "too few bytes": ([["w", [4], "float32", "dense", 16]], NUMBERS),
    "too few numbers": ([["w", [4], "float32", "dense", 12]], NUMBERS),
    "leftovers": ([["w", *ONE]], NUMBERS + b"\0"),
    "bits behind the last": ([["w", [3], "bool", "bits", 1]], b"\x10"),
    "a mask with bits behind the last": ([["w", [3], "int8", "bitmask", 2]], b"\x90\1"),
    "a mask with too few numbers": ([["w", [3], "int8", "bitmask", 2]], b"\xe0\1"),
    "gaps without a head": ([["w", [3], "int8", "relative", 3]], b"\1\0\0"),
    "gaps of no bits": ([["w", [3], "int8", "relative", 6]], b"\0\1\0\0\0\1"),
    "gaps of 255 bits": ([["w", [3], "int8", "relative", 38]], b"\xff\1\0\0\0" + bytes(33)),
    "a gap beyond the end": ([["w", [3], "int8", "relative", 7]], b"\4\1\0\0\0\xf0\1"),
    "more gaps than numbers": ([["w", [3], "int8", "relative", 10]], b"\1\4\0\0\0\0" + bytes(4)),
    "columns twice": ([["w", [2, 3], "int8", "csr", 6]], b"\2\0\1\1\5\6"),
    "columns that fall": ([["w", [2, 3], "int8", "csr", 6]], b"\2\0\2\1\5\6"),
    "a column beyond the end": ([["w", [2, 3], "int8", "csr", 4]], b"\1\0\3\5"),
    "a row that is too full": ([["w", [1, 2], "int8", "csr", 7]], b"\3\0\1\1\5\6\7"),
    "8 GiB": ([["w", [1 << 31], "float32", "relative", 5]], b"\1\0\0\0\0"),
    "8 GiB of bits": ([["w", [1 << 33], "bool", "bits", 0]], b""),
    "8 GiB in rows": ([["w", [1 << 31, 1], "float32", "csr", 0]], b""),
    "8 GiB in many tensors": (
        [[f"w{k}", [1 << 24], "float32", "relative", 5] for k in range(128)],
        b"\1\0\0\0\0" * 128,
    ),
}


@pytest.mark.parametrize("what", PLAIN)
def test_a_plain_file_that_was_made_up_is_refused(what):
    header, body = PLAIN[what]
    refused_in_little_memory(files, made(files, header, body))


def shared(codes, table=b"\2", book=b"\5\6\7", shape=(3,), dtype="int8", coder="fixed"):
    """A compressed tensor of shared values: header, body."""
    row = ["w", dtype, list(shape), "all shared", [len(book), len(table), len(codes)]]
    return [coder, [row]], book + table + codes


def gaps(head, table, codes, values=b"\5", shape=(3,), coder="fixed"):
    """A compressed tensor of gaps and plain values: header, body."""
    sizes = [len(head), len(table), len(codes), len(values)]
    return [coder, [["w", "int8", list(shape), "gaps plain", sizes]]], head + table + codes + values


SINGLE = huffman.table_bytes(huffman.Code((1,)))  # one symbol, 0
COMPRESSED = {
    "an unknown coder": (["zip", []], b""),
    "a coder that is a list": ([[], []], b""),
    "no rows": (["fixed"], b""),
    "rows that are none": (["fixed", 3], b""),
    "deep lists": (b"[" * 100_000, b""),
    "two rows of a name": (["fixed", [["w", "int8", [1], "all plain", [1]]] * 2], b"ab"),
    "tied to nothing": (["fixed", [["w", "x"]]], b""),
    "an unknown way": (["fixed", [["w", "int8", [1], "all", [1]]]], b"a"),
    "a way of three words": (["fixed", [["w", "int8", [1], "all plain x", [1]]]], b"a"),
    "too many pieces": (["fixed", [["w", "int8", [1], "all plain", [1, 0]]]], b"a"),
    "too few pieces": (["fixed", [["w", "int8", [1], "gaps plain", [1]]]], b"a"),
    "sizes that are a number": (["fixed", [["w", "int8", [1], "all plain", 1]]], b"a"),
    "sizes of text": (["fixed", [["w", "int8", [1], "all plain", ["1"]]]], b"a"),
    "leftovers": (["fixed", [["w", "int8", [1], "all plain", [1]]]], b"ab"),
    "a bool of 2": (["fixed", [["w", "bool", [2], "all plain", [2]]]], b"\1\2"),
    "a shared bool of 255": shared(b"\0", b"\0", b"\xff", (1,), "bool"),
    "half a number": (["fixed", [["w", "float32", [1], "all plain", [3]]]], b"abc"),
    "an index beyond the codebook": shared(b"\xc0"),
    "an index into no codebook": shared(b"", b"\0", b""),
    "bits behind the last index": shared(b"\x01"),
    "indices of 255 bits": shared(bytes(96), b"\xff"),
    "no code table": shared(b"\0", b""),
    "two code tables": shared(b"\0", b"\2\2"),
    "a Huffman table of 63 bits": shared(b"\0", b"\1\0\6\xfc", coder="huffman"),
    "a Huffman table that leaves room": shared(b"\0", b"\2\0\2\xa0", coder="huffman"),
    "a Huffman table that is cut short": shared(b"\0", b"\xff\xff\6", coder="huffman"),
    "a Huffman table and more": shared(b"\0", SINGLE + b"\0", coder="huffman"),
    "codes of no symbol": shared(b"\xe0", SINGLE, coder="huffman"),
    "too few codes": shared(b"\0", SINGLE, shape=(9,), coder="huffman"),
    "gaps without a head": gaps(b"\2", b"\2", b"\0"),
    "gaps of no bits": gaps(b"\0\1\0\0\0", b"\0", b""),
    "gaps of 255 bits": gaps(b"\xff\1\0\0\0", b"\2", b"\0"),
    "a gap beyond the end": gaps(b"\3\1\0\0\0", b"\3", b"\x60"),
    "a gap wider than it says": gaps(b"\2\1\0\0\0", b"\3", b"\xe0"),
    "a gap that leads nowhere": gaps(b"\2\2\0\0\0", b"\2", b"\x30"),
    "four thousand million gaps": gaps(b"\2\xff\xff\xff\xff", b"\0", b""),
    "four thousand million numbers": shared(b"", b"\0", b"\5", (1 << 32,)),
    "8 GiB": shared(b"", b"\0", b"\0\0\0\0", (1 << 31,), "float32"),
    "32 GiB of gaps": gaps(b"\2\0\0\0\0", b"\0", b"", b"", (1 << 35,)),
    "a header of 32 MB": (b"[" + b" " * (32 << 20) + b"]", b""),
    "a header of a million lists": (b"[" + b"[]," * (1 << 20) + b"[]]", b""),
    "many tensors of 64 MiB": (
        ["fixed", [[f"w{k}", "int8", [1 << 26], "all shared", [1, 1, 0]] for k in range(128)]],
        b"\0\0" * 128,
    ),
}


@pytest.mark.parametrize("what", COMPRESSED)
def test_a_compressed_file_that_was_made_up_is_refused(what):
    header, body = COMPRESSED[what]
    refused_in_little_memory(deep_compression, made(deep_compression, header, body))


def refused_in_little_memory(form, data):
    tracemalloc.start()
    try:
        found = outcome(form, data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert isinstance(found, str), found
    assert peak < MOST


@pytest.mark.parametrize("damage", [b"x", b"\0" * 8, b"\x78\x9c" + b"\xff" * 30])
def test_a_header_that_is_not_deflated_is_refused(damage):
    head = len(damage).to_bytes(4, "little") + damage
    assert "its header" in outcome(deep_compression, sealed(deep_compression.MAGIC + head))


def test_a_header_with_something_behind_it_is_refused():
    head = zlib.compress(b'["fixed",[]]') + b"more"
    data = deep_compression.MAGIC + len(head).to_bytes(4, "little") + head
    assert "nothing more" in outcome(deep_compression, sealed(data))


@every_how
def test_much_that_is_zero_is_read_as_it_was_written(form, how):
    """Fully pruned layers of the course's own sizes, and larger."""
    tensors = {"w": torch.zeros(2000, 1000), "b": torch.zeros(3, dtype=torch.float64)}
    back = form.decode(form.encode(tensors, how))
    assert all(torch.equal(back[name], tensor) for name, tensor in tensors.items())


@pytest.mark.parametrize("form", [files, deep_compression])
def test_what_no_reader_would_believe_is_not_written(form, monkeypatch):
    monkeypatch.setattr(exact, "ROOM", 1000)
    refuses("4,000,000 bytes of numbers are more than", form.encode, {"w": torch.zeros(10**6)})


@pytest.mark.parametrize("form", [files, deep_compression])
def test_names_are_any_text(form):
    tensors = {
        name: torch.ones(2) for name in ("", "a.b", "\n\x1b[31m", "証", "\ud800", "a" * 99_999)
    }
    assert list(form.decode(form.encode(tensors))) == list(tensors)


def test_every_byte_of_huffman_s_own_files_flipped_is_numbers_or_a_refusal():
    whole = huffman.encode([3, 3, 0, 1, 3, 3, 2, 0])[:-4]
    for data in flips(whole):
        with contextlib.suppress(ValueError):
            assert huffman.decode(sealed(data)).ndim == 1
