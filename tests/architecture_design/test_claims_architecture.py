"""Chapter 5's experiments on tiny data: their controls, their counts, their criteria by hand."""

import dataclasses
from functools import partial

import numpy as np
import pytest
import torch
from torch import nn

from nc_teach import architecture, data, meter, models, training
from nc_teach.claims import architecture_design as chapter
from nc_teach.claims.architecture_design import (
    blind_halves,
    channel_shuffle,
    compared,
    conv_ways,
    fifty,
    ghosts,
    low_rank,
    networks,
    separable_cost,
    separable_rank,
    sizes,
    toy_tasks,
)
from nc_teach.claims.architecture_design.budget import slower_with_fewer
from tests import claim_rules
from tests.checks import refuses, unchanged
from tests.claim_rules import made

SHAPE = (1, 28, 28)


def tiny(name, *counts):
    """A data set of this many images for training, validation and test."""
    whole = data.load(name)
    splits = zip((whole.train, whole.validation, whole.test), counts, strict=True)
    parts = [data.Split(split.images[:count], split.labels[:count]) for split, count in splits]
    return data.Dataset(name, "tiny", *parts, whole.classes, whole.source)


@pytest.fixture(scope="module")
def fashion():
    return tiny("fashion", 60, 20, 40)


CLOSE = "too close to call"
ANSWERS = {
    "blind_halves": "yes, yes, yes, yes, yes, yes, yes, yes, yes",
    "separable_cost": "yes, yes, yes",
    "full_convolutions": "yes, yes, yes",
    "low_rank": f"yes, yes, yes, {CLOSE}, {CLOSE}, no",
    "separable_rank": "no, yes, yes, yes, no",
    "conv_ways": f"{CLOSE}, no, {CLOSE}",
    "fifty_times": "yes, yes, yes, yes, yes",
    "fire": f"yes, {CLOSE}",
    "channel_shuffle": "yes, yes, yes",
    "shuffle_on_images": f"{CLOSE}, {CLOSE}, {CLOSE}",
    "ghost_maps": f"yes, {CLOSE}, yes, {CLOSE}",
    "ghost_network": f"yes, {CLOSE}, {CLOSE}",
    "reference_sizes": "yes, yes, no",
    "equal_budget": "yes, no, no, yes, yes",
}


@pytest.mark.parametrize("key", ANSWERS)
def test_a_shipped_result(key, tmp_path):
    claim_rules.check_shipped(key, ANSWERS[key], tmp_path)


def test_every_shipped_result_is_recorded():
    assert set(ANSWERS) == claim_rules.keys("architecture_design")


def held(claim, result):
    return [check.holds for check in claim.judge(result)]


# --- the toy tasks ---


@pytest.mark.parametrize("label", [0, 1])
def test_a_channel_by_itself_does_not_tell_whether_the_places_are_the_same(label):
    split = toy_tasks.same_place(4000, 3)
    images = (split.images[split.labels == label] > 0.5).float()
    everywhere = images.mean(dim=0)
    assert torch.allclose(everywhere[0], everywhere[1], atol=0.05)
    same = (images[:, 0] == images[:, 1]).flatten(1).all(dim=1)
    assert same.all() if label else not same.any()


def test_which_way_has_the_same_pixels_in_both_classes():
    split = toy_tasks.which_way(200, 0)
    bright = (split.images > 0.5).flatten(1).sum(dim=1)
    assert bright.unique().tolist() == [2 * toy_tasks.SIZE]
    stands = (split.images > 0.5).any(dim=3).sum(dim=2).max(dim=1).values == toy_tasks.SIZE
    assert torch.equal(stands.long(), split.labels)


def test_the_splits_of_a_task_are_different_images():
    task = next(iter(toy_tasks.TASKS))
    dataset = toy_tasks.toy_dataset(task, 1, (20, 20, 20))
    assert not torch.equal(dataset.train.images, dataset.test.images)
    again = toy_tasks.toy_dataset(task, 1, (20, 20, 20))
    assert torch.equal(dataset.train.images, again.train.images)


