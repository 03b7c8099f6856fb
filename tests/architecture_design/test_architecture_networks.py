"""The networks of chapter 5: exact counts of the references, and the traps in their blocks."""

import copy
from itertools import product

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from nc_teach import architecture, data, meter, models, storage, training
from nc_teach.architecture import (
    AlexNet,
    GhostNet,
    MobileNetV1,
    MobileNetV2,
    ShuffleNetV1,
    ShuffleNetV2,
    SqueezeNet,
    Xception,
)
from tests.checks import refuses

# torchvision, timm, distiller, megvii: 1,000 classes, 3 x 224 x 224 (Xception 299)
REFERENCE = [
    (SqueezeNet, {"version": "1.0"}, 1_248_424, 818_924_576),
    (SqueezeNet, {"version": "1.1"}, 1_235_496, 349_151_936),
    (MobileNetV1, {"width_mult": 1.0}, 4_231_976, 568_740_352),
    (MobileNetV1, {"width_mult": 0.75}, 2_585_560, 325_400_448),
    (MobileNetV1, {"width_mult": 0.5}, 1_331_592, 149_497_088),
    (MobileNetV1, {"width_mult": 0.25}, 470_072, 41_030_272),
    (MobileNetV2, {"width_mult": 1.0}, 3_504_872, 300_774_272),
    (MobileNetV2, {"width_mult": 0.5}, 1_968_680, 97_131_840),
    (ShuffleNetV1, {"groups": 3, "width_mult": 0.5}, 717_324, 37_589_856),
    (ShuffleNetV1, {"groups": 3, "width_mult": 1.0}, 1_864_728, 137_460_672),
    (ShuffleNetV1, {"groups": 3, "width_mult": 1.5}, 3_441_168, 292_443_552),
    (ShuffleNetV1, {"groups": 3, "width_mult": 2.0}, 5_449_776, 524_045_184),
    (ShuffleNetV1, {"groups": 8, "width_mult": 0.5}, 1_010_448, 40_469_760),
    (ShuffleNetV1, {"groups": 8, "width_mult": 1.0}, 2_433_768, 138_365_952),
    (ShuffleNetV1, {"groups": 8, "width_mult": 1.5}, 4_268_952, 290_188_800),
    (ShuffleNetV1, {"groups": 8, "width_mult": 2.0}, 6_521_232, 521_942_016),
    (ShuffleNetV2, {"width_mult": 0.5}, 1_366_792, 40_476_448),
    (ShuffleNetV2, {"width_mult": 1.0}, 2_278_604, 144_907_992),
    (ShuffleNetV2, {"width_mult": 1.5}, 3_503_624, 295_759_392),
    (ShuffleNetV2, {"width_mult": 2.0}, 7_393_996, 583_253_464),
    (Xception, {}, 22_855_952, 8_357_403_496),
    (GhostNet, {"width_mult": 1.0}, 5_182_508, 141_150_512),
    (GhostNet, {"width_mult": 0.5}, 2_587_292, 42_328_152),
    (GhostNet, {"width_mult": 1.3}, 7_358_820, 227_003_256),
    (AlexNet, {}, 61_100_840, 714_188_480),
]
MAKERS = (SqueezeNet, MobileNetV1, MobileNetV2, ShuffleNetV1, ShuffleNetV2, Xception, GhostNet)
SMALL = {make.__name__: make for make in MAKERS}
FULL = {**SMALL, "AlexNet": AlexNet}


def on_meta(make, **arguments):
    with torch.device("meta"):
        return make(**arguments)


@pytest.mark.parametrize(
    ("make", "arguments", "params", "macs"), REFERENCE, ids=lambda x: getattr(x, "__name__", str(x))
)
def test_the_counts_are_those_of_the_reference(make, arguments, params, macs):
    net = on_meta(make, **arguments)
    shape = (3, 299, 299) if make is Xception else (3, 224, 224)
    assert meter.count_params(net) == params
    assert meter.count_macs(net, shape) == macs


