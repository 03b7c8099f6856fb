"""The claims about second derivatives and importance: small runs, criteria by hand."""

import copy

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from nc_teach import pruning, training
from nc_teach.claims import network_pruning as chapter
from nc_teach.claims.network_pruning import deletions, lifelong, minimum, xor
from nc_teach.pruning.selection import count_to_remove
from tests.network_pruning.test_claims import answers


@pytest.fixture(scope="module")
def curves(rows):
    return chapter.deletion_curves(rows, (0, 1), sparsities=(0.3, 0.5, 0.7), xor_starts=2)


# --- networks at a minimum ---


def test_the_networks_have_the_sizes_of_the_papers_and_repeat(rows):
    assert sum(p.numel() for p in minimum.TanhNet((64, 16, 10), 0).parameters()) == 1_210
    assert sum(p.numel() for p in minimum.TanhNet((2, 2, 1), 0).parameters()) == 9
    first, second = (minimum.digits_net(rows, 3) for _ in range(2))
    assert all(torch.equal(v, second.state_dict()[n]) for n, v in first.state_dict().items())
    assert all(p.dtype == torch.float64 and p.grad is None for p in first.parameters())


def test_at_the_minimum_the_gradient_of_the_objective_is_nearly_zero(rows):
    net = minimum.digits_net(rows, 0)
    F.cross_entropy(net(rows.train.images), rows.train.labels).backward()
    for p in net.parameters():
        assert (p.grad + 2 * minimum.L2 * p.detach()).abs().max() < 1e-5


def test_xor_loss_and_its_solution_by_hand():
    outputs = torch.tensor([[-1.0], [1.0], [0.5], [0.0]])
    assert xor.xor_loss(outputs, xor.XOR.labels).item() == pytest.approx(1.25 / 4)
    net = minimum.TanhNet((2, 2, 1), 0)
    weights = {"0": [[9.0, 9.0], [9.0, 9.0]], "1": [[1.0, -1.0]]}
    for name, values in weights.items():
        net.get_parameter(f"layers.{name}.weight").data = torch.tensor(values).double()
    net.layers[0].bias.data = torch.tensor([-4.5, -13.5]).double()
    net.layers[1].bias.data = torch.tensor([-1.0]).double()
    assert xor.solves_xor(net)
    for layer in net.layers:  # as the docstring says: no weight can go, whatever the rest does
        for place in range(layer.weight.numel()):
            cut = copy.deepcopy(net)
            index = list(net.layers).index(layer)
            cut.layers[index].weight.data.view(-1)[place] = 0
            assert not xor.solves_xor(cut)


# --- deletion curves ---


def test_the_deletion_curves_are_what_the_techniques_give(curves, rows):
    net = minimum.digits_net(rows, 1)
    assert curves.dense[1] == training.accuracy(net, rows.test)
    before = deletions.training_loss(net, rows.train)
    masks = pruning.select(pruning.magnitude(net), 0.5)
    cut = pruning.apply_masks(copy.deepcopy(net), masks)
    after = deletions.training_loss(cut, rows.train)
    assert curves.rise["magnitude"][1, 1] == pytest.approx(after - before)
    total = 16 * 16 + 16 * 3
    pruning.obs(net, rows.train, count_to_remove(0.3, total))
    rise = deletions.training_loss(net, rows.train) - before
    assert curves.rise["OBS"][1, 0] == pytest.approx(rise)


def test_the_forecast_is_the_sum_of_the_lowest_scores():
    scores = {"a": torch.tensor([3.0, 1.0]), "b": torch.tensor([[2.0], [10.0]])}
    assert deletions.predicted_rise(scores, (0.25, 0.5, 0.75)) == [1.0, 3.0, 6.0]


def test_what_the_slope_adds_by_hand():
    """Of weights 1, 2, 3 the one of the lowest score goes first: 2 L2 2^2, then 2 L2 (4 + 1)."""
    net = torch.nn.Linear(3, 1, bias=False)
    net.weight.data = torch.tensor([[1.0, 2.0, 3.0]])
    scores = {"weight": torch.tensor([[5.0, 4.0, 6.0]])}
    rises = deletions.forgotten_slope(net, scores, (0.34, 0.67))
    assert rises == pytest.approx([8 * minimum.L2, 10 * minimum.L2])


def test_with_the_slope_the_forecast_of_a_small_cut_is_nearer(curves):
    rise, alone = curves.rise["OBD"][:, 0], curves.predicted[:, 0]
    assert (np.abs(alone + curves.slope[:, 0] - rise) < np.abs(alone - rise)).all()


def test_surgery_deletes_the_exact_number_at_every_sparsity(rows):
    net = minimum.digits_net(rows, 0)
    total = 16 * 16 + 16 * 3
    for sparsity, cut in zip(
        (0.2, 0.6), deletions.surgery(net, rows.train, (0.2, 0.6)), strict=True
    ):
        gone = sum(int((~mask).sum()) for mask in pruning.masks_of(cut).values())
        assert gone == count_to_remove(sparsity, total)
    assert pruning.sparsity(pruning.masks_of(net)) == 0


def test_one_deletion_from_xor(curves):
    assert 1 <= curves.xor["nets"] <= 4
    assert curves.xor["OBS"] == curves.xor["nets"]
    net = next(n for n in map(xor.xor_net, range(9)) if xor.solves_xor(n))
    for order in ("magnitude", "OBD", "OBS"):
        cut = xor.without_one(net, order)
        zeros = sum(int((p == 0).sum()) for p in cut.parameters())
        assert zeros == 1
    assert all((p != 0).all() for p in net.parameters())


