"""What every neuron and filter put out on a data set: how often zero, mean, standard deviation.

Unlike a weight, an output depends on the data. The output meant here is the one after ReLU, for
each unit over all images and, in a convolution, over all positions. It is taken from the layer (or
the batch normalisation right after it) and passed through ReLU here, so it makes no difference
whether the network calls ``nn.ReLU``, one such module in several places, or ``F.relu``. A layer
whose output the network uses without ReLU (the convolutions of LeNet5Caffe) is judged as if it had
one.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from torch import Tensor, nn

from nc_teach.common.kinds import Natural
from nc_teach.data import Split
from nc_teach.surgery import hidden_layers
from nc_teach.training.evaluate import as_input, evaluating

CHUNK = 500


@dataclass
class UnitStatistics:
    """Of one layer's units after ReLU, from running sums: tensors of one number a unit.

    In float64, on the CPU: not every GPU has it.

    >>> import torch
    >>> seen = UnitStatistics()
    >>> seen.add(torch.tensor([[-1.0, 2.0], [3.0, 4.0]]))  # two images, two units
    >>> seen.zeros.tolist(), seen.mean.tolist(), seen.std.tolist()
    ([0.5, 0.0], [1.5, 3.0], [1.5, 1.0])
    """

    count: Natural = 0
    sums: dict[str, Tensor] = field(default_factory=dict)

    def add(self, outputs: Tensor) -> None:
        """Count in ``outputs`` before ReLU, N x units or N x units x height x width."""
        outputs = outputs.detach().cpu()
        flat = outputs.relu().transpose(0, 1).flatten(1).double()  # units x (N positions)
        self.count += flat.shape[1]
        # units each
        new = {"zero": (flat == 0).sum(1), "one": flat.sum(1), "two": flat.square().sum(1)}
        self.sums = {name: self.sums.get(name, 0) + value for name, value in new.items()}

    @property
    def zeros(self) -> Tensor:
        """Share of outputs that are exactly zero, in [0, 1]."""
        return self.sums["zero"].double() / self.count

    @property
    def mean(self) -> Tensor:
        """Mean output."""
        return self.sums["one"] / self.count

    @property
    def std(self) -> Tensor:
        """Standard deviation of the output (divided by the count, not by one less)."""
        return (self.sums["two"] / self.count - self.mean.square()).clamp(min=0).sqrt()


def unit_statistics(model: nn.Module, split: Split) -> dict[str, UnitStatistics]:
    """Statistics of every hidden layer's units on ``split``, in evaluation mode.

    Raises ``ValueError`` for a network without hidden layers or one that cannot be followed. The
    model is left as it was.
    """
    seen = {name: UnitStatistics() for name in hidden_layers(model)}

    def add(name: str, outputs: Tensor) -> None:
        seen[name].add(units_second(model.get_submodule(name), outputs))

    with hooked(model, add), evaluating(model):
        for images in split.images.split(CHUNK):
            model(as_input(model, images))
    return seen


def units_second(layer: nn.Module, outputs: Tensor) -> Tensor:
    """N x units x positions, of which a linear layer has none, or words: N x words x units."""
    return outputs.movedim(-1, 1) if isinstance(layer, nn.Linear) else outputs


@contextmanager
def hooked(model: nn.Module, use: Callable[[str, Tensor], object]) -> Iterator[None]:
    """Inside, every hidden layer's output before ReLU goes to ``use(name, outputs)``.

    The hooks are removed again, whatever happens.
    """
    with ExitStack() as hooks:
        for name, group in hidden_layers(model).items():
            place = model.get_submodule(group.norm.get(name, name))
            hook = place.register_forward_hook(lambda m, i, outputs, name=name: use(name, outputs))
            hooks.enter_context(hook)
        yield