def mixed(net):
    """f(a, b) - f(a, 0) - f(0, b) + f(0, 0): where it is 0, channels are never compared."""
    net, none = net.double().eval(), torch.zeros(1, 1, 10, 10, dtype=torch.float64)
    draw = torch.Generator().manual_seed(0)
    a, b = torch.rand(2, 1, 1, 10, 10, dtype=torch.float64, generator=draw)
    pairs = ((a, b, 1), (a, none, -1), (none, b, -1), (none, none, 1))
    return sum(sign * net(torch.cat([one, two], dim=1)) for one, two, sign in pairs).abs().max()


@pytest.mark.parametrize(
    ("network", "name", "adds"),
    [
        (blind_halves.network, "depthwise only", True),
        (blind_halves.network, "pointwise only", False),
        (channel_shuffle.network, channel_shuffle.GROUPED, True),
        (channel_shuffle.network, channel_shuffle.SHUFFLED, False),
    ],
)
def test_channels_or_groups_that_never_meet_are_only_added_up(network, name, adds):
    difference = mixed(network(name, 0))
    assert difference < 1e-12 if adds else difference > 1e-6


def test_pointwise_layers_do_not_see_where_a_pixel_is():
    net = blind_halves.network("pointwise only", 0).double().eval()
    image = torch.rand(1, 2, 10, 10, dtype=torch.float64)
    order = torch.randperm(100, generator=torch.Generator().manual_seed(0))
    shuffled = image.flatten(2)[..., order].view_as(image)
    assert torch.allclose(net(image), net(shuffled), atol=1e-12)
    deep = blind_halves.network("separable", 0).double().eval()
    assert not torch.allclose(deep(image), deep(shuffled), atol=1e-6)


def test_both_experiments_run_and_their_criteria_can_fail(monkeypatch):
    few = partial(toy_tasks.toy_dataset, counts=(40, 10, 20))
    monkeypatch.setattr(toy_tasks, "toy_dataset", few)
    halves = chapter.classify_halves((0, 1), epochs=1)
    assert all((guessing >= 0.5).all() for guessing in halves.majority.values())
    assert halves.weights["full 3 x 3"] == 9 * 2 * 16 + 9 * 16 * 16
    assert halves.weights["separable"] == 9 * 2 + 2 * 16 + 9 * 16 + 16 * 16
    assert not all(held(chapter.BLIND_HALVES, halves))
    accuracy = {task: {n: np.ones(2) for n in halves.weights} for task in halves.accuracy}
    place, way = toy_tasks.TASKS
    accuracy[place]["depthwise only"] = np.array([0.5, 0.51])
    for second, failures in ((0.51, 0), (0.61, 1)):
        accuracy[way]["pointwise only"] = np.array([0.5, second])
        by_hand = dataclasses.replace(halves, accuracy=accuracy)
        assert held(chapter.BLIND_HALVES, by_hand).count(False) == failures

    shuffles = chapter.shuffle_or_not((0,), epochs=1)
    accuracy = {"groups": np.array([0.5]), "groups and shuffle": np.array([0.98])}
    by_hand = dataclasses.replace(shuffles, accuracy={channel_shuffle.TASK: accuracy})
    assert all(held(chapter.CHANNEL_SHUFFLE, by_hand))
    accuracy["groups"] = np.array([0.7])
    assert held(chapter.CHANNEL_SHUFFLE, by_hand) == [False, True, True]


# --- the cost of a separable convolution ---


def test_times_of_layers_and_halves():
    two = [(4, 8, 3, 6), (8, 8, 5, 4)]
    result = chapter.time_separable((0, 1), sizes=two, repeats=2)
    assert result.ms["separable"].shape == (2, 2)
    assert result.theory == pytest.approx([1 / (1 / 8 + 1 / 9), 1 / (1 / 8 + 1 / 25)])
    assert result.exact == (True, True)
    assert (result.speedup > 0).all()


