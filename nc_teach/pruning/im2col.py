"""Lowered convolution: one matrix product, over only those inputs that some filter still uses.

Lowering (im2col) writes what lies under a filter, at every place that it comes to, as a column;
the convolution is then one product of the filters, out x (in height width), with these columns. A
*shape*, one place (c, i, j) of all filters, is a column of the filters and a row of what they are
multiplied with. Where it is zero in every filter, both can go. ``nn.Conv2d`` cannot do without it:
its filters are whole boxes.

Unlike ``remove_channels`` this changes one layer alone, and needs another kind of layer.

Source: Wen, Wu, Wang, Chen, Li (2016), "Learning Structured Sparsity in Deep Neural Networks",
section 3, on filter shapes.
"""

import copy

import torch.nn.functional as F
from torch import Tensor, nn

from nc_teach.common.arguments import check_mask
from nc_teach.common.kinds import Mask
from nc_teach.common.weights import check_plain


class Im2colConv2d(nn.Module):
    """A convolution as a matrix product, with the kept rows alone. Made by :func:`to_im2col`.

    ``weight`` is out x kept; ``rows`` (kept x 3, int64, a buffer) names the input channel and the
    place in the kernel of each. Only these are ever copied: ``F.unfold`` would write all rows
    first. It can be trained like any layer, and what is gone stays gone.

    Input N x C x H x W; output as that of the convolution that it was made from, up to rounding
    (the same products, added up in another order).
    """

    rows: Tensor
    weight: nn.Parameter

    def __init__(self, conv: nn.Conv2d, keep: Mask) -> None:
        super().__init__()
        weight = conv.weight.detach()[:, keep].clone()  # out x kept
        self.weight = nn.Parameter(weight, requires_grad=conv.weight.requires_grad)
        self.bias = copy.deepcopy(conv.bias)
        self.register_buffer("rows", keep.nonzero())
        self.in_channels, self.kernel_size = conv.in_channels, conv.kernel_size
        self.stride, self.dilation = conv.stride, conv.dilation
        self.borders = _borders(conv)

    def forward(self, images: Tensor) -> Tensor:
        channel, i, j = self.rows.T  # kept each
        columns = self._windows(images)[:, channel, :, :, i, j]  # kept x N x height x width
        output = self.weight @ columns.flatten(1)  # out x (N height width)
        if self.bias is not None:
            output = output + self.bias[:, None]
        # N x out x height x width
        return output.view(len(self.weight), *columns.shape[1:]).transpose(0, 1)

    def _windows(self, images: Tensor) -> Tensor:
        """N x C x height x width (of the output) x those of the kernel: a view, nothing copied."""
        windows = F.pad(images, self.borders)  # N x C x padded height x padded width
        for dim in (0, 1):
            reach = (self.kernel_size[dim] - 1) * self.dilation[dim] + 1
            # Each window becomes a dimension of its own, behind the others.
            windows = windows.unfold(2 + dim, reach, self.stride[dim])
        return windows[..., :: self.dilation[0], :: self.dilation[1]]

    def extra_repr(self) -> str:
        size = f"kernel_size={self.kernel_size}, stride={self.stride}"
        rows = self.in_channels * self.kernel_size[0] * self.kernel_size[1]
        kept = f"rows={len(self.rows)} of {rows}"
        return f"{self.in_channels}, {len(self.weight)}, {size}, {kept}"


def to_im2col(conv: nn.Conv2d, keep: Mask | None = None) -> Im2colConv2d:
    """The same convolution as one matrix product, over the shapes that ``keep`` says.

    ``conv`` has any stride, dilation and padding by zeros, and one group; it is unchanged. ``keep``
    is bool, in x height x width, true = kept, at least one. Default: every shape that is not zero
    in all filters, and then the output stays the same. Raises ``ValueError`` for anything but such
    a convolution, or a ``keep`` that does not fit or keeps nothing.

    A filter of 2 x 2 that uses two of its four places:

    >>> import torch
    >>> conv = nn.Conv2d(1, 1, 2, bias=False)
    >>> _ = conv.weight.data.copy_(torch.tensor([[[[0.0, 3.0], [2.0, 0.0]]]]))
    >>> small = to_im2col(conv)
    >>> small.weight.tolist(), small.rows.tolist()
    ([[3.0, 2.0]], [[0, 0, 1], [0, 1, 0]])
    >>> small(torch.tensor([[[[1.0, 10.0], [100.0, 1000.0]]]])).item()  # 3 * 10 + 2 * 100
    230.0
    """
    return Im2colConv2d(conv, _checked("conv", conv, keep))


def remove_filter_positions(model: nn.Module, layer: str, keep: Mask | None = None) -> nn.Module:
    """A copy of ``model`` whose convolution of this name is lowered, without the other shapes.

    Filters and channels are to be removed before: ``remove_channels`` does not follow a lowered
    layer. Arguments and errors as in :func:`to_im2col`, and ``ValueError`` for a name that is not
    there.

    >>> import torch
    >>> net = nn.Sequential(nn.Conv2d(2, 3, 3), nn.ReLU())
    >>> keep = torch.zeros(2, 3, 3, dtype=torch.bool)
    >>> keep[0, 1] = True  # the middle row of the first channel
    >>> remove_filter_positions(net, "0", keep)[0]
    Im2colConv2d(2, 3, kernel_size=(3, 3), stride=(1, 1), rows=3 of 18)
    """
    check_plain(model)
    modules = dict(model.named_modules())
    if layer not in modules or not layer:
        names = [name for name, module in modules.items() if isinstance(module, nn.Conv2d)]
        raise ValueError(f"layer must be one of {', '.join(names)}, got {layer!r}")
    small, conv = copy.deepcopy(model), modules[layer]
    parent, _, own = layer.rpartition(".")
    as_product = Im2colConv2d(conv, _checked(layer, conv, keep))
    setattr(small.get_submodule(parent), own, as_product)
    return small


def _borders(conv: nn.Conv2d) -> tuple[int, int, int, int]:
    """Zeros to the left, right, above and below."""
    if conv.padding == "same":
        total = [d * (k - 1) for d, k in zip(conv.dilation, conv.kernel_size, strict=True)]
        (top, bottom), (left, right) = ((t // 2, t - t // 2) for t in total)
        return left, right, top, bottom
    high, wide = (0, 0) if isinstance(conv.padding, str) else conv.padding
    return wide, wide, high, high


def _checked(name: str, conv: nn.Module, keep: Mask | None) -> Tensor:
    if not isinstance(conv, nn.Conv2d):
        raise ValueError(f"{name!r} must be a Conv2d, got a {type(conv).__name__}")
    check_plain(conv)
    if conv.groups != 1:
        raise ValueError(f"{name!r} must be a convolution of one group, got {conv.groups}")
    if conv.padding_mode != "zeros":
        raise ValueError(f"{name!r} must be padded with 'zeros', got {conv.padding_mode!r}")
    keep = (conv.weight.detach() != 0).any(dim=0) if keep is None else keep
    check_mask(name, keep, conv.weight.shape[1:])
    if not keep.any():
        raise ValueError(f"keep must keep at least one of the {keep.numel()} shapes, got none")
    return keep.to(conv.weight.device)
