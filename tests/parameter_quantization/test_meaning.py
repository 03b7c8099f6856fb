"""What results say of themselves, and the parts that the chapter's text computes with."""

import dataclasses

import numpy as np
import pytest
import torch

from nc_teach import quantization
from nc_teach.claims import parameter_quantization as chapter
from nc_teach.figures import parameter_quantization as figures
from nc_teach.figures.parameter_quantization.four_colours import CENTROIDS, nearest
from nc_teach.quantization import clustering
from tests.checks import refuses
from tests.claim_rules import made


@pytest.mark.parametrize("claim", chapter.CLAIMS, ids=lambda claim: claim.key)
def test_every_shipped_result_is_said_in_a_line(claim):
    said = chapter.shipped(claim.key).in_words()
    assert said.endswith(".")
    assert "\n" not in said


def test_what_rounding_loses():
    few = chapter.shipped("few_bits")
    at = few.bits.index(2)
    assert few.lost(2) == pytest.approx((few.before - few.after["a layer"][:, at]).mean())
    assert few.lost(2, "a neuron") < few.lost(2)
    assert f"{-100 * few.lost(2):+.2f} points at 2 bits" in few.in_words()
    assert f"{few.epochs} more epochs" in str(few.table())


def pipeline(**fields):
    sizes = {"float32": 1000, "pruned": 200, "clustered": 100, "Huffman": 50}
    return made(
        chapter.Pipeline,
        bits=(2, 5),
        dense=[0.9, 0.9],
        pruned=[0.92, 0.94],
        tuned=[[0.5, 0.95], [0.5, 0.93]],
        bytes={stage: [[1, size]] * 2 for stage, size in sizes.items()},
        controls={},
        **fields,
    )


def test_the_steps_of_the_pipeline_with_their_bytes():
    rows = pipeline().stages(5).rows
    assert [row[0] for row in rows] == ["float32", "pruned", "clustered", "Huffman"]
    assert [row[2:4] for row in rows[1:]] == [("200", "5.0x"), ("100", "10.0x"), ("50", "20.0x")]
    assert [row[4][:5] for row in rows] == ["90.00", "93.00", "94.00", "94.00"]
    assert "5-bit" in rows[2][1]


def test_a_control_has_a_row_of_its_own_and_is_told():
    alone, beside = (
        pipeline(),
        dataclasses.replace(pipeline(), controls={"dense": np.array([0.96])}),
    )
    assert "+4.00 points against the dense networks." in alone.in_words()
    assert "-2.00 points against dense networks trained as long" in beside.in_words()
    last = beside.stages(5).rows[-1]
    assert last[0] == "control: nothing removed, trained as long"
    assert last[1:] == ("", "", "", "96.00 %")


def test_the_lectures_table_has_both_networks_beside_the_paper():
    small, large = map(chapter.shipped, ("binary_connect", "binary_connect_full"))
    table = chapter.beside_paper(small, large)
    assert table.columns[-2:] == ("here: 784-256-256-10", "here: 784-1024-1024-1024-10")
    first = table.rows[0]
    assert first[1] == "1.30 %"
    assert first[4] == f"{100 * small.test['real'].mean():.2f} ± " + first[4].split("± ")[1]
    assert "30 epochs" in table.notes[2]
    assert f"dropout {100 * small.train['dropout'].mean():.2f} %" in small.not_learned()


def test_rates_are_work_over_time_and_only_of_this_machine():
    shapes = {"a": (2, 3, 5), "b": (1, 1, 1)}
    rate = {"float32": np.array([[1.0, 2.0], [3.0, 4.0], [9.0, 0.0]])}
    here = made(chapter.BitSpeed, shapes=shapes, rate=rate)
    assert here.rates("float32") == {"a": 3.0, "b": 2.0}
    refuses("without rates", chapter.shipped("xnor").rates, "float32")


def test_lloyd_moves_an_empty_cluster_to_the_weight_that_is_worst_off():
    line, far = np.array([0.0, 1.0, 2.0, 9.0]), np.array([0.0, 100.0, 101.0])
    assert clustering.lloyd(line, far).tolist() == [0.0, 1.5, 9.0]
    once = clustering.lloyd(line, far, iterations=1)
    assert once.tolist() == [3.0, 9.0, 101.0]  # the mean of all; 9 is furthest from it


def test_the_lectures_picture_is_what_k_means_finds():
    book = quantization.cluster(torch.tensor(figures.SIXTEEN), 4)
    assert book.index.tolist() == nearest().tolist()
    assert book.centroids.tolist() == pytest.approx(CENTROIDS)
    assert f"they are {book.bits}." in figures.four_colours().sentence()


def test_a_book_of_other_weights_is_refused():
    book = quantization.cluster(torch.tensor(figures.SIXTEEN), 4)
    refuses(r"weights must .*\(4, 4\)", quantization.distortion, torch.ones(3), book)
