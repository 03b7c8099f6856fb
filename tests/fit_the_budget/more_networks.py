"""Networks of more kinds, each with the shape of one input and its products by hand."""

import torch
import torch.nn.functional as F
from torch import nn

TOKENS, IMAGE = "tokens", (1, 8, 8)


class ConvNeXt(nn.Module):
    """Each map by itself, layer norm, wide and narrow with the channels last, a scale."""

    def __init__(self):
        super().__init__()
        self.stem, self.deep = nn.Conv2d(1, 8, 2, 2), nn.Conv2d(8, 8, 7, padding=3, groups=8)
        self.norm, self.up, self.down = nn.LayerNorm(8), nn.Linear(8, 32), nn.Linear(32, 8)
        self.scale, self.last = nn.Parameter(torch.full((8,), 0.1)), nn.Linear(8, 3)

    def forward(self, x):
        x = self.stem(x)
        y = self.norm(self.deep(x).permute(0, 2, 3, 1))
        y = self.down(F.gelu(self.up(y))) * self.scale
        return self.last((x + y.permute(0, 3, 1, 2)).mean([2, 3]))


class Decoder(nn.Module):
    """From a code to maps by transposed convolutions."""

    def __init__(self):
        super().__init__()
        self.first, self.norm = nn.Linear(12, 64), nn.BatchNorm2d(8)
        self.up, self.higher = (nn.ConvTranspose2d(*io, 2, stride=2) for io in ((4, 8), (8, 6)))
        self.last = nn.Conv2d(6, 3, 1)

    def forward(self, x):
        x = self.norm(self.up(self.first(x).relu().view(-1, 4, 4, 4))).relu()
        return self.last(self.higher(x).relu()).amax((2, 3))


class PointNet(nn.Module):
    """A set of points, each by itself; the largest of each number is heard."""

    def __init__(self):
        super().__init__()
        self.one, self.norm, self.two = nn.Conv1d(3, 8, 1), nn.BatchNorm1d(8), nn.Conv1d(8, 12, 1)
        self.last = nn.Sequential(nn.Linear(12, 6), nn.ReLU(), nn.Linear(6, 3))

    def forward(self, x):
        return self.last(torch.max(self.two(self.norm(self.one(x)).relu()), 2)[0])


class Inception(nn.Module):
    def __init__(self):
        super().__init__()
        self.one, self.thin = nn.Conv2d(1, 4, 1), nn.Conv2d(1, 3, 1)
        self.three, self.pooled = nn.Conv2d(3, 5, 3, padding=1), nn.Conv2d(1, 2, 1)
        self.norm, self.last = nn.BatchNorm2d(11), nn.Linear(11, 3)

    def forward(self, x):
        small = F.max_pool2d(x, 3, stride=1, padding=1)
        parts = [self.one(x), self.three(F.relu(self.thin(x))), self.pooled(small)]
        x = F.relu(self.norm(torch.cat(parts, dim=1)))
        return self.last(F.adaptive_avg_pool2d(x, (1, 1)).view(x.size(0), -1))


class Experts(nn.Module):
    """A mixture of four, and a soft gate."""

    def __init__(self):
        super().__init__()
        each = [(nn.Linear(16, 6), nn.ReLU(), nn.Linear(6, 8)) for _ in range(4)]
        self.gate, self.experts = nn.Linear(16, 4), nn.ModuleList(nn.Sequential(*e) for e in each)
        self.last = nn.Linear(8, 3)

    def forward(self, x):
        heard = torch.stack([expert(x) for expert in self.experts], dim=1)
        return self.last((self.gate(x).softmax(1).unsqueeze(-1) * heard).sum(1))


class TextCNN(nn.Module):
    """Windows of two, three and four words; the largest over time."""

    def __init__(self):
        super().__init__()
        self.words, self.last = nn.Embedding(20, 8), nn.Linear(15, 3)
        self.windows = nn.ModuleList(nn.Conv1d(8, 5, size) for size in (2, 3, 4))

    def forward(self, x):
        x = self.words(x).transpose(1, 2)
        return self.last(torch.cat([F.relu(c(x)).max(dim=2).values for c in self.windows], 1))


class Llama(nn.Module):
    """RMSNorm, attention to what came before, and a gated feed-forward block."""

    def __init__(self):
        super().__init__()
        self.words, self.last = nn.Embedding(20, 8), nn.Linear(8, 3)
        self.norm1, self.norm2 = nn.RMSNorm(8), nn.RMSNorm(8)
        self.q, self.k, self.v, self.o = (nn.Linear(8, 8, bias=False) for _ in range(4))
        self.gate, self.up = (nn.Linear(8, 12, bias=False) for _ in range(2))
        self.down = nn.Linear(12, 8, bias=False)

    def forward(self, x):
        x = self.words(x)
        b, t, _ = x.shape
        y = self.norm1(x)
        heads = (layer(y).view(b, t, 2, -1).transpose(1, 2) for layer in (self.q, self.k, self.v))
        y = F.scaled_dot_product_attention(*heads, is_causal=True)
        x = x + self.o(y.transpose(1, 2).reshape(b, t, -1))
        y = self.norm2(x)
        return self.last((x + self.down(F.silu(self.gate(y)) * self.up(y)))[:, -1])


