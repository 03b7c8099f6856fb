"""Low rank approximation (低秩近似): one layer becomes two thin ones.

A layer of M outputs and N inputs is a matrix W, M x N. If W is nearly of rank K, it is nearly a
product of M x K and K x N: first K numbers, then from these all outputs. Unlike pruning nothing is
set to zero; unlike a narrower layer the outputs keep their number. Between the two there is no
activation, and the bias comes after the second.

A convolution is a matrix in more than one way. :func:`low_rank` takes outputs against everything
else (a thinner convolution, then 1 x 1); :func:`low_rank_spatial` takes columns against rows of the
kernel (k x 1, then 1 x k).

Sources: Eckart, Young (1936) for the best approximation; Denton et al. (2014), "Exploiting Linear
Structure Within Convolutional Networks for Efficient Evaluation"; Jaderberg, Vedaldi, Zisserman
(2014), "Speeding up Convolutional Neural Networks with Low Rank Expansions" (the spatial way).
"""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nc_teach.common.kinds import Count, Floats, Matrix
from nc_teach.common.weights import check_plain
from nc_teach.models import seeded_init

Layer = nn.Linear | nn.Conv2d


def break_even_rank(outputs: Count, inputs: Count) -> int:
    """The largest rank that still saves weights: the largest whole K < M N / (M + N).

    Two factors have K (M + N) weights, the matrix M N. 0 when no rank saves anything.
    >>> break_even_rank(300, 784), break_even_rank(4, 4), break_even_rank(1, 5)
    (216, 1, 0)
    >>> 216 * (300 + 784) < 300 * 784 < 217 * (300 + 784)
    True
    """
    return (outputs * inputs - 1) // (outputs + inputs)


def best_factors(weight: Matrix, rank: Count) -> tuple[Tensor, Tensor]:
    """A (M x K) and B (K x N) with the smallest possible ||W - A B|| (Frobenius).

    W = U S V^T by singular value decomposition, A = U_K sqrt(S_K), B = sqrt(S_K) V_K^T. Half of
    the scale goes to each side, so that neither factor has the larger gradients by itself.

    >>> w = torch.tensor([[3.0, 0.0], [0.0, 1.0]])
    >>> a, b = best_factors(w, 1)
    >>> (a @ b).round(decimals=4).abs().tolist()
    [[3.0, 0.0], [0.0, 0.0]]
    """
    u, s, v = torch.linalg.svd(weight, full_matrices=False)  # M x r, r, r x N with r = min(M, N)
    root = s[:rank].sqrt()
    return u[:, :rank] * root, root[:, None] * v[:rank]


def best_factors_for(weight: Matrix, rank: Count, inputs: Matrix) -> tuple[Tensor, Tensor]:
    """A and B with the smallest mean squared error of the *outputs*, over these inputs.

    Minimises mean ||W x - A B x||^2 over the rows x of ``inputs`` (count x N). With the second
    moment C = mean(x x^T) that is the Frobenius norm of (W - A B) C^(1/2): the truncated singular
    value decomposition U S V^T of the *whitened* W C^(1/2), with C^(1/2) undone again. Undoing it
    needs no inverse, which matters where C has none (a pixel that is always black)::

        A B = U_K S_K V_K^T C^(-1/2) = U_K U_K^T W

    and U are the eigenvectors of W C W^T, largest first. So A = U_K, B = U_K^T W.

    The second input is a hundred times larger, so the small weight on it matters more:

    >>> w = torch.tensor([[3.0, 0.0], [0.0, 1.0]])
    >>> a, b = best_factors_for(w, 1, torch.tensor([[1.0, 0.0], [0.0, 100.0]]))
    >>> (a @ b).round(decimals=4).abs().tolist()
    [[0.0, 0.0], [0.0, 1.0]]
    """
    inputs, exact = inputs.cpu().double(), weight.cpu().double()  # not every GPU has float64
    moment = inputs.T @ inputs / len(inputs)  # N x N
    _, u = torch.linalg.eigh(exact @ moment @ exact.T)  # smallest first
    u = u.flip(1)[:, :rank]
    factors = (u, u.T @ exact)  # M x K and K x N
    first, second = (factor.to(weight.dtype).to(weight.device) for factor in factors)
    return first, second


