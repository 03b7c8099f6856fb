"""Networks of other kinds, brought by a reader: checked, taken through a plan, and counted."""

import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations, parametrize

from nc_teach import budget, classroom, pruning, surgery
from nc_teach.budget import PruneWeights, RemoveUnits, WeightSharing
from nc_teach.budget.reach import share_of_weights
from nc_teach.data import Samples, Split
from nc_teach.models import layer_weights
from nc_teach.quantization import deep_compression
from tests.checks import refuses, same, unchanged
from tests.fit_the_budget.more_networks import IMAGE, MORE, TOKENS


class Recurrent(nn.Module):
    """Words (or numbers) through a recurrent layer; the last step says the class."""

    def __init__(self, cell, first):
        super().__init__()
        self.first, self.cell, self.last = first, cell, nn.Linear(cell.hidden_size, 3)

    def forward(self, x):
        return self.last(self.cell(self.first(x))[0][:, -1])


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(20, 8)
        self.block = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
        self.last = nn.Linear(8, 3)

    def forward(self, x):
        return self.last(self.block(self.words(x)).mean(1))


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down, self.deep = nn.Conv2d(1, 4, 3, padding=1), nn.Conv2d(4, 8, 3, padding=1)
        self.up, self.last = nn.Conv2d(12, 4, 3, padding=1), nn.Linear(4, 3)

    def forward(self, x):
        high = self.down(x).relu()
        deep = self.deep(nn.functional.max_pool2d(high, 2)).relu()
        wide = nn.functional.interpolate(deep, scale_factor=2.0)
        return self.last(self.up(torch.cat([high, wide], 1)).relu().mean((2, 3)))


class Mixer(nn.Module):
    def __init__(self):
        super().__init__()
        self.over_places = nn.Linear(9, 9)
        self.first, self.second, self.last = nn.Linear(8, 16), nn.Linear(16, 8), nn.Linear(8, 3)

    def forward(self, x):
        x = x + self.over_places(x.transpose(1, 2)).transpose(1, 2)
        x = x + self.second(nn.functional.gelu(self.first(x)))
        return self.last(x.mean(1))


class Residual(nn.Module):
    def __init__(self, last=nn.Identity):
        super().__init__()
        self.first, self.inner = nn.Linear(16, 8), nn.Linear(8, 8)
        self.outer, self.last = nn.Linear(8, 8), nn.Linear(8, 3)
        self.end = last()

    def forward(self, x):
        x = self.first(x).relu()
        return self.end(self.last(x + self.outer(self.inner(x).relu())))


class Siamese(nn.Module):
    def __init__(self):
        super().__init__()
        self.each, self.last = nn.Linear(8, 6), nn.Linear(6, 3)

    def forward(self, x):
        one, other = (self.each(x[:, k]).relu() for k in (0, 1))
        return self.last((one - other).abs())


class Causal(nn.Module):
    """WaveNet's: dilated, gated, and padded on the left alone; each layer is heard at the end."""

    def __init__(self):
        super().__init__()
        self.first, self.last = nn.Conv1d(2, 6, 1), nn.Conv1d(6, 3, 1)
        self.layers = nn.ModuleList(nn.Conv1d(6, 12, 2, dilation=d) for d in (1, 2, 4))

    def forward(self, x):
        x, heard = self.first(x), 0
        for layer in self.layers:
            gated = nn.functional.glu(layer(nn.functional.pad(x, (layer.dilation[0], 0))), 1)
            x, heard = x + gated, heard + gated
        return self.last(heard).mean(-1)


class Highway(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.does, self.gate = nn.Linear(16, 9), nn.Linear(9, 9), nn.Linear(9, 9)
        self.last = nn.Linear(9, 3)

    def forward(self, x):
        x = self.first(x)
        open_ = self.gate(x).sigmoid()
        return self.last(open_ * self.does(x).relu() + (1 - open_) * x)


class Attending(nn.Module):
    """Which words count is learned: a query, no recurrence."""

    def __init__(self):
        super().__init__()
        self.words, self.query = nn.Embedding(20, 6), nn.Parameter(torch.randn(8))
        self.key, self.value, self.last = nn.Linear(6, 8), nn.Linear(6, 7), nn.Linear(7, 3)

    def forward(self, x):
        x = self.words(x)
        weight = (self.key(x).tanh() @ self.query).softmax(1)
        return self.last((weight.unsqueeze(1) @ self.value(x)).squeeze(1))


class Capsules(nn.Module):
    """18 capsules of 4 vote for 3 of 5, and listen twice to whom the others vote for."""

    def __init__(self):
        super().__init__()
        self.maps, self.votes = nn.Conv2d(1, 8, 3, 2), nn.Parameter(torch.randn(18, 3, 4, 5))

    def forward(self, x):
        low = self.maps(x).reshape(-1, 18, 4)
        votes = torch.einsum("nic,ijcd->nijd", low, self.votes)
        heard = votes.new_zeros(votes.shape[:3])
        for _ in range(2):
            high = (heard.softmax(2).unsqueeze(-1) * votes).sum(1)
            heard = heard + (votes * high.unsqueeze(1)).sum(-1)
        return high.norm(dim=-1).log()


def tied():
    net = nn.Sequential(nn.Linear(16, 8), nn.ReLU(), nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 8))
    net[4].weight = net[2].weight
    return net.append(nn.ReLU()).append(nn.Linear(8, 3))


