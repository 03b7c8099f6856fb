"""Every product that runs is counted, and those with zeros: layers held against counts by hand."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.nn.utils import parametrizations, prune

from nc_teach import meter
from nc_teach.meter.formulas import not_zero, recurrent
from tests.nets import Does, positive as w


def attending(weights):
    """Self-attention of 2 heads of 4, by the module."""
    part = nn.MultiheadAttention(8, 2, batch_first=True)
    return Does(lambda net, x: net.part(x, x, x, need_weights=weights)[0], part=part)


def by_kernel(net, query, key, value):
    return F.scaled_dot_product_attention(query, key, value)


ENCODER = 7 * 4 * 8 * 8 + 2 * 7 * 7 * 8 + 7 * 2 * 8 * 16  # 7 tokens of 8: projections, heads, MLP
TWO_LAYERS = 2 * 20 * (3 + 5) + 2 * 20 * (2 * 5 + 5)  # of an LSTM that reads both ways
# fmt: off
LAYERS = {
    "Linear": (nn.Linear(6, 4), (6,), 6 * 4),
    "Linear at each of 5 places": (nn.Linear(6, 4), (5, 6), 5 * 6 * 4),
    "Bilinear": (nn.Bilinear(8, 7, 4), ((8,), (7,)), 4 * (8 * 7 + 7)),
    "Conv1d": (nn.Conv1d(2, 5, 3), (2, 9), 5 * 2 * 3 * 7),
    "Conv1d, dilated": (nn.Conv1d(2, 5, 3, dilation=2), (2, 9), 5 * 2 * 3 * 5),
    "Conv2d": (nn.Conv2d(3, 8, 3), (3, 10, 10), 8 * 3 * 9 * 8 * 8),
    "Conv2d, padded, strided": (nn.Conv2d(3, 8, 3, 2, 1), (3, 10, 10), 8 * 3 * 9 * 5 * 5),
    "Conv2d, grouped": (nn.Conv2d(4, 8, 1, stride=2, groups=2), (4, 6, 6), 8 * 2 * 9),
    "Conv2d, depthwise": (nn.Conv2d(4, 4, 3, groups=4, padding=1), (4, 6, 6), 4 * 9 * 36),
    "Conv3d": (nn.Conv3d(2, 3, 2), (2, 4, 5, 6), 3 * 2 * 8 * 3 * 4 * 5),
    "ConvTranspose1d": (nn.ConvTranspose1d(2, 3, 4, 2), (2, 5), 2 * 3 * 4 * 5),
    "ConvTranspose2d": (nn.ConvTranspose2d(4, 6, 3, 2), (4, 5, 5), 4 * 6 * 9 * 25),
    "ConvTranspose2d, grouped": (nn.ConvTranspose2d(4, 6, 3, groups=2), (4, 5, 5), 4 * 3 * 9 * 25),
    "ConvTranspose3d": (nn.ConvTranspose3d(2, 3, 2), (2, 3, 3, 3), 2 * 3 * 8 * 27),
    "RNN": (nn.RNN(3, 5), (6, 3), 6 * 5 * (3 + 5)),
    "GRU": (nn.GRU(3, 5), (6, 3), 6 * 3 * 5 * (3 + 5)),
    "LSTM": (nn.LSTM(3, 5), (6, 3), 6 * 4 * 5 * (3 + 5)),
    "LSTM, 2 layers, both ways": (
        nn.LSTM(3, 5, 2, bidirectional=True, batch_first=True), (6, 3), 6 * TWO_LAYERS),
    "LSTM, projected": (nn.LSTM(3, 5, proj_size=2), (6, 3), 6 * (4 * 5 * (3 + 2) + 5 * 2)),
    "RNNCell": (nn.RNNCell(3, 5), 3, 5 * (3 + 5)),
    "GRUCell": (nn.GRUCell(3, 5), 3, 3 * 5 * (3 + 5)),
    "LSTMCell": (nn.LSTMCell(3, 5), 3, 4 * 5 * (3 + 5)),
    "MultiheadAttention": (attending(True), (7, 8), 7 * 4 * 8 * 8 + 2 * 7 * 7 * 8),
    "MultiheadAttention, fused": (attending(False), (7, 8), 7 * 4 * 8 * 8 + 2 * 7 * 7 * 8),
    "scaled_dot_product_attention": (
        Does(by_kernel), ((2, 5, 4), (2, 7, 4), (2, 7, 6)), 2 * 5 * 7 * (4 + 6)),
    "TransformerEncoderLayer": (
        nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), (7, 8), ENCODER),
    "TransformerDecoderLayer": (  # attends to itself (5 tokens), then to 7 others
        nn.TransformerDecoderLayer(8, 2, 16, batch_first=True), ((5, 8), (7, 8)),
        5 * 4 * 64 + 2 * 5 * 5 * 8 + (5 + 7 + 7 + 5) * 64 + 2 * 5 * 7 * 8 + 5 * 2 * 8 * 16),
    "matrix times vector": (Does(lambda net, x: net.w @ x[0], w=w(8, 10)), 10, 80),
    "dot": (Does(lambda net, x: x[0] @ net.w, w=w(10)), 10, 10),
    "multiplied, then summed": (
        Does(lambda net, x: (net.w * x[:, None]).sum(-1), w=w(8, 10)), 10, 80),
    "einsum": (
        Does(lambda net, x: torch.einsum("nhi,hio->nho", x, net.w), w=w(2, 3, 4)), (2, 3),
        2 * 3 * 4),
    "baddbmm": (
        Does(lambda net, x: torch.baddbmm(net.b, x, net.w), w=w(1, 3, 4), b=w(1, 1, 4)), (5, 3),
        5 * 3 * 4),
    "addbmm": (
        Does(lambda net, x: torch.addbmm(net.b, x, net.w), w=w(1, 3, 4), b=w(5, 4)), (5, 3),
        5 * 3 * 4),
    "conv_tbc": (  # T x N x C: an example is given whole
        Does(lambda net, x: torch.conv_tbc(x, net.w, net.b), w=w(3, 2, 4), b=w(4)),
        torch.zeros(9, 1, 2), 7 * 3 * 2 * 4),
    "affine_grid": (
        Does(lambda net, x: F.grid_sample(x, F.affine_grid(net.w, x.shape, align_corners=False),
                                          align_corners=False), w=w(1, 2, 3)), (1, 4, 5),
        4 * 5 * 3 * 2),
    "weight_norm": (parametrizations.weight_norm(nn.Linear(6, 4)), (6,), 24),
    "Embedding": (nn.Sequential(nn.Embedding(9, 4), nn.Linear(4, 9)), (7,), 7 * 4 * 9),
    "EmbeddingBag": (nn.Sequential(nn.EmbeddingBag(9, 4), nn.Linear(4, 9)), (7,), 4 * 9),
    "one_hot": (
        Does(lambda net, x: F.one_hot(x, 9).to(net.w.dtype) @ net.w, w=w(9, 4)), (7,), 7 * 9 * 4),
    "nothing to multiply": (
        nn.Sequential(nn.PReLU(4), nn.GroupNorm(2, 4), nn.BatchNorm2d(4), nn.LayerNorm([4, 6, 6]),
                      nn.SiLU(), nn.Softmax(1), nn.MaxPool2d(2), nn.Upsample(scale_factor=2),
                      nn.PixelShuffle(2), nn.AdaptiveAvgPool2d(1)), (4, 6, 6), 0),
}
# fmt: on
EXAMPLES = [pytest.param(*case, id=name) for name, case in LAYERS.items()]


@pytest.mark.parametrize(("layer", "shape", "macs"), EXAMPLES)
def test_a_layer_by_hand(layer, shape, macs):
    assert meter.count_macs(layer, shape) == macs


@pytest.mark.parametrize("dtype", [torch.double, torch.bfloat16, torch.half])
@pytest.mark.parametrize("name", [name for name in LAYERS if name != "conv_tbc"])
def test_the_dtype_of_the_weights_does_not_matter(name, dtype):
    layer, shape, macs = LAYERS[name]
    before = next((p.dtype for p in layer.parameters()), torch.float32)
    try:
        assert meter.count_macs(layer.to(dtype), shape) == macs
    finally:
        layer.to(before)


class TestZeros:
    @pytest.mark.parametrize(("layer", "shape", "macs"), EXAMPLES)
    def test_none_are_left_out_where_there_are_none(self, layer, shape, macs):
        assert meter.count_macs(layer, shape, nonzero=True) == macs

    @pytest.mark.parametrize(
        ("layer", "shape"),
        [
            (nn.Linear(6, 4), (6,)),
            (nn.Conv1d(2, 5, 3, dilation=2), (2, 9)),
            (nn.Conv2d(4, 8, 3, stride=2, groups=2), (4, 7, 7)),
            (nn.Conv2d(4, 4, 3, groups=4), (4, 6, 6)),
            (nn.Conv3d(2, 3, 2), (2, 4, 4, 4)),
            (nn.ConvTranspose1d(2, 3, 4, 2), (2, 5)),
            (nn.ConvTranspose2d(4, 6, 3, 2, groups=2), (4, 5, 5)),
            (nn.ConvTranspose3d(2, 3, 2), (2, 3, 3, 3)),
        ],
        ids=lambda part: type(part).__name__ if isinstance(part, nn.Module) else "",
    )
    def test_they_are_what_the_layer_itself_adds_up(self, layer, shape):
        """With a weight of ones and zeros, on ones, each product that counts adds one."""
        layer.weight.data = (torch.rand(layer.weight.shape) < 0.3).float()
        layer.bias.data.zero_()
        summed = round(layer(torch.ones(1, *shape)).sum().item())
        assert meter.count_macs(layer, shape, nonzero=True) == summed
        assert summed < meter.count_macs(layer, shape)

    @pytest.mark.parametrize(
        ("layer", "shape", "macs"),
        [
            (nn.LSTM(3, 5), (6, 3), 0),
            (nn.GRU(3, 5, 2), (6, 3), 0),
            (nn.LSTM(3, 5).double(), (6, 3), 0),
            (nn.LSTMCell(3, 5), 3, 0),
            (nn.Bilinear(8, 7, 4), ((8,), (7,)), 4 * 7),  # what is left is not with a weight
            (attending(True), (7, 8), 2 * 7 * 7 * 8),
            (attending(False), (7, 8), 2 * 7 * 7 * 8),
            (nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), (7, 8), 2 * 7 * 7 * 8),
        ],
        ids=lambda part: type(part).__name__ if isinstance(part, nn.Module) else "",
    )
    def test_all_weights_zero(self, layer, shape, macs):
        for parameter in layer.parameters():
            parameter.data.zero_()
        assert meter.count_macs(layer, shape, nonzero=True) == macs

    def test_a_layer_used_twice_counts_twice(self):
        layer = nn.Linear(4, 4)
        layer.weight.data[:3] = 0
        net = nn.Sequential(layer, nn.ReLU(), layer)
        assert meter.count_macs(net, 4) == 32
        assert meter.count_macs(net, 4, nonzero=True) == 8

    @pytest.mark.parametrize(
        "does",
        [
            lambda net, x: F.linear(x, net.part.weight),
            lambda net, x: x @ net.part.weight.T,
            lambda net, x: (net.part.weight @ x[0])[None],
            lambda net, x: torch.einsum("ni,oi->no", x, net.part.weight),
            lambda net, x: (x[:, None] * net.part.weight).sum(2),
            lambda net, x: (x[:, None] * net.part.weight).clone().view(1, 2, 4).sum(2),
            lambda net, x: F.linear(x, 2 * net.part.weight),  # made of the weight
            torch.inference_mode()(lambda net, x: net.part(x)),
        ],
    )
    def test_a_weight_is_known_wherever_it_is_multiplied(self, does):
        net = Does(does, part=nn.Linear(4, 2))
        net.part.weight.data[0, :3] = 0
        assert meter.count_macs(net, 4) == 8
        assert meter.count_macs(net, 4, nonzero=True) == 5

    def test_a_mask_makes_zeros(self):
        layer = nn.Linear(4, 2)
        prune.random_unstructured(layer, "weight", amount=3)
        assert meter.count_macs(nn.Sequential(layer), 4, nonzero=True) == 5

    def test_two_weights_are_counted_by_their_pairs(self):
        """U (2 x 3) times V (3 x 2) has 12 products; a column of U and another row of V die."""
        net = Does(lambda net, x: x + (net.u @ net.v).sum(), u=w(2, 3), v=w(3, 2))
        net.u.data[:, 0] = 0
        net.v.data[1] = 0
        assert meter.count_macs(net, 1) == 12
        assert meter.count_macs(net, 1, nonzero=True) == 4

    def test_memory_that_is_used_again_is_not_mistaken(self):
        """An answer's memory goes to the next weight, and back."""

        def does(net, x):
            total = 0
            for _ in range(20):
                x.clone().relu_()  # thrown away at once
                total = total + F.linear(x, 1 * net.w)
            return total

        net = Does(does, w=w(1, 8))
        net.w.data[0, 3:] = 0
        assert meter.count_macs(net, 8, nonzero=True) == 20 * 3

    def test_zeros_that_are_not_weights_count(self):
        net = Does(lambda net, x: x @ torch.zeros(4, 2) + 0 * x @ net.w, w=w(4, 2))
        assert meter.count_macs(net, 4, nonzero=True) == 16