def test_the_criteria_of_the_cost_by_hand():
    ms = {part: np.array([[1.0, 2.0]]) for part in separable_cost.PARTS}
    ms["standard"] = np.array([[2.0, 16.0]])
    two = tuple((w, w, 3, 14) for w in (32, 256))
    result = made(chapter.SeparableTimes, sizes=two, ms=ms, exact=(True, True))
    assert held(chapter.SEPARABLE_COST, result) == [True, True, True]
    ms["standard"] = np.array([[8.0, 16.0]])  # eight times: more than promised for 32 channels
    wrong = dataclasses.replace(result, ms=ms, exact=(True, False))
    assert held(chapter.SEPARABLE_COST, wrong) == [False, False, False]


# --- networks against networks ---


@pytest.mark.parametrize("name", [*networks.COMPACT, "plain"])
def test_every_network_of_the_table_costs_about_as_much(name):
    net = chapter.NETWORKS[name](num_classes=10, seed=0)
    assert 5e5 < meter.count_macs(net, SHAPE) < 1.5e6
    assert 10_000 < meter.count_params(net) < 30_000


def test_the_twins_have_the_same_shape_and_one_trick_less():
    plain = networks.plain_squeezenet(num_classes=5, seed=0)
    assert not any(isinstance(m, architecture.Fire) for m in plain.modules())
    fire = architecture.SqueezeNet.small(num_classes=5, seed=0)
    images = torch.rand(2, *SHAPE)
    assert plain.features(images).shape == fire.features(images).shape
    full = networks.plain_mobilenet(seed=0)
    thin = architecture.MobileNetV1.small(seed=0)
    assert full.features(images).shape == thin.features(images).shape
    assert not any(architecture.is_depthwise(c) for c in convolutions(full)[1:])


def convolutions(net):
    return [m for m in net.modules() if isinstance(m, nn.Conv2d)]


def test_the_network_with_ghosts_and_its_control_of_the_same_macs():
    with_ghosts = meter.count_macs(networks.ghost_network(seed=0), SHAPE)
    whole = meter.count_macs(networks.plain_network(seed=0), SHAPE)
    narrow = meter.count_macs(networks.plain_network(seed=0, layers=networks.NARROW), SHAPE)
    assert with_ghosts < 0.55 * whole
    assert narrow == pytest.approx(with_ghosts, rel=0.02)


def test_compare_trains_counts_and_times_every_network(fashion):
    two = {"plain": networks.plain_network, "ghosts": networks.ghost_network}
    result = compared.compare(two, fashion, (0, 1), epochs=1)
    assert result.accuracy.shape == (2, 2)  # seeds x networks
    assert result.rates[0] in compared.RATES
    assert result.macs.tolist() == [720976, 390028]
    assert result.latency["batch 32"].shape == (2, 3)  # networks x quartiles
    assert (np.diff(result.latency["batch 1"]) >= 0).all()
    again = compared.train(networks.ghost_network, fashion, 1, 1, result.rates[1])
    assert result.accuracy[1, 1] == training.accuracy(again, fashion.test)
    assert "batch 32" in result.table().columns
    shipped = dataclasses.replace(result.provenance, shipped=True)
    read = chapter.Compared.of(result.numbers(), shipped)
    assert "batch 32" not in read.table().columns


def test_one_rate_saves_the_choice(fashion):
    def never(**_):
        raise AssertionError("nothing is trained for a choice of one")

    assert compared.choose_rate(never, fashion, (3e-3,)) == 3e-3


def result_of(names, accuracy, **costs):
    """A comparison by hand: accuracies in one list per seed, every cost 1 if it isn't given."""
    ones = np.ones(len(names))
    usual = {"params": ones, "macs": ones, "latency": {"batch 1": np.ones((len(names), 3))}}
    return made(chapter.Compared, names=tuple(names), accuracy=accuracy, **(usual | costs))


