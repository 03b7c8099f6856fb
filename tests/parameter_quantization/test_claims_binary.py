"""The claims about signs: on tiny data, and their criteria by hand."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from nc_teach import data, training
from nc_teach.claims import parameter_quantization as chapter
from nc_teach.claims.parameter_quantization import binarized, binary_connect, xnor, xnor_accuracy
from nc_teach.quantization import binary
from nc_teach.quantization.mlp import mlp
from tests.claim_rules import CLOSE, answers


@pytest.fixture(scope="module")
def table(rows):
    return binary_connect.measure(rows, (0, 1), hidden=(16,), epochs=4, images=60)


@pytest.fixture(scope="module")
def film(rows):
    return chapter.watch_weights_drift(rows, hidden=(8,), epochs=3, images=60)


@pytest.fixture(scope="module")
def speed():
    shapes = {"fc 4096, batch 1": (40, 128, 1), "odd": (9, 70, 5)}
    return chapter.time_bits((0, 1), shapes=shapes, repeats=3)


class TestBinaryConnect:
    def test_every_row_has_every_network(self, table):
        assert list(table.test) == list(binary_connect.ROWS)
        assert set(table.train) == set(binary_connect.TRAINED)
        assert (table.at_walls > 0).all()

    def test_the_paper_stands_beside_what_was_measured(self, table):
        text = repr(table.table())
        for number in ("1.30 %", "1.29 %", "1.18 %", "1.01 %", "8.27 %", "2.15 %"):
            assert number in text
        assert "16-16-3, 60 images, 4 epochs, 2 networks" in text
        assert "38 bytes instead of 1,216" in text  # 16 x 16 + 16 x 3 = 304 weights
        assert "4.4 times smaller" in text  # (1216 + 304) / (38 + 304)

    def test_a_control_that_rounds_a_copy(self, rows):
        net = binary_connect.train("real", rows, 0, (8,), 1)
        before = net[1].weight.detach().clone()
        rounded = binary_connect.with_signs(net)
        scale = before.abs().mean()
        assert torch.equal(rounded[1].weight, scale * binary.sign(before))
        assert torch.equal(net[1].weight, before)
        bits = binary_connect.train("deterministic", rows, 0, (8,), 1)
        twin = binary_connect.with_signs(bits)
        assert torch.equal(twin[1].weight, bits[1].binary_weight())

    def test_the_criteria_by_hand(self):
        def judged(real, rounded, signs, walls, sizes):
            test = {"real": [real], "rounded": [rounded], "deterministic": [signs]}
            small = binary_connect.bytes_of(sizes)
            return answers(chapter.BINARY_CONNECT, test=test, at_walls=[walls], bytes=small)

        assert judged(0.05, 0.2, 0.06, 0.15, (784, 256, 256, 10)) == ["yes"] * 4
        assert judged(0.05, 0.19, 0.0601, 0.149, (5, 3)) == ["no"] * 4

    def test_the_command_at_the_papers_size_asks_for_it(self, rows, monkeypatch):
        asked = {}
        monkeypatch.setattr(binary_connect, "measure", lambda *a, **more: asked.update(more))
        chapter.BINARY_CONNECT_FULL.experiment(rows, (0,))
        assert asked == {"hidden": (1024, 1024, 1024), "epochs": 30, "images": 90}

    @pytest.mark.parametrize("networks", [1, 2, 3])
    def test_fewer_than_three_networks_of_the_papers_size_decide_nothing(self, networks):
        errors = {"rounded": [0.9], "deterministic": [0.012], "real": [0.013]}
        found = answers(
            chapter.BINARY_CONNECT_FULL,
            test={row: one * networks for row, one in errors.items()},
            at_walls=[0.5] * networks,
            bytes={"float32": 3200, "bits": 100},
        )
        assert found == [*["yes" if networks == 3 else CLOSE] * 3, "yes"]


class TestBinarized:
    def test_every_row_has_every_network(self, rows):
        result = chapter.compare_gradients(rows, (0, 1), hidden=(8,), epochs=2)
        assert result.sizes == (16, 8, 3)
        assert all(result.test[row].shape == (2,) for row in binarized.ROWS)
        assert all(result.validation[row].shape == (2, 2) for row in binarized.ROWS)
        assert "binary both, gradient zero" in repr(result.table())

    def test_the_criteria_by_hand(self):
        def judged(clipped, zero):
            test = {"real": [0.03], "clipped": [clipped], "identity": [0.09], "zero": [zero]}
            return answers(chapter.BINARIZED, test=test)

        assert judged(0.06, 0.14) == ["yes"] * 4
        assert judged(0.061, 0.14) == ["no"] * 3 + ["yes"]
        assert judged(0.06, 0.51)[3] == "no"


class TestXnor:
    def test_what_is_measured(self, speed):
        assert all(speed.equal.values())
        assert len(speed.equal) == len(xnor.LENGTHS) + 2
        assert speed.memory == {"fc 4096, batch 1": 32.0, "odd": pytest.approx(70 * 4 / 16)}
        assert all(ratios.shape == (2, 2) for ratios in speed.speedup.values())
        assert (speed.excess > 1).all()
        assert "x 42.7" in repr(speed.table())

    def test_a_row_of_70_signs_takes_two_words_and_the_criterion_says_so(self, speed):
        answers = [check.answer for check in chapter.XNOR.judge(speed)]
        assert (answers[0], answers[1], answers[3]) == ("yes", "no", "yes")


class TestDrift:
    def test_it_begins_before_training_and_ends_with_the_network(self, film, rows):
        assert film.epochs.tolist() == [0, 1, 2, 3]
        np.testing.assert_allclose(film.spread.sum(axis=1), 1)
        assert film.turned[0] == 0 < film.turned[1]
        assert film.neuron.shape == (4, 4, 4)
        some = replace(rows, train=rows.train.subset(60))
        net = binary_connect.train("deterministic", some, 0, (8,), 3)
        np.testing.assert_array_equal(film.neuron[-1].ravel(), net[1].weight[0].detach())
        assert film.real == training.accuracy(
            binary_connect.train("real", some, 0, (8,), 3), rows.validation
        )
        assert "3, real weights" in repr(film.table())
        assert film.at_walls[-1] == pytest.approx(binary_connect.share_at_walls(net))

    def test_a_sign_has_turned_that_differs_from_the_one_an_epoch_before(self, rows):
        first = mlp((16, 8, 3), binary.BinaryLinear, seed=0)
        last = binary_connect.train("deterministic", rows, 0, (8,), 1)
        pairs = ((first[n].binary_weight(), last[n].binary_weight()) for n in (1, 4))
        turned = torch.cat([(one != other).flatten() for one, other in pairs])
        film = chapter.watch_weights_drift(rows, hidden=(8,), epochs=1)
        assert film.turned.tolist() == [0, turned.double().mean().item()]


class TestXnorAccuracy:
    def test_every_network_is_trained_from_every_seed(self):
        digits = data.load("digits")
        few = replace(digits, train=digits.train.subset(100), test=digits.test.subset(50))
        result = chapter.cost_of_bits(few, (0, 1), epochs=1)
        assert list(result.test) == list(xnor_accuracy.BLOCKS)
        assert all(accuracy.shape == (2,) for accuracy in result.test.values())
        assert "44.2 %" in repr(result.table())

    def test_the_criteria_by_hand(self):
        def judged(*accuracies):
            test = {name: [a] for name, a in zip(xnor_accuracy.BLOCKS, accuracies, strict=False)}
            return answers(chapter.XNOR_ACCURACY, test=test)

        assert judged(0.95, 0.935, 0.92) == ["yes", "yes"]
        assert judged(0.95, 0.92, 0.915) == ["no", "no"]
