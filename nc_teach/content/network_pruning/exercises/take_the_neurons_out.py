"""1.6 Take the neurons out (difficulty 2, 8 minutes)

`first` and `second` are two `torch.nn.Linear` layers with ReLU between them; `keep` is a bool
tensor, one entry for each neuron of `first`, True = kept. Return two **new, smaller**
`torch.nn.Linear` layers that compute exactly what the pair computes when the other neurons are
silenced (their row of weights and their bias set to zero). The given layers stay as they were.
Either may have been made with `bias=False`; then so is yours.

## Stub
    def take_out(first, second, keep):
        small_first = ...
        small_second = ...
        return small_first, small_second

## Hint 1
A neuron is a row of `first.weight`, an entry of `first.bias`, and a column of `second.weight`.
Whose output is `second.bias`?

## Hint 2
Make the layers with `torch.nn.Linear(in, out, bias=...)` and fill them under `with
torch.no_grad():` by `copy_`: `first.weight[keep]`, `first.bias[keep]`, `second.weight[:, keep]`,
and the whole of `second.bias`. Ask first whether a bias `is not None`.

## Near miss
copying the weights and no bias. The shapes are right, but `torch.nn.Linear` has drawn a bias of its
own at random, and that is what answers.

## Reasoning
A silent neuron hands a 0 to `second`, and 0 times its column is nothing, so row, bias and column go
together and no other number changes. `second.bias` belongs to the neurons of `second`, which all
stay. `copy_` fills the new layers with numbers of their own; their shapes, and `in_features` and
`out_features`, are right from the start.
"""

import copy

import torch
from torch import nn

from nc_teach.classroom.card import Refused
from nc_teach.classroom.compare import kind_of, same


def take_out(first, second, keep):
    def layer(weight, bias):
        small = torch.nn.Linear(weight.shape[1], weight.shape[0], bias=bias is not None)
        with torch.no_grad():
            small.weight.copy_(weight)
            if bias is not None:
                small.bias.copy_(bias)
        return small

    bias = None if first.bias is None else first.bias[keep]
    return layer(first.weight[keep], bias), layer(second.weight[:, keep], second.bias)


def cases():
    """Layers of equal sizes, of different ones, other neurons kept, and layers without a bias."""
    keep = torch.tensor([True, False, True, True, False, True, True, False])
    yield "on layers of 8 to 8 to 8 neurons", (*pair(8, 8, 8), keep)
    for kept in (keep, ~keep, torch.ones(8, dtype=torch.bool)):
        yield "on layers of 5 to 8 to 3 neurons", (*pair(5, 8, 3), kept)
    for biases, kind in (
        ((False, False), "layers without a bias"),
        ((False, True), "layers, the first without a bias"),
        ((True, False), "layers, the second without a bias"),
    ):
        yield f"on {kind}", (*pair(5, 8, 3, *biases), keep)


def pair(into, neurons, out, *biases):
    """Two linear layers whose numbers, biases too, lie well away from zero."""
    seeded = torch.Generator().manual_seed(51)
    sizes = ((into, neurons), (neurons, out))
    layers = [nn.Linear(*s, bias=b) for s, b in zip(sizes, biases or (True, True), strict=True)]
    for parameter in (p for layer in layers for p in layer.parameters()):
        numbers = torch.randn(parameter.shape, generator=seeded)
        parameter.data.copy_(numbers + 0.5 * numbers.sign())
    return layers


def play(function, first, second, keep):
    """What is to be said of each part of the new layers: "is right" where all is well."""
    given = copy.deepcopy((first, second))
    layers = function(first, second, keep)
    if not isinstance(layers, tuple | list) or [type(one) for one in layers] != [nn.Linear] * 2:
        got = ", ".join(map(kind_of, layers)) if isinstance(layers, tuple) else kind_of(layers)
        raise Refused(f"you return {got}; return two `torch.nn.Linear` layers, first and second.")
    right = named(take_out(*given, keep))
    shared = {p.data_ptr() for p in named((first, second)).values() if p is not None}
    images = torch.randn(20, given[0].in_features, generator=torch.Generator().manual_seed(52))
    try:
        outputs = layers[1](layers[0](images).relu())
        alike = torch.allclose(outputs, silenced(*given, keep)(images), atol=1e-4)
    except RuntimeError:
        alike = False
    said = {name: look(p, right[name], shared, alike) for name, p in named(layers).items()}
    for name, layer in zip(("first", "second"), layers, strict=True):
        sizes = (layer.out_features, layer.in_features) == layer.weight.shape
        said[name] = "is right" if sizes else f"says {layer}"
    return said


def named(layers):
    """The four parameters of two layers by name; None for a bias that is not there."""
    names = ("first", "second")
    layers = dict(zip(names, layers, strict=True))
    return {f"{n}.{part}": getattr(layers[n], part) for n in names for part in ("weight", "bias")}


def silenced(first, second, keep):
    """The oracle: the pair whose other neurons say nothing."""
    first = copy.deepcopy(first)
    for parameter in first.parameters():
        parameter.data[~keep] = 0.0
    return nn.Sequential(first, nn.ReLU(), second)