class ResNeXt(nn.Module):
    """Half of the units make its grouped convolution one that filters each by itself."""

    def __init__(self):
        super().__init__()
        self.stem, self.last = nn.Conv2d(1, 8, 1), nn.Linear(8, 3)
        self.a, self.b = nn.Conv2d(8, 8, 1), nn.Conv2d(8, 8, 3, padding=1, groups=4)
        self.c, self.norm = nn.Conv2d(8, 8, 1), nn.BatchNorm2d(8)

    def forward(self, x):
        x = self.stem(x)
        return self.last((x + self.norm(self.c(self.b(self.a(x).relu()).relu()))).mean((-2, -1)))


class Unrolled(nn.Module):
    """One layer, five times, to a balance."""

    def __init__(self):
        super().__init__()
        self.first, self.again, self.beside = nn.Linear(16, 8), nn.Linear(8, 8), nn.Linear(8, 8)
        self.last = nn.Linear(8, 3)

    def forward(self, x):
        x = self.first(x)
        z = torch.zeros_like(x)
        for _ in range(5):
            z = torch.tanh(self.again(z) + self.beside(x))
        return self.last(z)


class Graph(nn.Module):
    """Two convolutions over the five nodes of a graph."""

    def __init__(self):
        super().__init__()
        self.register_buffer("edges", torch.rand(5, 5))
        self.one, self.two, self.last = nn.Linear(6, 8), nn.Linear(8, 7), nn.Linear(7, 3)

    def forward(self, x):
        x = F.relu(self.edges @ self.one(x))
        return self.last(F.relu(torch.matmul(self.edges, self.two(x))).mean(-2))


class BothWays(nn.Module):
    """A GRU in both directions, and learned attention to its steps."""

    def __init__(self):
        super().__init__()
        self.cell = nn.GRU(5, 6, batch_first=True, bidirectional=True)
        self.key, self.weight = nn.Linear(12, 4), nn.Linear(4, 1, bias=False)
        self.last = nn.Linear(12, 3)

    def forward(self, x):
        heard, _ = self.cell(x)
        weight = F.softmax(self.weight(torch.tanh(self.key(heard))), 1)
        return self.last(torch.bmm(weight.transpose(1, 2), heard).squeeze(1))


class Towers(nn.Module):
    """Two inputs in one tensor, each with its own layer."""

    def __init__(self):
        super().__init__()
        self.one, self.other = nn.Linear(8, 10), nn.Linear(8, 10)
        self.both, self.last = nn.Linear(20, 6), nn.Linear(6, 3)

    def forward(self, x):
        one, other = x.unbind(1)
        x = torch.hstack([self.one(one).relu(), self.other(other).relu()])
        return self.last(self.both(x).relu())


def bag():
    return nn.Sequential(nn.EmbeddingBag(20, 10), nn.Linear(10, 8), nn.ReLU(), nn.Linear(8, 3))


MORE = {  # network, the shape of one input, and its products by hand
    "ConvNeXt": (ConvNeXt, IMAGE, 16 * (4 * 8 + 49 * 8 + 2 * 8 * 32) + 8 * 3),
    "decoder": (Decoder, (12,), 12 * 64 + 16 * 4 * 8 * 4 + 64 * 8 * 6 * 4 + 256 * 6 * 3),
    "bag": (bag, (TOKENS, 6), 10 * 8 + 8 * 3),
    "PointNet": (PointNet, (3, 10), 10 * (3 * 8 + 8 * 12) + 12 * 6 + 6 * 3),
    "Inception": (Inception, IMAGE, 64 * (4 + 3 + 3 * 5 * 9 + 2) + 11 * 3),
    "experts": (Experts, (16,), 16 * 4 + 4 * (16 * 6 + 6 * 8) + 4 * 8 + 8 * 3),
    "TextCNN": (TextCNN, (TOKENS, 9), 8 * 5 * (2 * 8 + 3 * 7 + 4 * 6) + 15 * 3),
    "Llama": (Llama, (TOKENS, 6), 6 * 4 * 64 + 2 * 6 * 6 * 8 + 6 * 3 * 8 * 12 + 8 * 3),
    "ResNeXt": (ResNeXt, IMAGE, 64 * (8 + 64 + 8 * 2 * 9 + 64) + 8 * 3),
    "unrolled": (Unrolled, (16,), 16 * 8 + 5 * 2 * 64 + 8 * 3),
    "graph": (Graph, (5, 6), 5 * (6 * 8 + 5 * 8 + 8 * 7 + 5 * 7) + 7 * 3),
    "both ways": (BothWays, (7, 5), 7 * (2 * 3 * 6 * 11 + 12 * 4 + 4 + 12) + 12 * 3),
    "towers": (Towers, (2, 8), 2 * 8 * 10 + 20 * 6 + 6 * 3),
}