class TestMultipliedThenSummed:
    @pytest.mark.parametrize(
        ("does", "macs"),
        [
            (lambda net, x: (net.w * x).sum(), 12),
            (lambda net, x: (x * net.w).sum((0, 1)), 12),
            (lambda net, x: x.clone().expand(3, 4).mul(net.w).sum(), 12),
            (lambda net, x: (x * net.w)[:, :2].sum(), 6),  # of two columns
            (lambda net, x: x.repeat(3, 1).mul_(net.w).sum(-1), 12),
            (lambda net, x: x.sum() * net.w, 0),  # nothing is added
            (lambda net, x: (x * net.w[0, 0]).sum(), 0),  # one scale for all
            (lambda net, x: F.relu(x * net.w).sum(), 0),  # no product is added
            (lambda net, x: (x * net.w).relu_().sum(), 0),
            (lambda net, x: (x * net.w).mean(), 0),  # a gate, then a pooled map
        ],
    )
    def test_products_number_by_number(self, does, macs):
        assert meter.count_macs(Does(does, w=w(3, 4)), 4) == macs


def test_a_kernel_that_the_network_chooses_itself_counts_as_its_parts():
    def does(net, *inputs):
        with sdpa_kernel(SDPBackend.FLASH_ATTENTION):
            return F.scaled_dot_product_attention(*inputs)

    assert meter.count_macs(Does(does), ((2, 5, 4), (2, 7, 4), (2, 7, 4))) == 2 * 5 * 7 * (4 + 4)


def test_products_in_place_and_a_list_of_weights():
    net = Does(lambda net, x: net.b.clone().addmm_(x, net.w), w=w(3, 4), b=w(1, 4))
    assert meter.count_macs(net, 3) == 12
    args = torch.ones(6, 1, 3), [torch.ones(20, 3), torch.ones(20, 5), torch.ones(20)]
    assert recurrent(slice(1, 2))(not_zero, args, args[0]) == 6 * 20 * (3 + 5)