def low_rank(
    layer: nn.Linear | nn.Conv2d, rank: Count, inputs: Floats | None = None
) -> nn.Sequential:
    """Two layers in the place of one: N inputs to ``rank`` numbers, then to all M outputs.

    ``nn.Linear``: N to K without bias, K to M with the bias of the original. ``nn.Conv2d``: its
    weights are the matrix O x (I k_h k_w), so a convolution of the same kernel, stride and padding
    with K filters, then 1 x 1.

    Raises ``ValueError`` for another layer, a rank out of range, or inputs that do not fit or hold
    none.

    - ``layer``: Unchanged. A convolution of one group, padded by zeros.
    - ``rank``: K, 1 to min(M, N). Only below M N / (M + N) does it save weights:
      :func:`break_even_rank`. With K = min(M, N) the outputs are the same up to rounding.
    - ``inputs``: What the layer receives on real data (count x N, or count x I x H x W), to make
      the error of the *outputs* smallest (activation-aware). Without it, that of the weights.

    Returns an ordinary ``nn.Sequential`` on the layer's device in its dtype, to be trained on.

    >>> layer = nn.Linear(784, 300)
    >>> low_rank(layer, 32)
    Sequential(
      (0): Linear(in_features=784, out_features=32, bias=False)
      (1): Linear(in_features=32, out_features=300, bias=True)
    )
    """
    check_layer(layer, nn.Linear, nn.Conv2d)
    matrix = layer.weight.detach().flatten(1)  # out x (in k_h k_w)
    check_rank(rank, matrix)
    if inputs is None:
        second, first = best_factors(matrix, rank)
    else:
        second, first = best_factors_for(matrix, rank, _columns(layer, inputs))
    if isinstance(layer, nn.Linear):
        return _linear(layer, first, second)
    return _conv(layer, first, second)


def low_rank_spatial(conv: nn.Conv2d, rank: Count) -> nn.Sequential:
    """A k_h x k_w convolution as k_h x 1 with ``rank`` filters, then 1 x k_w.

    Here the weights are the matrix (I k_h) x (O k_w), with W[o, c, i, j] at row (c, i) and column
    (o, j). K (I k_h + O k_w) weights; 1 <= K <= min(I k_h, O k_w). The bias comes last.

    Raises ``ValueError`` as :func:`low_rank`. Source: Jaderberg et al. (2014), the second of their
    two schemes; the factors here are the best ones, by singular value decomposition.

    >>> edge = nn.Conv2d(1, 1, 3, padding=1, bias=False)  # Sobel: a column times a row
    >>> _ = edge.weight.data.copy_(torch.tensor([[1.0], [2], [1]]) * torch.tensor([-1.0, 0, 1]))
    >>> thin = low_rank_spatial(edge, 1)
    >>> [tuple(part.kernel_size) for part in thin]
    [(3, 1), (1, 3)]
    >>> image = torch.arange(25.0).view(1, 1, 5, 5) ** 2
    >>> torch.allclose(thin(image), edge(image), atol=1e-3)
    True
    """
    check_layer(conv, nn.Conv2d)
    out, into, high, wide = conv.weight.shape
    # (I k_h) x (O k_w)
    matrix = conv.weight.detach().permute(1, 2, 0, 3).reshape(into * high, out * wide)
    check_rank(rank, matrix)
    columns, rows = best_factors(matrix, rank)
    one_way, other_way = _directions(conv)
    with seeded_init(0):  # what is drawn here is written over
        first = nn.Conv2d(into, rank, (high, 1), bias=False, **one_way)
        second = nn.Conv2d(rank, out, (1, wide), bias=conv.bias is not None, **other_way)
    tall = columns.view(into, high, rank).permute(2, 0, 1)[..., None]  # K x I x k_h x 1
    flat = rows.view(rank, out, wide).transpose(0, 1)[:, :, None]  # O x K x 1 x k_w
    return _filled(conv, first, second, tall, flat)