@pytest.mark.parametrize("name", FULL)
def test_classes_and_channels_are_free(name):
    full = on_meta(FULL[name], num_classes=7, in_channels=2)
    with torch.no_grad():
        assert full.eval()(torch.zeros(1, 2, 96, 96, device="meta")).shape == (1, 7)
    if name in SMALL:
        small = SMALL[name].small(num_classes=3, in_channels=2)
        assert small(torch.zeros(2, 2, 28, 28)).shape == (2, 3)


def test_what_the_papers_do_not_have():
    for make, (argument, value) in product(
        FULL.values(), [("num_classes", 0), ("in_channels", -1), ("num_classes", 2.0)]
    ):
        least = f"{argument} must be an integer of at least 1, got {value!r}"
        refuses(least, make, **{argument: value})
    refuses("version must be one of 1.0, 1.1, small, got '2.0'", SqueezeNet, version="2.0")
    refuses("width_mult must be a positive number, got 0", MobileNetV1, width_mult=0)
    refuses("width_mult must be a positive number, got -1.0", MobileNetV2, width_mult=-1.0)
    refuses("width_mult must be a positive number, got inf", GhostNet, width_mult=float("inf"))
    refuses("groups must be one of 1, 2, 3, 4, 8, got 5", ShuffleNetV1, groups=5)
    refuses("width_mult must be one of 0.5, 1.0, 1.5, 2.0, got", ShuffleNetV2, width_mult=0.75)
    refuses("ratio must be an integer of at least 2, got 1", architecture.GhostModule, 4, 8, 1)
    for groups in (4, 0, -2, 1.5):
        says = f"groups must be .* got {groups}"
        refuses(says, architecture.channel_shuffle, torch.zeros(1, 6, 2, 2), groups)


@pytest.fixture(scope="module")
def fashion():
    """120 images of three classes that are easy to tell apart: T-shirt, trousers, boot."""
    whole = data.load("fashion")

    def pick(split, count):
        at = [(split.labels == c).nonzero()[:count, 0] for c in (0, 1, 9)]
        labels = torch.arange(3).repeat_interleave(count)
        return data.Split(split.images[torch.cat(at)], labels)

    parts = [pick(s, n) for s, n in ((whole.train, 40), (whole.validation, 5), (whole.test, 20))]
    return data.Dataset("three", "small", *parts, ("shirt", "trousers", "boot"), "Fashion-MNIST")


@pytest.mark.parametrize("name", SMALL)
def test_the_small_form_trains_is_saved_and_copied(name, fashion, tmp_path):
    net = SMALL[name].small(num_classes=3, seed=0)
    twin = SMALL[name].small(num_classes=3, seed=0)
    assert all(map(torch.equal, net.parameters(), twin.parameters()))
    history = training.fit(net, fashion, epochs=2, batch_size=10, lr=3e-3)
    assert history.train_loss[-1] < history.train_loss[0]
    storage.save(net, tmp_path / "net.nct")
    twin.load_state_dict(storage.load(tmp_path / "net.nct"))
    images = fashion.test.images[:5]
    wanted = net.eval()(images)
    assert torch.equal(twin.eval()(images), wanted)
    assert torch.equal(copy.deepcopy(net)(images), wanted)


class TestBlocks:
    def test_make_divisible_is_near_and_never_below_nine_tenths(self):
        for channels in range(1, 400):
            made = architecture.make_divisible(channels)
            assert made % 8 == 0
            assert made >= 0.9 * channels
            assert made >= 8
            assert made - channels < 8

    @pytest.mark.parametrize(
        ("channels", "block"),
        [
            (8, architecture.InvertedResidual(8, 8, 1, 6)),
            (16, architecture.ShuffleUnit(16, 16, groups=2)),
            (8, architecture.SplitUnit(8)),
            (8, architecture.DownUnit(8, 16)),
            (8, architecture.GhostBottleneck(8, 12, 8, excite=True)),
            (32, Xception.small().features.middle[0]),
        ],
        ids=lambda value: type(value).__name__,
    )
    def test_a_block_leaves_its_input_as_it_was(self, channels, block):
        maps = torch.randn(2, channels, 6, 6, generator=torch.Generator().manual_seed(0))
        before = maps.clone()
        block(maps)
        assert torch.equal(maps, before)