def table():
    parts = [(nn.Linear(size, 16), nn.LayerNorm(16), nn.GELU()) for size in (10, 16)]
    return nn.Sequential(*parts[0], *parts[1], nn.Linear(16, 3))


def series():
    first, second = nn.Conv1d(2, 8, 3, padding=1), nn.Conv1d(8, 8, 3, padding=1)
    head = (nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(8, 3))
    return nn.Sequential(first, nn.ReLU(), nn.MaxPool1d(2), second, nn.ReLU(), *head)


def depthwise():
    convs = (nn.Conv2d(1, 6, 3, padding=1), nn.Conv2d(6, 6, 3, padding=1, groups=6))
    head = (nn.Conv2d(6, 8, 1), nn.BatchNorm2d(8), nn.ReLU(), nn.AdaptiveAvgPool2d(1))
    return nn.Sequential(*convs, *head, nn.Flatten(), nn.Linear(8, 3))


def normed():
    """As it can be brought: the weight that was computed is permanent."""
    net = nn.Sequential(parametrizations.weight_norm(nn.Linear(16, 8)), nn.ReLU(), nn.Linear(8, 3))
    refuses("remove_parametrizations", layer_weights, net)
    parametrize.remove_parametrizations(net[0], "weight")
    return net


def batch_norm():
    return nn.Sequential(nn.Linear(16, 8), nn.BatchNorm1d(8), nn.PReLU(8), nn.Linear(8, 3))


NETWORKS = MORE | {  # network, the shape of one input, and its products by hand
    "LSTM": (
        lambda: Recurrent(nn.LSTM(8, 16, batch_first=True), nn.Embedding(20, 8)),
        (TOKENS, 6),
        6 * 4 * 16 * (8 + 16) + 16 * 3,
    ),
    "GRU": (
        lambda: Recurrent(nn.GRU(5, 12, batch_first=True), nn.Identity()),
        (7, 5),
        7 * 3 * 12 * (5 + 12) + 12 * 3,
    ),
    "Transformer": (
        Transformer,
        (TOKENS, 6),
        6 * 4 * 8 * 8 + 2 * 6 * 6 * 8 + 2 * 6 * 8 * 16 + 8 * 3,
    ),
    "table": (table, (10,), 10 * 16 + 16 * 16 + 16 * 3),
    "batch norm": (batch_norm, (16,), 16 * 8 + 8 * 3),
    "series": (series, (2, 12), 12 * 8 * 6 + 6 * 8 * 24 + 8 * 3),
    "U-Net": (UNet, IMAGE, 64 * 4 * 9 + 16 * 8 * 36 + 64 * 4 * 108 + 4 * 3),
    "Mixer": (Mixer, (9, 8), 8 * 9 * 9 + 2 * 9 * 8 * 16 + 8 * 3),
    "depthwise": (depthwise, IMAGE, 2 * 64 * 6 * 9 + 64 * 6 * 8 + 8 * 3),
    "tied": (tied, (16,), 16 * 8 + 2 * 8 * 8 + 8 * 3),
    "weight norm": (normed, (16,), 16 * 8 + 8 * 3),
    "residual": (Residual, (16,), 16 * 8 + 2 * 8 * 8 + 8 * 3),
    "causal": (Causal, (2, 12), 12 * (2 * 6 + 3 * 6 * 12 * 2 + 6 * 3)),
    "highway": (Highway, (16,), 16 * 9 + 2 * 9 * 9 + 9 * 3),
    "attending": (Attending, (TOKENS, 6), 6 * 6 * 8 + 6 * 8 + 6 * 6 * 7 + 6 * 7 + 7 * 3),
    "capsules": (Capsules, IMAGE, 9 * 8 * 9 + 18 * 3 * 4 * 5 + 2 * 2 * 18 * 3 * 5),
    "siamese": (Siamese, (2, 8), 2 * 8 * 6 + 6 * 3),
}
PLAN = (PruneWeights(0.5, 3), WeightSharing(4, 1))


