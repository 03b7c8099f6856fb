"""Known wrong answers to card 2.5. Each is rejected with its own message; a test proves it."""

from __future__ import annotations

import torch
from torch import Tensor

from nc_teach.classroom.old_card import WrongAnswer


def _sent(inputs, connections, activations, w, total=sum):
    sent = list(inputs.T)
    for node, activation in enumerate(activations, start=len(sent)):
        heard = [sent[a] for a, b in connections if b == node]
        sent.append(activation(w * (total(heard) + torch.zeros(len(inputs)))))
    return sent


def _stacked(inputs, sent) -> Tensor:
    return torch.stack(sent[inputs.shape[1] :], dim=1)


def one_layer(inputs, connections, activations, w):
    columns = []
    for node, activation in enumerate(activations, start=inputs.shape[1]):
        places = [a for a, b in connections if b == node and a < inputs.shape[1]]
        columns.append(activation(w * inputs[:, places].sum(dim=1)))
    return torch.stack(columns, dim=1)


def linear(inputs, connections, activations, w):
    return _stacked(inputs, _sent(inputs, connections, [lambda x: x] * len(activations), w))


def weight_outside(inputs, connections, activations, w):
    scaled = [lambda x, f=f: w * f(x) for f in activations]
    return _stacked(inputs, _sent(inputs, connections, scaled, 1.0))


def no_weight(inputs, connections, activations, w):
    return _stacked(inputs, _sent(inputs, connections, activations, 1.0))


def no_sign(inputs, connections, activations, w):
    return _stacked(inputs, _sent(inputs, connections, activations, abs(w)))


def averaged(inputs, connections, activations, w):
    def mean(heard):
        return sum(heard) / max(1, len(heard))

    return _stacked(inputs, _sent(inputs, connections, activations, w, mean))


def weighted_inputs(inputs, connections, activations, w):
    return _stacked(inputs, _sent(w * inputs, connections, activations, w))


def swapped(inputs, connections, activations, w):
    turned = [(b, a) for a, b in connections]
    sent = list(inputs.T)
    for node, activation in enumerate(activations, start=len(sent)):
        heard = [sent[a] for a, b in turned if b == node and a < len(sent)]
        sent.append(activation(w * sum(heard, torch.zeros(len(inputs)))))
    return _stacked(inputs, sent)


def transposed(inputs, connections, activations, w):
    return _stacked(inputs, _sent(inputs, connections, activations, w)).T


def with_inputs(inputs, connections, activations, w):
    return torch.stack(_sent(inputs, connections, activations, w), dim=1)


def only_the_last(inputs, connections, activations, w):
    return _sent(inputs, connections, activations, w)[-1]


def a_list(inputs, connections, activations, w):
    return _sent(inputs, connections, activations, w)[inputs.shape[1] :]


def silent_is_zero(inputs, connections, activations, w):
    signals = _stacked(inputs, _sent(inputs, connections, activations, w))
    ends = {b for _, b in connections}
    quiet = [n for n in range(len(activations)) if n + inputs.shape[1] not in ends]
    signals[:, quiet] = 0
    return signals


def no_start_for_the_sum(inputs, connections, activations, w):
    sent = list(inputs.T)
    for node, activation in enumerate(activations, start=len(sent)):
        sent.append(activation(w * sum(sent[a] for a, b in connections if b == node)))
    return _stacked(inputs, sent)


def in_place(inputs, connections, activations, w):
    signals = _stacked(inputs, _sent(inputs, connections, activations, w))
    inputs *= w
    return signals


def forgets_to_return(inputs, connections, activations, w):
    _stacked(inputs, _sent(inputs, connections, activations, w))


WRONG_ANSWERS = {
    "one layer": WrongAnswer(one_layer, "deaf to each other"),
    "linear": WrongAnswer(linear, "it is linear"),
    "weight outside": WrongAnswer(weight_outside, "after the activation"),
    "no weight": WrongAnswer(no_weight, "does not know `w`"),
    "no sign": WrongAnswer(no_sign, "without its sign"),
    "averaged": WrongAnswer(averaged, "the mean of what"),
    "weighted inputs": WrongAnswer(weighted_inputs, "once too often"),
    "swapped": WrongAnswer(swapped, "swapped the ends"),
    "transposed": WrongAnswer(transposed, "nodes × images"),
    "with inputs": WrongAnswer(with_inputs, "the inputs in it as well"),
    "only the last": WrongAnswer(only_the_last, "the last node alone"),
    "a list": WrongAnswer(a_list, "return one tensor"),
    "silent is zero": WrongAnswer(silent_is_zero, "node 4 sends 0 for"),
    "no start for the sum": WrongAnswer(no_start_for_the_sum, "must be Tensor, not float"),
    "in place": WrongAnswer(in_place, "changes the inputs"),
    "forgets to return": WrongAnswer(forgets_to_return, "returns `None`"),
}
