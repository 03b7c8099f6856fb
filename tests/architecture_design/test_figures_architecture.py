"""Figures of compact networks: numbers against the real layers, sentences, and no fault."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from nc_teach import architecture, meter
from nc_teach.architecture.xception import Block
from nc_teach.claims import architecture_design as chapter
from nc_teach.claims.architecture_design.ghosts import Pair
from nc_teach.figures import architecture_design as figures
from nc_teach.figures.architecture_design import block_parts
from nc_teach.figures.architecture_design.channel_shuffle import _segments
from nc_teach.figures.architecture_design.equal_budget import apart, front, say
from nc_teach.figures.words import spread
from tests.checks import refuses
from tests.claim_rules import made
from tests.figure_rules import assert_keeps_the_rules, numbers


def times():
    """Two runs; the separable pair is twice as fast, but a tenth slower in the smallest case."""
    sizes = ((32, 32, 3, 7), (32, 64, 3, 14), (64, 64, 3, 14), (64, 64, 5, 28))
    share = {"standard": 1, "depthwise": 0.3, "pointwise": 0.2, "separable": 0.5}
    ms = {part: part_of * np.array([[0.1, 0.4, 0.8, 8.0]] * 2) for part, part_of in share.items()}
    ms["separable"][:, 0] = 0.11
    return made(chapter.SeparableTimes, sizes=sizes, ms=ms)


def ghosts():
    source = np.arange(36.0).reshape(6, 6)
    pairs = tuple(
        Pair(layer, source + 1, source, np.eye(3) - 0.5, source + 0.9, r2)
        for layer, r2 in (("layer 1", 0.9), ("layer 2", 0.35))
    )
    random = [[0.2, 0.1]] * 2
    layers = {
        "layer 1": {"best": [[0.9, 0.5], [0.8, 0.1]], "random": random},
        "layer 2": {"best": [[0.7, 0.6], [0.8, 0.1]], "random": random},
    }
    return made(chapter.GhostMaps, r2={"trained": layers, "untrained": layers}, pairs=pairs)


def factors():
    """A layer of 6 x 4 whose second singular value is the last; and one of 4 x 3."""
    rng = np.random.default_rng(0)
    one = np.outer(np.arange(6.0), [1.0, -1, 0, 2]) + np.outer([1.0, 0, 0, 0, 0, -1], [0, 0, 1, 0])
    arms = {"SVD": [[0.5, 0.7, 0.9]] * 2, "from scratch": [[0.6, np.nan, 0.9]] * 2}
    return made(
        chapter.LowRank,
        ranks=(1, 2, 3),
        shapes={"fc1": (6, 4), "fc2": (4, 3)},
        before=[0.95, 0.93],
        accuracy={"fc1": arms, "fc2": arms},
        weight={"fc1": one, "fc2": rng.normal(size=(4, 3))},
    )


def halves():
    """One question that depthwise layers cannot answer, and one that pointwise ones cannot."""
    images = torch.zeros(2, 2, 4, 4)
    images[1, :, 1, 2] = 1.0
    right, lost = [1.0, 0.99], [0.5, 0.54]
    return made(
        chapter.ToyTasks,
        accuracy={
            "same place?": {"depthwise only": lost, "pointwise only": right},
            "which way?": {"depthwise only": right, "pointwise only": lost},
        },
        majority={"same place?": [0.51, 0.53], "which way?": [0.5]},
        examples={
            "same place?": (images, torch.tensor([0, 1])),
            "which way?": (images, torch.tensor([1, 0])),
        },
    )


def channels():
    """Layers whose first input channel is of rank one."""
    rng = np.random.default_rng(0)
    kernels = rng.normal(size=(2, 5, 9))
    kernels[0] = np.outer(np.arange(5.0), np.arange(9.0))
    best, random = [[0.3, 0.7, 0.8]] * 2, [[0.1, 0.2, 0.8]] * 2
    return made(
        chapter.SeparableRank,
        ranks=(1, 2, 9),
        weights=[0.14, 0.28, 1.27],
        accuracy={"the best kernels (SVD)": best, "random kernels": random},
        before=[0.8, 0.8],
        separable=[0.7, 0.75],
        kernels=kernels,
    )


FIGURES = {
    "channel_kernels": lambda: figures.channel_kernels(channels(), 40),
    "block_diagram": figures.block_diagram,
    "channel_shuffle": figures.channel_shuffle,
    "cost_calculator": lambda: figures.cost_calculator(times(), 4),
    "depthwise_by_hand": figures.depthwise_by_hand,
    "ghost_maps": lambda: figures.ghost_maps(ghosts()),
    "low_rank": lambda: figures.low_rank(factors(), 2),
    "products_counted": figures.products_counted,
    "two_tasks": lambda: figures.two_tasks(halves(), 80),
}


# a shipped result holds neither pictures nor matrices: the figure leaves them out
SHIPPED = {
    "equal_budget": figures.equal_budget,
    "fifty_times": figures.alexnet_params,
    "ghost_maps": figures.ghost_maps,
    "low_rank": figures.low_rank,
    "separable_cost": figures.cost_calculator,
    "separable_rank": figures.channel_kernels,
    "blind_halves": figures.two_tasks,
}


@pytest.mark.everything
@pytest.mark.parametrize("name", FIGURES)
def test_it_keeps_the_rules(name):
    assert_keeps_the_rules(FIGURES[name]())


@pytest.mark.everything
@pytest.mark.parametrize("key", SHIPPED)
def test_a_shipped_result_has_the_same_figure(key):
    assert_keeps_the_rules(SHIPPED[key](chapter.shipped(key)))


def shuffle_v2(c, out, stride):
    return architecture.SplitUnit(c) if stride == 1 else architecture.DownUnit(c, out)


REAL = {
    "SqueezeNet: Fire module": lambda c, out, stride: architecture.Fire(c, c // 8, c // 2),
    "MobileNet: separable block": architecture.separable_block,
    "MobileNetV2: inverted residual": lambda *sizes: architecture.InvertedResidual(*sizes, 6),
    "ShuffleNet: unit": lambda c, out, stride: architecture.ShuffleUnit(c, out, 3, stride),
    "ShuffleNet V2: unit": shuffle_v2,
    "Xception: block": lambda c, out, stride: Block(c, (out,) * (4 - stride), stride),
    "GhostNet: Ghost module": lambda c, out, stride: architecture.GhostModule(c, c),
    "GhostNet: bottleneck": lambda c, out, stride: architecture.GhostBottleneck(
        c, 3 * c, out, 3, stride
    ),
}
BLOCKS = [
    pytest.param(name, stride, id=f"{name}, {stride}")
    for name, make in block_parts.BLOCKS.items()
    for stride in (1, 2)
    if stride == 1 or make(48, 1).halves
]


class TestBlockDiagram:
    @pytest.mark.parametrize(("network", "stride"), BLOCKS)
    def test_the_counts_are_those_of_the_real_layer_and_arrows_reach_every_part(
        self, network, stride
    ):
        block = block_parts.BLOCKS[network](48, stride)
        real = REAL[network](48, 48 * stride, stride)
        assert block.params == meter.count_params(real)
        assert block.macs == meter.count_macs(real, (48, 28, 28))
        shape = tuple(real(torch.zeros(2, 48, 28, 28)).shape[1:])
        last = block.parts[-1]
        assert shape == (last.outputs, last.side, last.side)
        count = len(block.parts)
        assert count <= 9  # rows in the picture
        assert all(start < end < count for start, end, _ in block.arrows)
        assert {end for _, end, _ in block.arrows} == set(range(1, count))
        assert {start for start, _, _ in block.arrows} == set(range(count - 1))

    def test_an_unknown_network_is_named(self):
        refuses("network must be one of SqueezeNet: .* got 'VGG'", figures.block_diagram, "VGG")


class TestChannelShuffle:
    @pytest.mark.parametrize("groups", [1, 2, 3, 4])
    @pytest.mark.parametrize("shuffle", [True, False])
    def test_what_a_channel_has_seen_is_what_reaches_it_in_torch(self, groups, shuffle):
        """Two real grouped convolutions of ones; which inputs move which output?"""
        ones = torch.ones(12, 12 // groups, 1, 1)
        inputs = torch.eye(12)[:, :, None, None]
        middle = F.conv2d(inputs, ones, groups=groups)
        if shuffle:
            middle = architecture.channel_shuffle(middle, groups)
        last = F.conv2d(middle, ones, groups=groups)[:, :, 0, 0].T > 0  # output x input
        reached = last.unflatten(1, (groups, -1)).any(dim=2).numpy()
        state = figures.channel_shuffle().state({"groups": groups, "shuffle": shuffle})
        assert (state["rows"][-1] == reached).all()

    def test_the_lines_are_as_many_as_the_weights(self):
        state = figures.channel_shuffle().state({"groups": 3})
        assert len(_segments(state)) == 2 * 144 // 3 + 12


class TestDepthwiseByHand:
    def test_the_numbers_are_those_of_torch(self):
        maps, filters, mix = (
            torch.tensor(numbers, dtype=torch.float32)
            for numbers in (figures.TOY_MAPS, figures.TOY_FILTERS, figures.TOY_MIX)
        )
        seen = F.conv2d(maps[None], filters[:, None], groups=2)
        mixed = F.conv2d(seen, mix.view(1, 2, 1, 1))
        wanted = torch.cat([seen, mixed], dim=1)[0]
        state = figures.depthwise_by_hand().state({"step": 18})
        assert (torch.tensor(state["numbers"]) == wanted).all()
        assert state["known"].all()

    def test_nothing_is_known_before_its_step(self):
        figure = figures.depthwise_by_hand()
        assert not figure.state({"step": 0})["known"].any()
        assert figure.state({"step": 4})["known"].sum(axis=(1, 2)).tolist() == [4, 4, 0]
        assert figure.state({"step": 11})["known"].sum(axis=(1, 2)).tolist() == [9, 9, 2]


class TestCostCalculator:
    def test_the_sentence(self):
        figure = figures.cost_calculator(times(), SimpleNamespace(value=4))
        said = figure.sentence({"i": 64, "o": 64, "k": 5, "f": 28})
        assert numbers(said) == [64, 64, 5, 5, 28, 28, 1, 64, 1, 25, 0.056, 18, 2, 4]
        slower = figure.sentence({"i": 32, "o": 32, "k": 3, "f": 7})
        assert "measured here 1.1 times slower" in slower

    def test_what_was_not_measured_is_said_to_be_the_nearest(self):
        figure = figures.cost_calculator(times())
        missing = {"i": 64, "o": 64, "k": 5, "f": 14}
        assert figure.state(missing)["measured"] == (64, 64, 3, 14)
        said = "measured nearest (64 to 64 channels, 3 × 3, map 14 × 14) 2.0 times faster"
        assert said in figure.sentence(missing)


class TestAlexnetParams:
    def test_the_sentence(self):
        figure = figures.alexnet_params(chapter.shipped("fifty_times"), SimpleNamespace(value=90))
        assert numbers(figure.sentence()) == [61_100_840, 96, 1.0, 1_248_424, 48.9, 90]
        assert figure.sentence({"count": "MACs"}).endswith("818,924,576, 1.15 times as many.")

    def test_one_scale_makes_the_small_network_small(self):
        figure = figures.alexnet_params(chapter.shipped("fifty_times"))
        own, same = (figure.state({"same": same})["lengths"] for same in (False, True))
        assert own["SqueezeNet 1.0"].max() == 1
        assert same["SqueezeNet 1.0"].max() == pytest.approx(513_000 / 37_752_832)


class TestLowRank:
    def test_the_sentence(self):
        figure = figures.low_rank(factors(), 2)
        said = figure.sentence({"rank": 2})
        assert numbers(said) == [2, 1, 6, 4, 83.3, 2, 70, 0, 94, 1.4, 2]
        assert "from scratch" not in said  # it was not run at this rank

    def test_the_stripes_are_the_nearest_matrix_of_that_rank(self):
        result = factors()
        figure = figures.low_rank(result)
        weight = torch.tensor(result.weight["fc1"])
        for rank in (1, 2):
            a, b = architecture.best_factors(weight, rank)
            stripes = torch.tensor(figure.state({"rank": rank})["stripes"])
            assert torch.allclose(stripes, a @ b)
        assert torch.allclose(stripes, weight)  # two outer products were put into it

    def test_a_single_layer_needs_no_choice(self):
        whole = factors()
        result = replace(whole, shapes={"fc2": (4, 3)}, accuracy={"fc2": whole.accuracy["fc2"]})
        figure = figures.low_rank(result)
        assert [control.name for control in figure.controls] == ["rank"]
        assert figure.sentence({"rank": 1}).startswith("Rank 1 of fc2 (4 x 3)")


class TestGhostMaps:
    def test_the_sentence(self):
        said = figures.ghost_maps(ghosts()).sentence({"pair": 1})
        assert numbers(said) == [90, 1, 80, 50, 0, 50]

    def test_a_map_that_is_always_zero_is_left_out(self):
        result = ghosts()
        result.r2["trained"]["layer 1"]["best"][1, 1] = np.nan
        curve = figures.ghost_maps(result).state()["curves"]["best other map"]
        assert curve.tolist() == [0.9, 0.8, 0.5]


class TestTwoTasks:
    def test_the_sentence(self):
        figure = figures.two_tasks(halves(), SimpleNamespace(value=80))
        assert numbers(figure.sentence()) == [52, 2.8, 99.5, 0.7, 52, 80]

    def test_each_question_has_its_own_answers(self):
        figure = figures.two_tasks(halves())
        answers = [
            figure.state({"task": task, "example": 2})["answer"] for task in halves().accuracy
        ]
        assert answers == ["yes", "it lies"]


class TestEqualBudget:
    def test_the_sentence_follows_what_is_counted(self):
        result = chapter.shipped("equal_budget")
        figure = figures.equal_budget(result, "plain")
        times = result.latency["batch 1"][:, 1]
        for cost, spent in (("MACs", result.macs), ("ms, batch 1", times)):
            least, right = spent.argmin(), spread(100 * result.accuracy[:, spent.argmin()])
            known = f"cheapest is {result.names[least]} ({say(spent[least])}, {right} % right)"
            assert known in figure.sentence({"cost": cost})

    def test_the_front_is_what_an_exhaustive_search_finds(self):
        rng = np.random.default_rng(3)
        for _ in range(20):
            cost, accuracy = rng.integers(1, 6, 8) * 1.0, rng.integers(1, 6, 8) * 1.0
            unbeaten = [
                not any(
                    cost[j] <= cost[i]
                    and accuracy[j] >= accuracy[i]
                    and (cost[j] < cost[i] or accuracy[j] > accuracy[i])
                    for j in range(8)
                )
                for i in range(8)
            ]
            assert front(cost, accuracy).tolist() == unbeaten

    def test_names_do_not_cover_each_other(self):
        heights = np.array([3.0, 1.0, 1.1, 1.05, 9.0])
        moved = apart(heights, 0.5)
        assert (np.diff(np.sort(moved)) > 0.5 - 1e-6).all()
        assert (np.argsort(moved) == np.argsort(heights)).all()
        assert moved[4] == 9.0


class TestChannelKernels:
    def test_a_channel_of_rank_one_loses_nothing(self):
        figure = figures.channel_kernels(channels())
        one, two = (figure.state({"rank": 1, "channel": c}) for c in (1, 2))
        assert one["error"] == pytest.approx(0, abs=1e-9)
        assert np.linalg.matrix_rank(two["near"]) == 1
        assert two["error"] == pytest.approx(
            np.linalg.norm(two["whole"] - two["near"]) / np.linalg.norm(two["whole"])
        )
        assert "You guessed" in figures.channel_kernels(channels(), 40).sentence()


class TestProductsCounted:
    @pytest.mark.parametrize("size", [(2, 4, 3), (16, 64, 5), (128, 1, 1)])
    def test_it_counts_what_the_meter_counts(self, size):
        i, o, k = size
        state = figures.products_counted().state({"i": i, "o": o, "k": k})
        whole = torch.nn.Conv2d(i, o, k, padding=k // 2, bias=False)
        halves = architecture.separable_conv(i, o, k)
        assert state["full"] == meter.count_macs(whole, (i, 1, 1))
        assert list(state["halves"]) == [meter.count_macs(half, (i, 1, 1)) for half in halves]
        assert state["ratio"] == pytest.approx(1 / o + 1 / k**2)
