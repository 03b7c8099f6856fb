"""Iterative pruning: judge, remove, train on, and again.

Unlike one-shot pruning, which is this loop with a single round, the network is given time to heal
before more is taken.

Source: Han, Pool, Tran, Dally (2015), "Learning both Weights and Connections for Efficient Neural
Networks", section 3 and figure 2.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from torch import Tensor, nn

from nc_teach.common.kinds import Sparsity
from nc_teach.pruning.magnitude import magnitude
from nc_teach.pruning.masks import Masks, apply_masks, mask_hook
from nc_teach.pruning.selection import Scope, select
from nc_teach.training import History

Criterion = Callable[[nn.Module], Mapping[str, Tensor]]
Train = Callable[[nn.Module, Callable[[nn.Module], object]], History]


@dataclass(frozen=True)
class PruningResult:
    """What is left: the last masks, and the history of the training after each round."""

    masks: Masks
    histories: tuple[History, ...]

    @property
    def interrupted(self) -> bool:
        """Whether the reader stopped it; the rounds after that were not begun."""
        return bool(self.histories) and self.histories[-1].interrupted


def prune_iteratively(
    model: nn.Module,
    train: Train,
    sparsities: Sequence[Sparsity],
    *,
    criterion: Criterion = magnitude,
    scope: Scope = "global",
) -> PruningResult:
    """Prune ``model`` in place to one sparsity after the other, and train it after each.

    ``model`` is a trained network. ``train`` is ``(model, after_step) -> History``: it trains the
    model in place and calls ``after_step(model)`` after every update, which keeps removed weights
    at zero. Usually it is ``lambda model, after_step: fit(model, dataset, epochs=2,
    after_step=after_step)``.

    ``sparsities`` are the shares of all weights that are removed after each round, never falling;
    see :mod:`nc_teach.pruning.schedules`. One number is one-shot pruning. ``criterion`` is
    ``model -> scores``, higher = keep, and ``scope`` "global" or "layer", as in
    :func:`~nc_teach.pruning.selection.select`.

    Raises ``ValueError`` for sparsities out of range, falling or empty, before anything changes.
    """
    _check(sparsities)
    masks: Masks | None = None
    histories: list[History] = []
    for sparsity in sparsities:
        masks = select(criterion(model), sparsity, scope, within=masks)
        apply_masks(model, masks)
        histories.append(train(model, mask_hook(masks)))
        if histories[-1].interrupted:
            break
    return PruningResult(masks or {}, tuple(histories))


def _check(sparsities: Sequence[float]) -> None:
    if not sparsities:
        raise ValueError("sparsities must hold at least one number, got none")
    if list(sparsities) != sorted(sparsities):
        raise ValueError(f"sparsities must not fall, got {list(sparsities)}")
