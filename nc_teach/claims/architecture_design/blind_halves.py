"""Howard et al. (2017), "MobileNets": what can each half of a separable convolution see?

Two layers of one kind, each with batch normalisation and ReLU, on the two tasks of
:mod:`.toy_tasks`: full 3 x 3 convolutions, separable ones, depthwise ones alone, pointwise ones
alone. The tasks are built so that each half must fail at one of them; the run shows that it does,
and that nothing else does. The criteria were set before the run, from a trial with other code.
"""

from collections.abc import Callable, Sequence
from functools import partial

from torch import nn

from nc_teach import architecture
from nc_teach.claims import Check, Claim, check, measured
from nc_teach.common.spread import share, times

from .toy_tasks import EPOCHS, TASKS, ToyTasks, learn_tasks, toy_network

LAYERS: dict[str, Callable[[int, int], nn.Module]] = {
    "full 3 x 3": lambda i, o: nn.Conv2d(i, o, 3, padding=1, bias=False),
    "separable": architecture.separable_conv,
    "depthwise only": lambda i, o: architecture.depthwise(i, multiplier=o // i),
    "pointwise only": architecture.pointwise,
}
PLACE, WAY = TASKS


@measured
def classify_halves(seeds: Sequence[int], *, epochs: int = EPOCHS) -> ToyTasks:
    """Train a network of every kind of layer on both tasks from every seed."""
    return learn_tasks(network, [*LAYERS], [*TASKS], seeds, epochs)


def network(name: str, seed: int) -> nn.Module:
    """Two layers of the kind, 2 to 16 to 16 channels."""
    return toy_network(LAYERS[name], 2, seed)


def _judge(result: ToyTasks) -> tuple[Check, ...]:
    blind = (("depthwise only", PLACE), ("pointwise only", WAY))
    seeing = [(name, task) for task in TASKS for name in LAYERS if (name, task) not in blind]
    saving = result.weights["full 3 x 3"] / result.weights["separable"]

    reads = partial(check, say=share, every="network")
    return (
        *(reads(f"{n} on '{task}'", result.accuracy[task][n], most=0.6) for n, task in blind),
        *(reads(f"{n} on '{task}'", result.accuracy[task][n], least=0.97) for n, task in seeing),
        check("separable: fewer weights than full convolutions", saving, least=4, say=times),
    )


BLIND_HALVES = Claim(
    "blind_halves", ToyTasks, lambda data, seeds: classify_halves(seeds), _judge, "digits"
)
