"""Depth: residual blocks are found, silenced and taken out, and the numbers stay the same."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from nc_teach import meter, models, pruning, training
from tests.checks import refuses, unchanged
from tests.nets import experienced


class Branch(nn.Module):
    """x + branch(x), written in one of several ways; ``end`` comes after the addition."""

    def __init__(self, how="branch first", end=None, width=4):
        super().__init__()
        self.conv = nn.Conv2d(width, width, 3, padding=1)
        self.bn = nn.BatchNorm2d(width)
        self.how, self.end, self.head = how, end, nn.ReLU(inplace=True)

    def forward(self, x):
        heads = {
            "changes its input": lambda: F.relu(x, inplace=True),
            "changes it too": x.relu_,
            "changes it by a module": lambda: self.head(x),
        }
        branch = self.bn(self.conv(heads.get(self.how, lambda: x)()))
        ways = {
            "input first": lambda: x + branch,
            "branch first": lambda: branch + x,
            "torch.add": lambda: torch.add(x, branch),
            "in place": lambda: branch.add_(x),
            "minus": lambda: branch - x,
            "times": lambda: branch * x,
            "branch alone": lambda: branch,
            "another": lambda: branch + F.relu(x),
            "twice the input": lambda: torch.add(branch, x, alpha=2),
            "input and input": lambda: x + x,
        }
        total = ways.get(self.how, ways["input first"])()
        return total if self.end is None else self.end(total)


class Projection(nn.Module):
    """A block whose shortcut is a convolution: it may not go, its sizes change."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(4, 6, 3, padding=1)
        self.shortcut = nn.Conv2d(4, 6, 1)

    def forward(self, x):
        return F.relu(self.conv(x) + self.shortcut(x))


