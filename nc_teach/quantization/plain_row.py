"""A network as a plain row: linear layers and convolutions, ReLU, max pooling and flattening.

Before a network is turned into integers it is brought into one form, which computes the same:
batch normalisation is folded into the layer before it (Jacob et al. 2018, section 3.2), dropout is
left out, and an average over a map becomes what it is, a convolution whose weights are all equal.
What branches (a shortcut), and what is none of these, is refused by its name.
"""

import copy
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn.utils import fusion

from nc_teach.common.kinds import Floats
from nc_teach.common.weights import check_plain
from nc_teach.quantization.uniform import check_finite
from nc_teach.surgery.graphs import graph_of, kind_of, words_of
from nc_teach.training.evaluate import evaluating

Norm = nn.BatchNorm1d | nn.BatchNorm2d
ASKS = ("size", "getitem", "getattr")  # they ask for lengths, and compute nothing
KINDS = frozenset({"linear", "conv2d", "batchnorm1d", "batchnorm2d", "relu", "flatten", "view"})
KINDS |= {"reshape", "maxpool2d", "avgpool2d", "adaptiveavgpool2d", "mean"}
KINDS |= {"dropout", "dropout2d", "identity", "contiguous"}  # which do nothing to numbers
ALLOWED = "linear layers, convolutions, batch norm, ReLU, max and average pooling and flatten"


def plain_row(net: nn.Module, images: Floats) -> nn.Sequential:
    """The trained ``net`` as a row of plain parts, in evaluation mode; ``net`` is unchanged.

    ``images``, a few of its inputs, N x C x H x W, say how large its maps are; on them the row and
    the network must agree. Raises ``ValueError`` that names what cannot stand in such a row, and
    for images that are not finite, or no inputs of ``net``.

    >>> net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(), nn.AvgPool2d(3))
    >>> plain_row(net, torch.rand(4, 1, 5, 5))
    Sequential(
      (0): Conv2d(1, 2, kernel_size=(3, 3), stride=(1, 1))
      (1): ReLU()
      (2): Conv2d(2, 2, kernel_size=(3, 3), stride=(3, 3), groups=2, bias=False)
    )
    """
    check_plain(net)
    check_finite(images, "images")
    few, row = images[:8], nn.Sequential()
    with evaluating(net):
        (last, *nodes, _), maps = list(graph_of(net).nodes), few
        try:
            wanted = net(few)
        except RuntimeError as error:
            raise ValueError(
                f"images must be inputs of net, got shape {tuple(images.shape)}: {error}"
            ) from error
        for node in nodes:
            name = kind_of(node, net)
            kind = name.replace("_", "")
            if kind in ASKS:
                continue
            if node.all_input_nodes[:1] != [last] or kind not in KINDS:
                raise ValueError(f"net must be a row of {ALLOWED}; got {words_of(node, name)}")
            module = net.get_submodule(str(node.target)) if node.op == "call_module" else None
            try:
                _append(row, kind, module, maps, *node.args[1:], **node.kwargs)
                last, maps = node, row(few)
            except (RuntimeError, TypeError) as error:  # an option that ours have not
                raise ValueError(
                    f"net must be a row of {ALLOWED}; got another form of {words_of(node, name)}"
                ) from error
        if maps.shape != wanted.shape or not torch.allclose(maps, wanted, rtol=1e-3, atol=1e-4):
            raise ValueError(
                f"net must compute what its parts do, one after the other; {type(net).__name__} "
                "gives other numbers than they"
            )
    return row.eval()


def _append(
    row: nn.Sequential,
    kind: str,
    module: nn.Module | None,
    maps: Tensor,
    *how: object,
    **more: object,
) -> None:
    """The next part, for ``module`` or for a function that is called with ``how`` and ``more``."""
    match kind:
        case "linear" | "conv2d" if module:
            row.append(copy.deepcopy(module))
        case "batchnorm1d" | "batchnorm2d" if isinstance(module, Norm):
            row[-1] = _folded(row[-1] if len(row) else None, module)
        case "relu":
            row.append(nn.ReLU())
        case "maxpool2d":
            make: Callable[..., nn.Module] = nn.MaxPool2d
            row.append(copy.deepcopy(module) if module else make(*how, **more))
        case "avgpool2d" if isinstance(module, nn.AvgPool2d):
            row.append(_average(maps, module.kernel_size, module.stride))
        case "avgpool2d":
            row.append(_average(maps, *how, **more))
        case "adaptiveavgpool2d" | "mean":
            row.append(_average(maps, tuple(maps.shape[2:])))
            if kind == "mean" and not more.get("keepdim"):
                row.append(nn.Flatten())
        case "flatten" | "view" | "reshape":
            row.append(nn.Flatten())


def _average(maps: Tensor, kernel_size: object, stride: object = None) -> nn.Conv2d:
    """A convolution of every map with weights that are all equal, and sum to 1."""
    make: Callable[..., nn.Conv2d] = nn.Conv2d
    channels, stride = maps.shape[1], stride or kernel_size
    pool = make(channels, channels, kernel_size, stride, groups=channels, bias=False)
    pool.weight.data.fill_(1 / pool.weight[0].numel())
    return pool


def _folded(layer: nn.Module | None, norm: Norm) -> nn.Module:
    """One layer that does both: w gamma / sigma, and (b - mean) gamma / sigma + beta."""
    if isinstance(layer, nn.Linear):
        return fusion.fuse_linear_bn_eval(layer, norm)
    if isinstance(layer, nn.Conv2d):
        return fusion.fuse_conv_bn_eval(layer, norm)
    raise ValueError("net must have its batch norms directly after layers; got one elsewhere")