def test_surgeries_show_what_went_and_what_moved():
    surgeries = chapter.xor_surgeries(3)
    assert 1 <= len(surgeries) <= 3
    for one in surgeries:
        for order in ("magnitude", "OBD"):  # only the deleted one changes
            changed = np.flatnonzero(one.after[order] != one.before)
            assert changed.tolist() == [one.deleted[order]]
        assert np.abs(one.before).argmin() == one.deleted["magnitude"]
        moved = np.abs(one.after["OBS"] - one.before)
        assert np.count_nonzero(moved > 1e-3) > 1
        assert one.solves["OBS"]


def test_mirror_images_are_one_solution():
    net = next(n for n in map(xor.xor_net, range(9)) if xor.solves_xor(n))
    mirrored = copy.deepcopy(net)
    with torch.no_grad():  # the hidden units change places, and one changes its sign
        for p in mirrored.layers[0].parameters():
            p.copy_(-p.flip(0))
        mirrored.layers[1].weight.copy_(-mirrored.layers[1].weight.flip(1))
    assert xor.solves_xor(mirrored)
    other = copy.deepcopy(net)
    with torch.no_grad():
        other.layers[1].bias.add_(0.3)
    assert xor.different([net, mirrored, other]) == [net, other]


# --- raw against times w^2 ---


def sample(net):
    return np.random.default_rng(0).permutation(net.fc1.weight.numel())[: lifelong.SAMPLE]


def test_every_score_prunes_every_layer_to_the_same_count(large_rows):
    result = chapter.raw_against_squared(large_rows, (0,), levels=(0.5, 0.3), images=20)
    raw = [*lifelong.IMPORTANCES, "si, damping 0.1"]
    moved = [name + lifelong.MOVED for name in lifelong.IMPORTANCES]
    squared = [name + lifelong.SQUARED for name in raw]
    assert list(result.test) == ["random", "magnitude", *raw, *moved, *squared]
    net, scores = lifelong.train_and_score(large_rows, 0, 20)
    for name in lifelong.IMPORTANCES:
        squared = pruning.times_weight_squared(scores[name], net)
        assert all(torch.equal(squared[n], scores[name + lifelong.SQUARED][n]) for n in squared)
        largest = scores[name]["fc1.weight"].max().item()
        some = scores[name]["fc1.weight"].flatten()[sample(net)].double() / largest
        assert result.importances[name] == pytest.approx(some.numpy())
    assert result.weights.tolist() == net.fc1.weight.detach().abs().flatten()[sample(net)].tolist()
    cut = copy.deepcopy(net)
    pruning.apply_masks(cut, pruning.select(scores["mas"], 0.7, "layer"))
    assert result.at_kept()["mas"][0] == training.accuracy(cut, large_rows.test)
    assert result.dense[0] == training.accuracy(net, large_rows.test)


# --- the criteria ---


def test_the_criterion_of_optimal_brain_damage_by_hand():
    claim, levels = chapter.OPTIMAL_BRAIN_DAMAGE, {"sparsities": (0.3, 0.5)}
    rise = {"random": [[0.5, 1.0]], "magnitude": [[0.001, 0.04]], "OBD": [[0.001, 0.02]]}
    assert answers(claim, **levels, rise=rise, predicted=[[0.001, 0.01]]) == {"yes"}
    rise = {"random": [[0.5, 1.0]], "magnitude": [[0.001, 0.06]], "OBD": [[0.002, 0.06]]}
    assert answers(claim, **levels, rise=rise, predicted=[[0.001, 0.04]]) == {"no"}


def test_the_criterion_of_optimal_brain_surgeon_by_hand():
    claim, levels = chapter.OPTIMAL_BRAIN_SURGEON, {"sparsities": (0.7,)}
    test, xor = {"OBS": [[0.96]], "magnitude": [[0.88]]}, {"nets": 60, "magnitude": 5, "OBS": 55}
    assert answers(claim, **levels, dense=[0.97], test=test, xor=xor) == {"yes"}
    test, xor = {"OBS": [[0.96]], "magnitude": [[0.9]]}, {"nets": 60, "magnitude": 6, "OBS": 54}
    assert answers(claim, **levels, dense=[0.98], test=test, xor=xor) == {"no"}


def test_the_criterion_of_raw_or_squared_by_hand():
    raw = {"magnitude": 0.86, "ewc": 0.7, "mas": 0.5, "si": 0.6}
    squared = {"ewc times w^2": 0.86, "mas times w^2": 0.86, "si times w^2": 0.9}
    assert at_30_percent(raw | squared) == {"yes"}
    raw = {"magnitude": 0.8, "ewc": 0.7, "mas": 0.7, "si": 0.7}
    squared = {"ewc times w^2": 0.8, "mas times w^2": 0.8, "si times w^2": 0.81}
    assert at_30_percent(raw | squared) == {"no"}


def at_30_percent(accuracy):
    """The answers to one network at two levels, of which the second is judged."""
    test = {name: [[0.0, value]] for name, value in accuracy.items()}
    return answers(chapter.RAW_OR_SQUARED, levels=(0.5, 0.3), test=test)
