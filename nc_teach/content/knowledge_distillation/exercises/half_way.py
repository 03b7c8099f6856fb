"""3.4 Half-way between two networks (difficulty 2, 10 minutes)

`a` and `b` are two networks `nn.Sequential(nn.Linear, nn.ReLU, nn.Linear)` of one shape. `order`
says who matches whom: unit i of `a` and unit `order[i]` of `b` do the same job. Return a **new**
network half-way between them: every parameter the mean of `a`'s and of `b`'s, after `b`'s hidden
units have been put in the order of `a`'s. Where in a network does a hidden unit live? There are
three places.

## Stub
    def half_way(a, b, order):
        mean = copy.deepcopy(a)
        ...
        return mean

## Hint 1
A hidden unit is a row of the first weight, a number of the first bias, and a column of the second
weight. The second bias belongs to the outputs, which stay where they are.

## Hint 2
`b[0].weight[order]` has the rows in `a`'s order, `b[0].bias[order]` the biases, and `b[2].weight[:,
order]` the columns. Write each mean under `with torch.no_grad():`.

## Near miss
the rows in order, bias and columns as they were. With one hidden unit there is only one order, and
it is right. With two, the units' inputs have changed places and their outputs have not.

## Reasoning
If `b` is `a` in another order, the answer must compute what `a` computes: a good test of any such
code, and one of the checks. It fails as soon as one of the three places is forgotten, or the order
is used backwards. Nothing crashes then, since all shapes fit. The mean of *outputs* needs no order
at all, but it needs both networks for every image.
"""

import copy

import torch
from torch import nn

from nc_teach.classroom.compare import same

INPUTS, CLASSES = 4, 3
PLACES = {
    "0.weight": "the rows of the first weight",
    "0.bias": "the first bias",
    "2.weight": "the columns of the second weight",
    "2.bias": "the second bias",
}


def half_way(a, b, order):
    mean = copy.deepcopy(a)
    with torch.no_grad():
        mean[0].weight.add_(b[0].weight[order]).div_(2)
        mean[0].bias.add_(b[0].bias[order]).div_(2)
        mean[2].weight.add_(b[2].weight[:, order]).div_(2)
        mean[2].bias.add_(b[2].bias).div_(2)
    return mean


@torch.no_grad()
def oracle(a, b, order):
    """Every number of the mean by itself, unit after unit."""
    mean = copy.deepcopy(a)
    for unit, other in enumerate(order.tolist()):
        mean[0].weight[unit] = (a[0].weight[unit] + b[0].weight[other]) / 2
        mean[0].bias[unit] = (a[0].bias[unit] + b[0].bias[other]) / 2
        mean[2].weight[:, unit] = (a[2].weight[:, unit] + b[2].weight[:, other]) / 2
    mean[2].bias.copy_((a[2].bias + b[2].bias) / 2)
    return mean


def network(units):
    return nn.Sequential(nn.Linear(INPUTS, units), nn.ReLU(), nn.Linear(units, CLASSES))


@torch.no_grad()
def twin_of(net, order):
    """The same function, its unit ``order[i]`` the net's unit i."""
    twin = copy.deepcopy(net)
    for unit, place in enumerate(order.tolist()):
        twin[0].weight[place] = net[0].weight[unit]
        twin[0].bias[place] = net[0].bias[unit]
        twin[2].weight[:, place] = net[2].weight[:, unit]
    return twin


def cases():
    """One unit, so only the mean counts; five, each with another partner; a network's own twin."""
    for units in (1, 5):
        torch.manual_seed(34)
        order = torch.arange(units).roll(2 if units > 4 else 1)  # there and back differ
        plural = "s" if units > 1 else ""
        yield f"with {units} hidden unit{plural},", (network(units), network(units), order)
    net, order = network(7), torch.arange(7).roll(2)
    yield "half-way to its own twin in another order,", (net, twin_of(net, order), order)


def details(a, b, order, mean):
    """Which parameters are not the mean, or what else the network is."""
    right, found = oracle(a, b, order).state_dict(), mean.state_dict()
    if sum(p.numel() for p in found.values()) > sum(p.numel() for p in right.values()):
        return {"wrong": ENSEMBLE}
    if found.keys() != right.keys():
        return {"wrong": f"your network has the parameters {list(found)}; give it those of `a`."}
    wrong = [PLACES[name] for name in right if not same(found[name], right[name])]
    if len(wrong) == len(right):
        return {"wrong": NOTHING_RIGHT}
    verb = "is" if len(wrong) == 1 and "bias" in wrong[0] else "are"
    return {"wrong": f"{' and '.join(wrong)} {verb} not the mean that belongs there. " + REST}


def averaging(rows, biases, columns, outputs=lambda order: slice(None)):
    """A wrong function: the mean, with the order put to each place as given."""

    def wrong(a, b, order):
        other = copy.deepcopy(b)
        with torch.no_grad():
            other[0].weight.copy_(b[0].weight[rows(order)])
            other[0].bias.copy_(b[0].bias[biases(order)])
            other[2].weight.copy_(b[2].weight[:, columns(order)])
            other[2].bias.copy_(b[2].bias[outputs(order)])
        return mixed(a, other, 0.5, 0.5)

    return wrong


def mixed(a, b, of_a, of_b):
    new, state = copy.deepcopy(a), b.state_dict()
    new.load_state_dict({name: of_a * p + of_b * state[name] for name, p in a.state_dict().items()})
    return new


def right(order):
    return order


def stay(order):
    return slice(None)


def back(order):
    return order.argsort()


class Ensemble(nn.Module):
    """Asks both networks."""

    def __init__(self, a, b):
        super().__init__()
        self.a, self.b = a, b

    def forward(self, images):
        return (self.a(images) + self.b(images)) / 2


ENSEMBLE = (
    "your network holds more parameters than `a`: an ensemble, which asks both networks. Half-way "
    "is **one** network of the old size."
)
REST = "The rest is right."
NOTHING_RIGHT = "no parameter is the mean that belongs there."
WRONG = {
    averaging(stay, stay, stay): "you average without the order: unit 0 of `a` with unit 0 of `b`, "
    "two strangers.",
    averaging(right, stay, stay): "{where} the first bias and the columns of the second weight are "
    "not the mean that belongs there. " + REST,
    averaging(right, stay, right): "{where} the first bias is not the mean that belongs there. "
    + REST,
    averaging(right, right, stay): "{where} the columns of the second weight are not the mean that "
    "belongs there. " + REST,
    averaging(back, back, back): "you use the order backwards. `order[i]` is the unit of `b` that "
    "belongs to unit i of `a`; `weight[order]` reads, `weight[order] = ...` writes the other way.",
    averaging(right, right, right, lambda order: [2, 0, 1]): "{where} the second bias is not the "
    "mean that belongs there. " + REST + " The outputs stay where they are.",
    lambda a, b, order: mixed(half_way(a, b, order), a, 2, 0): "your parameters are twice too "
    "large: the sum of the two, not their mean.",
    lambda a, b, order: mixed(half_way(a, b, order), a, 2, -1): "that is `b` in the order of `a`, "
    "all the way and not half of it.",
    lambda a, b, order: copy.deepcopy(a): "that is `a` itself, as it was. Nothing of `b` has come "
    "in.",
    lambda a, b, order: Ensemble(a, b): ENSEMBLE,
    lambda a, b, order: half_way(a, b, order).state_dict(): "you return a dict; return one "
    "network, such as a copy of `a`.",
    lambda a, b, order: mixed(a, a, 0, 1e-3): "{where} " + NOTHING_RIGHT,
}

OTHERWISE = "{where} {wrong}"
