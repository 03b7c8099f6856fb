"""The products of whole networks, counted by hand: the kinds of block that networks are made of."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from nc_teach import dynamic, meter


def conv(into, out, size=3, stride=1, groups=1):
    return nn.Sequential(
        nn.Conv2d(into, out, size, stride, size // 2, groups=groups, bias=False),
        nn.BatchNorm2d(out),
        nn.ReLU(),
    )


class Residual(nn.Module):
    """ResNet's first block of a stage: two convolutions, and one of 1 x 1 beside them."""

    def __init__(self):
        super().__init__()
        self.first, self.second = conv(4, 8, stride=2), conv(8, 8)
        self.beside = conv(4, 8, 1, stride=2)

    def forward(self, x):
        return F.relu(self.second(self.first(x)) + self.beside(x))


class Dense(nn.Module):
    """DenseNet's block: each layer reads everything before it."""

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList(conv(4 + 2 * k, 2) for k in range(3))

    def forward(self, x):
        for layer in self.layers:
            x = torch.cat([x, layer(x)], 1)
        return x


class Squeeze(nn.Module):
    """SENet's gate: the mean of each map, two layers, a number for each map."""

    def __init__(self):
        super().__init__()
        self.down, self.up = nn.Conv2d(8, 2, 1), nn.Conv2d(2, 8, 1)

    def forward(self, x):
        gate = self.up(F.relu(self.down(F.adaptive_avg_pool2d(x, 1))))
        return x * torch.sigmoid(gate)


class Inverted(nn.Module):
    """MobileNetV3's: wide, each map by itself, gated, narrow."""

    def __init__(self):
        super().__init__()
        self.wide, self.each = conv(4, 8, 1), conv(8, 8, 5, groups=8)
        self.gate, self.narrow = Squeeze(), nn.Conv2d(8, 4, 1)

    def forward(self, x):
        return x + self.narrow(self.gate(self.each(self.wide(x))))


class Inception(nn.Module):
    """GoogLeNet's: several sizes side by side."""

    def __init__(self):
        super().__init__()
        self.ways = nn.ModuleList(conv(4, 2, size) for size in (1, 3, 5))

    def forward(self, x):
        return torch.cat([way(x) for way in self.ways], 1)


class Fire(nn.Module):
    """SqueezeNet's: few maps, then two sizes."""

    def __init__(self):
        super().__init__()
        self.squeeze, self.one, self.three = conv(8, 2, 1), conv(2, 4, 1), conv(2, 4, 3)

    def forward(self, x):
        few = self.squeeze(x)
        return torch.cat([self.one(few), self.three(few)], 1)


class Shuffle(nn.Module):
    """ShuffleNetV2's: half of the maps pass, and all are shuffled."""

    def __init__(self):
        super().__init__()
        self.way = nn.Sequential(conv(4, 4, 1), conv(4, 4, 3, groups=4), conv(4, 4, 1))

    def forward(self, x):
        a, b = x.chunk(2, 1)
        return F.channel_shuffle(torch.cat([a, self.way(b)], 1), 2)


class UNet(nn.Module):
    """Down, up by a transposed convolution, and what was there before beside it."""

    def __init__(self):
        super().__init__()
        self.first, self.down = conv(1, 4), conv(4, 8)
        self.up, self.last = nn.ConvTranspose2d(8, 4, 2, 2), nn.Conv2d(8, 2, 1)

    def forward(self, x):
        there = self.first(x)
        return self.last(torch.cat([there, self.up(self.down(F.max_pool2d(there, 2)))], 1))


class Tagger(nn.Module):
    """Tokens to an LSTM that reads both ways, and a tag for each token."""

    def __init__(self):
        super().__init__()
        self.embed, self.tag = nn.Embedding(20, 6), nn.Linear(10, 3)
        self.lstm = nn.LSTM(6, 5, bidirectional=True, batch_first=True)

    def forward(self, tokens):
        return self.tag(self.lstm(self.embed(tokens))[0])


class Translator(nn.Module):
    """A GRU reads, a GRU writes, and looks at what was read (Bahdanau's, with a dot product)."""

    def __init__(self):
        super().__init__()
        self.reads, self.writes = nn.GRU(3, 4, batch_first=True), nn.GRU(3, 4, batch_first=True)
        self.out = nn.Linear(8, 5)

    def forward(self, source, target):
        read, last = self.reads(source)
        wrote, _ = self.writes(target, last)
        looks = torch.softmax(wrote @ read.transpose(1, 2), -1)
        return self.out(torch.cat([wrote, looks @ read], -1))


class Vision(nn.Module):
    """A vision transformer: patches, a token for the class, positions, two encoder layers."""

    def __init__(self):
        super().__init__()
        self.patches = nn.Conv2d(1, 8, 4, 4)
        self.token = nn.Parameter(torch.zeros(1, 1, 8))
        self.places = nn.Parameter(torch.zeros(1, 5, 8))
        layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True, norm_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.head = nn.Linear(8, 3)

    def forward(self, images):
        tokens = self.patches(images).flatten(2).transpose(1, 2)
        tokens = torch.cat([self.token.expand(len(tokens), -1, -1), tokens], 1) + self.places
        return self.head(self.encoder(tokens)[:, 0])


