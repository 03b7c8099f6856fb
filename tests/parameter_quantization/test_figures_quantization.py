"""Figures of fewer bits: state and sentence for given values, and no fault in any picture."""

from types import SimpleNamespace

import numpy as np
import pytest

from nc_teach.claims.claim import Provenance
from nc_teach.figures import parameter_quantization as figures
from nc_teach.quantization import huffman, huffman_code
from tests.figure_rules import assert_keeps_the_rules

PROVENANCE = Provenance("by hand", "2026-11-23", "here", 3.0)
VALUES = (1, 2, 4, 16)


def sharing():
    """Two networks; in the patch, weight number i has the index i mod k."""
    places = np.arange(36).reshape(6, 6)
    return SimpleNamespace(
        values=VALUES,
        before=np.array([0.96, 0.94]),
        test=np.array([[0.1, 0.7, 0.9, 0.95], [0.1, 0.6, 0.9, 0.95]]),
        bytes={1: 1_792, 2: 35_086, 4: 68_385, 16: 135_080},
        dense_bytes=1_066_440,
        patch=np.linspace(-0.4, 0.4, 36).reshape(6, 6),
        indices={k: places % k for k in VALUES},
        codebooks={k: np.linspace(-0.35, 0.35, k) for k in VALUES},
        provenance=PROVENANCE,
    )


def rounded():
    """Weights -1, 0, 0 and 1; the symmetric grid of two bits has exactly these values."""
    after = np.array([[np.nan, 0.2, 0.9], [np.nan, 0.4, 0.9]])
    return SimpleNamespace(
        bits=(1, 2, 3),
        trained_bits=(2, 3),
        before=np.array([0.95, 0.95]),
        after={"a layer": after, "a neuron": after + 0.02,
               "a layer, affine": np.array([[0.1, 0.3, 0.9]] * 2)},
        trained=np.array([[0.9, 0.93]] * 2),
        control=np.array([[0.2, 0.9]] * 2),
        weights=np.array([-1.0, 0.0, 0.0, 1.0], dtype=np.float32),
        steps={
            "a layer": {2: np.array([-2.0, -1.0, 0.0, 1.0]), 3: np.linspace(-4, 3, 8) / 3},
            "a layer, affine": {1: np.array([0.0, 2.0]), 2: np.linspace(-1, 1, 4),
                                3: np.linspace(-1, 1, 8)},
        },
        provenance=PROVENANCE,
    )  # fmt: skip


def budgets():
    small = {"gaps": 12_000, "indices": 5_000, "values": 1_640, "codebooks": 48,
             "code tables": 100, "header": 160}  # fmt: skip
    return SimpleNamespace(
        bits=(2, 5),
        dense=np.array([0.95]),
        tuned=np.array([[0.952, 0.958]]),
        budget={
            "float32": [{"values": 1_066_440}] * 2,
            "pruned": [{"gaps": 15_000, "values": 87_000, "code tables": 3, "header": 150}] * 2,
            "clustered": [{**small, "gaps": 15_000}, {**small, "gaps": 15_000, "indices": 13_000}],
            "Huffman": [small, {**small, "indices": 11_000}],
        },
        provenance=PROVENANCE,
    )


COUNTS = [45, 13, 12, 16, 9, 5]


def tree(counts=COUNTS):
    return figures.huffman_tree(
        counts, huffman_code.merges(counts), huffman.code_for(counts).words()
    )


FIGURES = {
    "cluster_table": lambda: figures.cluster_table(sharing(), 8),
    "bits_of_a_weight": lambda: figures.bits_of_a_weight(rounded(), 3, start=2),
    "huffman_tree": tree,
    "huffman_tree, deep": lambda: tree([2**i for i in range(8)]),
    "huffman_tree of two": lambda: tree([1, 0, 9]),
    "byte_budget": lambda: figures.byte_budget(budgets(), 40),
}


@pytest.mark.parametrize("name", FIGURES)
def test_it_keeps_the_rules(name):
    assert_keeps_the_rules(FIGURES[name]())


class TestClusterTable:
    def test_the_sentence(self):
        figure = figures.cluster_table(sharing(), SimpleNamespace(value=8))
        assert figure.sentence() == (
            "4 values, 2 bits for each index: the network's file has 68,385 bytes, 15.6 times "
            "smaller than in float32, and reads 90.0 ± 0.0 % of the test images (float32: "
            "95.0 ± 1.4 %). You guessed 8 values."
        )
        assert figure.sentence({"k": 1}).startswith("1 value, 0 bits for each index")
        assert "guessed" not in figures.cluster_table(sharing()).sentence()

    @pytest.mark.parametrize(("k", "words"), [(1, "···"), (2, "010"), (16, "000000010010")])
    def test_the_squares_hold_the_index_in_bits(self, k, words):
        state = figures.cluster_table(sharing()).state({"k": k})
        assert "".join(state["words"][:3]) == words

    def test_the_squares_may_hold_what_the_index_stands_for(self):
        figure = figures.cluster_table(sharing())
        assert figure.state({"k": 2, "inside": "values"})["words"][:2] == ["−.35", "+.35"]
        assert figure.state({"k": 2, "inside": "weights"})["words"][0] == "−.40"

    def test_a_k_that_was_not_measured_is_named(self):
        with pytest.raises(ValueError, match="k must be one of 1, 2, 4, 16, got 3"):
            figures.cluster_table(sharing(), start=3)


