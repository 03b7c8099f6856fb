"""The best epoch so far, for a training that stops when nothing gets better."""

import copy
from dataclasses import dataclass

from torch import Tensor, nn

from nc_teach.training.history import History


@dataclass
class Best:
    """The weights of the best epoch so far; keeps nothing when there is no patience to run out."""

    patience: int | None
    state: dict[str, Tensor] | None = None

    def is_long_ago(self, history: History, model: nn.Module) -> bool:
        """Whether the best epoch is ``patience`` epochs ago; if it is the last one, keep it."""
        if self.patience is None:
            return False
        if history.best_epoch == len(history):
            self.state = copy.deepcopy(model.state_dict())
        return len(history) - history.best_epoch >= self.patience

    def restore(self, model: nn.Module) -> None:
        """Give the model the weights of the best epoch, if they were kept."""
        if self.state is not None:
            model.load_state_dict(self.state)
