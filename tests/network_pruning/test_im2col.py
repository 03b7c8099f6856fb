"""Lowered convolution: against conv2d itself, and without the shapes that nobody uses."""

import copy

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from nc_teach import meter, models, pruning, storage, training
from tests.checks import refuses, unchanged
from tests.conftest import training_loss

SETTINGS = [
    {},
    {"bias": False},
    {"stride": 2},
    {"stride": (1, 3)},
    {"padding": 2},
    {"padding": (0, 1)},
    {"padding": "same"},
    {"padding": "same", "dilation": (1, 2)},
    {"padding": "valid"},
    {"dilation": 2},
    {"stride": (2, 1), "dilation": (1, 2), "padding": (1, 2), "bias": False},
]
KERNELS = [3, (2, 3), (1, 4), 1]


def convolution(kernel=3, seed=0, **settings):
    with models.seeded_init(seed):
        return nn.Conv2d(3, 4, kernel, **settings).double()


def images(count=2, height=9, width=11, seed=1):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(count, 3, height, width, generator=generator, dtype=torch.float64)


def some_shapes(conv, share=0.4, seed=2):
    """Random shapes to keep, the first one among them."""
    generator = torch.Generator().manual_seed(seed)
    keep = torch.rand(conv.weight.shape[1:], generator=generator) < share
    keep.view(-1)[0] = True
    return keep


def without(conv, keep):
    """The convolution itself with zeros in the other shapes: what a lowered one must compute."""
    conv = copy.deepcopy(conv)
    with torch.no_grad():
        conv.weight[:, ~keep] = 0
    return conv