class Untraceable(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(4, 4, 3, padding=1)

    def forward(self, x):
        return x + self.conv(x) if x.sum() > 0 else x


def resnet(blocks=4, seed=0):
    return experienced(models.SmallResNet(num_classes=3, blocks=blocks, width=4, seed=seed))


IMAGES = torch.rand(5, 1, 28, 28, generator=torch.Generator().manual_seed(1))
MAPS = torch.randn(3, 4, 6, 6, generator=torch.Generator().manual_seed(2))


class TestResidualBlocks:
    @pytest.mark.parametrize("how", ["input first", "branch first", "torch.add", "in place"])
    @pytest.mark.parametrize("end", [None, F.relu, torch.relu, nn.ReLU(), nn.ReLU(inplace=True)])
    def test_an_input_that_is_added_makes_one(self, how, end):
        assert pruning.residual_blocks(nn.Sequential(Branch(how, end))) == ("0",)

    @pytest.mark.parametrize(
        "how", ["minus", "times", "branch alone", "another", "twice the input", "input and input"]
    )
    def test_what_is_not_added_as_it_is_makes_none(self, how):
        assert pruning.residual_blocks(nn.Sequential(Branch(how))) == ()

    @pytest.mark.parametrize(
        "how", ["changes its input", "changes it too", "changes it by a module"]
    )
    def test_a_relu_in_place_at_the_head_changes_the_shortcut_and_makes_none(self, how):
        block = Branch(how).eval()
        with torch.no_grad():
            for parameter in block.parameters():
                parameter.zero_()
            assert torch.equal(block(MAPS.clone()), F.relu(MAPS))  # not MAPS itself
        assert pruning.residual_blocks(nn.Sequential(block)) == ()

    def test_an_end_that_changes_the_input_makes_none(self):
        assert pruning.residual_blocks(nn.Sequential(Branch(end=torch.tanh))) == ()

    @pytest.mark.parametrize("module", [Projection(), Untraceable(), nn.Conv2d(4, 4, 1)])
    def test_other_modules_are_none(self, module):
        assert pruning.residual_blocks(nn.Sequential(module)) == ()

    def test_they_come_in_the_order_of_the_network(self):
        net = nn.Sequential(Branch(), nn.ReLU(), nn.Sequential(Branch(), Projection()))
        assert pruning.residual_blocks(net) == ("0", "2.0")


@pytest.mark.parametrize(
    "layers", ["blocks.0", ("blocks.1", "blocks.3"), [f"blocks.{b}" for b in range(4)]]
)
def test_removed_is_silenced_bit_for_bit(layers):
    net = resnet()
    with unchanged(net):
        silent, shallow = pruning.silence_layers(net, layers), pruning.remove_layers(net, layers)
        assert torch.equal(silent(IMAGES), shallow(IMAGES))
        assert not torch.equal(silent(IMAGES), net(IMAGES))
    names = (layers,) if isinstance(layers, str) else tuple(layers)
    assert pruning.zero_blocks(silent) == names
    left = set(pruning.residual_blocks(net)) - set(names)
    assert set(pruning.residual_blocks(shallow)) == left


def test_in_training_mode_too():
    """There batch normalisation takes the batch's own mean and variance, of zeros."""
    ways = (pruning.silence_layers, pruning.remove_layers)
    silent, shallow = (way(resnet(), "blocks.2").train()(IMAGES) for way in ways)
    assert torch.equal(silent, shallow)


@pytest.mark.parametrize("tensor", ["conv2.weight", "bn1.weight", "bn2.bias"])
def test_a_branch_that_is_nearly_zero_is_not_silent(tensor):
    net = pruning.silence_layers(resnet(), "blocks.0")
    with torch.no_grad():
        net.blocks[0].get_parameter(tensor)[0] = 1e-30
    assert pruning.zero_blocks(net) == ()


def test_the_cost_is_that_of_the_blocks_left():
    net = models.SmallResNet(blocks=6, seed=0)
    costs = [
        meter.count_macs(pruning.remove_layers(net, [f"blocks.{b}" for b in gone]), (1, 28, 28))
        for gone in ([0], [0, 1, 4])
    ]
    assert costs == [1_374_512 - 225_792, 1_374_512 - 3 * 225_792]
    born = models.SmallResNet(blocks=3)
    shallow = pruning.remove_layers(net, ["blocks.0", "blocks.1", "blocks.4"])
    assert meter.count_params(shallow) == meter.count_params(born)


def removed(net, layers):
    """The network without them, which computes what the one with silent ones computes."""
    shallow = pruning.remove_layers(net.eval(), layers)
    assert torch.equal(shallow(MAPS), pruning.silence_layers(net, layers)(MAPS))
    return shallow


class TestTheReluAfterTheAddition:
    """It may go where nothing in its input is negative, and only there."""

    @pytest.mark.parametrize("before", [nn.ReLU(), Branch(end=F.relu)])
    @pytest.mark.parametrize("between", [nn.Identity(), nn.MaxPool2d(2), nn.Dropout()])
    def test_after_a_relu_it_goes(self, before, between):
        net = nn.Sequential(before, between, Branch(end=F.relu))
        assert isinstance(removed(net, "2")[2], nn.Identity)

    @pytest.mark.parametrize("before", [nn.Identity(), nn.Conv2d(4, 4, 1), Branch(), nn.Tanh()])
    def test_after_anything_else_it_stays(self, before):
        assert isinstance(removed(nn.Sequential(before, Branch(end=F.relu)), "1")[1], nn.ReLU)

    def test_two_neighbours_that_go_leave_what_they_need(self):
        for first in (nn.ReLU(), nn.Tanh()):
            removed(nn.Sequential(first, Branch(end=F.relu), Branch(end=F.relu)), ["1", "2"])

    def test_without_a_relu_there_is_none(self):
        net = nn.Sequential(nn.Conv2d(4, 4, 1), Branch(end=None))
        assert isinstance(removed(net, "1")[1], nn.Identity)


class Twice(nn.Module):
    """The same block called twice: once after a ReLU, once after what may be negative."""

    def __init__(self):
        super().__init__()
        self.block = Branch(end=F.relu)

    def forward(self, x):
        return self.block(-self.block(F.relu(x)))


def test_a_block_that_is_called_twice_keeps_its_relu():
    removed(Twice(), "block")


class TestBranchGroups:
    def test_every_parameter_of_a_branch_is_in_its_group(self):
        net = resnet(blocks=2)
        groups = pruning.branch_groups(net)
        assert list(groups.values()) == ["layer", "layer"]
        named = {name for names in groups for name in names}
        assert named == {n for n, _ in net.named_parameters() if n.startswith("blocks.")}

    def test_the_step_makes_a_branch_of_zeros_that_can_be_removed(self, rows):
        with models.seeded_init(0):
            blocks = (Branch(end=F.relu), Branch(end=F.relu))
            stem = (nn.Conv2d(1, 4, 3, padding=1), nn.ReLU())
            net = nn.Sequential(*stem, *blocks, nn.Flatten(), nn.Linear(64, 3))
        with torch.no_grad():
            for weight in net[2].parameters():
                weight.mul_(1e-3)  # so short that the first step takes the whole group
        hook = pruning.proximal_step(pruning.branch_groups(net), 0.05, 0.2)
        hook(net)
        silent = pruning.zero_blocks(net)
        assert silent == ("2",)
        shallow = pruning.remove_layers(net, silent)
        outputs = [training.predictions(model, rows.test) for model in (net, shallow)]
        assert torch.equal(*outputs)
        assert meter.count_macs(shallow, (1, 4, 4)) < meter.count_macs(net, (1, 4, 4))

    def test_a_network_without_shortcuts_has_none(self):
        net = models.LeNet5Caffe(seed=0)
        assert pruning.residual_blocks(net) == pruning.zero_blocks(net) == ()
        refuses("must have a residual block, got LeNet5Caffe", pruning.branch_groups, net)


@pytest.mark.parametrize("use", [pruning.silence_layers, pruning.remove_layers])
def test_what_is_no_residual_block_is_refused(use):
    refuses("layers must name at least one residual block", use, resnet(), [])
    for name in ("stem", "blocks", "blocks.9", "blocks.0.conv1", ""):
        refuses(rf"\(blocks.0, .*blocks.3\), got '{name}'", use, resnet(), name)
    without = models.LeNet5Caffe(seed=0)
    refuses("of which this model has none.*got 'conv1'", use, without, ["conv1"])
