"""Known wrong answers to card 2.3. Each is rejected with its own message; a test proves it."""

from __future__ import annotations

import math
from itertools import pairwise

from nc_teach.classroom.old_card import WrongAnswer


def _work(sizes):
    return sum(a * b for a, b in pairwise(sizes))


def as_many(epochs, large, small):
    return epochs


def upside_down(epochs, large, small):
    return epochs * _work(small) // _work(large)


def neurons(epochs, large, small):
    return epochs * sum(large) // sum(small)


def hidden_neurons(epochs, large, small):
    return epochs * (sum(large[1:-1]) or 1) // (sum(small[1:-1]) or 1)


def with_biases(epochs, large, small):
    work = [_work(sizes) + sum(sizes[1:]) for sizes in (large, small)]
    return epochs * work[0] // work[1]


def without_the_first_layer(epochs, large, small):
    return epochs * (_work(large[1:]) or 1) // (_work(small[1:]) or 1)


def only_the_first_layer(epochs, large, small):
    return epochs * large[0] * large[1] // (small[0] * small[1])


def everything_with_everything(epochs, large, small):
    return epochs * math.prod(large) // math.prod(small)


def rounds_up(epochs, large, small):
    return math.ceil(epochs * _work(large) / _work(small))


def rounds_to_the_nearest(epochs, large, small):
    return round(epochs * _work(large) / _work(small))


def rounds_too_early(epochs, large, small):
    return epochs * (_work(large) // _work(small))


def at_most_twice(epochs, large, small):
    return min(2 * epochs, epochs * _work(large) // _work(small))


def a_float(epochs, large, small):
    return epochs * _work(large) / _work(small)


def a_text(epochs, large, small):
    return str(epochs * _work(large) // _work(small))


def one_more(epochs, large, small):
    return epochs * _work(large) // _work(small) + 1 if len(large) > 3 else 6


def eats_the_list(epochs, large, small):
    answer = epochs * _work(large) // _work(small)
    large.pop()
    return answer


def only_three_sizes(epochs, large, small):
    (a, b, c), (d, e, f) = large, small
    return epochs * (a * b + b * c) // (d * e + e * f)


def forgets_to_return(epochs, large, small):
    epochs * _work(large) // _work(small)


WRONG_ANSWERS = {
    "as many": WrongAnswer(as_many, "That is scratch-E"),
    "upside down": WrongAnswer(upside_down, "upside down"),
    "neurons": WrongAnswer(neurons, "you count neurons"),
    "hidden neurons": WrongAnswer(hidden_neurons, "only the hidden neurons"),
    "with biases": WrongAnswer(with_biases, "biases"),
    "without the first layer": WrongAnswer(without_the_first_layer, "leave out the first layer"),
    "only the first layer": WrongAnswer(only_the_first_layer, "only the first layer"),
    "everything with everything": WrongAnswer(everything_with_everything, "all sizes"),
    "rounds up": WrongAnswer(rounds_up, "you round up"),
    "rounds to the nearest": WrongAnswer(rounds_to_the_nearest, "to the nearest"),
    "rounds too early": WrongAnswer(rounds_too_early, "round the ratio first"),
    "at most twice": WrongAnswer(at_most_twice, "stop at twice"),
    "a float": WrongAnswer(a_float, "a float"),
    "a text": WrongAnswer(a_text, "return a whole number"),
    "one more": WrongAnswer(one_more, "epochs are paid for"),
    "eats the list": WrongAnswer(eats_the_list, "changes the lists"),
    "only three sizes": WrongAnswer(only_three_sizes, "too many values to unpack"),
    "forgets to return": WrongAnswer(forgets_to_return, "returns `None`"),
}