def split_of(shape, count, seed=0):
    torch.manual_seed(seed)
    labels = torch.arange(count) % 3
    if shape[0] == TOKENS:
        return Samples(torch.randint(0, 20, (count, *shape[1:])), labels)
    return (Split if len(shape) == 3 else Samples)(torch.rand(count, *shape), labels)


def brought(net, shape, **how):
    """101 to train on: two batches of which the last is one sample."""
    return budget.check_model(net, *(split_of(shape, n, n) for n in (101, 30, 31)), **how)


def made(name):
    make, shape, macs = NETWORKS[name]
    torch.manual_seed(0)
    return make(), shape, macs


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_goes_through_a_plan_and_the_meter(name, tmp_path):
    net, shape, macs = made(name)
    with unchanged(net):
        found = brought(net, shape, plan=PLAN)
        stack = budget.fit(net, found.dataset, PLAN)
    assert stack.stages[0].macs == macs
    first, pruned, last = stack.stages
    weights = sum(w.numel() for w in layer_weights(net).values())
    assert first.params == sum(p.numel() for p in net.parameters())
    kept = layer_weights(pruned.model).values()
    assert sum(int((w == 0).sum()) for w in kept) == weights // 2
    share = weights / first.params
    said = (
        ""
        if share >= 0.9
        else f" in layers ({100 * (weights // 2) / first.params:.2g} % of all parameters)"
    )
    assert pruned.name == f"prune 50 % of the weights{said}"
    assert all(len(w[w != 0].unique()) <= 4 for w in layer_weights(last.model).values())
    assert last.macs == macs
    assert all(p.isfinite().all() for p in last.model.parameters())
    stack.save(tmp_path / "net.ncd")
    back = deep_compression.load(tmp_path / "net.ncd")
    assert same(back, last.model)


CAN = [name for name in NETWORKS if name not in ("LSTM", "GRU", "table", "attending", "capsules")]


@pytest.mark.parametrize("name", CAN)
def test_units_go_where_they_can(name):
    net, shape, _ = made(name)
    x = split_of(shape, 5).images
    stack = budget.fit(net, brought(net, shape).dataset, (RemoveUnits(0.5, 0),))
    assert stack.stages[1].params < stack.stages[0].params
    assert stack.stages[1].macs < stack.stages[0].macs
    assert stack.last.eval()(x).isfinite().all()
    for group in [group for group in surgery.groups(net) if not group.why_not]:
        keep = torch.arange(group.count) % 2 == 0
        kind = surgery.remove_neurons
        if not isinstance(net.get_submodule(group.layers[0]), nn.Linear):
            kind = surgery.remove_channels
        less, silent = (cut(net.eval(), group.layers, keep) for cut in (kind, surgery.zero_units))
        torch.testing.assert_close(less(x), silent(x))


@pytest.mark.parametrize("name", ["ResNeXt", "decoder", "TextCNN", "unrolled"])
def test_a_cut_network_is_certified_and_verified(name, tmp_path):
    net, shape, _ = made(name)
    plan = (RemoveUnits(0.5, 1), PruneWeights(0.5, 3), WeightSharing(4, 1))
    dataset = brought(net, shape, plan=plan).dataset
    stack, limits = budget.fit(net, dataset, plan), budget.Budget()
    said = classroom.certify(stack, tmp_path / "net.ncd", limits, title="ours", repeats=15)
    said.save(tmp_path)
    path = next(tmp_path.glob("*.json"))
    found = classroom.verify(path, net, dataset.test, before=net, repeats=15)
    assert [what for what in found.wrong if not what.startswith("limit")] == []
    assert said.params == stack.stages[-1].params
    assert said.macs == stack.stages[-1].macs


