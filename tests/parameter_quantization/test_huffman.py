"""Huffman coding and the file of Deep Compression: exact, bounded, and refused when damaged."""

import itertools
import tracemalloc

import numpy as np
import pytest
import torch

from nc_teach import models, quantization, storage
from nc_teach.quantization import (
    deep_compression,
    huffman,
    huffman_code,
    huffman_compiled,
    huffman_reading,
    sparse_streams,
)
from nc_teach.quantization.bits import pack_bits, unpack_bits
from tests.checks import needs_numba, refuses


def random_counts(seed, most=40):
    rng = np.random.default_rng(seed)
    return (rng.pareto(0.7, size=rng.integers(2, most)) * 10).astype(int) + 1


def fibonacci(count):
    """The most uneven counts: each symbol's code is a bit longer than the next one's."""
    numbers = [1, 1]
    while len(numbers) < count:
        numbers.append(sum(numbers[-2:]))
    return numbers


def shortest_total(counts):
    """Oracle: least sum of count x length over every set of lengths that Kraft allows."""
    ordered = sorted(counts, reverse=True)
    best = float("inf")

    def place(i, open_nodes, depth, total):
        nonlocal best
        if i == len(ordered):
            best = min(best, total)
        if i == len(ordered) or total >= best or depth > len(ordered):
            return
        for leaves in range(min(open_nodes, len(ordered) - i) + 1):
            rest = open_nodes - leaves
            if rest or i + leaves == len(ordered):
                remaining = sum(ordered[i + leaves :])
                place(i + leaves, 2 * rest, depth + 1, total + remaining)

    place(0, 2, 1, sum(ordered))
    return best


class TestCode:
    def test_the_textbook_example(self):
        """Counts 45, 13, 12, 16, 9, 5: 224 bits in all, lengths 1, 3, 3, 3, 4, 4."""
        counts = [45, 13, 12, 16, 9, 5]
        code = huffman_code.code_for(counts)
        assert code.lengths == (1, 3, 3, 3, 4, 4)
        assert huffman_code.mean_length(code, counts) == pytest.approx(2.24)
        assert code.words() == {0: "0", 1: "100", 2: "101", 3: "110", 4: "1110", 5: "1111"}

    @pytest.mark.parametrize("seed", range(20))
    def test_the_mean_length_lies_within_a_bit_of_the_entropy(self, seed):
        counts = random_counts(seed)
        mean = huffman_code.mean_length(huffman_code.code_for(counts), counts)
        entropy = huffman_code.entropy(counts)
        assert entropy - 1e-9 <= mean < entropy + 1

    def test_powers_of_two_reach_the_entropy(self):
        counts = [8, 4, 2, 1, 1]
        code = huffman_code.code_for(counts)
        assert huffman_code.mean_length(code, counts) == huffman_code.entropy(counts)

    @pytest.mark.parametrize("seed", range(8))
    def test_no_prefix_code_is_shorter(self, seed):
        counts = random_counts(seed, most=9)
        code = huffman_code.code_for(counts)
        assert int(np.dot(code.lengths, counts)) == shortest_total(counts.tolist())

    @pytest.mark.parametrize("seed", range(5))
    def test_no_code_is_the_beginning_of_another(self, seed):
        words = sorted(huffman_code.code_for(random_counts(seed)).words().values())
        assert not any(b.startswith(a) for a, b in itertools.pairwise(words))
        assert sum(2.0 ** -len(word) for word in words) == 1

    def test_wrong_codes_and_counts_are_refused(self):
        for lengths in ((1, 1, 1), (2, 2), (1, 2), (57, 57), (-1, 1, 1)):
            refuses("lengths must leave no room", huffman.Code, lengths)
        refuses("counts must be up to 65,535 numbers of at least 0", huffman.code_for, [1, -1])
        refuses("less uneven, a code would take 59 bits", huffman.code_for, fibonacci(60))
        assert max(huffman.code_for(fibonacci(57)).lengths) == 56


def by_bits(data, count, code):
    """Decoding as everybody writes it: bit by bit through a dictionary."""
    words = {word: symbol for symbol, word in code.words().items()}
    found, word = [], ""
    for bit in np.unpackbits(np.frombuffer(data, np.uint8)):
        word += str(bit)
        if word in words:
            found.append(words[word])
            word = ""
    return found[:count]


READERS = [
    huffman_reading.read_ranks,
    pytest.param(huffman_compiled.read_ranks, marks=needs_numba),
]


