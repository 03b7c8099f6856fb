"""A network on its way, what it may not undo, and how it heals after every step.

Whatever the step, the network heals by the same loss: soft targets of the network that one began
with, and the labels. What an earlier step has decided holds meanwhile. A removed weight stays zero;
a shared value moves, with all weights that share it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor, nn

from nc_teach.common.kinds import Natural, Positive, Seed
from nc_teach.data import Dataset
from nc_teach.distillation import distil, kd_loss
from nc_teach.pruning import mask_hook
from nc_teach.quantization import SharedWeights
from nc_teach.quantization.clustering import Codebook
from nc_teach.training import History, predictions

LR, TUNE_LR = 1.2e-3, 4e-4
TEMPERATURE, SOFT_WEIGHT = 4.0, 0.7


@dataclass(frozen=True)
class State:
    """A network with its masks (name -> kept) and its codebooks (name -> shared values)."""

    model: nn.Module
    masks: Mapping[str, Tensor] = field(default_factory=dict)
    books: Mapping[str, Codebook] = field(default_factory=dict)


@dataclass(frozen=True)
class FineTuning:
    """What every step heals with: the data, the first network's logits on the training images.

    ``seed`` fixes the order of the images.
    """

    dataset: Dataset
    logits: Tensor
    seed: Seed = 0

    def heal(self, state: State, epochs: Natural, lr: Positive | None = None) -> State:
        """Train ``state.model`` in place by soft targets, and keep what was decided.

        ``lr`` is Adam's; by default 1.2e-3, and 4e-4 for shared values. Raises
        ``KeyboardInterrupt`` when the reader stops it.
        """
        return self._healed(state, epochs, lr)

    def _healed(self, state: State, epochs: int, lr: float | None) -> State:
        if epochs == 0:
            return state
        if not state.books:
            self._train(state.model, epochs, lr or LR, after_step=mask_hook(state.masks))
            return state
        shared = SharedWeights(state.model, state.books)
        try:
            self._train(shared, epochs, lr or TUNE_LR)
        finally:
            books = shared.finish()  # thaws the weights, whatever happened
        return replace(state, books=books)

    def _train(
        self,
        model: nn.Module,
        epochs: int,
        lr: float,
        after_step: Callable[[nn.Module], object] | None = None,
    ) -> None:
        how: dict[str, Any] = {"epochs": epochs, "seed": self.seed, "lr": lr, "progress": False}
        finished(
            distil(model, self.logits, self.dataset, soft_and_hard, after_step=after_step, **how)
        )


@dataclass(frozen=True)
class DryRun(FineTuning):
    """A tuning of an epoch at most, on few images: what a step refuses, it refuses here too."""

    def heal(self, state: State, epochs: Natural, lr: Positive | None = None) -> State:
        """Raise ``ValueError`` for epochs that cannot be, or a network that cannot be taught."""
        outputs = predictions(state.model, self.dataset.train)
        soft_and_hard(outputs, self.logits, self.dataset.train.labels.cpu())
        return self._healed(state, min(epochs, 1) if isinstance(epochs, int) else epochs, lr)


def soft_and_hard(z: Tensor | Sequence[Tensor], v: Tensor, labels: Tensor) -> Tensor:
    """Soft targets at T = 4 with weight 0.7, labels with 0.3: :func:`kd_loss`.

    Of a network that answers more than once, ``z`` is a list: the sum over its answers.
    """
    answers = [z] if isinstance(z, Tensor) else z
    how = {"temperature": TEMPERATURE, "soft_weight": SOFT_WEIGHT}
    return torch.stack([kd_loss(one, v, labels, **how) for one in answers]).sum()


def finished(history: History) -> None:
    """Raise ``KeyboardInterrupt`` when the reader has stopped it: half a step is no step."""
    if history.interrupted:
        raise KeyboardInterrupt(history.note)