class TestNotes:
    def test_what_the_meter_cannot_count_is_refused_before_any_training(self):
        class Near(nn.Module):
            def __init__(self):
                super().__init__()
                self.centres, self.last = nn.Parameter(torch.randn(10, 16)), nn.Linear(10, 3)

            def forward(self, x):
                return self.last(torch.exp(-torch.cdist(x, self.centres)))

        says = "got aten._euclidean_dist.default: compute the same by matrix products"
        refuses(says, brought, Near(), (16,))
        plan = (budget.Distil(Near, 1),)
        refuses(f"step 1, distil .*{says}", brought, Residual(), (16,), plan=plan)

    def test_what_a_plan_can_reach(self):
        notes = " ".join(brought(*made("LSTM")[:2]).notes)
        share = 48 / sum(p.numel() for p in made("LSTM")[0].parameters())
        assert f"reach {100 * share:.2g} % of its parameters" in notes
        assert "'cell' (LSTM)" in notes
        assert "RemoveUnits cannot be a step for it" in notes
        assert share_of_weights(made("LSTM")[0]) == share
        notes = " ".join(brought(*made("capsules")[:2]).notes)
        assert "the others are in tensors of its own, the biases of these." in notes
        assert "Units cannot go from 'over_places'" in " ".join(brought(*made("Mixer")[:2]).notes)

    def test_all_that_fails_in_a_plan_is_named(self):
        net, shape, _ = made("LSTM")
        plan = (RemoveUnits(0.5, 1), PruneWeights(0.5, 2), WeightSharing(4, 1))
        with unchanged(net):
            refuses("step 1, keep 50 %.*; step 2, .*multiple of 3", brought, net, shape, plan=plan)

        def strange(state, tuning):
            raise KeyError("nobody knows")

        refuses("step 1, strange: 'nobody knows'", brought, net, shape, plan=(strange,))

    def test_probabilities_are_no_logits(self):
        def softmax():
            return nn.Softmax(dim=1)

        message = "logits, got probabilities"
        refuses(message, brought, Residual(softmax), (16,))
        assert brought(Residual(lambda: nn.LogSoftmax(dim=1)), (16,))

    def test_an_output_that_is_no_number_is_found_in_every_split(self):
        class Root(Residual):
            def forward(self, x):
                return super().forward(x) + (2 - x[:, :1]).sqrt()

        fine, odd = split_of((16,), 30), split_of((16,), 31)
        odd.images[3] += 2
        refuses("finite logits, got some", budget.check_model, Root(), odd, fine, fine)
        message = "finite logits for validation: .*NaN for 1 of the 31"
        refuses(message, budget.check_model, Root(), fine, odd, fine)

    def test_one_image_to_learn_from_is_none_for_batch_norm(self):
        splits = [split_of((16,), count) for count in (3, 30, 31)]
        one = splits[0].subset(1)
        plan = (PruneWeights(0.5, 3),)
        refuses(
            "step 1, .*batch_size must leave",
            budget.check_model,
            batch_norm(),
            one,
            *splits[1:],
            plan=plan,
        )
        assert budget.check_model(Residual(), one, *splits[1:], plan=plan)

    def test_a_part_of_the_layers_can_be_cut(self):
        torch.manual_seed(0)
        net = nn.Sequential(nn.Linear(16, 8), nn.LayerNorm(8), nn.ReLU(), nn.Linear(8, 8))
        net = net.append(nn.ReLU()).append(nn.Linear(8, 3))
        stack = budget.fit(net, brought(net, (16,)).dataset, (RemoveUnits(0.5, 0),))
        assert stack.stages[1].name == "keep 50 % of the units in 1 of 2 hidden layers"

    def test_inputs_of_no_kind_are_refused(self):
        labels = torch.arange(6) % 3
        for odd, says in (
            (torch.zeros(6, 4, dtype=torch.uint8), "samples must be float32, .*got uint8"),
            (torch.zeros(6), "got float32 of shape"),
            (torch.zeros(6, 4, 4, dtype=torch.int64), "got int64 of shape"),
            (torch.full((6, 4), torch.nan), "finite numbers, got nan"),
            (torch.full((6, 4), -1), "integers from 0, got -1"),
        ):
            refuses(says, budget.check_model, Residual(), *[(odd, labels)] * 3)
        words = Samples(torch.ones(6, 4, dtype=torch.int64), labels)
        assert repr(words.subset(2).to("cpu")) == "Samples(2 samples of 4, cpu)"

    def test_tokens_stay_numbers_for_every_criterion(self):
        net, shape, _ = made("Transformer")
        words = split_of(shape, 12)
        for criterion in (pruning.ewc, pruning.mas):
            scores = criterion(net, words)
            assert scores.keys() == layer_weights(net).keys()
            assert all(score.isfinite().all() for score in scores.values())