class TestBitsOfAWeight:
    def test_the_shares_are_those_of_the_nearest_values(self):
        figure = figures.bits_of_a_weight(rounded(), start=2)
        assert figure.state()["shares"].tolist() == [0, 25, 50, 25]
        assert figure.sentence() == (
            "2 bits, a scale for the layer: the first layer of network 0 uses 3 of 3 values, "
            "50.0 % of its weights share one; the networks read 30.0 ± 14.1 % of the test images "
            "(float32: 95.0 ± 0.0 %)."
        )

    def test_one_symmetric_bit_is_explained(self):
        figure = figures.bits_of_a_weight(rounded(), 3, start=2)
        assert figure.sentence({"bits": 1}).startswith("No symmetric grid has 1 bit")
        assert "uses 2 of 2 values" in figure.sentence({"bits": 1, "grid": "a layer, affine"})
        assert figure.table([])[0]["A scale for the layer"] == "no such grid"


class TestFewerAndFewer:
    def test_the_bits_are_those_of_the_number(self):
        from nc_teach.figures.parameter_quantization.fewer_and_fewer import rows_of

        for weight in (0.7, -0.4, 1.0, -1.0):
            whole, *fewer, sign = rows_of(weight)
            assert np.uint32(int(whole[0], 2)).view(np.float32) == np.float32(weight)
            assert sign == (("1", "+") if weight > 0 else ("0", "\u2212"))
            for bits, value in fewer:
                q = int(bits, 2) - 2 ** len(bits) * (bits[0] == "1")  # two's complement
                back = q / (2 ** (len(bits) - 1) - 1)
                assert float(value.replace("\u2212", "-")) == pytest.approx(back, abs=5e-4)
                assert abs(back - weight) <= 0.5 / (2 ** (len(bits) - 1) - 1)

    def test_its_sentence(self):
        said = figures.fewer_and_fewer().says
        assert said.endswith("8 bits: +0.701; 4 bits: +0.714; 2 bits: +1.000; 1 bit: +.")
        assert said.startswith("One weight in ever fewer bits. 32 bits: +0.700")

    @pytest.mark.parametrize("weight", [0.0, 1.5, float("nan")])
    def test_a_weight_off_the_grid_is_named(self, weight):
        with pytest.raises(ValueError, match="weight must be from -1 to 1 and not 0, got"):
            figures.fewer_and_fewer(weight)


class TestCloseUp:
    def drawn(self, accuracies):
        from matplotlib.figure import Figure

        from nc_teach.figures.parameter_quantization.close_up import look_closely

        axes = Figure().subplots()
        look_closely(axes, np.array([94.0, 96.0]), accuracies)
        return axes

    def test_the_axis_ends_ten_points_below_float32(self):
        assert self.drawn({1: [90.0], 2: [97.5]}).get_ylim() == (85, 98.5)

    def test_what_lies_below_stands_there_as_numbers(self):
        axes = self.drawn({1: [np.nan, 10.4, 84.0, 86.0], 2: [95.0]})
        assert [(t.get_position()[0], t.get_text()) for t in axes.texts] == [(1, "84\n10")]

    def test_nothing_cannot_be_drawn(self):
        with pytest.raises(ValueError, match="at least one number"):
            self.drawn({1: [np.nan]})


class TestHuffmanTree:
    def test_the_sentences_of_the_textbook_example(self):
        assert tree().sentence() == (
            "The tree is whole, and a code is as long as its leaf lies deep: 2.240 bits an index "
            "on average, where a fixed width takes 3 and the entropy is 2.220. Its digits come "
            "from the order of lengths, not from left and right (exercise 4.3)."
        )
        assert tree().sentence({"steps": 0}) == (
            "After 0 steps 6 nodes are left; the two rarest, 5.0 % and 9.0 %, are joined next."
        )

    def test_what_is_said_to_be_joined_next_is_joined_next(self):
        figure, steps = tree(), huffman_code.merges(COUNTS)
        for step, pair in enumerate(steps):
            assert set(figure.state({"steps": step})["rarest"]) == set(pair)

    def test_a_leaf_is_as_deep_as_its_code_is_long_and_no_branches_cross(self):
        from nc_teach.figures.parameter_quantization.huffman_tree import _lay_out

        steps, lengths = huffman_code.merges(COUNTS), huffman.code_for(COUNTS).lengths
        laid = _lay_out(np.array(COUNTS, float), steps)
        for leaf, length in enumerate(lengths):
            depth, node = 0, leaf
            while node != len(COUNTS) + len(steps) - 1:
                node = next(n for n, pair in laid["children"].items() if node in pair)
                depth += 1
            assert depth == length

        def leaves(node):
            pair = laid["children"].get(node)
            return {node} if pair is None else leaves(pair[0]) | leaves(pair[1])

        for node in laid["children"]:
            places = sorted(laid["x"][leaf] for leaf in leaves(node))
            assert places == list(range(int(places[0]), int(places[0]) + len(places)))

    def test_too_many_or_too_few_symbols_are_refused(self):
        with pytest.raises(ValueError, match="2 to 8 symbols that occur, .* got 1 symbols"):
            tree([5])
        with pytest.raises(ValueError, match="got 20 symbols"):
            tree([1] * 20)


class TestByteBudget:
    def test_the_sentence_and_the_sum(self):
        figure = figures.byte_budget(budgets(), 40)
        assert figure.sentence() == (
            "5 bits: from 1,066 kB to pruned 102.2 kB (10.4x), clustered 29.9 kB (35.6x), "
            "Huffman 24.9 kB (42.7x); it reads 95.8 % of the test images (dense: 95.0 %). "
            "You guessed 40 times."
        )
        for stage, rows in budgets().budget.items():
            drawn = figure.state({"bits": 2})["parts"][stage]
            assert drawn.sum() == pytest.approx(sum(rows[0].values()) / 1e3)
