"""Chapter 5's cards: other right answers pass."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from nc_teach import architecture
from nc_teach.classroom import cards
from nc_teach.classroom.examine import examine


def same_padding(into, out, kernel, stride):
    look = nn.Conv2d(into, into, (kernel, kernel), groups=into, padding="same", bias=False)
    look.stride, look.padding = (stride, stride), (kernel // 2, kernel // 2)
    return nn.Sequential(look, nn.Conv2d(into, out, (1, 1), bias=False))


def by_the_package(layer, rank):
    outputs, inputs = layer.weight.shape
    if rank > architecture.break_even_rank(outputs, inputs):
        return layer
    return architecture.low_rank(layer, rank)


def from_the_stub(layer, rank):
    """Keeps the bias of the stub's second layer: zeros where the given layer has none."""
    if rank * sum(layer.weight.shape) >= layer.weight.numel():
        return layer
    first = nn.Linear(layer.in_features, rank, bias=False)
    second = nn.Linear(rank, layer.out_features)
    u, s, v = torch.linalg.svd(layer.weight, full_matrices=False)
    with torch.no_grad():
        first.weight.copy_(s[:rank, None].sqrt() * v[:rank])
        second.weight.copy_(u[:, :rank] * s[:rank].sqrt())
        second.bias.zero_()
        if layer.bias is not None:
            second.bias += layer.bias
    return nn.Sequential(first, second)


def by_numpy(layer, rank):
    outputs, inputs = layer.weight.shape
    if rank * (outputs + inputs) >= outputs * inputs:
        return layer
    u, s, v = np.linalg.svd(layer.weight.detach().double().numpy(), full_matrices=False)
    first = nn.Linear(inputs, rank, bias=False)
    second = nn.Linear(rank, outputs, bias=layer.bias is not None)
    first.weight = nn.Parameter(torch.from_numpy(v[:rank]))
    second.weight = nn.Parameter(torch.from_numpy(u[:, :rank] * s[:rank]))
    if layer.bias is not None:
        second.bias = nn.Parameter(layer.bias.detach().clone().double())
    return nn.Sequential(first, second)


def by_running(conv, height, width):
    with torch.no_grad():
        out = conv(torch.zeros(1, conv.in_channels, height, width))
    return conv.weight.numel() * out[0, 0].numel()


def in_numpy(conv, height, width):
    size, pad = np.array([height, width]), np.array(conv.padding)
    places = (size + 2 * pad - conv.kernel_size) // conv.stride + 1
    return np.prod(places) * np.prod(conv.weight.shape)


def by_slices(maps, groups):
    size = maps.shape[1] // groups
    return torch.cat([maps[:, place::size] for place in range(size)], dim=1)


def cut_first(maps, primary, cheap, out_channels):
    computed = primary(maps)
    ghosts = cheap(computed)[:, : out_channels - computed.shape[1]]
    return torch.cat((computed, ghosts), 1)


def written_into(maps, primary, cheap, out_channels):
    computed = primary(maps)
    out = maps.new_empty(len(maps), out_channels, *maps.shape[2:])
    out[:, : computed.shape[1]] = computed
    out[:, computed.shape[1] :] = cheap(computed)[:, : out_channels - computed.shape[1]]
    return out


class Designed(nn.Module):
    """A network as a class of its own, with functions in place of layers."""

    def __init__(self):
        super().__init__()
        self.one = nn.Conv2d(1, 8, 3, 2, 1, bias=False)
        self.two = nn.Conv2d(8, 16, 3, padding=1, bias=False)
        self.norms = nn.ModuleList([nn.BatchNorm2d(8), nn.BatchNorm2d(16)])
        self.end = nn.Linear(784, 10)

    def forward(self, images):
        maps = F.max_pool2d(self.norms[0](self.one(images)).relu(), 2)
        return self.end(self.norms[1](self.two(maps)).relu().flatten(1))


RIGHT = {
    "5.1": [architecture.separable_conv, same_padding],
    "5.2": [by_the_package, from_the_stub, by_numpy],
    "5.3": [by_running, in_numpy],
    "5.4": [F.channel_shuffle, by_slices],
    "5.5": [cut_first, written_into],
    "5.6": [Designed],
}


@pytest.mark.parametrize(
    ("key", "right"),
    [(k, r) for k, found in RIGHT.items() for r in found],
    ids=lambda x: getattr(x, "__name__", x),
)
def test_other_right_answers_pass(key, right):
    function = (lambda: right()) if isinstance(right, type) else right
    assert examine(cards.find(key), function) is None
