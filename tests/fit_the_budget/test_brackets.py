"""The brackets against a rule of another kind, and the network that reads them through a plan."""

import pytest
import torch

from nc_teach import budget, surgery, training
from nc_teach.budget.reach import share_of_weights, stuck_layers
from nc_teach.claims.fit_the_budget import BracketReader, balanced, brackets
from tests.checks import same


def cancelled(row):
    """Independent of any count: take "()" out until nothing changes; balanced leaves nothing."""
    text = "".join("()"[bit] for bit in row)
    while "()" in text:
        text = text.replace("()", "")
    return not text


@pytest.fixture(scope="module")
def data():
    return brackets()


@pytest.fixture(scope="module")
def every(data):
    """All strings and labels of the three splits."""
    splits = (data.train, data.validation, data.test)
    return torch.cat([s.images for s in splits]), torch.cat([s.labels for s in splits])


def test_the_labels_are_those_of_another_rule(every):
    strings, labels = every
    assert [cancelled(row) for row in strings.tolist()] == labels.bool().tolist()


def test_every_string_up_to_eight_brackets():
    for length in (2, 4, 6, 8):
        strings = torch.cartesian_prod(*[torch.arange(2)] * length)
        assert balanced(strings).tolist() == [cancelled(row) for row in strings.tolist()]


def test_counting_alone_tells_nothing(every):
    strings, labels = every
    assert (strings.sum(dim=1) == 10).all()
    assert float(labels.float().mean()) == 0.5


def test_no_string_twice_and_the_same_again(data, every):
    strings, _ = every
    assert len(strings.unique(dim=0)) == len(strings) == 6500
    again = brackets()
    assert torch.equal(again.test.images, data.test.images)
    assert not torch.equal(brackets(seed=1).test.images, data.test.images)


def test_what_a_plan_reaches_of_the_reader():
    """By hand: feed-forward and projection weights, of all; attention's own weights are not."""
    net = BracketReader(width=8, hidden=16, seed=0)
    layer = 2 * 8 * 16 + 8 * 8
    everything = 2 * (layer + 3 * 8 * 8 + 3 * 8 + 8 + 16 + 8 + 4 * 8) + 8 * 2 + 2 + 2 * 8 + 20 * 8
    assert sum(p.numel() for p in net.parameters()) == everything
    assert share_of_weights(net) == (2 * layer + 8 * 2) / everything
    assert list(surgery.hidden_layers(net)) == ["first.linear1", "second.linear1"]
    assert list(stuck_layers(net)) == ["first.linear2", "second.linear2"]
    twin = BracketReader(width=8, hidden=16, seed=0)
    assert same(net.state_dict(), twin.state_dict())


def test_it_goes_through_a_plan_and_back_from_its_file(data, tmp_path):
    net = BracketReader(width=8, hidden=16, seed=0)
    plan = (budget.RemoveUnits(0.5, 0), budget.PruneWeights(0.5, 0), budget.WeightSharing(4, 0))
    stack = budget.fit(net, data, plan, name="brackets")
    stack.save(tmp_path / "brackets.ncd")
    back = budget.load_into(BracketReader(width=8, hidden=16), tmp_path / "brackets.ncd")
    assert budget.same(back, stack.last)
    assert training.accuracy(back, data.test) == training.accuracy(stack.last, data.test)
    assert [stage.macs for stage in stack.stages][1:] == [stack.stages[1].macs] * 3
    assert stack.stages[1].macs < stack.stages[0].macs
