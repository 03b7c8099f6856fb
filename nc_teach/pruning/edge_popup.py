"""Edge-popup: every edge of a random network gets a score, and the best of each layer are used.

Unlike ``supermask.learn``, which draws each weight's mask and lets the share come out, this keeps
an exact share of every layer, those with the largest scores, and nothing is drawn. Weights stay as
they were; only scores are trained, and an edge that is out can pop up again, because the gradient
reaches its score as if it were in.

Source: Ramanujan, Wortsman, Kembhavi, Farhadi, Rastegari (2020), "What's Hidden in a Randomly
Weighted Neural Network?", section 3.
"""

import math

import torch
from torch import Tensor, nn
from torch.func import functional_call

from nc_teach.common.kinds import Part, Seed
from nc_teach.common.straight_through import straight_through
from nc_teach.models import seeded_init
from nc_teach.pruning.masks import Masks, prunable_weights
from nc_teach.pruning.selection import count_to_remove
from nc_teach.pruning.supermask import Learned, Train, frozen, with_weights


def top_share(scores: Tensor, keep: Part) -> Tensor:
    """The mask of a layer: true for the share ``keep`` with the largest |score|.

    The lowest ``floor((1 - keep) n)`` go, never more, whichever of equal scores that takes.

    >>> top_share(torch.tensor([0.1, -0.9, 0.5, 0.2]), keep=0.5)
    tensor([False,  True,  True, False])
    """
    importance = scores.detach().abs().flatten()  # n
    count = importance.numel() - count_to_remove(1 - keep, importance.numel())
    mask = torch.zeros_like(importance, dtype=torch.bool)  # n
    mask[importance.topk(count, sorted=False).indices] = True
    return mask.reshape(scores.shape)


class EdgePopup(nn.Module):
    """A frozen network that uses, of every layer, the edges with the largest scores.

        w_eff = w * h(|s|) * sqrt(1 / keep),   h = 1 for the top ``keep`` of the layer, else 0

    The backward pass takes h as the identity, so dL/d|s| = dL/dw_eff * w * sqrt(1 / keep) for every
    edge, in or out. sqrt(1 / keep) gives the layer's outputs the variance that they had with all
    its edges. The scores are the only parameters that require a gradient; they start as
    kaiming-uniform draws from ``seed``.
    """

    def __init__(self, network: nn.Module, keep: Part, *, seed: Seed | None = 0) -> None:
        super().__init__()
        self.network, self.keep = frozen(network), keep
        self.names = list(prunable_weights(network))
        self.scores = nn.ParameterList(
            torch.empty_like(w) for w in prunable_weights(network).values()
        )
        with seeded_init(seed):
            for scores in self.scores:
                nn.init.kaiming_uniform_(scores, a=math.sqrt(5))

    def forward(self, images: Tensor) -> Tensor:
        return functional_call(self.network, self.weights(), (images,))

    def weights(self) -> dict[str, Tensor]:
        """The weights that are used, layer by layer."""
        return {n: self.effective(n, s) for n, s in zip(self.names, self.scores, strict=True)}

    def effective(self, name: str, scores: Tensor) -> Tensor:
        """The weights that are used, with the gradient of their scores."""
        # 0 or 1 per edge
        used = straight_through(top_share(scores, self.keep).float(), scores.abs())
        return self.network.get_parameter(name) * used * math.sqrt(1 / self.keep)

    def masks(self) -> Masks:
        """The masks as they stand."""
        return {n: top_share(s, self.keep) for n, s in zip(self.names, self.scores, strict=True)}


def edge_popup(network: nn.Module, train: Train, keep: Part, *, seed: Seed | None = 0) -> Learned:
    """Find a subnetwork of an untrained network by training scores; no weight is trained.

    ``network`` is as it was initialised; it is copied and stays as it is. ``train``
    (``model -> History``) trains a module's parameters that require a gradient, here the scores,
    which are drawn from ``seed`` at the start. ``keep`` is the share of every layer's weights that
    is used, 0 < keep <= 1. (The paper's k, in per cent. What its code calls prune rate is at one
    place this share and at another the rest.)

    Returns an ordinary network with the removed weights at zero and sqrt(1 / keep) multiplied in.
    Raises ``ValueError`` for a share out of range, or a network without weights to choose from.
    """
    model = EdgePopup(network, keep, seed=seed)
    history = train(model)
    scores = {n: s.detach().clone() for n, s in zip(model.names, model.scores, strict=True)}
    return Learned(with_weights(network, model.weights()), model.masks(), scores, history)
