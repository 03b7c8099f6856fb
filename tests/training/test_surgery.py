"""Surgery: what can be followed is cut to the same function, what cannot is named and why."""

import copy
from functools import partial

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils import parametrizations, prune, spectral_norm

from nc_teach import architecture, models, surgery
from nc_teach.architecture.shufflenet_v2 import DownUnit, SplitUnit
from tests.checks import refuses, same, unchanged
from tests.nets import experienced


class Written(nn.Module):
    """A network with this forward and these parts."""

    def __init__(self, how, **parts):
        super().__init__()
        self.how = how
        for name, part in parts.items():
            setattr(self, name, part)

    def forward(self, x):
        return self.how(self, x)


def maps(batch=2, channels=3, size=8):
    return torch.rand(batch, channels, size, size)


def words(batch=2, length=6):
    return torch.randint(0, 9, (batch, length))


def net(how, shape=maps, **parts):
    return lambda: (copy.deepcopy(Written(how, **parts)), shape())


def conv(into, out, kernel=3, **options):
    return nn.Conv2d(into, out, kernel, padding=kernel // 2, **options)


def u_net():
    def forward(s, x):
        high = s.norm(s.down1(x)).relu()
        low = s.down2(F.max_pool2d(high, 2)).relu()
        up = F.interpolate(s.middle(low).relu(), scale_factor=2)
        joined = torch.cat([s.up(low), high, up], dim=1)
        return s.out(F.relu(s.last(joined)))

    parts = {"down1": conv(3, 6), "norm": nn.BatchNorm2d(6), "down2": conv(6, 8)}
    parts |= {"middle": conv(8, 4), "up": nn.ConvTranspose2d(8, 5, 2, stride=2)}
    return Written(forward, **parts, last=conv(15, 7), out=conv(7, 2, 1)), maps()


def excited():
    """An inverted residual with squeeze-and-excite, as people write it."""

    def forward(s, x):
        x = s.stem(x)
        wide = F.hardswish(s.norm(s.deep(F.silu(s.expand(x)))))
        b, c, _, _ = wide.size()
        weight = F.adaptive_avg_pool2d(wide, 1).view(b, c)
        weight = torch.sigmoid(s.two(F.relu(s.one(weight)))).view(b, c, 1, 1)
        return s.fc((x + s.project(wide * weight.expand_as(wide))).mean([2, 3]))

    parts = {"stem": conv(3, 8), "expand": conv(8, 24, 1), "norm": nn.BatchNorm2d(24)}
    parts |= {"deep": conv(24, 24, groups=24), "one": nn.Linear(24, 6), "two": nn.Linear(6, 24)}
    return Written(forward, **parts, project=conv(24, 8, 1), fc=nn.Linear(8, 3)), maps()


def dense():
    def forward(s, x):
        x = s.a(x)
        x = torch.cat([x, s.b(s.norm1(x).relu())], 1)
        x = torch.cat([x, s.c(s.norm2(x).relu())], 1)
        return s.fc(torch.flatten(F.adaptive_avg_pool2d(x, (2, 2)), 1))

    norms = {"norm1": nn.BatchNorm2d(6), "norm2": nn.BatchNorm2d(10)}
    layers = {"a": conv(3, 6), "b": conv(6, 4), "c": conv(10, 5)}
    return Written(forward, **layers, **norms, fc=nn.Linear(60, 3)), maps()


def transformer(how):
    """One block with four heads of four, written in one of several ways."""

    def attend(s, x):
        b, t, _ = x.shape
        if how == "chunk":
            q, k, v = s.qkv(x).chunk(3, dim=-1)
        else:
            q, k, v = s.q(x), s.k(x), s.v(x)
        sizes = (4, -1) if "within heads" in how else (-1, 4)
        q, k, v = (z.view(b, t, *sizes).transpose(1, 2) for z in (q, k, v))
        if "fused" in how:
            y = F.scaled_dot_product_attention(q, k, v)
        else:
            scores = q @ k.transpose(-2, -1) / 2
            if how == "masked":
                scores = scores.masked_fill(s.mask[:, :, :t, :t] == 0, float("-inf"))
            y = F.softmax(scores, dim=-1) @ v
        return s.o(y.transpose(1, 2).contiguous().reshape(b, t, -1))

    def forward(s, ids):
        x = s.words(ids) + s.places
        x = x + attend(s, s.norm1(x))
        return s.head((x + s.down(F.gelu(s.up(s.norm2(x))))).mean(dim=1))

    many = {name: nn.Linear(16, 16) for name in "qkvo"} | {"qkv": nn.Linear(16, 48)}
    parts = {"norm1": nn.LayerNorm(16), "norm2": nn.LayerNorm(16), "head": nn.Linear(16, 3)}
    parts |= {"up": nn.Linear(16, 20), "down": nn.Linear(20, 16), "words": nn.Embedding(9, 16)}
    made = Written(forward, **many, **parts, places=nn.Parameter(torch.rand(1, 6, 16)))
    made.register_buffer("mask", torch.tril(torch.ones(1, 1, 9, 9)))
    return made, words()


def encoder():
    def forward(s, ids):
        return s.head(s.encoder(s.words(ids)).mean(1))

    block = nn.TransformerEncoderLayer(16, 4, 20, batch_first=True)
    parts = {"words": nn.Embedding(9, 16), "head": nn.Linear(16, 3)}
    return Written(forward, encoder=nn.TransformerEncoder(block, 2), **parts), words()


def small(cls):
    return lambda: (cls.small(seed=0), torch.rand(2, 1, 28, 28))


# what it is: how it is made, and how many of its groups of layers can be cut
CAN = {
    **{
        cls.__name__: (small(cls), count)
        for cls, count in (
            (architecture.SqueezeNet, 10),
            (architecture.MobileNetV1, 5),
            (architecture.MobileNetV2, 7),
            (architecture.ShuffleNetV1, 5),
            (architecture.ShuffleNetV2, 9),
            (architecture.Xception, 10),
            (architecture.GhostNet, 10),
        )
    },
    "U-Net": (u_net, 5),
    "squeeze and excite": (excited, 3),
    "dense": (dense, 3),
    **{how: (lambda how=how: transformer(how), 2) for how in ("heads", "chunk", "fused", "masked")},
    "within heads": (lambda: transformer("within heads"), 3),
    "fused within heads": (lambda: transformer("fused within heads"), 1),  # its scale is fixed
    "words at once": (
        net(
            lambda s, x: s.b(s.a(x).tanh().flatten(1)),
            lambda: torch.rand(2, 6, 5),
            a=nn.Linear(5, 7),
            b=nn.Linear(42, 3),
        ),
        1,
    ),
    "torch's encoder": (encoder, 2),
    "view and log_softmax": (
        net(
            lambda s, x: F.log_softmax(s.b(F.relu(s.a(x)).view(x.size(0), -1)), dim=1),
            a=conv(3, 4),
            b=nn.Linear(256, 3),
        ),
        1,
    ),
    "view by sizes": (
        net(
            lambda s, x: s.b(
                (lambda y: y.reshape(-1, y.shape[1] * y.shape[2] * y.shape[3]))(s.a(x))
            ),
            a=conv(3, 4),
            b=nn.Linear(256, 3),
        ),
        1,
    ),
    "words flattened": (
        net(
            lambda s, x: s.c(torch.sigmoid(s.b(s.a(x).transpose(1, 2)).transpose(1, 2)).flatten(1)),
            lambda: torch.rand(2, 6, 5),
            a=nn.Linear(5, 7),
            b=nn.Linear(6, 4),
            c=nn.Linear(28, 3),
        ),
        1,
    ),
    "one dimension": (
        net(
            lambda s, x: s.c(F.max_pool1d(s.act(s.norm(s.a(x))), 2).flatten(1)),
            lambda: torch.rand(2, 3, 10),
            a=nn.Conv1d(3, 6, 3),
            norm=nn.BatchNorm1d(6),
            act=nn.PReLU(6),
            c=nn.Linear(24, 3),
        ),
        1,
    ),
    "three dimensions": (
        net(
            lambda s, x: s.c(F.adaptive_avg_pool3d(s.norm(s.b(s.a(x).relu())), 1).flatten(1)),
            lambda: torch.rand(2, 1, 6, 6, 6),
            a=nn.Conv3d(1, 4, 3),
            b=nn.Conv3d(4, 8, 3),
            norm=nn.GroupNorm(4, 8),
            c=nn.Linear(8, 3),
        ),
        2,
    ),
    "groups": (
        net(
            lambda s, x: s.c(s.b(s.norm(s.a(x)).relu()).relu().mean((2, 3))),
            a=conv(3, 8),
            norm=nn.InstanceNorm2d(8, affine=True),
            b=conv(8, 12, groups=4),
            c=nn.Linear(12, 2),
        ),
        2,
    ),
    "twice": (
        net(
            lambda s, x: s.c(s.norm(s.b(s.norm(s.b(s.a(x)).relu()))).mean((2, 3))),
            a=conv(3, 6),
            b=conv(6, 6),
            norm=nn.BatchNorm2d(6),
            c=nn.Linear(6, 2),
        ),
        1,
    ),
    "shuffled across": (
        net(
            lambda s, x: s.c(
                s.b(s.a(x).unflatten(1, (3, -1)).transpose(1, 2).flatten(1, 2)).relu()
            ),
            a=conv(3, 30),
            b=conv(30, 6, groups=3),
            c=conv(6, 2),
        ),
        2,
    ),
    "several ghosts": (
        net(
            lambda s, x: s.c(torch.cat([s.a(x), s.b(s.a(x))], 1)[:, :16].mean((2, 3))),
            a=conv(3, 4),
            b=conv(4, 12, groups=4),
            c=nn.Linear(16, 2),
        ),
        1,
    ),
    "maxima": (
        net(
            lambda s, x: s.c(
                torch.max(s.a(x), s.b(x)).max(dim=3)[0].max(dim=2).values
                + torch.stack([s.d(x), s.e(x)], dim=1).sum(1).logsumexp((2, 3))
            ),
            **{name: conv(3, 8) for name in "abde"},
            c=nn.Linear(8, 2),
        ),
        1,
    ),
    "stacked": (
        net(
            lambda s, x: s.c(torch.hstack([s.a(x[:, 0]), s.b(x[:, 0]), s.a(x[:, 1])])),
            lambda: torch.rand(2, 3, 5),
            a=nn.Linear(5, 4),
            b=nn.Linear(5, 3),
            c=nn.Linear(11, 2),
        ),
        2,
    ),
    "halves": (
        net(
            lambda s, x: (
                lambda y: s.c((y[:, : y.shape[1] // 2] * y[:, y.shape[1] // 2 :]).sum((2, 3)))
            )(s.a(x)),
            a=conv(3, 8),
            c=nn.Linear(4, 2),
        ),
        1,
    ),
}


def cut(model, group, keep):
    linear = isinstance(model.get_submodule(group.layers[0]), nn.Linear)
    remove = surgery.remove_neurons if linear else surgery.remove_channels
    return remove(model, group.layers, keep)


def lively(model):
    """In double precision, with norms that shift and scale."""
    generator = torch.Generator().manual_seed(3)
    for module in experienced(model).modules():
        if isinstance(module, nn.GroupNorm | nn.LayerNorm | nn.InstanceNorm2d | nn.BatchNorm3d):
            for tensor in (module.weight.data, module.bias.data):
                tensor.copy_(0.3 + torch.rand(tensor.shape, generator=generator))
    return model.double()


@pytest.mark.parametrize("what", CAN)
def test_a_cut_network_computes_what_the_silenced_one_does(what):
    make, count = CAN[what]
    with models.seeded_init(0):
        model, x = make()
        for module in model.modules():
            getattr(module, "reset_parameters", lambda: None)()
    model, x = lively(model), x.double() if x.is_floating_point() else x
    with unchanged(model), torch.no_grad():
        groups = [group for group in surgery.groups(model) if not group.why_not]
        assert len(groups) == count
        less = silent = model
        for place, group in enumerate(reversed(groups)):  # one after the other, the last one first
            keep = torch.rand(group.count, generator=torch.Generator().manual_seed(place)) > 0.5
            keep[0], keep[-1] = place % 2 == 0, place % 2 == 1
            keep |= group.fixed
            if keep.all():
                keep[(~group.fixed).nonzero()[0]] = False
            before = less(x)
            less, silent = cut(less, group, keep), surgery.zero_units(silent, group.layers, keep)
            torch.testing.assert_close(less(x), silent(x), rtol=1e-10, atol=1e-11)
            assert not torch.equal(less(x), before)
        # and once more: its modules say truly how large they are
        again = {group.layers[0]: group for group in surgery.groups(less)}
        names = [group.layers[0] for group in groups]
        left = [again[name] for name in names if name in again]  # or it has become depthwise
        for group in left:
            assert bool(group.why_not) == bool(group.count == 1 or group.fixed.all())
        large = [group for group in left if group.count > 2 and not group.why_not]
        for group in large[:1] + large[1:][-1:]:
            least = (torch.arange(group.count) < 2) | group.fixed
            silent = surgery.zero_units(less, group.layers, least)
            torch.testing.assert_close(cut(less, group, least)(x), silent(x))


def full_size():
    """Networks and how many of their groups can be cut, with the bundles of the trunk."""
    rare = pytest.mark.everything
    for groups, bundles, mark in ((1, 576, rare), (2, 88, rare), (3, 64, ()), (4, 50, rare),
                                  (8, 27, rare)):  # fmt: skip
        made = partial(architecture.ShuffleNetV1, groups=groups, seed=0)
        yield pytest.param(made, 17, [bundles], id=f"V1, {groups} groups", marks=mark)
    for width, bundles, mark in ((0.5, [3, 12], rare), (1.0, [7, 29], ()), (1.5, [11, 44], rare),
                                 (2.0, [15, 61], rare)):  # fmt: skip
        made = partial(architecture.ShuffleNetV2, width_mult=width, seed=0)
        yield pytest.param(made, 20, bundles, id=f"V2, width {width}", marks=mark)


@pytest.mark.parametrize(("make", "count", "bundles"), list(full_size()))
def test_the_trunk_of_a_full_size_shuffled_network(make, count, bundles):
    """Through shuffles, concatenations, splits and groups at once."""
    model, x = lively(make()), torch.rand(1, 3, 32, 32, dtype=torch.float64)
    groups = [group for group in surgery.groups(model) if not group.why_not]
    trunk = [group for group in groups if len(group.layers) > 1]
    assert (len(groups), [group.count for group in trunk]) == (count, bundles)
    with torch.no_grad():
        for group in trunk[-1:]:
            keep = torch.arange(group.count) % 3 != 1
            less, silent = cut(model, group, keep), surgery.zero_units(model, group.layers, keep)
            torch.testing.assert_close(less(x), silent(x), rtol=1e-10, atol=1e-11)
            assert not torch.equal(less(x), model(x))


class TestSizes:
    def test_groups_by_hand(self):
        model = nn.Sequential(conv(3, 8), nn.GroupNorm(4, 8), conv(8, 12, groups=2), conv(12, 2))
        # The norm takes 0 with 1, 2 with 3, ...; the second layer's groups 0 with 4, 1 with 5, ...
        first, second, _ = surgery.groups(model)
        assert first.bundles["0"].tolist() == [0, 0, 1, 1, 0, 0, 1, 1]
        assert second.bundles["2"].tolist() == [0, 1, 2, 3, 4, 5] * 2
        less = surgery.remove_channels(model, "0", torch.tensor([False, True]))
        assert torch.equal(less[0].weight, model[0].weight[[2, 3, 6, 7]])
        assert (less[1].num_groups, less[1].num_channels) == (2, 4)
        assert torch.equal(less[2].weight, model[2].weight[:, [2, 3]])
        assert (less[2].groups, less[2].in_channels) == (2, 4)

    def test_units_across_the_border_of_two_groups_go_with_others(self):
        model = CAN["shuffled across"][0]()[0]
        # Shuffled: 0 10 20, 1 11 21, ..., and three groups of ten: of 3, 13, 23 one is in the first
        # and two are in the second, of 6, 16, 26 two in the second and one in the third.
        group = surgery.groups(model)[0]
        assert group.bundles["a"].tolist() == [0, 1, 2, 0, 1, 2, 0, 0, 1, 2] * 3
        less = surgery.remove_channels(model, "a", torch.arange(3) != 0)
        assert less.a.out_channels == 18
        kept = [3, 4, 5, 6, 7, 8], [2, 3, 4, 5, 6, 7], [4, 5, 6, 7, 8, 9]
        for rows, columns in zip((slice(0, 2), slice(2, 4), slice(4, 6)), kept, strict=True):
            assert torch.equal(less.b.weight[rows], model.b.weight[rows][:, columns])

    def test_units_that_nothing_makes_up_for_stay(self):
        model = Written(
            lambda s, x: s.c(s.b(torch.cat([s.a(x), s.one(x), s.other(x)], 1)).relu()),
            a=conv(3, 4),
            one=conv(3, 1),
            other=conv(3, 1),
            b=conv(6, 4, groups=2),
            c=conv(4, 2),
        )
        # Two groups: 0 1 2, and 3 with two layers of one unit, which cannot go.
        group = surgery.groups(model)[0]
        assert group.bundles["a"].tolist() == [0, 1, 2, 0]
        assert group.fixed.tolist() == [False, True, True]
        assert str(group) == "a (4): 1 can go"
        keep = torch.tensor([False, True, True])
        less, silent = (f(model, "a", keep) for f in (surgery.remove_channels, surgery.zero_units))
        x = maps()
        torch.testing.assert_close(less(x), silent(x))
        refuses("keep must keep 1, 2, which lie", surgery.remove_channels, model, "a", ~keep)

    def test_a_depthwise_layer_follows_and_is_not_named(self):
        model = nn.Sequential(conv(3, 4), conv(4, 8, groups=4), conv(8, 2))
        keep = torch.tensor([True, False, False, True])
        less = surgery.remove_channels(model, "0", keep)
        assert torch.equal(less[1].weight, model[1].weight[[0, 1, 6, 7]])
        assert (less[1].groups, less[1].in_channels, less[1].out_channels) == (2, 2, 4)
        assert torch.equal(less[2].weight, model[2].weight[:, [0, 1, 6, 7]])
        refuses("got '1', which filters each by itself", surgery.remove_channels, model, "1", keep)

    def test_columns_of_words_that_were_flattened(self):
        model = Written(
            lambda s, ids: s.b(s.a(s.words(ids)).flatten(1)),
            words=nn.Embedding(9, 5),
            a=nn.Linear(5, 3),
            b=nn.Linear(18, 2),
        )
        less = surgery.remove_neurons(model, "a", torch.tensor([True, False, True]))
        columns = [place * 3 + unit for place in range(6) for unit in (0, 2)]
        assert torch.equal(less.b.weight, model.b.weight[:, columns])

    def test_the_trunk_of_a_shuffled_network_goes_in_bundles(self):
        model = architecture.ShuffleNetV2.small(seed=0)
        trunk = next(g for g in surgery.groups(model) if len(g.layers) == 4)
        assert trunk.count == 6
        assert all(len(bundles) == 24 for bundles in trunk.bundles.values())
        refuses(r"shape \(6,\)", surgery.remove_channels, model, trunk.layers, torch.ones(24) > 0)

    @pytest.mark.parametrize(("splits", "bundles"), [(1, 4), (2, 2), (3, 1)])
    def test_a_chain_of_splits_ties_twice_as_many_at_each(self, splits, bundles):
        """Two, four, then eight of the first half's 8 channels are those of the first one."""
        units = [SplitUnit(16) for _ in range(splits)]
        model = nn.Sequential(DownUnit(3, 16), *units, conv(16, 2))
        name = "0.branch.2.0"
        trunk = next(g for g in surgery.groups(model) if name in g.layers)
        assert trunk.count == bundles
        if bundles == 1:
            why = f"got '{name}': 'unflatten' in '0' .*, 'chunk' in '3' makes 2 parts"
            refuses(why, surgery.remove_channels, model, name, torch.ones(1) > 0)


def linear(**options):
    return nn.Linear(6, 6, **options)


NOT = {
    "the width": (
        net(lambda s, x: s.b(s.a(x)), a=conv(3, 8), b=nn.Linear(8, 2)),
        "'b' does not read them as its 8 inputs",
    ),
    "a number": (
        net(lambda s, x: s.b(s.a(x).view(-1, 256)), a=conv(3, 4), b=nn.Linear(256, 2)),
        "'view' in forward writes out 256 where -1 could follow them",
    ),
    "the mean of all": (
        net(lambda s, x: s.b(s.norm(s.a(x)).mean((2, 3))), a=conv(3, 6), norm=nn.GroupNorm(1, 6),
            b=nn.Linear(6, 2)),
        "'norm' normalises over each group of them",
    ),
    "a layer norm": (
        net(lambda s, x: s.b(s.norm(s.a(x.mean(1)))), a=nn.Linear(8, 6), norm=nn.LayerNorm(6),
            b=nn.Linear(6, 2)),
        "'norm' normalises over all of them",
    ),
    "some by number": (
        net(lambda s, x: s.b(s.a(x)[:, :4]), a=conv(3, 6), b=conv(4, 2)),
        "'getitem' in forward takes some of them by their numbers",
    ),
    "the largest of all": (
        net(lambda s, x: s.b(s.a(x) / s.a(x).max()), a=conv(3, 6), b=conv(6, 2)),
        "'max' in forward takes one of all",
    ),
    "softmax": (
        net(lambda s, x: s.b(s.a(x).softmax(1)), a=conv(3, 6), b=conv(6, 2)),
        "'softmax' in forward weighs all against all",
    ),
    "their number": (
        net(lambda s, x: s.b((lambda y: y / y.shape[1])(s.a(x))), a=conv(3, 6), b=conv(6, 2)),
        "'truediv' in forward calculates with their number",
    ),
    "the input": (
        net(lambda s, x: s.b(s.a(x) + x), a=conv(3, 3), b=conv(3, 2)),
        "'add' in forward joins them with what cannot be cut",
    ),
    "the power of another": (
        net(lambda s, x: s.b(torch.pow(s.a(x), s.c(x))), a=conv(3, 6), b=conv(6, 2), c=conv(3, 6)),
        "'pow' in forward is not followed with two tensors",
    ),
    "a weight used twice": (
        net(lambda s, x: s.b(s.a(x)) + F.conv2d(x, s.a.weight).mean(), a=conv(3, 6), b=conv(6, 2)),
        "'a' has a weight that is used twice",
    ),
    "max over units": (
        net(lambda s, x: s.b(F.max_pool1d(s.a(x.flatten(1)), 2)), a=nn.Linear(192, 6),
            b=nn.Linear(3, 2)),
        "'maxpool1d' in forward works along the axis of the units",
    ),
    "one unit": (net(lambda s, x: s.b(s.a(x)), a=conv(3, 1), b=conv(1, 2)), "it has one unit"),
    "a recurrent layer": (
        net(lambda s, x: s.b(s.a(x.mean(1)))[0], a=nn.Linear(8, 6), b=nn.LSTM(6, 2)),
        r"'b' \(LSTM\) is not among what can be followed",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", NOT)
def test_what_stays_is_named_with_its_reason(what):
    make, message = NOT[what]
    model, x = make()
    model(x)
    kind = surgery.remove_neurons if isinstance(model.a, nn.Linear) else surgery.remove_channels
    units = next(g for g in surgery.groups(model) if "a" in g.layers)
    refuses(f"got 'a': {message}", kind, model, "a", torch.ones(units.count).bool())


def test_a_network_with_nothing_to_cut_says_why():
    model = nn.Sequential(nn.Linear(4, 6), nn.LayerNorm(6), nn.Linear(6, 2))
    why = "got Sequential with none; '0' stays, '1' normalises over all of them"
    refuses(why, surgery.hidden_layers, model)


class TestStrange:
    def test_a_strange_part_concerns_only_the_units_that_come_to_it(self):
        class Branches(nn.Module):
            def __init__(self):
                super().__init__()
                self.inside = nn.Linear(5, 5)

            def forward(self, x):
                return self.inside(x) if x.sum() > 0 else x

        model = nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.Linear(6, 5), Branches())
        assert [str(group) for group in surgery.groups(model)] == [
            "0 (6): 6 can go",
            "2 (5): stays, '3' (Branches) is not among what can be followed",
        ]
        keep = torch.arange(6) < 2
        assert surgery.remove_neurons(model, "0", keep)[2].weight.shape == (5, 2)
        refuses("one of 0, 2, got '3.inside'", surgery.remove_neurons, model, "3.inside", keep)

    def test_a_number_that_was_taken_from_elsewhere_is_noticed(self):
        def forward(s, x):
            half = s.a(x).shape[1] // 2
            return s.c(s.b(x)[:, :half]) + s.d(s.a(x))

        model = Written(forward, a=conv(3, 8), b=conv(3, 8), c=conv(4, 2), d=conv(8, 2))
        message = "keep must leave what the forward can still take apart"
        refuses(message, surgery.remove_channels, model, "a", torch.arange(8) < 4)

    def test_a_layer_of_one_unit_is_in_nobodys_way(self):
        model, x = nn.Sequential(conv(3, 1), conv(1, 6), conv(6, 1), conv(1, 2)), maps()
        keep = torch.arange(6) == 4
        less, silent = (f(model, "1", keep) for f in (surgery.remove_channels, surgery.zero_units))
        torch.testing.assert_close(less(x), silent(x))
        one = nn.Sequential(conv(3, 4), nn.PReLU(4), conv(4, 4, groups=4), conv(4, 2))
        less, silent = (
            f(one, "0", torch.arange(4) == 1) for f in (surgery.remove_channels, surgery.zero_units)
        )
        torch.testing.assert_close(less(x), silent(x))

    def test_two_layers_with_one_weight_are_two_afterwards(self):
        model = nn.Sequential(linear(), nn.ReLU(), linear(), nn.ReLU(), linear())
        model[2].weight = model[0].weight
        x, keep = torch.rand(5, 6), torch.arange(6) % 2 == 0
        less, silent = (f(model, "0", keep) for f in (surgery.remove_neurons, surgery.zero_units))
        torch.testing.assert_close(less(x), silent(x))
        assert torch.equal(silent[2].weight[:, keep], model[2].weight[:, keep])

    @pytest.mark.parametrize(
        "changed",
        [
            parametrizations.weight_norm,
            spectral_norm,
            lambda m: prune.random_unstructured(m, "weight", 0.5),
        ],
        ids=["weight_norm", "spectral_norm", "prune"],
    )
    def test_computed_weights_are_refused_with_the_remedy(self, changed):
        model = nn.Sequential(linear(), nn.ReLU(), changed(linear()), linear())
        for call in (surgery.remove_neurons, surgery.zero_units):
            refuses(
                "got '2', whose weight is computed by .*: make it",
                call,
                model,
                "0",
                torch.ones(6) > 0,
            )


class TestAxes:
    """Over which axis a norm or a layer goes decides what its numbers mean."""

    class Words(nn.Module):
        """N x 6 x 8 to N x 6 x 6, normalised over the words, of which there are as many."""

        def __init__(self):
            super().__init__()
            self.each, self.norm, self.last = nn.Linear(8, 6), nn.BatchNorm1d(6), nn.Linear(36, 3)

        def forward(self, x):
            return self.last(self.norm(self.each(x)).flatten(1))

    def test_a_norm_over_words_is_not_one_over_units(self):
        keep = torch.ones(6) > 0
        refuses("'last' does not read them", surgery.remove_neurons, self.Words(), "each", keep)
        table = nn.Sequential(nn.Linear(8, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Linear(6, 3))
        x, keep = torch.rand(4, 8), torch.arange(6) != 2
        less, silent = (f(table, "0", keep) for f in (surgery.remove_neurons, surgery.zero_units))
        torch.testing.assert_close(less(x), silent(x))

    def test_a_layer_over_the_width_reads_no_channels(self):
        model = nn.Sequential(conv(1, 6), nn.ReLU(), nn.Linear(6, 3))
        keep = torch.ones(6) > 0
        refuses("'2' does not read them", surgery.remove_channels, model, "0", keep)

    def test_the_activation_of_each_layer(self):
        model = nn.Sequential(
            conv(1, 6),
            nn.BatchNorm2d(6),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(24, 6),
            nn.Dropout(),
            nn.GELU(),
            nn.Linear(6, 3),
        )
        found = {k: v for group in surgery.groups(model) for k, v in group.activation.items()}
        assert found == {"0": "relu", "4": "gelu"}


class TestFitted:
    @pytest.mark.parametrize(
        "what", ["U-Net", "three dimensions", "GhostNet", "heads", "one dimension", "groups"]
    )
    def test_a_cut_network_comes_back_from_a_file_without_unpickling(self, what, tmp_path):
        make, _ = CAN[what]
        (model, x), (fresh, _) = make(), make()
        less = model.eval()
        for group in reversed([g for g in surgery.groups(model) if not g.why_not]):
            less = cut(less, group, torch.arange(group.count) % 2 == 0)
        torch.save(less.state_dict(), tmp_path / "less.pt")
        with unchanged(fresh):
            back = surgery.fitted(fresh, torch.load(tmp_path / "less.pt", weights_only=True))
        assert same(back, less)
        assert str(back) == str(less)  # every module says the same of its size
        assert torch.equal(back.eval()(x), less(x))

    def test_what_does_not_fit_is_refused(self):
        model = nn.Sequential(linear(), linear())
        state = model.state_dict()
        refuses("tensors is not a file of a Linear", surgery.fitted, linear(), state)
        large = state | {"0.bias": torch.ones(7)}
        refuses(r"'0.bias' in tensors must fit into \(6,\)", surgery.fitted, model, large)
        other = state | {"0.bias": torch.ones(6).double()}
        refuses(r"torch.float32, got \(6,\) torch.float64", surgery.fitted, model, other)
