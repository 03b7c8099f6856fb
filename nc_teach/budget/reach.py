"""How much of a network a plan can reach, and a step's name that says so.

"60 % of the weights" are those of linear and convolutional layers. Of a network that is mostly
something else, an LSTM or an embedding, they can be one part in a hundred; and units cannot go from
every layer.
"""

from collections import Counter
from collections.abc import Mapping

from torch import nn

from nc_teach import meter, surgery
from nc_teach.budget.state import State
from nc_teach.budget.steps import PruneWeights, RemoveUnits, Step, label
from nc_teach.models import layer_weights
from nc_teach.surgery.tracing import OUTPUT

NEARLY_ALL = 0.9
LAYERS = nn.Linear | nn.modules.conv._ConvNd


def share_of_weights(model: nn.Module) -> float:
    """Which share of the parameters are weights that can be pruned and shared, in [0, 1].

    >>> share_of_weights(nn.Sequential(nn.Linear(4, 3, bias=False), nn.BatchNorm1d(4)))
    0.6
    """
    weights = sum(weight.numel() for weight in layer_weights(model).values())
    return weights / meter.count_params(model)


def stuck_layers(model: nn.Module) -> dict[str, str]:
    """The layers whose units cannot go although they are not the output, and why."""
    return {
        name: group.why_not
        for group in surgery.groups(model)
        for name in group.layers
        if group.why_not not in ("", OUTPUT)
    }


def label_of(step: Step, before: State, after: State) -> str:
    """The step's name; where it has reached only a part of this network, with that part.

    >>> import torch
    >>> words = nn.Sequential(nn.Embedding(99, 10), nn.Linear(10, 1, bias=False))
    >>> masks = {"1.weight": torch.arange(10)[None] < 5}
    >>> label_of(PruneWeights(0.5, epochs=3), State(words), State(words, masks))
    'prune 50 % of the weights in layers (0.5 % of all parameters)'
    """
    said = label(step)
    if isinstance(step, PruneWeights):
        params = meter.count_params(after.model)
        weights = sum(mask.numel() for mask in after.masks.values())
        gone = sum(int((~mask).sum()) for mask in after.masks.values())
        if weights < NEARLY_ALL * params:
            return f"{said} in layers ({100 * gone / params:.2g} % of all parameters)"
    by_share = isinstance(step, RemoveUnits) and not isinstance(step.keep, Mapping)
    if by_share and (stuck := len(stuck_layers(before.model))):
        hidden = len(surgery.hidden_layers(before.model))
        return f"{said} in {hidden} of {hidden + stuck} hidden layers"
    return said


def notes(model: nn.Module) -> list[str]:
    """What a plan cannot reach, in sentences; none where it reaches nearly all."""
    said = []
    if (share := share_of_weights(model)) < NEARLY_ALL:
        others = Counter[str]()
        for name, module in model.named_modules():
            own = dict(module.named_parameters(recurse=False))
            where = f"{name!r} ({type(module).__name__})" if name else "tensors of its own"
            if isinstance(module, LAYERS):
                where = "the biases of these"
                del own["weight"]
            others[where] += sum(parameter.numel() for parameter in own.values())
        largest = [where for where, count in others.most_common(3) if count]
        said.append(
            f"Pruning and sharing reach {100 * share:.2g} % of its parameters, the weights of "
            f"linear and convolutional layers; most of the others are in {', '.join(largest)}."
        )
    try:
        stuck = stuck_layers(model)
    except ValueError:
        return said  # whoever tries to remove units is told why not
    if stuck:
        name, why = next(iter(stuck.items()))
        count = len(stuck) - 1
        more = f"; nor from {count} more layer{'s' * (count > 1)}" if count else ""
        said.append(f"Units cannot go from {name!r}: {why}{more}.")
    return said
