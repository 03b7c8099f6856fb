"""The figures of chapter 4: state and sentence for given values, and the rules for all."""

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure

from nc_teach import live, models
from nc_teach.claims import experiment, parameter_quantization as chapter
from nc_teach.data import Dataset, Split
from nc_teach.figures import parameter_quantization as figures
from nc_teach.figures.parameter_quantization.close_up import look_closely
from nc_teach.figures.parameter_quantization.fewer_and_fewer import rows_of
from nc_teach.figures.parameter_quantization.huffman_tree import lay_out, reads_as_drawn
from nc_teach.quantization import deep_compression, huffman, huffman_code
from tests.checks import refuses
from tests.claim_rules import made
from tests.figure_rules import assert_keeps_the_rules, numbers

VALUES = (1, 2, 4, 16)


def sharing():
    """Two networks; in the patch, weight number i has the index i mod k."""
    places = np.arange(36).reshape(6, 6)
    return made(
        chapter.Sharing,
        values=VALUES,
        before=[0.96, 0.94],
        test=[[0.1, 0.7, 0.9, 0.95], [0.1, 0.6, 0.9, 0.95]],
        bytes={1: 1_792, 2: 35_086, 4: 68_385, 16: 135_080},
        dense_bytes=1_066_440,
        patch=np.linspace(-0.4, 0.4, 36).reshape(6, 6),
        indices={k: places % k for k in VALUES},
        codebooks={k: np.linspace(-0.35, 0.35, k) for k in VALUES},
    )


def rounded():
    """Weights -1, 0, 0 and 1; the symmetric grid of two bits has exactly these values."""
    layer = np.array([[np.nan, 0.2, 0.9], [np.nan, 0.4, 0.9]])
    symmetric = {2: [-2.0, -1.0, 0.0, 1.0], 3: np.linspace(-4, 3, 8) / 3}
    affine = {1: [0.0, 2.0], 2: np.linspace(-1, 1, 4), 3: np.linspace(-1, 1, 8)}
    return made(
        chapter.FewerBits,
        bits=(1, 2, 3),
        trained_bits=(2, 3),
        before=[0.95, 0.95],
        after={
            "a layer": layer,
            "a neuron": layer + 0.02,
            "a layer, affine": [[0.1, 0.3, 0.9]] * 2,
        },
        trained=[[0.9, 0.93]] * 2,
        control=[[0.2, 0.9]] * 2,
        weights=[-1.0, 0.0, 0.0, 1.0],
        steps={"a layer": symmetric, "a layer, affine": affine},
    )


def budgets():
    head = {"code tables": 100, "header": 160}
    small = {"gaps": 12_000, "indices": 5_000, "values": 1_640, "codebooks": 48, **head}
    fixed = {**small, "gaps": 15_000}
    budget = {
        "float32": ({"values": 1_066_440},) * 2,
        "pruned": ({"gaps": 15_000, "values": 87_000, "code tables": 3, "header": 150},) * 2,
        "clustered": (fixed, {**fixed, "indices": 13_000}),
        "Huffman": (small, {**small, "indices": 11_000}),
    }
    return made(chapter.Pipeline, bits=(2, 5), dense=[0.95], tuned=[[0.952, 0.958]], budget=budget)


def film():
    """Three moments of a network: its weights run into the walls."""
    return made(
        chapter.Drift,
        epochs=[0, 1, 2],
        edges=np.linspace(-1, 1, 5),
        spread=[[0.25] * 4, [0.3, 0.2, 0.2, 0.3], [0.4, 0.1, 0.1, 0.4]],
        at_walls=[0.0, 0.05, 0.125],
        turned=[0.0, 0.2, 0.1],
        neuron=np.linspace(-1, 1, 48).reshape(3, 4, 4) * [[[0.2]], [[0.5]], [[1.0]]],
        accuracy=[0.1, 0.8, 0.9],
    )


def speed():
    shapes = {"convolution, 256 channels": (256, 2304, 196), "odd": (9, 70, 5)}
    ratios = {
        "numpy": [[0.5, 2.0], [0.6, 3.0]],
        "numpy, with packing": [[0.4, 1.0], [0.5, 1.5]],
    }
    return made(chapter.BitSpeed, shapes=shapes, speedup=ratios)