class Net(nn.Module):
    """Two convolutions with batch normalisation, the second one inside a block."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 6, 3, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(6)
        self.block = models.ResidualBlock(6)
        self.fc = nn.Linear(6, 3)

    def forward(self, x):
        return self.fc(self.block(F.relu(self.bn(self.conv(x)))).mean(dim=(2, 3)))


def net(seed=0):
    with models.seeded_init(seed):
        return Net()


class TestIm2col:
    @pytest.mark.parametrize("kernel", KERNELS)
    @pytest.mark.parametrize("settings", SETTINGS)
    def test_without_shapes_it_is_the_convolution_with_zeros_there(self, settings, kernel):
        conv = convolution(kernel, **settings)
        torch.testing.assert_close(pruning.to_im2col(conv)(images()), conv(images()))
        keep = some_shapes(conv)
        wanted = without(conv, keep)
        small = pruning.to_im2col(conv, keep)
        torch.testing.assert_close(small(images()), wanted(images()))
        assert small.weight.shape == (4, int(keep.sum()))
        assert pruning.to_im2col(wanted).rows.equal(small.rows)  # what is zero is found by itself

    def test_the_gradients_are_those_of_the_convolution(self):
        conv = convolution(stride=2, padding=1)
        keep = some_shapes(conv)
        small, given = pruning.to_im2col(conv, keep), without(conv, keep)
        inputs = [images().requires_grad_() for _ in range(2)]
        for layer, x in zip((small, given), inputs, strict=True):
            layer(x).square().sum().backward()
        torch.testing.assert_close(inputs[0].grad, inputs[1].grad)
        torch.testing.assert_close(small.weight.grad, given.weight.grad[:, keep])
        torch.testing.assert_close(small.bias.grad, given.bias.grad)

    def test_one_image_one_place_and_images_of_another_size(self):
        conv = convolution()
        small = pruning.to_im2col(conv, some_shapes(conv))
        wanted = without(conv, some_shapes(conv))
        for batch in (images(1), images(3, 3, 3), images(2, 20, 4), images(0)):
            assert small(batch).shape == wanted(batch).shape
            torch.testing.assert_close(small(batch), wanted(batch))

    def test_the_products_that_are_left_are_counted(self):
        conv = convolution().float()
        keep = torch.zeros(3, 3, 3, dtype=torch.bool)
        keep[0, :, 1] = True
        assert meter.count_macs(conv, (3, 9, 11)) == 4 * 27 * 7 * 9
        assert meter.count_macs(pruning.to_im2col(conv, keep), (3, 9, 11)) == 4 * 3 * 7 * 9

    def test_the_original_is_untouched_and_shares_nothing(self):
        conv = convolution()
        with unchanged(conv):
            small = pruning.to_im2col(conv)
            with torch.no_grad():
                small.weight.add_(1)
                small.bias.add_(1)

    def test_a_frozen_layer_stays_frozen(self):
        conv = convolution()
        conv.weight.requires_grad_(False)
        small = pruning.to_im2col(conv)
        assert [p.requires_grad for p in small.parameters()] == [False, True]


class TestRemoveShapes:
    def test_one_layer_changes_and_the_others_are_the_same(self):
        model = net().eval()
        keep = torch.rand(6, 3, 3, generator=torch.Generator().manual_seed(0)) < 0.5
        small = pruning.remove_filter_positions(model, "block.conv2", keep)
        zeros = copy.deepcopy(model)
        with torch.no_grad():
            zeros.block.conv2.weight[:, ~keep] = 0
        batch = torch.rand(4, 1, 5, 5, generator=torch.Generator().manual_seed(1))
        torch.testing.assert_close(small(batch), zeros(batch))
        assert isinstance(model.block.conv2, nn.Conv2d)
        assert isinstance(small.block.conv1, nn.Conv2d)
        assert meter.count_params(model) - meter.count_params(small) == 6 * int((~keep).sum())

    def test_it_learns_and_its_file_holds_which_shapes_are_left(self, rows, tmp_path):
        keep = torch.zeros(1, 3, 3, dtype=torch.bool)
        keep[0, 1] = True
        small = pruning.remove_filter_positions(net(), "conv", keep)
        twin = pruning.remove_filter_positions(net(1), "conv", keep.flip(1).roll(1, 1))
        before = training_loss(small, rows)
        training.fit(small, rows, epochs=4, batch_size=10, lr=0.02)
        assert training_loss(small, rows) < before
        storage.save(small, tmp_path / "net.nct")
        twin.load_state_dict(storage.load(tmp_path / "net.nct"))
        assert torch.equal(twin.eval()(rows.test.images), small.eval()(rows.test.images))
        assert small.conv.weight.shape == (6, 3)
        assert "rows" not in dict(small.conv.named_parameters())  # a buffer: never trained

    def test_group_lasso_finds_the_shapes_and_they_are_removed(self, rows):
        model = net()
        hook = pruning.proximal_step({"conv.weight": "shapes"}, lr=0.05, strength=0.3)
        with torch.no_grad():  # two positions so short that the first step takes them whole
            model.conv.weight[:, :, 0, 1] *= 1e-4
            model.conv.weight[:, :, 2, 2] *= 1e-4
        hook(model)
        small = pruning.remove_filter_positions(model, "conv")
        positions = [[0, i, j] for i in range(3) for j in range(3)]
        positions.remove([0, 0, 1])
        positions.remove([0, 2, 2])
        assert small.conv.rows.tolist() == positions
        found = [training.predictions(m, rows.test) for m in (model, small)]
        torch.testing.assert_close(*found)

    def test_channels_cannot_be_removed_afterwards_and_that_is_said(self):
        small = pruning.remove_filter_positions(net(), "block.conv2")
        with pytest.raises(ValueError, match=r"'block.conv2' \(Im2colConv2d\) is not among"):
            pruning.remove_channels(small, "block.conv1", torch.arange(6) < 3)

    def test_what_is_no_convolution_of_the_network_is_refused(self):
        for name in ("convolution", "", "0"):
            message = f"conv, block.conv1, block.conv2, got '{name}'"
            refuses(message, pruning.remove_filter_positions, net(), name)
        message = "'fc' must be a Conv2d, got a Linear"
        refuses(message, pruning.remove_filter_positions, net(), "fc")


class TestErrors:
    @pytest.mark.parametrize(
        ("layer", "message"),
        [
            (nn.Linear(2, 2), "conv must be a Conv2d, got a Linear"),
            (nn.Conv1d(2, 2, 3), "conv must be a Conv2d, got a Conv1d"),
            (nn.Conv2d(4, 4, 3, groups=2), "'conv' must be a convolution of one group, got 2"),
            (nn.Conv2d(2, 2, 3, padding=1, padding_mode="reflect"), "'zeros', got 'reflect'"),
        ],
    )
    def test_other_layers_are_refused(self, layer, message):
        refuses(message, pruning.to_im2col, layer)

    @pytest.mark.parametrize(
        ("keep", "message"),
        [
            (torch.ones(3, 3, 3), "bool"),
            (torch.ones(4, 3, 3, 3).bool(), "shape"),
            (torch.zeros(3, 3, 3).bool(), "at least one of the 27 shapes, got none"),
        ],
    )
    def test_masks_that_do_not_fit_are_refused(self, keep, message):
        refuses(message, pruning.to_im2col, convolution(), keep)

    def test_a_convolution_of_zeros_keeps_nothing_and_is_refused(self):
        conv = convolution()
        nn.init.zeros_(conv.weight)
        refuses("at least one of the 27 shapes, got none", pruning.to_im2col, conv)
