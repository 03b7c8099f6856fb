"""Known wrong answers to card 1.3. Each is rejected with its own message; a test proves it."""

from __future__ import annotations

import torch
from torch import Tensor

from nc_teach.classroom.old_card import WrongAnswer


def _cheapest(weights: Tensor, inverse: Tensor) -> int:
    return int((weights**2 / (2 * inverse.diagonal())).argmin())


def _step(weights: Tensor, inverse: Tensor, q: int) -> Tensor:
    new = weights - weights[q] / inverse[q, q] * inverse[:, q]
    new[q] = 0.0
    return new


def by_magnitude(weights: Tensor, inverse: Tensor) -> Tensor:
    return _step(weights, inverse, int(weights.abs().argmin()))


def by_damage(weights: Tensor, inverse: Tensor) -> Tensor:
    hessian = torch.linalg.inv(inverse)
    return _step(weights, inverse, int((hessian.diagonal() * weights**2 / 2).argmin()))


def times_the_inverse(weights: Tensor, inverse: Tensor) -> Tensor:
    return _step(weights, inverse, int((weights**2 * inverse.diagonal() / 2).argmin()))


def forgets_the_square(weights: Tensor, inverse: Tensor) -> Tensor:
    return _step(weights, inverse, int((weights / (2 * inverse.diagonal())).argmin()))


def the_dearest(weights: Tensor, inverse: Tensor) -> Tensor:
    return _step(weights, inverse, int((weights**2 / (2 * inverse.diagonal())).argmax()))


def the_others_stay(weights: Tensor, inverse: Tensor) -> Tensor:
    new = weights.clone()
    new[_cheapest(weights, inverse)] = 0.0
    return new


def wrong_sign(weights: Tensor, inverse: Tensor) -> Tensor:
    q = _cheapest(weights, inverse)
    return weights + weights[q] / inverse[q, q] * inverse[:, q]


def wrong_sign_for_the_others(weights: Tensor, inverse: Tensor) -> Tensor:
    q = _cheapest(weights, inverse)
    new = weights + weights[q] / inverse[q, q] * inverse[:, q]
    new[q] = 0.0
    return new


def along_the_hessian(weights: Tensor, inverse: Tensor) -> Tensor:
    return _step(weights, torch.linalg.inv(inverse), _cheapest(weights, inverse))


def squared_step(weights: Tensor, inverse: Tensor) -> Tensor:
    q = _cheapest(weights, inverse)
    return weights - weights[q] ** 2 / inverse[q, q] * inverse[:, q]


def step_not_divided(weights: Tensor, inverse: Tensor) -> Tensor:
    q = _cheapest(weights, inverse)
    return weights - weights[q] * inverse[:, q]


def rounding_is_left(weights: Tensor, inverse: Tensor) -> Tensor:
    q = _cheapest(weights, inverse)
    step = weights[q] / inverse[q, q] * inverse[:, q]
    for _ in range(10):
        weights = weights - step / 10
    return weights


def in_place(weights: Tensor, inverse: Tensor) -> Tensor:
    q = _cheapest(weights, inverse)
    weights -= weights[q] / inverse[q, q] * inverse[:, q].clone()
    weights[q] = 0.0
    return weights


def scales_the_inverse(weights: Tensor, inverse: Tensor) -> Tensor:
    q = _cheapest(weights, inverse)
    column = inverse[:, q]
    column *= weights[q] / inverse[q, q].clone()
    new = weights - column
    new[q] = 0.0
    return new


def with_the_saliency(weights: Tensor, inverse: Tensor) -> tuple[Tensor, Tensor]:
    q = _cheapest(weights, inverse)
    return _step(weights, inverse, q), weights[q] ** 2 / (2 * inverse[q, q])


def only_the_rest(weights: Tensor, inverse: Tensor) -> Tensor:
    q = _cheapest(weights, inverse)
    new = _step(weights, inverse, q)
    return torch.cat([new[:q], new[q + 1 :]])


def half_of_them(weights: Tensor, inverse: Tensor) -> Tensor:
    costs = weights**2 / (2 * inverse.diagonal())
    return weights.where(costs > costs.median(), torch.zeros_like(weights))


def the_whole_inverse(weights: Tensor, inverse: Tensor) -> Tensor:
    q = _cheapest(weights, inverse)
    return weights - inverse @ weights / inverse[q, q]


def divides_by_a_zero(weights: Tensor, inverse: Tensor) -> Tensor:
    q = _cheapest(weights, inverse)
    return _step(weights, inverse - inverse.diagonal().diag(), q) / 0.0


def forgets_to_write(weights: Tensor, inverse: Tensor) -> Tensor:
    _step(weights, inverse, _cheapest(weights, inverse))
    return weights.clone()


def forgets_to_return(weights: Tensor, inverse: Tensor) -> None:
    _step(weights, inverse, _cheapest(weights, inverse))


WRONG_ANSWERS = {
    "by magnitude": WrongAnswer(by_magnitude, "nearest to zero"),
    "by damage, without the inverse": WrongAnswer(by_damage, "as if no other weight could move"),
    "times the inverse": WrongAnswer(times_the_inverse, "the cost divides by it"),
    "forgets the square": WrongAnswer(forgets_the_square, "most negative"),
    "the dearest": WrongAnswer(the_dearest, "costs most"),
    "the others stay": WrongAnswer(the_others_stay, "All others stay"),
    "wrong sign": WrongAnswer(wrong_sign, "doubles"),
    "wrong sign for the others": WrongAnswer(wrong_sign_for_the_others, "the wrong way"),
    "along the Hessian": WrongAnswer(along_the_hessian, "along a column of H"),
    "squared step": WrongAnswer(squared_step, "Is w_q squared in it?"),
    "step not divided": WrongAnswer(step_not_divided, "and has no other factor"),
    "rounding is left": WrongAnswer(rounding_is_left, "That is rounding"),
    "in place": WrongAnswer(in_place, "changes the weights"),
    "scales the inverse": WrongAnswer(scales_the_inverse, "changes the inverse"),
    "with the saliency": WrongAnswer(with_the_saliency, "return a tuple"),
    "only the rest": WrongAnswer(only_the_rest, "the shape (6,)"),
    "half of them": WrongAnswer(half_of_them, "Delete one"),
    "the whole inverse": WrongAnswer(the_whole_inverse, "one column of the inverse"),
    "divides by a zero": WrongAnswer(divides_by_a_zero, "NaN or infinity"),
    "forgets to write": WrongAnswer(forgets_to_write, "are the old ones"),
    "forgets to return": WrongAnswer(forgets_to_return, "returns `None`"),
}
