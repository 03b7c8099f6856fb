"""Lottery tickets: which weights would have been enough from the start?

Unlike iterative pruning, which goes on from the trained weights, this puts the weights that are
left back to where they began (*rewinds* them) after every round. What comes out is a mask together
with a starting point: a small network that, trained alone, is said to learn as well as the large
one.

Source: Frankle, Carbin (2019), "The Lottery Ticket Hypothesis", section 1 ("Identifying winning
tickets") and section 2 (the output layer at half the rate). Late rewinding: Frankle, Dziugaite,
Roy, Carbin (2020), "Linear Mode Connectivity and the Lottery Ticket Hypothesis".
"""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from nc_teach.common.kinds import Count, MaskOf, Seed, Sparsity
from nc_teach.pruning.magnitude import magnitude
from nc_teach.pruning.masks import Masks, apply_masks, check_masks, mask_hook, prunable_weights
from nc_teach.pruning.selection import count_to_remove, keep_top
from nc_teach.training import History

State = dict[str, Tensor]
Train = Callable[[nn.Module, Callable[[nn.Module], object]], History]
Prune = Callable[[nn.Module, Masks], Masks]


@dataclass(frozen=True)
class Ticket:
    """A starting point and, round by round, what is left of it.

    ``start`` is the state that the weights are put back to, ``path`` the masks after each round,
    ``histories`` the training before each cut (the first is that of the whole network).
    """

    start: State
    path: tuple[Masks, ...]
    histories: tuple[History, ...]

    @property
    def masks(self) -> Masks:
        """The masks after the last round."""
        return self.path[-1]

    @property
    def interrupted(self) -> bool:
        """Whether the reader stopped it; ``path`` ends with the last round that was whole."""
        return self.histories[-1].interrupted


def find_ticket(
    make_model: Callable[[], nn.Module],
    train: Train,
    prune: Prune,
    rounds: Count,
    *,
    warm_up: Train | None = None,
) -> Ticket:
    """Train, prune, rewind; ``rounds`` times.

    ``make_model`` makes the network with its initial weights: ``lambda: LeNet300100(seed=0)``.
    ``train`` is ``(model, after_step) -> History``: it trains in place and calls
    ``after_step(model)`` after every update, which keeps removed weights at zero. ``prune`` is
    ``(model, masks) -> masks``: what is left of ``masks`` now that the model is trained, for
    example :func:`prune_share`. ``rounds=1`` is one-shot pruning.

    ``warm_up`` trains before the starting point is saved. With it the weights are rewound not to
    their initial values but to an early moment (*late rewinding*); ``train`` then is the rest.
    """
    model = make_model()  # 1. initial weights
    masks = everything(model)
    if warm_up is not None:
        warm_up(model, mask_hook(masks))
    # Kept after the warm-up, if there is one: that is what "late" rewinding goes back to.
    start = copy.deepcopy(model.state_dict())
    path, histories = [masks], []
    for _ in range(rounds):
        histories.append(train(model, mask_hook(masks)))  # 2. train
        if histories[-1].interrupted:
            break
        masks = prune(model, masks)  # 3. prune
        rewind(model, start, masks)  # 4. rewind what is left
        path.append(masks)
    return Ticket(start, tuple(path[1:] or path), tuple(histories))


def rewind(model: nn.Module, start: Mapping[str, Tensor], masks: MaskOf) -> nn.Module:
    """Set ``model`` to ``start``, biases and all, without the removed weights: m * w_0. In place.

    ``start`` is a ``state_dict`` and stays as it is. Raises ``ValueError`` when a mask does not fit
    the model, ``RuntimeError`` (torch's own) when ``start`` does not; the model is unchanged when
    a mask was wrong.

    >>> layer = nn.Linear(3, 1)
    >>> start = {"weight": torch.tensor([[0.5, -2.0, 1.0]]), "bias": torch.tensor([0.25])}
    >>> _ = rewind(layer, start, {"weight": torch.tensor([[False, True, True]])})
    >>> layer.weight.tolist(), layer.bias.tolist()
    ([[0.0, -2.0, 1.0]], [0.25])
    """
    check_masks(model, masks)
    model.load_state_dict(start)
    return apply_masks(model, masks)


def prune_share(share: Sparsity, *, output: Sparsity | None = None) -> Prune:
    """Of the weights that are left, remove the ``share`` with the smallest |w| from every layer.

    ``output`` is the share of the last layer, by default half of ``share``, as in the paper. Raises
    ``ValueError`` unless both are in [0, 1).

    >>> layer = nn.Linear(4, 1)
    >>> _ = layer.weight.data.copy_(torch.tensor([[3.0, 0.0, -1.0, 2.0]]))
    >>> masks = {"weight": torch.tensor([[True, False, True, True]])}
    >>> prune_share(0.4, output=0.4)(layer, masks)["weight"].tolist()  # one of the three left
    [[True, False, False, True]]
    """
    output = share / 2 if output is None else output

    def prune(model: nn.Module, masks: Masks) -> Masks:
        scores = magnitude(model)
        last = list(scores)[-1]
        return {n: _cut(s, masks[n], output if n == last else share) for n, s in scores.items()}

    return prune


def everything(model: nn.Module) -> Masks:
    """The masks that remove nothing."""
    return {n: torch.ones_like(w, dtype=torch.bool) for n, w in prunable_weights(model).items()}


def random_like(masks: MaskOf, seed: Seed = 0) -> Masks:
    """The control: in every layer as many weights, in places drawn from ``seed``.

    >>> mask = torch.tensor([[True, False, False], [True, False, False]])
    >>> drawn = random_like({"w": mask}, seed=1)["w"]
    >>> drawn.shape, int(drawn.sum())
    (torch.Size([2, 3]), 2)
    """
    generator = torch.Generator().manual_seed(seed)
    drawn = {}
    for name, mask in masks.items():
        order = torch.randperm(mask.numel(), generator=generator).to(mask.device)  # n places
        drawn[name] = mask.flatten()[order].reshape(mask.shape)
    return drawn


def _cut(scores: Tensor, mask: Tensor, share: float) -> Tensor:
    removed = ~mask.to(scores.device)
    gone = int(removed.sum())
    return keep_top(scores, removed, gone + count_to_remove(share, scores.numel() - gone))