def clipped():
    """Two grids and three ranges of one layer."""
    return made(
        chapter.Clipping,
        layer="layer 2",
        bits=(8, 2),
        percentiles=(90.0, 99.0, 100.0),
        heights=[8, 4, 2, 0, 1],
        edges=np.linspace(0, 5, 6),
        zeros=0.5,
        ends=[1.5, 3.0, 5.0],
        rounding=[[1e-5, 2e-5, 5e-5], [0.05, 0.1, 0.5]],
        clipping=[[0.4, 0.05, 0.0], [0.4, 0.05, 0.0]],
        accuracy=[[0.93, 0.95, 0.95], [0.92, 0.945, 0.9]],
        before=0.95,
    )


COUNTS = [45, 13, 12, 16, 9, 5]


def tree(counts=COUNTS):
    return figures.huffman_tree(
        counts, huffman_code.merges(counts), huffman.code_for(counts).words()
    )


FIGURES = {
    "cluster_table": lambda: figures.cluster_table(sharing(), 8),
    "cluster_table of a file": lambda: figures.cluster_table(experiment.shipped("weight_sharing")),
    "bits_of_a_weight": lambda: figures.bits_of_a_weight(rounded(), 3, start=2),
    "bits_of_a_weight of a file": lambda: figures.bits_of_a_weight(experiment.shipped("few_bits")),
    "huffman_tree": tree,
    "huffman_tree, deep": lambda: tree([2**i for i in range(8)]),
    "huffman_tree of two": lambda: tree([1, 0, 9]),
    "byte_budget": lambda: figures.byte_budget(budgets(), 40),
    "latent_weights": lambda: figures.latent_weights(film()),
    "sign_gradients of a file": lambda: figures.sign_gradients(experiment.shipped("binarized")),
    "bit_speed": lambda: figures.bit_speed(speed(), 30),
    "bit_speed of a file": lambda: figures.bit_speed(experiment.shipped("xnor")),
    "where_to_clip": lambda: figures.where_to_clip(clipped(), bits=2),
    "xnor_words": lambda: figures.xnor_words(seed=3),
}


@pytest.mark.everything
@pytest.mark.parametrize("name", FIGURES)
def test_it_keeps_the_rules(name):
    assert_keeps_the_rules(FIGURES[name]())


class TestClusterTable:
    def test_the_sentence(self):
        figure = figures.cluster_table(sharing(), 8)
        said = [4, 2, 68_385, 15.6, 32, 90.0, 0.0, 32, 95.0, 1.4, 8]
        assert numbers(figure.sentence()) == said
        assert figure.sentence({"k": 1}).startswith("1 value, 0 bits for each index")

    @pytest.mark.parametrize(("k", "words"), [(1, "···"), (2, "010"), (16, "000000010010")])
    def test_the_squares_hold_the_index_in_bits(self, k, words):
        state = figures.cluster_table(sharing()).state({"k": k})
        assert "".join(state["words"][:3]) == words

    def test_the_squares_may_hold_what_the_index_stands_for(self):
        figure = figures.cluster_table(sharing())
        assert figure.state({"k": 2, "inside": "values"})["words"][:2] == ["−.35", "+.35"]
        assert figure.state({"k": 2, "inside": "weights"})["words"][0] == "−.40"


class TestBitsOfAWeight:
    def test_the_shares_are_those_of_the_nearest_values(self):
        figure = figures.bits_of_a_weight(rounded(), start=2)
        assert figure.state()["shares"].tolist() == [0, 25, 50, 25]
        said = [2, 0, 3, 3, 50.0, 30.0, 14.1, 32, 95.0, 0.0]
        assert numbers(figure.sentence()) == said

    def test_a_result_from_a_file_has_no_layer(self):
        figure = figures.bits_of_a_weight(experiment.shipped("few_bits"), start=8)
        assert numbers(figure.sentence()) == [8, 94.9, 0.3, 32, 94.9, 0.3]
        assert [control.name for control in figure.controls] == ["bits"]

    def test_one_symmetric_bit_is_explained(self):
        figure = figures.bits_of_a_weight(rounded(), 3, start=2)
        assert figure.sentence({"bits": 1}).startswith("No symmetric grid has 1 bit")
        assert "uses 2 of 2 values" in figure.sentence({"bits": 1, "grid": "a layer, affine"})
        assert figure.table([])[0]["A scale for the layer"] == "no such grid"