def look(new, right, shared, alike):
    """A few words on a parameter; other numbers are right where the outputs are (another order)."""
    if new is None or right is None:
        return "is right" if new is right else "is missing" if new is None else "is one too many"
    if new.shape != right.shape:
        return f"has the shape {tuple(new.shape)}; it should be {tuple(right.shape)}"
    if not (alike or same(new, right)):
        return "holds other numbers"
    if new.data_ptr() in shared:
        return "is shared with the given layer"
    return "is right" if new.requires_grad and new.is_leaf else "cannot be trained"


def details(first, second, keep, said):
    """The first part that is not right."""
    return {
        "what": next(f"`{n}` of yours {words}" for n, words in said.items() if "right" not in words)
    }


def layer(weight, bias):
    """A layer with these numbers."""
    made = nn.Linear(weight.shape[1], weight.shape[0], bias=bias is not None)
    made.weight.data.copy_(weight)
    if bias is not None:
        made.bias.data = bias.detach().clone()
    return made


def but(**parts):
    """A wrong answer: the right one, but for the parts that are given as part(first, second, keep).

    ``but(second_bias=lambda f, s, k: None)`` has no bias in its second layer.
    """

    def wrong(first, second, keep):
        numbers = {
            name.replace(".", "_"): p for name, p in named(take_out(first, second, keep)).items()
        }
        numbers |= {name: part(first, second, keep) for name, part in parts.items()}
        w1, b1, w2, b2 = numbers.values()
        return layer(w1, b1), layer(w2, b2)

    return wrong


def sizes_not_updated(first, second, keep):
    small, reader = copy.deepcopy((first, second))
    small.weight.data, small.bias.data = first.weight.data[keep], first.bias.data[keep]
    reader.weight.data = second.weight.data[:, keep]
    return small, reader


def shares_the_bias(first, second, keep):
    small, reader = take_out(first, second, keep)
    reader.bias = second.bias
    return small, reader


def frozen(first, second, keep):
    return tuple(one.requires_grad_(False) for one in take_out(first, second, keep))


WRONG = {
    but(first_bias=lambda f, s, k: torch.rand(sum(k)), second_bias=lambda f, s, k: s.bias + 1): (
        "your weights are right, but neither bias is: `torch.nn.Linear` draws one of its own at "
        "random. Copy `first.bias[keep]` and `second.bias` as well."
    ),
    but(first_bias=lambda f, s, k: None): "your first layer has no bias, but the given one has a "
    "bias.",
    but(second_bias=lambda f, s, k: None): "your second layer has no bias, but the given one has a "
    "bias.",
    but(second_bias=lambda f, s, k: 0 * s.bias): "the weights are right; the bias of your second "
    "layer is not `second.bias`. All neurons of `second` stay, and so does their bias.",
    but(first_bias=lambda f, s, k: f.bias): "the bias of your first layer has its old size. The "
    "bias of a neuron goes with it.",
    but(second_bias=lambda f, s, k: s.bias[k[: len(s.bias)]]): "the bias of your second layer is "
    "cut. No neuron of `second` goes, so its bias stays whole.",
    but(first_weight=lambda f, s, k: f.weight[:, k], first_bias=lambda f, s, k: f.bias): "you cut "
    "the columns of `first.weight`. A neuron of `first` is one of the rows of `first.weight`.",
    but(second_weight=lambda f, s, k: s.weight[k], second_bias=lambda f, s, k: None): "you cut the "
    "rows of `second.weight`. A neuron of `first` is one of the columns of `second.weight`.",
    but(
        first_weight=lambda f, s, k: f.weight * k[:, None],
        first_bias=lambda f, s, k: f.bias * k,
        second_weight=lambda f, s, k: s.weight * k,
    ): "your layers are as large as before. Zeros are multiplied like any other number: the rows "
    "of the silent neurons must be gone, and their columns in `second`.",
    but(second_weight=lambda f, s, k: s.weight): "your second layer reads as many numbers as "
    "before. Zeros are multiplied like any other number: the columns of the silent neurons must be "
    "gone.",
    lambda first, second, keep: take_out(first, second, ~keep): "you keep the neurons that should "
    "go. True in `keep` means kept.",
    lambda first, second, keep: take_out(first, second, keep.sort(descending=True).values): "the "
    "weights of your first layer are not the rows `first.weight[keep]`. Which neurons are kept?",
    but(second_weight=lambda f, s, k: s.weight[:, : sum(k)]): "the weights of your second layer "
    "are not the columns `second.weight[:, keep]`, as they were.",
    sizes_not_updated: "your layers' weights are small, but `in_features` and `out_features` must "
    "agree with them; a new `Linear` does so.",
    shares_the_bias: "your new layers share numbers with the given ones: training them would "
    "change both. Copy the numbers, as in `copy_` or `clone`.",
    frozen: "your new layers cannot be trained: their parameters must require a gradient.",
    but(first_bias=lambda f, s, k: f.bias[k]): "{where} your function stopped with {answer}. The "
    "bias of such a layer is `None`: ask first whether it `is not None`.",
    but(first_bias=lambda f, s, k: torch.zeros(sum(k)) if f.bias is None else f.bias[k]): "{where} "
    "your first layer has a bias, but the given one has no bias.",
}

OTHERWISE = "{where} {what}."
