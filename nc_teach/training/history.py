"""What happened in a training run, epoch by epoch."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from nc_teach.common.kinds import Natural, NotNegative


@dataclass(frozen=True)
class Epoch:
    """One pass over the training data.

    ``train_loss`` is the mean over the epoch's images, in nats for cross-entropy; ``validation``
    the measure on the validation split (accuracy in [0, 1] unless another was given).
    """

    number: Natural
    train_loss: float
    validation: float
    seconds: NotNegative


@dataclass
class History:
    """The epochs of one call of ``fit``, oldest first.

    >>> scores = (0.90, 0.95, 0.94)
    >>> history = History([Epoch(n, 1 / n, score, 0.5) for n, score in enumerate(scores, start=1)])
    >>> history.best_epoch, history.validation
    (2, [0.9, 0.95, 0.94])
    """

    epochs: list[Epoch] = field(default_factory=list)
    interrupted: bool = False
    note: str = ""

    def __len__(self) -> int:
        return len(self.epochs)

    def __iter__(self) -> Iterator[Epoch]:
        return iter(self.epochs)

    @property
    def train_loss(self) -> list[float]:
        return [epoch.train_loss for epoch in self.epochs]

    @property
    def validation(self) -> list[float]:
        return [epoch.validation for epoch in self.epochs]

    @property
    def seconds(self) -> float:
        """Wall-clock time of all epochs together, in seconds."""
        return sum(epoch.seconds for epoch in self.epochs)

    @property
    def best_epoch(self) -> int:
        """Number of the first epoch with the highest validation measure; 0 when there is none."""
        best = max(self.epochs, key=lambda e: (e.validation, -e.number), default=None)
        return best.number if best else 0

    def table(self) -> str:
        """The run as text: a line per epoch, and the note."""
        lines = ["epoch  train loss  validation  seconds"]
        for e in self.epochs:
            score = f"{100 * e.validation:.2f} %"
            lines.append(f"{e.number:5d}  {e.train_loss:10.4g}  {score:>10}  {e.seconds:7.2f}")
        return "\n".join([*lines, self.note] if self.note else lines)

    def __repr__(self) -> str:
        note = f"; {self.note}" if self.note else ""
        if not self.epochs:
            return f"History(no whole epoch{note})"
        score = f"validation {100 * self.validation[-1]:.2f} %"
        return f"History({len(self)} epochs, {self.seconds:.1f} s, {score}{note})"