class TestFewerAndFewer:
    def test_the_bits_are_those_of_the_number(self):
        for weight in (0.7, -0.4, 1.0, -1.0):
            whole, *fewer, sign = rows_of(weight)
            assert np.uint32(int(whole[0], 2)).view(np.float32) == np.float32(weight)
            assert sign == (("1", "+") if weight > 0 else ("0", "\u2212"))
            for bits, value in fewer:
                q = int(bits, 2) - 2 ** len(bits) * (bits[0] == "1")  # two's complement
                back = q / (2 ** (len(bits) - 1) - 1)
                assert float(value.replace("\u2212", "-")) == pytest.approx(back, abs=5e-4)
                assert abs(back - weight) <= 0.5 / (2 ** (len(bits) - 1) - 1)


def test_an_axis_looked_at_closely_ends_ten_points_below_float32_and_says_what_lies_there():
    axes = Figure().subplots()
    first, second, third = (np.array([np.nan, 97.5]), np.array([10.4]), np.array([84.0, 86.0]))
    series = [((1, 2), first, "k"), ((1,), second, "r"), ((1, 3), third, "w")]
    look_closely(axes, np.array([94.0, 96.0]), series)
    assert axes.get_ylim() == (85, 98.5)
    assert [(t.xy[0], t.get_text()) for t in axes.texts] == [(1, "↓10"), (1, "↓84")]
    fields = [t.get_bbox_patch().get_facecolor()[:3] for t in axes.texts]
    assert fields == [(1, 0, 0), (1, 1, 1)]


class TestHuffmanTree:
    def test_the_sentences_of_the_textbook_example(self):
        assert numbers(tree().sentence()) == [2.240, 3, 2.220, 0, 1]
        assert numbers(tree().sentence({"steps": 0})) == [0, 6, 5.0, 9.0]

    def test_what_is_said_to_be_joined_next_is_joined_next(self):
        figure, steps = tree(), huffman_code.merges(COUNTS)
        for step, pair in enumerate(steps):
            assert set(figure.state({"steps": step})["rarest"]) == set(pair)

    def test_a_leaf_is_as_deep_as_its_code_is_long_and_no_branches_cross(self):
        steps, lengths = huffman_code.merges(COUNTS), huffman.code_for(COUNTS).lengths
        words = huffman.code_for(COUNTS).words()
        laid = lay_out(np.array(COUNTS) / sum(COUNTS), steps, words)
        for leaf, length in enumerate(lengths):
            depth, node = 0, leaf
            while node != len(COUNTS) + len(steps) - 1:
                node = next(n for n, pair in laid.children.items() if node in pair)
                depth += 1
            assert depth == length

        def leaves(node):
            pair = laid.children.get(node)
            return {node} if pair is None else leaves(pair[0]) | leaves(pair[1])

        for node in laid.children:
            places = sorted(laid.x[leaf] for leaf in leaves(node))
            assert places == list(range(int(places[0]), int(places[0]) + len(places)))

    @pytest.mark.parametrize(
        ("counts", "can"), [(COUNTS, True), ([1, 9], True), ([1, 2, 5, 14, 13, 8, 4, 3], False)]
    )
    def test_zero_is_on_the_left_wherever_that_can_be_drawn(self, counts, can):
        words = huffman.code_for(counts).words()
        laid = lay_out(np.array(counts) / sum(counts), huffman_code.merges(counts), words)
        assert reads_as_drawn(laid, words) is can
        assert ("to the left is a 0" in tree(counts).sentence()) is can
        assert ([words[leaf] for leaf in laid.leaves] == sorted(words.values())) is can