def test_the_criteria_of_the_table_by_hand():
    names = [*networks.COMPACT, "plain"]
    macs = [100 + i for i in range(5)] + [200]
    slow, fast = ([[ms, ms + 0.1, ms + 0.2]] * 5 + [[1.0, 1.1, 1.2]] for ms in (2.0, 0.5))
    for accuracy, times, most, answer in (
        ([[0.86] * 5 + [0.84], [0.88] * 5 + [0.86]], slow, 109, True),
        ([[0.83, *[0.845] * 4, 0.84]], fast, 111, False),
    ):
        costs = {"params": np.array([100] * 5 + [most]), "macs": macs}
        result = result_of(names, accuracy, latency={"batch 1": times}, **costs)
        assert held(chapter.EQUAL_BUDGET, result) == [answer] * 5


def test_the_networks_that_are_compared_differ_by_a_tenth_at_most_in_parameters():
    sizes = [meter.count_params(make()) for make in chapter.NETWORKS.values()]
    assert len(sizes) == 6
    assert max(sizes) <= 1.1 * min(sizes)


def test_times_are_those_of_every_network_and_need_no_training():
    found = chapter.latencies(torch.rand(4, *SHAPE))
    assert set(found) == set(compared.BATCHES)
    assert found["batch 1"].shape == (len(chapter.NETWORKS), 3)
    assert (found["batch 1"] > 0).all()


def test_what_was_compared_in_words_begins_with_the_best():
    result = result_of("ab", [[0.5, 0.75], [0.7, 0.85]], epochs=4)
    words = "Test accuracy after 4 epochs, mean of 2 networks each: b 80.0 %, a 60.0 %."
    assert result.in_words() == words


def test_slower_with_fewer_needs_clear_quartiles():
    macs = np.array([1, 2])
    assert slower_with_fewer(macs, np.array([[3, 4, 5], [1, 2, 2.5]])) == [(0, 1)]
    assert slower_with_fewer(macs, np.array([[2, 4, 5], [1, 2, 2.5]])) == []


@pytest.mark.parametrize(
    ("claim", "good", "bad"),
    [
        ("FIRE", [0.80, 0.81], [0.80, 0.82]),
        ("FULL_CONVOLUTIONS", [0.80, 0.815], [0.80, 0.83]),
        ("GHOST_NETWORK", [0.80, 0.805, 0.80], [0.80, 0.82, 0.81]),
    ],
)
def test_the_criteria_of_the_tricks_by_hand(claim, good, bad):
    for accuracy, params, macs, answer in ((good, 1, 1, True), (bad, 5, 9, False)):
        costs = {"params": [params, 10], "macs": [macs, 10]}
        kept = {kind: [*two, 1][: len(good)] for kind, two in costs.items()}
        result = result_of("abc"[: len(good)], [accuracy], **kept)
        assert set(held(getattr(chapter, claim), result)) == {answer}


@pytest.mark.parametrize(
    ("accuracy", "answer"),
    [([0.82, 0.81, 0.85, 0.80], True), ([0.81, 0.82, 0.80, 0.82], False)],
)
def test_the_criteria_of_the_shuffle_by_hand(accuracy, answer):
    result = result_of(chapter.SHUFFLES, [accuracy])
    assert held(chapter.SHUFFLE_ON_IMAGES, result) == [answer] * 3


# --- the rank of a channel ---


def test_nine_kernels_a_channel_change_nothing_and_one_changes_much(fashion):
    result = chapter.rank_of_channels(fashion, (0, 1), ranks=(1, 9), epochs=1)
    for way in (separable_rank.SVD, separable_rank.RANDOM):
        assert result.accuracy[way][:, 1] == pytest.approx(result.before)
    assert result.error[:, 1] == pytest.approx([0, 0], abs=1e-3)
    assert (result.error[:, 0] > 0.5).all()
    assert result.weights == pytest.approx([0.1407, 1.2664], abs=1e-3)
    assert result.kernels.shape == (24, 32, 9)
    assert result.separable.shape == (2,)
    assert "K = 1 keeps 14 % of the weights" in result.in_words()
    assert result.numbers().keys() >= {"error", "begun"}
    assert "kernels" not in result.numbers()


