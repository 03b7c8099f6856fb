"""Which neuron, which filter? Scores for whole units instead of single weights.

Unlike the criteria for weights, each of these gives one number per neuron (linear layer) or output
channel (convolution): a dict from layer name to a 1-D tensor, higher = keep, for every hidden layer
and never for the output layer. ``select`` turns them into what :func:`remove_neurons` and
:func:`remove_channels` keep.

Only the norms and the random control do without data; the others look at what the units put out
after ReLU (:mod:`nc_teach.pruning.unit_statistics` says exactly where).

APoZ is right at its end (a unit that is always zero is free to remove) and a poor ranking
elsewhere: a unit that is never zero is a linear one, a rarely active one may be selective.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nc_teach.common.kinds import Seed
from nc_teach.data import Split
from nc_teach.pruning.unit_statistics import CHUNK, hooked, unit_statistics, units_second
from nc_teach.surgery import hidden_layers
from nc_teach.surgery.shapes import by_input, by_unit
from nc_teach.training.evaluate import as_input, preserve_modes

Scores = dict[str, Tensor]


def apoz(model: nn.Module, split: Split) -> Scores:
    """The average percentage of zeros (APoZ) itself, as a share in [0, 1]: high = rarely speaks.

    APoZ_c = (number of outputs of unit c after ReLU that are 0) / (N M), over N images and the M
    positions of a map (1 for a neuron). float64, on the CPU. A measure, not a score: see
    :func:`nonzero_share`. Raises ``ValueError`` for a layer whose units go into another activation
    than a ReLU: hardly any output is exactly zero there.

    Source: Hu, Peng, Tai, Tang (2016), "Network Trimming", the definition of APoZ.
    """
    for name, group in hidden_layers(model).items():
        activation = group.activation.get(name, "relu")
        if activation not in ("relu", "relu6"):
            raise ValueError(
                f"model must have a ReLU behind {name!r}, got {activation!r}, whose outputs are "
                "hardly ever exactly zero: take mean_activation or output_std_times_norm"
            )
    return {name: seen.zeros for name, seen in unit_statistics(model, split).items()}


def nonzero_share(model: nn.Module, split: Split) -> Scores:
    """The score by APoZ: how often a unit's output is *not* zero, 1 - APoZ. Higher = keep.

    float64 in [0, 1]. A unit at 0 is dead.

    Source: Hu, Peng, Tai, Tang (2016), "Network Trimming".

    >>> from nc_teach.data import Split
    >>> net = nn.Sequential(nn.Flatten(), nn.Linear(1, 2, bias=False), nn.ReLU(), nn.Linear(2, 2))
    >>> _ = net[1].weight.data.copy_(torch.tensor([[1.0], [-1.0]]))
    >>> images = torch.tensor([1.0, 0.5, 0.2, 0.0]).reshape(4, 1, 1, 1)
    >>> nonzero_share(net, Split(images, torch.zeros(4, dtype=torch.int64)))["1"].tolist()
    [0.75, 0.0]
    """
    return {name: 1 - zeros for name, zeros in apoz(model, split).items()}


def mean_activation(model: nn.Module, split: Split) -> Scores:
    """A unit's mean output after ReLU, over images and positions. Higher = keep; float64.

    Source: Molchanov, Tyree, Karras, Aila, Kautz (2017), "Pruning Convolutional Neural Networks for
    Resource Efficient Inference", section 2.2 ("Activation").
    """
    return {name: seen.mean for name, seen in unit_statistics(model, split).items()}


def output_std_times_norm(model: nn.Module, split: Split) -> Scores:
    """std(a_c) ||w_out,c||: how much a unit moves what comes next. Higher = keep; float64.

    a_c is the output after ReLU, over images and positions, and w_out,c all weights of the next
    layers that read it. A unit that is always on at the same value moves nothing: the next bias can
    do its work. The two factors are a course's rule of thumb, not one paper's.
    """
    outgoing = _outgoing_norms(model)
    seen = unit_statistics(model, split)
    return {name: seen[name].std * outgoing[name] for name in seen}


def taylor_neurons(model: nn.Module, split: Split) -> Scores:
    """mean over images of |sum over positions of a_c dL/da_c|: the loss's change without the unit.

    To first order, setting the output a_c to 0 changes the cross-entropy L of an image by
    -a_c dL/da_c, summed over positions. In nats, higher = keep; float32. (The paper divides by the
    number of positions, which is the same for all units of a layer.) Because a_c is the layer's
    output z_c where that is positive and 0 elsewhere, a_c dL/da_c = z_c dL/dz_c, and that is what
    is computed; it holds for any ReLU, and where there is none it is the estimate for z_c itself.

    Source: Molchanov et al. (2017), "Pruning Convolutional Neural Networks for Resource Efficient
    Inference", equations 7 and 8.
    """
    outputs: dict[str, Tensor] = {}
    sums: Scores = {}
    with hooked(model, outputs.__setitem__), preserve_modes(model), torch.enable_grad():
        model.eval()
        chunks = zip(split.images.split(CHUNK), split.labels.split(CHUNK), strict=True)
        for images, labels in chunks:
            images = as_input(model, images).clone().requires_grad_()
            loss = F.cross_entropy(model(images), labels.to(images.device), reduction="sum")
            # the shape of each output
            gradients = torch.autograd.grad(loss, list(outputs.values()))
            for (name, output), gradient in zip(outputs.items(), gradients, strict=True):
                # B x units x positions
                change = units_second(model.get_submodule(name), output.detach() * gradient)
                change = change.unsqueeze(-1).flatten(2).sum(2)  # B x units: positions are summed
                # The absolute value comes first, or images would cancel each other in the sum.
                sums[name] = sums.get(name, 0) + change.abs().sum(0)
    return {name: total / len(split) for name, total in sums.items()}


def l1_norm(model: nn.Module) -> Scores:
    """sum |w| of all weights into a unit (a filter's kernels). Higher = keep.

    Source: Li, Kadav, Durdanovic, Samet, Graf (2017), "Pruning Filters for Efficient ConvNets",
    section 3.1.

    >>> net = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 1))
    >>> _ = net[0].weight.data.copy_(torch.tensor([[3.0, -4.0], [0.0, 1.0]]))
    >>> l1_norm(net)["0"].tolist(), l2_norm(net)["0"].tolist()
    ([7.0, 1.0], [5.0, 1.0])
    """
    # units
    return {name: weight.abs().flatten(1).sum(1) for name, weight in _weights(model).items()}


def l2_norm(model: nn.Module) -> Scores:
    """Euclidean length of all weights into a unit (a filter's kernels). Higher = keep."""
    return {name: weight.flatten(1).norm(dim=1) for name, weight in _weights(model).items()}


def random_units(model: nn.Module, seed: Seed = 0) -> Scores:
    """The control: a number drawn uniformly from [0, 1) for every unit, the same for each seed."""
    generator = torch.Generator().manual_seed(seed)
    return {
        name: torch.rand(len(weight), generator=generator).to(weight.device)
        for name, weight in _weights(model).items()
    }


def _weights(model: nn.Module) -> dict[str, Tensor]:
    """The weights of each hidden layer, units x what they read."""
    layers = {name: model.get_submodule(name) for name in hidden_layers(model)}
    return {name: by_unit(layer).detach() for name, layer in layers.items()}


def _outgoing_norms(model: nn.Module) -> Scores:
    """||w_out,c|| over all layers that read the units of each hidden layer."""
    norms = {}
    for name, group in hidden_layers(model).items():
        squares = torch.zeros(group.count + 1, dtype=torch.float64)  # the last for others' units
        for reader, numbers in group.readers.items():
            weights = by_input(model.get_submodule(reader)).detach()  # inputs x ...
            inputs = weights.cpu().double().square().flatten(1).sum(1)
            squares.index_add_(0, numbers % len(squares), inputs)
        norms[name] = squares.sqrt()[group.bundles[name]]  # units
    return norms