class Writer(nn.Module):
    """A small GPT whose last layer is its embedding; it may not look ahead."""

    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(20, 8)
        self.heads, self.join = nn.Linear(8, 24, bias=False), nn.Linear(8, 8)
        self.mlp = nn.Sequential(nn.LayerNorm(8), nn.Linear(8, 32), nn.GELU(), nn.Linear(32, 8))
        self.out = nn.Linear(8, 20, bias=False)
        self.out.weight = self.embed.weight

    def forward(self, tokens):
        x = self.embed(tokens)
        q, k, v = self.heads(x).unflatten(-1, (3, 2, 4)).permute(2, 0, 3, 1, 4)
        seen = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.join(seen.transpose(1, 2).flatten(2))
        return self.out(x + self.mlp(x))


class Mixer(nn.Module):
    """MLP-Mixer's: over the places, then over the maps."""

    def __init__(self):
        super().__init__()
        self.places, self.maps = nn.Linear(6, 6), nn.Linear(4, 4)

    def forward(self, x):
        x = x + self.places(x.transpose(1, 2)).transpose(1, 2)
        return x + self.maps(x)


class Graph(nn.Module):
    """Two layers of a graph network: mean of the neighbours, then a matrix."""

    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(4, 6), nn.Linear(6, 3)

    def forward(self, nodes, edges):
        return edges @ self.second(F.relu(edges @ self.first(nodes)))


class Pooled(nn.Module):
    """A GRU whose steps are weighed and added up, number by number."""

    def __init__(self):
        super().__init__()
        self.gru, self.weigh, self.out = (
            nn.GRU(3, 4, batch_first=True),
            nn.Linear(4, 1),
            nn.Linear(4, 2),
        )

    def forward(self, x):
        steps, _ = self.gru(x)
        return self.out((torch.softmax(self.weigh(steps), 1) * steps).sum(1))


ENCODER = 5 * 4 * 64 + 2 * 5 * 5 * 8 + 5 * 2 * 8 * 16
# fmt: off
NETWORKS = {
    "residual": (Residual(), (4, 8, 8), 4 * 8 * 9 * 16 + 8 * 8 * 9 * 16 + 4 * 8 * 16),
    "VGG": (
        nn.Sequential(conv(1, 4), nn.MaxPool2d(2), conv(4, 8), nn.MaxPool2d(2), nn.Flatten(),
                      nn.Linear(32, 10), nn.ReLU(), nn.Dropout(), nn.Linear(10, 3)), (1, 8, 8),
        4 * 9 * 64 + 4 * 8 * 9 * 16 + 32 * 10 + 10 * 3),
    "dense": (Dense(), (4, 6, 6), (4 + 6 + 8) * 2 * 9 * 36),
    "squeeze and excite": (Squeeze(), (8, 6, 6), 8 * 2 + 2 * 8),
    "inverted": (Inverted(), (4, 6, 6), 4 * 8 * 36 + 8 * 25 * 36 + 32 + 8 * 4 * 36),
    "inception": (Inception(), (4, 6, 6), 4 * 2 * (1 + 9 + 25) * 36),
    "fire": (Fire(), (8, 6, 6), (8 * 2 + 2 * 4 + 2 * 4 * 9) * 36),
    "shuffle": (Shuffle(), (8, 6, 6), (16 + 4 * 9 + 16) * 36),
    "ResNeXt": (conv(8, 8, groups=4), (8, 6, 6), 8 * 2 * 9 * 36),
    "U-Net": (UNet(), (1, 8, 8), 4 * 9 * 64 + 4 * 8 * 9 * 16 + 8 * 4 * 4 * 16 + 8 * 2 * 64),
    "voxels": (
        nn.Sequential(nn.Conv3d(1, 2, 3), nn.ReLU(), nn.Conv3d(2, 2, 1, groups=2)), (1, 5, 5, 5),
        2 * 27 * 27 + 2 * 27),
    "sound": (
        nn.Sequential(nn.Conv1d(1, 4, 5, 2), nn.GELU(), nn.Conv1d(4, 4, 3, dilation=2)), (1, 21),
        4 * 5 * 9 + 4 * 4 * 3 * 5),
    "tagger": (Tagger(), (7,), 7 * (2 * 20 * (6 + 5) + 10 * 3)),
    "translator": (
        Translator(), ((6, 3), (5, 3)),
        (6 + 5) * 12 * (3 + 4) + 2 * 5 * 6 * 4 + 5 * 8 * 5),
    "vision": (Vision(), (1, 8, 8), 4 * 8 * 16 + 2 * ENCODER + 8 * 3),
    "writer": (
        Writer(), (7,), 7 * (8 * 24 + 8 * 8 + 2 * 8 * 32 + 8 * 20) + 2 * 7 * 7 * 8),
    "mixer": (Mixer(), (6, 4), 4 * 36 + 6 * 16),
    "graph": (Graph(), ((5, 4), (5, 5)), 5 * (24 + 18) + 25 * (6 + 3)),
    "pooled": (Pooled(), (7, 3), 7 * 12 * (3 + 4) + 7 * 4 + 7 * 4 + 8),
}
# fmt: on


@pytest.mark.parametrize(("net", "shape", "macs"), NETWORKS.values(), ids=list(NETWORKS))
def test_a_network_by_hand(net, shape, macs):
    assert meter.count_macs(net, shape) == macs
    assert 0 < meter.count_macs(net, shape, nonzero=True) <= macs


@pytest.mark.parametrize("name", ["residual", "U-Net", "vision", "pooled", "VGG"])
def test_images_one_by_one_or_in_batches_cost_the_same(name):
    net, shape, macs = NETWORKS[name]
    images = torch.rand(5, *shape)
    assert dynamic.mean_macs(net, images, batch_size=2) == macs