def test_the_error_is_that_of_the_nearest_separable_layer():
    net = networks.plain_network(seed=0)
    conv = list(separable_rank.convolutions(net).values())[1]
    only = nn.Sequential(conv)
    for rank in (1, 4):
        near = conv_ways.distance(conv, architecture.nearest_separable(conv, rank))
        assert separable_rank.channel_errors(only, [rank])[0] == pytest.approx(near, abs=1e-5)


def test_random_kernels_are_mixed_as_well_as_they_can_be():
    conv = nn.Conv2d(3, 12, 3, padding=1, bias=False)
    whole = separable_rank.random_kernels(conv, 9, seed=0)
    images = torch.rand(2, 3, 6, 6)
    assert torch.allclose(whole(images), conv(images), atol=1e-5)
    random = conv_ways.distance(conv, separable_rank.random_kernels(conv, 2, seed=0))
    best = conv_ways.distance(conv, architecture.nearest_separable(conv, 2))
    assert best < random < 1  # 1 would be no layer at all: a projection is nearer


def test_the_separable_twin_is_the_plain_network_with_one_thing_changed():
    thin = networks.plain_network(seed=0, conv=separable_rank.separable_layer)
    images = torch.rand(2, *SHAPE)
    assert thin.features(images).shape == networks.plain_network(seed=0).features(images).shape
    assert sum(architecture.is_depthwise(c) for c in convolutions(thin)[1:]) == 3


def test_the_criteria_of_the_rank_of_a_channel_by_hand():
    ranks, error, begun = (1, 3), [[0.7, 0.4]] * 2, [[0.9, 0.6]] * 2
    good = {"best": [[0.2, 0.895]] * 2, "random": [[0.1, 0.1]] * 2, "built": [0.89, 0.89]}
    bad = {"best": [[0.88, 0.7]] * 2, "random": [[0.1, 0.7]] * 2, "built": [0.8, 0.8]}
    for of, errors, answer in ((good, (error, begun), True), (bad, (begun, error), False)):
        accuracy = {separable_rank.SVD: of["best"], separable_rank.RANDOM: of["random"]}
        costs = {"error": errors[0], "begun": errors[1], "before": [0.9, 0.9]}
        kept = {"ranks": ranks, "accuracy": accuracy, "separable": of["built"]}
        result = made(chapter.SeparableRank, **kept, **costs)
        assert held(chapter.SEPARABLE_RANK, result) == [answer] * 5


# --- low rank ---


def test_every_way_at_every_rank():
    mnist = tiny("mnist", 300, 20, 100)
    nets = {0: models.LeNet300100(seed=0)}
    with unchanged(nets[0]):
        result = chapter.factorise(nets, mnist, layers=("fc1", "fc2"), ranks=(2, 100))
    svd, aware, longer = (
        low_rank.make(way, nets[0], "fc2", 5, mnist, 0).fc2[1].weight
        for way in (low_rank.SVD, low_rank.AWARE, low_rank.LONGER)
    )
    assert torch.equal(svd, architecture.low_rank(nets[0].fc2, 5)[1].weight)
    assert not torch.equal(svd, aware)
    assert not torch.equal(svd, longer)
    whole = result.accuracy["fc2"]  # fc2 has 100 outputs: rank 100 is all of it
    assert whole[low_rank.SVD][0, 1] == pytest.approx(result.before[0], abs=0.011)
    assert whole[low_rank.RANDOM][0, 1] == pytest.approx(result.before[0], abs=0.011)
    assert result.break_even == {"fc1": 216, "fc2": 74}
    assert result.share["fc1"][0] == pytest.approx(2 * 1084 / 235200)
    untrained, same = result.energy(2)["fc1"]
    assert untrained == pytest.approx(same)  # it was not trained, and its seed is 0