class TestBytes:
    @pytest.mark.parametrize("read", READERS)
    @pytest.mark.parametrize("seed", range(10))
    def test_what_is_decoded_is_what_was_encoded(self, seed, read):
        rng = np.random.default_rng(seed)
        counts = random_counts(seed)
        symbols = rng.choice(len(counts), size=rng.integers(1, 3000), p=counts / counts.sum())
        assert huffman.decode(huffman.encode(symbols), read).tolist() == symbols.tolist()
        code = huffman.code_for(np.bincount(symbols))
        packed = huffman.pack(symbols, code)
        assert len(packed) == -(-int(np.dot(np.bincount(symbols), code.lengths)) // 8)
        assert by_bits(packed, len(symbols), code) == symbols.tolist()

    @pytest.mark.parametrize("read", READERS)
    @pytest.mark.parametrize(("deep", "most"), [(20, 99_999), (57, 9)])
    def test_deep_codes_come_back_also_across_words_and_blocks(self, deep, most, read, monkeypatch):
        """Up to 56 bits, which begin at every bit of a word, and blocks shorter than a code."""
        code = huffman.code_for(fibonacci(deep))
        assert max(code.lengths) == deep - 1
        symbols = np.repeat(np.arange(deep), np.minimum(fibonacci(deep), most))
        np.random.default_rng(0).shuffle(symbols)
        whole = huffman.encode(symbols, code)
        assert np.array_equal(huffman.decode(whole, read), symbols)
        some = symbols[:500]
        monkeypatch.setattr(huffman, "BLOCK", 3)
        monkeypatch.setattr(huffman_reading, "BLOCK", 2)
        packed = huffman.pack(some, code)
        assert by_bits(packed, len(some), code) == some.tolist()
        assert huffman.unpack(packed, len(some), code, read).tolist() == some.tolist()

    def test_a_single_symbol_takes_one_bit_each(self):
        """Trap 39: a tree of one leaf has depth 0, and nothing could be decoded."""
        data = huffman.encode([7] * 20)
        assert huffman.decode(data).tolist() == [7] * 20
        assert huffman.code_for([0, 0, 5]).lengths == (0, 0, 1)
        assert len(huffman.pack(np.full(20, 7), huffman.code_for([0] * 7 + [20]))) == 3

    def test_nothing_is_coded_as_nothing(self):
        assert huffman.decode(huffman.encode([])).tolist() == []
        assert huffman_code.code_for([]).lengths == ()
        assert huffman_code.code_for([0, 0]).lengths == (0, 0)

    def test_an_unseen_symbol_is_named(self):
        code = huffman.code_for([3, 0, 1])
        assert huffman.decode(huffman.encode([2, 0, 0], code)).tolist() == [2, 0, 0]
        for unseen in (1, 9):
            refuses(f"that the code has seen, got {unseen}", huffman.encode, [0, unseen], code)

    @pytest.mark.parametrize("wrong", [[0.5], [-1], [65_535], [[1, 2]]])
    def test_what_is_no_symbol_is_named(self, wrong):
        refuses("symbols must be a (row|sequence) .*integer", huffman.encode, wrong)

    def test_damage_anywhere_is_an_error_and_never_other_data(self):
        data = huffman.encode(np.random.default_rng(0).geometric(0.4, 60))
        for cut in range(len(data)):
            refuses("damaged or cut short", huffman.decode, data[:cut])
        for place in range(len(data)):
            for bit in range(8):
                wrong = bytearray(data)
                wrong[place] ^= 1 << bit
                refuses("damaged or cut short", huffman.decode, bytes(wrong))

    @pytest.mark.parametrize("read", READERS)
    def test_streams_without_a_checksum_are_refused_when_they_cannot_be_right(self, read):
        symbols = np.array([0, 1, 2, 2, 2, 1])
        code = huffman.code_for(np.bincount(symbols))
        packed = huffman.pack(symbols, code)
        wrong = {packed + b"\0": 6, packed[:-1]: 6, b"": 6, packed: 20}
        for data, count in (*wrong.items(), (packed, 0)):
            what = f"must hold {count} symbols and nothing more"
            refuses(what, huffman.unpack, data, count, code, read)
        one = huffman.code_for([4])
        refuses("codes of the table alone", huffman.unpack, b"\x20", 4, one, read)
        refuses("nothing more", huffman.unpack, b"\0", 4, huffman.Code(()), read)
        for table in (b"", b"\x05", b"\x05\x00\x03\x00", b"\x01\x00\xff" + bytes(40)):
            refuses("whole code table", huffman.read_table, table)

    def test_what_fills_up_the_last_byte_must_be_zeros(self):
        code = huffman.code_for([3, 1])  # one bit each
        assert huffman.unpack(b"\x40", 2, code).tolist() == [0, 1]
        for filled in range(1, 64):
            refuses("must hold 2 symbols and", huffman.unpack, bytes([0x40 | filled]), 2, code)

    def test_as_many_symbols_as_bits_are_read_and_a_larger_count_asks_for_no_memory(self):
        code = huffman.code_for([3, 1])
        assert huffman.unpack(b"\x41", 8, code).tolist() == [0, 1, 0, 0, 0, 0, 0, 1]
        tracemalloc.start()
        refuses("must hold 16,777,216 symbols", huffman.unpack, b"\x41", 1 << 24, code)
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
        tracemalloc.stop()

    def test_there_are_at_most_65_535_symbols(self):
        counts = np.zeros(huffman_code.MOST, dtype=int)
        counts[[0, -1]] = 1
        assert sum(huffman_code.code_for(counts).lengths) == 2
        refuses("counts must be up to 65,535 numbers", huffman_code.code_for, np.append(counts, 1))

    def test_bits_of_a_fixed_width(self):
        for width in (1, 3, 8, 13):
            numbers = np.random.default_rng(width).integers(1 << width, size=101)
            data = pack_bits(numbers, width)
            assert len(data) == -(-101 * width // 8)
            assert unpack_bits(data, 101, width).tolist() == numbers.tolist()
        assert pack_bits(np.zeros(5, int), 0) == b""
        assert unpack_bits(b"", 5, 0).tolist() == [0] * 5
        refuses("from 0 to 3 for 2 bits, got 0 to 4", pack_bits, np.array([0, 4]), 2)
        refuses("data must be 2 bytes for 5 numbers of 3 bits, got 1", unpack_bits, b"a", 5, 3)


class TestGaps:
    @pytest.mark.parametrize("coder", [sparse_streams.FIXED, sparse_streams.HUFFMAN])
    @pytest.mark.parametrize(
        "places", [[], [0], [2999], [0, 1, 2], [5, 700, 701, 2500], range(3000)]
    )
    def test_places_come_back(self, places, coder):
        here = np.zeros(3000, dtype=bool)
        here[list(places)] = True
        pieces = [data for _, data in sparse_streams.write_gaps(here, coder)]
        assert np.array_equal(sparse_streams.read_gaps(pieces, 3000, coder), here)
        if len(places):
            refuses("places must be below", sparse_streams.read_gaps, pieces, places[-1], coder)

    @pytest.mark.parametrize("bits", [2, 3, 5])
    @pytest.mark.parametrize("gap", [0, 1, 2, 3, 6, 7, 8, 30, 31, 62])
    def test_a_gap_that_is_too_long_is_broken_up(self, gap, bits):
        pieces = sparse_streams._gaps(np.array([gap, 1]), bits, sparse_streams.FIXED)
        head = pieces[0][1]
        assert int.from_bytes(head[1:5], "little") == 2 + gap // (2**bits - 1)
        here = sparse_streams.read_gaps([d for _, d in pieces], 100, sparse_streams.FIXED)
        assert np.flatnonzero(here).tolist() == [gap, gap + 2]


def compressed_lenet(k=8, density=0.05):
    """One in twenty weights is left, and those share k values a layer, or none with k = 0."""
    net = models.LeNet300100(seed=0)
    with torch.no_grad():
        for weight in (net.fc1.weight, net.fc2.weight, net.fc3.weight):
            weight[weight.abs() < weight.abs().flatten().quantile(1 - density)] = 0.0
    if k:
        quantization.cluster_weights(net, k)
    return net


class TestFile:
    def test_every_step_makes_the_file_smaller(self):
        net = compressed_lenet()
        sizes = [
            len(storage.encode(models.LeNet300100(seed=0).state_dict(), "dense")),
            len(storage.encode(compressed_lenet(0).state_dict())),
            len(deep_compression.encode(net.state_dict(), "fixed")),
            len(deep_compression.encode(net.state_dict())),
        ]
        assert sizes == sorted(sizes, reverse=True)
        assert sizes[-1] == sum(deep_compression.budget(net.state_dict()).values())

    def test_the_bits_of_a_layer_by_hand(self):
        """1,000 weights, every tenth of them one of four values, each as often as the others."""
        w = torch.zeros(1000)
        w[9::10] = torch.arange(1.0, 5.0).repeat(25)
        spent = deep_compression.budget({"w": w}, "fixed")
        assert spent["codebooks"] == 4 * 4
        assert spent["indices"] == 100 * 2 // 8
        assert spent["gaps"] == 5 + 100 * 4 // 8  # every gap is 9, which takes 4 bits
        assert spent["code tables"] == 2  # how many bits a gap and an index have
        assert deep_compression.budget({"w": w})["gaps"] == 5 + 13  # one symbol: one bit each

    def test_pieces_that_do_not_fit_are_refused(self):
        fixed, word = sparse_streams.FIXED, np.dtype("<u4")
        read, pieces = sparse_streams.read_values, [b"1234", b"\0", b"x"]
        refuses("values must be 5, got 1", read, "plain", pieces[:1], 5, word, fixed)
        refuses("0 bytes for 5 numbers of 0 bits, got 1", read, "shared", pieces, 5, word, fixed)
        table = huffman.table_bytes(huffman.code_for([1, 1])) + b"x"
        refuses("one code table and nothing more", sparse_streams.HUFFMAN.read, table, b"\0", 2)
