"""Supermasks: a network that was never trained, and a choice of its weights that makes it work.

Unlike pruning, which removes weights from a trained network, nothing here ever changes a weight.
Which ones to keep comes from a criterion (:func:`masked`), or is learned (:func:`learn`): each
weight gets a number m, its mask is drawn as 0 or 1 with probability sigmoid(m), and the gradient
goes through the draw as if it were not there (straight-through). Unlike ``edge_popup`` the share
that is kept is not given, it comes out.

Source: Zhou, Lan, Liu, Yosinski (2019), "Deconstructing Lottery Tickets: Zeros, Signs, and the
Supermask", the section on supermasks.
"""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.func import functional_call

from nc_teach.common.kinds import Finite, MaskOf
from nc_teach.common.straight_through import straight_through
from nc_teach.pruning.mask_actions import signed_constant
from nc_teach.pruning.masks import Masks, apply_masks, check_masks, prunable_weights
from nc_teach.training import History

Train = Callable[[nn.Module], History]


@dataclass(frozen=True)
class Learned:
    """What was learned: ``model``, the untrained network with its masks applied; the masks; the
    numbers that were trained, one a weight; and what happened in that training.
    """

    model: nn.Module
    masks: Masks
    scores: dict[str, Tensor]
    history: History


def masked(network: nn.Module, masks: MaskOf, *, constant: bool = False) -> nn.Module:
    """A copy of an untrained network with the weights removed that the masks do not keep.

    With ``constant`` every kept weight of a layer becomes +a or -a by its sign, where a is the
    standard deviation of the layer's weights before any is removed: then the masks and the signs
    are all that the layer knows. The network itself is unchanged.

    Raises ``ValueError`` when a mask does not fit.

    >>> layer = nn.Linear(4, 1)
    >>> _ = layer.weight.data.copy_(torch.tensor([[0.9, 3.1, -1.0, 4.3]]))
    >>> keep = {"weight": torch.tensor([[False, True, True, True]])}
    >>> masked(layer, keep).weight.tolist()
    [[0.0, 3.0999999046325684, -1.0, 4.300000190734863]]
    >>> a = layer.weight.std(correction=0)
    >>> torch.equal(masked(layer, keep, constant=True).weight, a * torch.tensor([[0., 1, -1, 1]]))
    True
    """
    check_masks(network, masks)
    changed = masks if constant else ()
    values = {name: signed_constant(network.get_parameter(name)) for name in changed}
    return apply_masks(with_weights(network, values), masks)


class Supermask(nn.Module):
    """A frozen network whose prunable weights are seen through masks.

        w_eff = w * b * n / sum(b),   b ~ Bernoulli(sigmoid(m))   (in training)
        w_eff = w * b * n / sum(b),   b = 1 where sigmoid(m) > 1/2   (in evaluation)

    for a layer of n weights; n / sum(b) is the dynamic rescale, which makes up for what is missing.
    (The authors' release evaluates with masks that are drawn too, ten times.)
    The only parameters that require a gradient are the m, which start at ``start``. The network's
    own do not: hand an optimizer those alone that do, as ``fit`` does, or its weight decay would
    shrink the weights all the same. ``network`` itself is copied.
    """

    def __init__(self, network: nn.Module, *, rescale: bool = True, start: Finite = 0.0) -> None:
        super().__init__()
        self.network = frozen(network)
        self.names, self.rescale = list(prunable_weights(network)), rescale
        self.logits = nn.ParameterList(
            torch.full_like(w, start) for w in prunable_weights(network).values()
        )

    def forward(self, images: Tensor) -> Tensor:
        weights = self.drawn_weights() if self.training else self.weights()
        return functional_call(self.network, weights, (images,))

    def drawn_weights(self) -> dict[str, Tensor]:
        """The weights under masks that are drawn now."""
        pairs = zip(self.names, self.logits, strict=True)
        return {name: self.effective(name, self.draw(m)) for name, m in pairs}

    def weights(self) -> dict[str, Tensor]:
        """The weights under the masks as they stand."""
        return {name: self.effective(name, mask.float()) for name, mask in self.masks().items()}

    def draw(self, logits: Tensor) -> Tensor:
        """A mask of zeros and ones, with the gradient of its probabilities."""
        probability = logits.sigmoid()  # the shape of the weight, as all that follows
        return straight_through(torch.bernoulli(probability.detach()), probability)

    def effective(self, name: str, kept: Tensor) -> Tensor:
        """The weights that are used for a mask."""
        weight = self.network.get_parameter(name)
        if not self.rescale:
            return weight * kept
        # The rescale is a number, not something to learn through: without detach it would be.
        return weight * kept * (kept.numel() / kept.detach().sum().clamp(min=1))

    def masks(self) -> Masks:
        """The masks as they stand: kept where the probability is above one half."""
        return {n: m.detach() > 0 for n, m in zip(self.names, self.logits, strict=True)}


def learn(
    network: nn.Module, train: Train, *, rescale: bool = True, start: Finite = 0.0
) -> Learned:
    """Learn which weights of an untrained network to keep; no weight is trained.

    ``network`` is as it was initialised; it is copied and stays as it is. ``train``
    (``model -> History``) trains a module's parameters that require a gradient, here the numbers m.
    The sigmoid makes their gradients tiny, so the rate must be large:
    ``lambda model: fit(model, dataset, epochs=6, lr=0.1)`` with Adam. With ``rescale`` a layer's
    weights are multiplied by n / kept (the dynamic rescale). Every m begins at ``start``; 0 is an
    even chance.

    Returns an ordinary network with the removed weights at zero and the rescale multiplied in.
    """
    model = Supermask(network, rescale=rescale, start=start)
    history = train(model)
    scores = {n: m.detach().clone() for n, m in zip(model.names, model.logits, strict=True)}
    return Learned(with_weights(network, model.weights()), model.masks(), scores, history)


def frozen(network: nn.Module) -> nn.Module:
    """A copy none of whose parameters requires a gradient.

    Raises ``ValueError`` when the network has no weight that could be masked.
    """
    prunable_weights(network)
    return copy.deepcopy(network).requires_grad_(False)


def with_weights(network: nn.Module, weights: Mapping[str, Tensor]) -> nn.Module:
    """A copy of the network with other values for the weights that are named."""
    twin = copy.deepcopy(network)
    with torch.no_grad():
        for name, values in weights.items():
            twin.get_parameter(name).copy_(values)
    return twin