def test_random_directions_are_directions_of_the_layer():
    layer = models.LeNet300100(seed=0).fc2
    thin = low_rank.random_directions(layer, 5, seed=1)
    product = (thin[1].weight @ thin[0].weight).detach()
    left = torch.linalg.svdvals(layer.weight.detach() - product)
    values = torch.linalg.svdvals(layer.weight.detach())
    kept = [v for v in values if not torch.isclose(left, v, rtol=1e-4).any()]
    assert len(kept) == 5
    assert torch.equal(thin[1].bias, layer.bias)


def test_the_criteria_of_low_rank_by_hand():
    ways = (low_rank.RANDOM, low_rank.SVD, low_rank.AWARE, low_rank.LONGER, low_rank.SCRATCH)

    def result(*rows, shape=(300, 784)):
        accuracy = {way: [row] for way, row in zip(ways, rows, strict=True)}
        return made(
            chapter.LowRank,
            ranks=(8, 32),
            shapes={"fc1": shape},
            accuracy={"fc1": accuracy},
            before=[0.954],
        )

    good = result([0.1, 0.2], [0.8, 0.95], [0.83, 0.95], [0.9, 0.95], [0.9, 0.95])
    assert all(held(chapter.LOW_RANK, good))
    bad = result([0.1, 0.9], [0.9, 0.94], [0.9, 0.94], [0.91, 0.95], [0.92, 0.9], shape=(100, 200))
    assert not any(held(chapter.LOW_RANK, bad))
    refuses("energy needs the matrices", good.energy, 8)


def test_three_ways_of_a_convolution_have_nearly_the_same_weights():
    conv = models.FashionConvNet(seed=0).conv3
    ways = conv_ways.WAYS.items()
    shares = np.array([[conv_ways.share(conv, way, k) for k in ranks] for way, (_, ranks) in ways])
    assert (np.ptp(shares, axis=0) < 0.08).all()
    assert shares.max() <= 0.5


@pytest.mark.parametrize("way", conv_ways.WAYS)
def test_the_distance_is_that_of_the_weights(way):
    conv = models.FashionConvNet(seed=0).conv3
    make, ranks = conv_ways.WAYS[way]
    distances = [conv_ways.distance(conv, make(conv, rank)) for rank in ranks]
    assert distances == sorted(distances)
    most = {"channels": 32, "crossed": 96, "separable": 9}[way]
    assert conv_ways.distance(conv, make(conv, most)) < 1e-4
    if way == "channels":
        values = torch.linalg.svdvals(conv.weight.detach().flatten(1)).square()
        wanted = (values[ranks[0] :].sum() / values.sum()).sqrt().item()
        assert distances[0] == pytest.approx(wanted, rel=1e-4)


def test_the_ways_run_and_their_criteria_by_hand(fashion, monkeypatch):
    monkeypatch.setattr(conv_ways, "EPOCHS", 1)
    result = chapter.unfold_in_three_ways(fashion, (0,))
    assert result.error["separable"].shape == (1, 3)

    def judged(one_filter, *trained):
        after = {way: [[0.7, 0.7, one_filter]] for way in conv_ways.WAYS}
        later = {way: [[*trained]] for way in conv_ways.WAYS}
        return made(chapter.ConvWays, before=[0.85], longer=[0.86], after=after, trained=later)

    assert held(chapter.CONV_WAYS, judged(0.5, 0.855, 0.85, 0.845)) == [True, True, True]
    assert held(chapter.CONV_WAYS, judged(0.84, 0.845, 0.83, 0.8)) == [False, False, False]


# --- full size ---