class TestSqueezeNet:
    def test_a_fire_module_by_hand(self):
        fire = architecture.Fire(1, squeeze=1, expand=1)
        with torch.no_grad():
            for conv, value in ((fire.squeeze, 2.0), (fire.expand1x1, 1.0), (fire.expand3x3, 1.0)):
                conv.weight.fill_(value)
                conv.bias.zero_()
        out = fire(torch.ones(1, 1, 3, 3))
        assert out[0, 0].tolist() == [[2.0] * 3] * 3
        assert out[0, 1].tolist() == [[8.0, 12.0, 8.0], [12.0, 18.0, 12.0], [8.0, 12.0, 8.0]]
        assert fire(-torch.ones(1, 1, 3, 3)).abs().sum() == 0  # ReLU after the squeeze

    def test_relu_comes_before_the_mean(self):
        net = SqueezeNet("1.1", num_classes=5, in_channels=1, seed=0).eval()
        images = torch.rand(3, 1, 64, 64, generator=torch.Generator().manual_seed(0))
        maps = net.classifier[:-1](net.features(images))
        assert torch.equal(net(images), maps.relu().mean(dim=(2, 3)))
        assert not torch.allclose(net(images), maps.mean(dim=(2, 3)).relu())


class TestMobileNets:
    def test_v2_the_bottleneck_is_linear(self):
        block = architecture.InvertedResidual(4, 6, 1, 6).eval()
        maps = torch.randn(4, 4, 5, 5, generator=torch.Generator().manual_seed(0))
        assert (block(maps) < 0).any()
        assert isinstance(block.branch[-1][-1], nn.BatchNorm2d)

    def test_v2_adds_only_where_the_shape_stays(self):
        shapes = [(8, 8, 1, True), (8, 8, 2, False), (8, 16, 1, False)]
        for into, out, stride, adds in shapes:
            assert architecture.InvertedResidual(into, out, stride, 6).adds is adds
        block = architecture.InvertedResidual(8, 8, 1, 6).eval()
        maps = torch.randn(1, 8, 5, 5, generator=torch.Generator().manual_seed(0))
        torch.testing.assert_close(block(maps), maps + block.branch(maps))

    def test_v2_the_last_layer_never_becomes_narrower(self):
        assert on_meta(MobileNetV2, width_mult=0.5).classifier[-1].in_features == 1280
        assert on_meta(MobileNetV2, width_mult=1.4).classifier[-1].in_features == 1792