class TestByteBudget:
    def test_the_sentence_and_the_sum(self):
        figure = figures.byte_budget(budgets(), 40)
        said = [5, 1_066, 102.2, 10.4, 29.9, 35.6, 24.9, 42.7, 95.8, 95.0, 40]
        assert numbers(figure.sentence()) == said
        for stage, rows in budgets().budget.items():
            drawn = figure.state({"bits": 2})["parts"][stage]
            assert drawn.sum() == pytest.approx(sum(rows[0].values()) / 1e3)


class TestLatentWeights:
    def test_the_sentence_and_what_is_seen(self):
        figure = figures.latent_weights(film())
        assert numbers(figure.sentence()) == [2, 12.5, 0.99, 10.0, 90.0]
        assert "turned" not in figure.sentence({"epochs": 0})
        assert set(np.unique(figure.state({"seen": "signs"})["neuron"])) <= {-1.0, 1.0}


class TestBitSpeed:
    def test_the_sentence(self):
        figure = figures.bit_speed(speed(), 30)
        said = [9, 70, 5, 33.4, 2.5, 1.2, 30]  # and no number of the paper
        assert numbers(figure.sentence({"product": "odd"})) == said
        assert "the paper x 58" in figure.sentence({"product": "convolution, 256 channels"})
        assert figure.state({"product": "odd"})["ways"]["numpy"].tolist() == [2, 3]


class TestWhereToClip:
    def test_the_sentence_and_the_grid(self):
        figure = figures.where_to_clip(clipped(), bits=2)
        said = [2, 99, 3.0, 5.0, 0.15, 0.1, 0.05, 94.5, 32, 95.0]
        assert numbers(figure.sentence({"percentile": 99.0})) == said
        assert figure.state({"percentile": 90.0})["grid"].tolist() == [0, 0.5, 1.0, 1.5]
        assert len(figure.state({"bits": 8})["grid"]) == 256
        assert len(figure.table([])) == 6


class TestXnorWords:
    @pytest.mark.parametrize("pair", ["any two", "nearly equal", "opposite"])
    @pytest.mark.parametrize("n", [4, 40, 64])
    def test_words_add_up_in_every_picture(self, pair, n):
        figure = figures.xnor_words(seed=3)
        differ = figure.state({"n": n, "pair": pair})
        agree = figure.state({"n": n, "pair": pair, "operation": "xnor"})
        assert int(differ["product"].replace("−", "-")) == n - 2 * differ["count"]
        assert agree["count"] == 64 - differ["count"]
        assert agree["counted"].sum() == agree["count"]


def test_the_sign_and_its_gradient_at_a_place_in_words():
    figure = figures.sign_gradients(experiment.shipped("binarized"))
    says = figure.sentence({"gradient": "clipped", "x": -1.25})
    assert "at x = −1.25 the sign is −1, and the gradient is zero; trained so" in says
    assert figure.state({"gradient": "clipped", "x": 1.0})["slope"] == 1


def test_what_cannot_be_drawn_is_refused():
    for weight in (0.0, 1.5, float("nan")):
        says = "weight must be from -1 to 1 and not 0, got"
        refuses(says, figures.fewer_and_fewer, weight)
    refuses("2 to 8 symbols that occur, .* got 1 symbols", tree, [5])
    refuses("got 20 symbols", tree, [1] * 20)
    deep = experiment.shipped("deep_compression")
    refuses("must be measured here", figures.byte_budget, deep)


def test_your_digit_offers_values_and_bits_and_a_file_its_own_network(tmp_path):
    """An untrained network, and six images; the file's weights take the place of the model's."""
    images = torch.rand(6, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    split = Split(images, torch.arange(6))
    ten = Dataset("toy", "small", split, split, split, tuple("0123456789"), "made up")
    net, other = models.LeNet300100(seed=0), models.LeNet300100(seed=1)
    figure = figures.your_digit(net, ten, guess=8)
    assert [knob.name for knob in figure.knobs] == ["centroids", "bits"]
    deep_compression.save(net, tmp_path / "small.ncd")
    filed = figures.network_in_a_file(tmp_path / "small.ncd", other, ten)
    for one in (figure, filed):
        assert live.faults(one) == []
        assert one.sentence().partition(". Where")[0] == figure.sentence().partition(". Where")[0]
