"""The course's networks have the sizes that the papers and the docstrings state."""

import pytest
import torch

from nc_teach import meter, models
from tests.checks import same


@pytest.mark.parametrize(
    ("make", "params", "macs"),
    [
        (models.LeNet300100, 266_610, 266_200),
        (models.LeNet5Caffe, 431_080, 2_293_000),
        (models.FashionConvNet, 14_458, 1_467_968),
    ],
)
def test_counts_and_shapes(make, params, macs):
    net = make(seed=0)
    assert meter.count_params(net) == params
    assert meter.count_macs(net, (1, 28, 28)) == macs
    assert net(torch.rand(2, 1, 28, 28)).shape == (2, 10)
    assert make(num_classes=3)(torch.rand(2, 1, 28, 28)).shape == (2, 3)
    assert f"{params:,}" in make.__doc__
    assert f"{macs:,}" in make.__doc__


def test_a_seed_gives_twins_and_leaves_the_global_state():
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    first, second = models.LeNet5Caffe(seed=3), models.LeNet5Caffe(seed=3)
    assert torch.equal(torch.rand(3), expected)
    assert same(first, second)
    assert not torch.equal(first.conv1.weight, models.LeNet5Caffe(seed=4).conv1.weight)


def test_without_a_seed_the_global_state_decides():
    torch.manual_seed(1)
    first = models.LeNet300100()
    torch.manual_seed(1)
    assert torch.equal(first.fc1.weight, models.LeNet300100().fc1.weight)
    assert not torch.equal(first.fc1.weight, models.LeNet300100().fc1.weight)