class TestShuffle:
    @pytest.mark.parametrize(("channels", "groups"), [(6, 2), (6, 3), (12, 3), (9, 3), (4, 1)])
    def test_it_is_torchs_own(self, channels, groups):
        maps = torch.randn(2, channels, 3, 4, generator=torch.Generator().manual_seed(0))
        wanted = nn.ChannelShuffle(groups)(maps)
        assert torch.equal(architecture.channel_shuffle(maps, groups), wanted)

    def test_the_other_number_of_groups_is_the_way_back_and_is_not_the_shuffle(self):
        order = torch.arange(12)[None]
        shuffled = architecture.channel_shuffle(order, 3)
        assert shuffled.tolist() == [[0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11]]
        assert torch.equal(architecture.channel_shuffle(shuffled, 4), order)
        assert not torch.equal(architecture.channel_shuffle(order, 4), shuffled)
        square = torch.arange(9)[None]
        twice = architecture.channel_shuffle(architecture.channel_shuffle(square, 3), 3)
        assert torch.equal(twice, square)  # its own inverse only if g = n

    @pytest.mark.parametrize("shuffle", [True, False])
    def test_without_it_a_group_hears_only_itself(self, shuffle):
        """Two units: what the outputs of the first group depend on."""
        with models.seeded_init(0):
            parts = [architecture.ShuffleUnit(64, 64, 2, shuffle=shuffle) for _ in range(2)]
        units = nn.Sequential(*parts).double().eval()
        maps = torch.rand(1, 64, 3, 3, dtype=torch.float64).requires_grad_()
        units(maps)[:, :32].sum().backward()
        heard = maps.grad.abs().sum(dim=(0, 2, 3)) > 0
        assert heard[:32].all()
        assert heard[32:].any().item() is shuffle

    def test_shuffling_after_the_depthwise_convolution_is_the_same_up_to_names(self):
        """The authors' release does it there. Rename the channels of the depthwise filters."""
        unit = architecture.ShuffleUnit(12, 24, groups=3, stride=2).eval()
        maps = torch.rand(2, 12, 6, 6, generator=torch.Generator().manual_seed(0))
        renamed = copy.deepcopy(unit.depthwise)
        back = architecture.channel_shuffle(torch.arange(6)[None], 6 // 3)[0]
        for tensor in (*renamed.parameters(), renamed[1].running_mean, renamed[1].running_var):
            tensor.data = tensor.data[back]
        branch = architecture.channel_shuffle(renamed(unit.first(maps)), 3)
        pooled = F.avg_pool2d(maps, 3, 2, 1)
        wanted = F.relu(torch.cat([pooled, unit.last(branch)], dim=1))
        torch.testing.assert_close(unit(maps), wanted)

    def test_a_unit_of_stride_2_makes_what_is_missing(self):
        unit = architecture.ShuffleUnit(24, 240, groups=3, stride=2)
        assert unit.last[0].out_channels == 240 - 24
        maps = torch.rand(1, 24, 8, 8, generator=torch.Generator().manual_seed(0))
        assert torch.equal(unit(maps)[:, :24], F.avg_pool2d(maps, 3, 2, 1))

    def test_v2_half_of_the_channels_pass_untouched(self):
        unit = architecture.SplitUnit(8).eval()
        maps = torch.rand(1, 8, 4, 4, generator=torch.Generator().manual_seed(0))
        out = unit(maps)
        assert torch.equal(out[:, ::2], maps[:, :4])  # after the shuffle: every other place
        assert torch.equal(out[:, 1::2], unit.branch(maps[:, 4:]))


class TestXception:
    def test_nothing_stands_between_the_two_halves(self):
        for layer in on_meta(Xception).modules():
            if isinstance(layer, nn.Sequential) and hasattr(layer, "depthwise"):
                assert [type(part) for part in layer][:2] == [nn.Conv2d, nn.Conv2d]


class TestGhost:
    @pytest.mark.parametrize(("out", "ratio", "made"), [(17, 2, 18), (16, 2, 16), (10, 3, 12)])
    def test_what_is_too_much_is_cut(self, out, ratio, made):
        module = architecture.GhostModule(4, out, ratio)
        convs = [m for m in module.modules() if isinstance(m, nn.Conv2d)]
        assert sum(c.out_channels for c in convs) == made
        assert module(torch.zeros(1, 4, 5, 5)).shape == (1, out, 5, 5)

    def test_a_ghost_depends_on_one_computed_map(self):
        module = architecture.GhostModule(4, 8, relu=False).eval()
        computed = module.primary(torch.rand(1, 4, 5, 5)).detach().requires_grad_()
        module.cheap(computed)[:, 2].sum().backward()
        assert (computed.grad.abs().sum(dim=(0, 2, 3)) > 0).tolist() == [False, False, True, False]

    def test_the_computed_maps_are_part_of_the_output(self):
        module = architecture.GhostModule(4, 8).eval()
        maps = torch.rand(2, 4, 5, 5, generator=torch.Generator().manual_seed(0))
        assert torch.equal(module(maps)[:, :4], module.primary(maps))

    def test_the_weights_of_channels_lie_between_0_and_1(self):
        layer = architecture.SqueezeExcite(8)
        maps = torch.rand(2, 8, 4, 4, generator=torch.Generator().manual_seed(0))
        share = layer(maps) / maps
        assert torch.allclose(share, share[:, :, :1, :1].expand_as(share), atol=1e-6)
        assert (share >= 0).all()
        assert (share <= 1).all()


def test_the_small_form_takes_a_width_and_groups():
    assert meter.count_params(ShuffleNetV1.small(groups=4)) != meter.count_params(
        ShuffleNetV1.small(groups=2)
    )
    half, whole = (meter.count_params(MobileNetV1.small(width_mult=w)) for w in (0.5, 1.0))
    assert half < whole / 2
    refuses("groups must be one of 1, 2, 4, 8, got 3", ShuffleNetV1.small, groups=3)