def _linear(layer: nn.Linear, first: Tensor, second: Tensor) -> nn.Sequential:
    with seeded_init(0):
        one = nn.Linear(layer.in_features, len(first), bias=False)
        two = nn.Linear(len(first), layer.out_features, bias=layer.bias is not None)
    return _filled(layer, one, two, first, second)


def _conv(conv: nn.Conv2d, first: Tensor, second: Tensor) -> nn.Sequential:
    keys = ("kernel_size", "stride", "padding", "dilation")
    how: dict[str, Any] = {key: getattr(conv, key) for key in keys}
    with seeded_init(0):
        one = nn.Conv2d(conv.in_channels, len(first), bias=False, **how)
        two = nn.Conv2d(len(first), conv.out_channels, 1, bias=conv.bias is not None)
    return _filled(conv, one, two, first.view_as(one.weight), second[:, :, None, None])


def _filled(layer: Layer, one: Layer, two: Layer, first: Tensor, second: Tensor) -> nn.Sequential:
    """The pair on the layer's device and in its dtype, with these weights and its bias."""
    pair = nn.Sequential(one, two).to(layer.weight)
    with torch.no_grad():
        one.weight.copy_(first)
        two.weight.copy_(second)
        if layer.bias is not None and two.bias is not None:
            two.bias.copy_(layer.bias)
    return pair


def _directions(conv: nn.Conv2d) -> tuple[dict, dict]:
    """Stride, padding and dilation for the vertical and for the horizontal half."""
    named = isinstance(conv.padding, str)  # "same" or "valid": the same word for both
    pads = (conv.padding, conv.padding) if named else ((conv.padding[0], 0), (0, conv.padding[1]))
    vertical = {"stride": (conv.stride[0], 1), "dilation": (conv.dilation[0], 1)}
    horizontal = {"stride": (1, conv.stride[1]), "dilation": (1, conv.dilation[1])}
    return {**vertical, "padding": pads[0]}, {**horizontal, "padding": pads[1]}


def _columns(layer: Layer, inputs: Tensor) -> Tensor:
    """What is multiplied with the weight matrix, a row for each: inputs, or windows of them."""
    size, more = layer.weight.shape[1], "" if isinstance(layer, nn.Linear) else " x H x W"
    if inputs.dim() != (4 if more else 2) or inputs.shape[1] != size or not len(inputs):
        wanted = f"count x {size}{more}"
        raise ValueError(f"inputs must be {wanted}, at least one, got {tuple(inputs.shape)}")
    inputs = inputs.detach().to(layer.weight)
    if isinstance(layer, nn.Linear):
        return inputs
    if isinstance(layer.padding, str):
        raise ValueError(f"padding must be numbers when inputs are given, got {layer.padding!r}")
    # N x (in k_h k_w) x places
    windows = F.unfold(inputs, layer.kernel_size, layer.dilation, layer.padding, layer.stride)
    return windows.transpose(1, 2).flatten(0, 1)  # (N places) x (in k_h k_w)


def check_layer(layer: nn.Module, *kinds: type[nn.Module]) -> None:
    """Raise ``ValueError`` unless it is one of these, with one group and padded by zeros."""
    if not isinstance(layer, kinds):
        names = " or ".join(f"nn.{kind.__name__}" for kind in kinds)
        raise ValueError(f"layer must be {names}, got {type(layer).__name__}")
    check_plain(layer)
    if isinstance(layer, nn.Conv2d) and (layer.groups, layer.padding_mode) != (1, "zeros"):
        raise ValueError(
            "layer must be a convolution of one group, padded by zeros, "
            f"got {layer.groups} groups and {layer.padding_mode!r}"
        )


def check_rank(rank: Count, matrix: Tensor) -> None:
    """Raise ``ValueError`` unless 1 <= rank <= min(M, N)."""
    if rank > min(matrix.shape):
        raise ValueError(f"rank must be 1 to {min(matrix.shape)}, got {rank!r}")