def test_fifty_times_by_hand():
    result = chapter.fifty_times()
    assert result.total("AlexNet") == (61_100_840, 714_188_480)
    assert result.total("SqueezeNet 1.0") == (1_248_424, 818_924_576)
    assert result.total("SqueezeNet 1.1") == (1_235_496, 349_151_936)
    wide = [layer for layer in result.layers["AlexNet"] if layer[1] == "fully connected"]
    assert [layer[2] for layer in wide] == [37_752_832, 16_781_312, 4_097_000]
    assert [row[0] for row in result.layers["SqueezeNet 1.0"]].count("fire 8") == 1
    assert result.total(fifty.HEADLESS)[0] == meter.count_params(fifty.FIFTY[fifty.HEADLESS]())
    assert all(held(chapter.FIFTY_TIMES, result))
    verdict = chapter.FIFTY_TIMES.outcome(result).verdict_with_scope
    assert verdict == "holds (counts alone, no accuracy)"
    others = {n: (("conv 1", "conv", 50, 9),) for n in fifty.FIFTY if n != "AlexNet"}
    small = {"AlexNet": (("conv 1", "conv", 90, 9), ("fc 1", "fully connected", 10, 9))}
    by_hand = dataclasses.replace(result, networks=small | others)
    assert held(chapter.FIFTY_TIMES, by_hand) == [False, True, False, False, False]


def test_the_criteria_of_full_size_by_hand():
    names = tuple(sizes.NETWORKS)
    macs, times = np.full(len(names), 500.0), np.full((1, len(names), 3), 10.0)
    alexnet, half = names.index("AlexNet"), names.index("ShuffleNet at half width")
    macs[alexnet], macs[half] = 190.0, 10.0
    times[0, alexnet], times[0, half] = 14.0, 1.0
    result = made(chapter.FullSize, names=names, macs=macs, latency={"batch 1": times})
    assert held(chapter.REFERENCE_SIZES, result) == [True, True, True]
    times[0, alexnet] = 5.0
    assert held(chapter.REFERENCE_SIZES, result) == [False, True, False]


# --- ghosts ---


def test_a_filter_of_another_map_is_found():
    draw = torch.Generator().manual_seed(0)
    first, second = torch.rand(2, 20, 1, 9, 9, generator=draw)
    kernel = torch.randn(1, 1, 3, 3, generator=draw)
    made = nn.functional.conv2d(first, kernel, padding=1) + 2
    dead = torch.zeros_like(first)
    maps = torch.cat([first, second, made, dead], dim=1)
    r2, kernels, source = ghosts.every_pair(maps, seed=0)
    assert source[2] == 0
    assert r2["best"][2] == pytest.approx(1, abs=1e-4)
    assert torch.allclose(kernels[2, :9].view(3, 3), kernel[0, 0], atol=1e-2)
    assert r2["best"][1] < 0.3  # nobody explains noise
    assert np.isnan(r2["best"][3])  # a map that is 0 is nobody's ghost
    assert np.isnan(r2["random"][3])
    assert ghosts.share_alike(r2["best"]) == 0.25 + 0.25 * (r2["best"][0] >= 0.8)


def test_ghosts_are_looked_for_in_trained_and_untrained_networks(fashion):
    result = chapter.ghost_maps(fashion, (0,), epochs=1)
    assert result.r2["untrained"]["layer 2"]["random"].shape == (1, 32)
    assert [pair.layer for pair in result.pairs] == ["layer 1"] * 5 + ["layer 2"] * 5
    r2 = [pair.r2 for pair in result.pairs[:5]]
    assert r2 == sorted(r2, reverse=True)
    assert result.pairs[0].fitted.shape == result.pairs[0].map.shape == (28, 28)


def test_the_criteria_of_ghosts_by_hand():
    def net(first, second, random):
        picks = {"best": [first], "random": [random]}
        return {"layer 1": picks, "layer 2": {**picks, "best": [second]}}

    some, few = [0.9, 0.8, 0.5, 0.5], [0.6, 0.5, 0.3, np.nan]
    good = {"trained": net(some, few, few), "untrained": net(few, few, few)}
    bad = {"trained": net(few, some, some), "untrained": net(some, few, few)}
    for r2, answer in ((good, True), (bad, False)):
        assert held(chapter.GHOST_MAPS, made(chapter.GhostMaps, r2=r2)) == [answer] * 4
