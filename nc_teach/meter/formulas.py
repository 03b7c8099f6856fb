"""What an operator multiplies: one small table from operators to formulas.

Whatever a network is written with, torch in the end runs *operators*: ``addmm`` for a linear layer,
``convolution`` for every convolution, ``bmm`` for attention. One multiply-accumulate (MAC) is one
product that is added to others, so an operator's MACs follow from the shapes of what it multiplies:

====================================  ==============================================================
operator                              MACs
====================================  ==============================================================
``mm``, ``bmm``, ``mv``, ``dot`` ...  m x k times k x n: m k n, for each matrix of a batch
``convolution``                       numbers of the weight times places that they are laid on
``_trilinear`` (``nn.Bilinear``)      x W_o y for each output o: I J to meet x, then J to meet y
fused LSTM, GRU, RNN                  numbers of the two weights times steps times sequences
scaled dot product attention          queries x keys, then scores x values: L S (d + d_v)
====================================  ==============================================================

Not counted, as is usual: biases, normalisation, activations, products number by number (a gate, a
scale, PReLU) unless a sum follows at once, resampling, and what only moves or looks up.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import torch
from torch.utils._pytree import tree_leaves

Count = Callable[..., torch.Tensor]
"""How many numbers of a tensor count: :func:`every` or :func:`not_zero`."""

Arguments: TypeAlias = Sequence[Any]
"""What an operator is called with: tensors, and numbers that say how."""

Formula = Callable[[Count, Arguments, torch.Tensor], int]
"""From what counts, the operator's arguments and its output to its number of products."""


def every(tensor: torch.Tensor, dim: int | None = None) -> torch.Tensor:
    """How many numbers there are, in all or along one dimension.

    >>> every(torch.zeros(2, 3)).item(), every(torch.zeros(2, 3), 0).tolist()
    (6, [2, 2, 2])
    """
    shape = list(tensor.shape)
    size = tensor.numel() if dim is None else shape.pop(dim)
    return torch.full([] if dim is None else shape, size)


def not_zero(tensor: torch.Tensor, dim: int | None = None) -> torch.Tensor:
    """As :func:`every`, but without zeros.

    >>> not_zero(torch.eye(3)).item(), not_zero(torch.eye(3)[:2], 0).tolist()
    (3, [1, 1, 0])
    """
    return torch.count_nonzero(tensor, dim).cpu()


def matrix_product(first: int) -> Formula:
    """m x k times k x n; the factors are the arguments ``first`` and ``first + 1``.

    MACs = sum over k of (numbers that count in column k of A) (those in row k of B), which is m k n
    where all do; a vector is one row, or one column.

    >>> a, b = torch.ones(2, 3), torch.tensor([[1.0, 1.0], [0.0, 1.0], [0.0, 0.0]])
    >>> matrix_product(0)(every, (a, b), a @ b)
    12
    >>> matrix_product(0)(not_zero, (a, b), a @ b)  # 2 * 2 + 2 * 1 + 2 * 0
    6
    """

    def products(count: Count, args: Arguments, out: torch.Tensor) -> int:
        a, b = args[first], args[first + 1]
        columns = count(a if a.ndim > 1 else a[None], -2)  # ... x k
        rows = count(b if b.ndim > 1 else b[:, None], -1)  # ... x k
        return int((columns * rows).sum())

    return products


def convolution(count: Count, args: Arguments, out: torch.Tensor) -> int:
    """Each number of the weight is used once at each place: of the output, or of the input where
    the convolution is transposed. Places in the padding are multiplied too.

    A weight of 8 x 3 x 3 x 3 on maps of 6 x 6 without padding: 216 numbers at 4 x 4 places.

    >>> x, weight = torch.ones(1, 3, 6, 6), torch.ones(8, 3, 3, 3)
    >>> out = torch.nn.functional.conv2d(x, weight)
    >>> convolution(every, (x, weight, None, 1, 0, 1, False), out)
    3456
    """
    inputs, weight, transposed = args[0], args[1], args[6]
    places = (inputs if transposed else out).numel() // weight.shape[0]
    return int(count(weight)) * places


def convolution_in_time(count: Count, args: Arguments, out: torch.Tensor) -> int:
    """T x N x C in and out; the weight is k x in x out."""
    return int(count(args[1])) * (out.numel() // args[1].shape[2])


def bilinear(count: Count, args: Arguments, out: torch.Tensor) -> int:
    """y_o = x W_o z: N x I, O x I x J and N x J to N x O. First x W_o (I J), then times z (J).

    >>> x, weight, z = torch.ones(1, 8), torch.ones(4, 8, 8), torch.ones(1, 8)
    >>> bilinear(every, (x, weight, z), torch.ones(1, 4))  # 4 * (8 * 8 + 8)
    288
    """
    inputs, weight = args[0], args[1]
    outputs, _, size = weight.shape
    return len(inputs) * (int(count(weight)) + outputs * size)


def grid_of_places(count: Count, args: Arguments, out: torch.Tensor) -> int:
    """Each coordinate of a place is one row of N x 2 x 3 (or N x 3 x 4) times (x, y, 1)."""
    return out.numel() * args[0].shape[-1]


def recurrent(where: slice) -> Formula:
    """Each number of each matrix is used once at each step of each sequence.

    The T x N x I inputs come first (T steps of N sequences), the weights are the arguments
    ``where``: 4H x I and 4H x H for an LSTM. Vectors among them are biases.

    >>> args = torch.ones(10, 1, 16), torch.ones(128, 16), torch.ones(128, 32)
    >>> recurrent(slice(1, 3))(every, args, args[0])  # 10 * 4 * 32 * (16 + 32)
    61440
    """

    def products(count: Count, args: Arguments, out: torch.Tensor) -> int:
        matrices = [weight for weight in tree_leaves(args[where]) if weight.ndim == 2]
        steps = args[0].numel() // args[0].shape[-1]  # T * N
        return steps * sum(int(count(weight)) for weight in matrices)

    return products


def attention(count: Count, args: Arguments, out: torch.Tensor) -> int:
    """N x heads x L x d on S keys: L S d for the scores, L S d_v for their mean of the values.

    >>> query, other = torch.ones(1, 2, 5, 4), torch.ones(1, 2, 7, 4)
    >>> attention(every, (query, other, other), query)  # 2 * 5 * 7 * (4 + 4)
    560
    """
    query, key, value = args[:3]
    scores = query.numel() // query.shape[-1] * key.shape[-2]  # N * heads * L * S
    return scores * (query.shape[-1] + value.shape[-1])


PRODUCTS: dict[str, Formula] = {
    **dict.fromkeys(("mm", "bmm", "mv", "dot", "vdot", "_int_mm", "_scaled_mm"), matrix_product(0)),
    **dict.fromkeys(
        ("addmm", "_addmm_activation", "addmv", "baddbmm", "addbmm"), matrix_product(1)
    ),
    **dict.fromkeys(("convolution", "_convolution"), convolution),
    "conv_tbc": convolution_in_time,
    "_trilinear": bilinear,
    "affine_grid_generator": grid_of_places,
    "mkldnn_rnn_layer": recurrent(slice(1, 3)),
    "_cudnn_rnn": recurrent(slice(1, 2)),
    "_scaled_dot_product_flash_attention": attention,
    "_scaled_dot_product_flash_attention_for_cpu": attention,
    "_scaled_dot_product_efficient_attention": attention,
    "_scaled_dot_product_cudnn_attention": attention,
}
