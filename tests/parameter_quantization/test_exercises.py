"""The cards of chapter 4: right answers by other methods pass, in any type of number."""

import numpy as np
import pytest
import torch

from nc_teach import quantization
from nc_teach.classroom import cards
from nc_teach.classroom.examine import examine
from tests.card_rules import assert_a_near_miss


def grid_of_the_package(x, bits):
    scale, zero = quantization.choose_grid(x, bits, symmetric=False)
    shift = 2 ** (bits - 1)  # the package counts from -2^(bits-1) up
    q = quantization.quantize(x, scale, zero, bits).int() + shift
    return q.to(torch.uint8), scale, zero + shift


def grid_in_double_precision(x, bits):
    low, high = (float(end) for end in torch.aminmax(torch.cat([x.flatten(), torch.zeros(1)])))
    scale = np.float64(high - low) / (2**bits - 1) if high > low else np.float64(0.25)
    zero = np.int64(np.rint(-low / scale))
    q = np.clip(np.floor(x.double().numpy() / scale + zero + 0.5), 0, 2**bits - 1)
    return torch.from_numpy(q), scale, zero


def gradients_through_the_package(gradient, index, k):
    values = torch.zeros(k, requires_grad=True)
    (quantization.share(values, index) * gradient).sum().backward()
    return values.grad


def gradients_one_hot(gradient, index, k):
    one_hot = index.flatten()[None] == torch.arange(k)[:, None]
    return one_hot.double() @ gradient.flatten().double()


def codes_of_the_package(lengths):
    return dict(quantization.huffman_code.Code(tuple(lengths)).words())


def codes_of_rfc_1951(lengths):
    """Counts each length, then the first code of each length; of no lengths it makes no codes."""
    if not lengths:
        return {}
    count = np.bincount(lengths, minlength=max(lengths) + 1)
    count[0], code = 0, 0
    following = {}
    for bits in range(1, max(lengths) + 1):
        code = int(code + count[bits - 1]) << 1
        following[bits] = code
    codes = {}
    for symbol, bits in enumerate(lengths):
        if bits:
            codes[symbol] = f"{following[bits]:0{bits}b}"
            following[bits] += 1
    return codes


def sign_by_where(x):
    signs = 2.0 * (x >= 0) - 1.0
    passing = torch.where(x.abs() <= 1, x, x.detach())
    return signs.detach() + (passing - passing.detach())


def product_by_hand(a, b, n):
    bits = "".join(f"{word:064b}"[::-1] for word in (a ^ b).tolist())
    return np.int64(n - 2 * bits[:n].count("1"))


def product_by_masked_xnor(a, b, n):
    same = ~(a ^ b)
    same[-1] &= np.uint64(2 ** ((n - 1) % 64 + 1) - 1)
    return torch.tensor(2 * int(np.bitwise_count(same).sum()) - n)


def rescaled_by_the_package(accumulator, scale_x, scale_w, scale_y, zero_y):
    m, n = quantization.fixed_point(scale_x * scale_w / scale_y)
    return quantization.rescale(accumulator, m, n, zero_y, -128, 127)


def rescaled_by_numpy(accumulator, scale_x, scale_w, scale_y, zero_y):
    steps = accumulator.numpy() * np.float64(scale_x) * scale_w.double().numpy() / scale_y
    return torch.from_numpy(np.clip(np.floor(steps + zero_y + 0.5), -128, 127).astype(np.int8))


RIGHT = {
    "4.1": [grid_of_the_package, grid_in_double_precision],
    "4.2": [gradients_through_the_package, gradients_one_hot],
    "4.3": [codes_of_the_package, codes_of_rfc_1951],
    "4.4": [quantization.sign_ste, sign_by_where],
    "4.5": [product_by_hand, product_by_masked_xnor],
    "4.6": [rescaled_by_the_package, rescaled_by_numpy],
}


@pytest.mark.parametrize(
    ("key", "function"), [(key, function) for key in RIGHT for function in RIGHT[key]]
)
def test_a_right_answer_by_another_method_passes(key, function):
    assert examine(cards.find(key), function) is None


def test_a_product_of_signs_is_no_float():
    card = cards.find("4.5")
    message = examine(card, lambda a, b, n: float(card.solution(a, b, n)))
    assert message == "you return a float. The product of signs is an integer, exactly."


def test_without_the_cut_only_what_fits_is_right():
    assert_a_near_miss("4.6", "int8 starts again at the other end")
