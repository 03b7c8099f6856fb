"""What is taken out: single weights, which become zeros, or whole neurons, which are really gone.

Both are asked for the same share of the *weights*, so that their curves can lie on one axis. To
take a share of the weights, fewer neurons are needed than one thinks: each takes its inputs and its
outputs with it.
"""

import copy
import itertools
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from nc_teach import pruning

STEPS = 1000


def single_weights(net: nn.Module, scores: Mapping[str, Tensor], sparsity: float) -> nn.Module:
    """A copy in which the lowest scores of all layers together have become zeros."""
    return pruning.apply_masks(copy.deepcopy(net), pruning.select(scores, sparsity))


def whole_neurons(net: nn.Module, scores: Mapping[str, Tensor], sparsity: float) -> nn.Module:
    """A smaller copy of a multilayer perceptron: the same share of every hidden layer is gone.

    A neuron's score is the mean score of the weights into it. As many neurons go as take at most
    ``sparsity`` of all weights with them; at least one a layer stays.
    """
    names = list(scores)
    counts = neurons_to_remove(
        [(len(scores[name]), scores[name].shape[1]) for name in names], sparsity
    )
    for name, count in zip(names, counts, strict=False):
        keep = torch.ones(len(scores[name]), dtype=torch.bool)
        keep[scores[name].mean(dim=1).argsort(stable=True)[:count].cpu()] = False
        net = pruning.remove_neurons(net, name.removesuffix(".weight"), keep)
    return net


def neurons_to_remove(shapes: Sequence[tuple[int, int]], sparsity: float) -> list[int]:
    """How many neurons of each hidden layer go, the same share everywhere (to a thousandth).

    ``shapes`` are those of the weights, out x in, from first to last. Raises ``ValueError`` for a
    sparsity out of range.

    LeNet-300-100 without half of its hidden neurons keeps 784 * 150 + 150 * 50 + 50 * 10 =
    125,600 of its 266,200 weights: 53 % are gone.

    >>> neurons_to_remove([(300, 784), (100, 300), (10, 100)], 0.53)
    [150, 50]
    """
    if not 0 <= sparsity < 1:
        raise ValueError(f"sparsity must be at least 0 and less than 1, got {sparsity!r}")
    sizes = [shapes[0][1], *(out for out, _ in shapes)]
    total = weights_between(sizes)
    for step in range(STEPS, -1, -1):
        gone = [min(step * units // STEPS, units - 1) for units in sizes[1:-1]]
        left = [n - g for n, g in zip(sizes, [0, *gone, 0], strict=True)]
        if total - weights_between(left) <= sparsity * total:
            break
    return gone


def weights_between(sizes: Sequence[int]) -> int:
    """Number of weights of a multilayer perceptron with layers of these sizes.

    >>> weights_between([784, 300, 100, 10])
    266200
    """
    return sum(a * b for a, b in itertools.pairwise(sizes))
