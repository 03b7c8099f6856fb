"""The steps, one technique of the course each: from a state to a new one, the old one untouched.

A step is a frozen record of its numbers and can be called: ``step(state, tuning) -> state``. A plan
is a tuple of steps, and its order is the order in which they are taken. What a step cannot follow
it refuses, before anything is trained.
"""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from nc_teach import pruning, quantization
from nc_teach.budget.exits import ExitEarly
from nc_teach.budget.state import FineTuning, State
from nc_teach.common.kinds import Count, Natural, Part, Seed, Sparsity
from nc_teach.data import Split
from nc_teach.pruning.selection import Scope
from nc_teach.quantization.clustering import Codebook, Values
from nc_teach.surgery import Group, hidden_layers

Units = Callable[[nn.Module, Split], Mapping[str, Tensor]]
Weights = Callable[[nn.Module], Mapping[str, Tensor]]


@dataclass(frozen=True)
class FineTune:
    """The control: nothing is taken away, the network only learns on for as long."""

    epochs: Natural

    def __call__(self, state: State, tuning: FineTuning) -> State:
        return tuning.heal(replace(state, model=copy.deepcopy(state.model)), self.epochs)


@dataclass(frozen=True)
class Distil:
    """Chapters 3 and 5: go on with a small network, taught by the large one.

    ``student`` makes it: ``lambda: MobileNetV1.small(seed=0)``.
    """

    student: Callable[[], nn.Module]
    epochs: Natural

    def __call__(self, state: State, tuning: FineTuning) -> State:
        if state.masks or state.books:
            raise ValueError("Distil must be the first step: a new network has nothing removed yet")
        return tuning.heal(State(self.student()), self.epochs)


@dataclass(frozen=True)
class RemoveUnits:
    """Chapter 1: whole neurons and filters go, by how much they move what comes next.

    ``keep`` is a share of the units of every hidden layer, or numbers by the layer's name;
    ``criterion`` is ``(model, images) -> scores``, higher = keep.
    """

    keep: Part | Mapping[str, Count]
    epochs: Natural
    criterion: Units = pruning.output_std_times_norm

    def __call__(self, state: State, tuning: FineTuning) -> State:
        if state.books:
            raise ValueError("RemoveUnits must come before WeightSharing: it makes new tensors")
        small = copy.deepcopy(state.model)
        scores = self.criterion(small, tuning.dataset.train)
        # The last layer first: what reads fewer may filter each by itself, and makes no units then.
        for group, count in reversed(self._counts(small)):
            small = removed(small, group, scores, count)
        masks = pruning.masks_of(small) if state.masks else {}
        return tuning.heal(State(small, masks), self.epochs)

    def _counts(self, model: nn.Module) -> list[tuple[Group, int]]:
        """How many units stay of every group of layers that must keep the same ones."""
        known = hidden_layers(model)
        groups = {group.layers: group for group in known.values()}
        if isinstance(self.keep, Mapping):
            for name in self.keep:
                if name not in known:
                    raise ValueError(f"keep must name hidden layers, {', '.join(known)}; {name!r}")
            asked = {known[name].layers: count for name, count in self.keep.items()}
        else:
            asked = {names: max(1, round(self.keep * g.count)) for names, g in groups.items()}
            asked = {n: max(count, int(groups[n].fixed.sum())) for n, count in asked.items()}
        for names, count in asked.items():
            if not 1 <= count <= groups[names].count:
                most = groups[names].count
                raise ValueError(f"keep of {names[0]!r} must be 1 to {most}, got {count}")
        return [(groups[names], count) for names, count in asked.items()]


def removed(
    model: nn.Module, group: Group, scores: Mapping[str, Tensor], count: Natural
) -> nn.Module:
    """A copy of ``model`` with the ``count`` best units of a group of layers."""
    together = torch.zeros(group.count, dtype=torch.float64)  # what goes together counts together
    for name, bundles in group.bundles.items():
        together.index_add_(0, bundles, scores[name].cpu().double())
    together[group.fixed] = torch.inf
    keep = torch.zeros(group.count, dtype=torch.bool)
    keep[together.argsort(descending=True, stable=True)[:count]] = True
    linear = isinstance(model.get_submodule(group.layers[0]), nn.Linear)
    remove = pruning.remove_neurons if linear else pruning.remove_channels
    return remove(model, group.layers, keep)


@dataclass(frozen=True)
class PruneWeights:
    """Chapter 1: the weights closest to zero go, in rounds, with an equal share of the epochs.

    After :class:`WeightSharing` it removes by the shared values, and only those can heal it. Of the
    many weights that then have the same value, chance decides which go (else it would be the first
    rows of a layer, whole neurons).
    """

    sparsity: Sparsity
    epochs: Natural
    rounds: Count = 3
    scope: Scope = "global"
    criterion: Weights = pruning.magnitude

    def __call__(self, state: State, tuning: FineTuning) -> State:
        if self.epochs % self.rounds:
            raise ValueError(f"epochs must be a multiple of {self.rounds} rounds: {self.epochs}")
        state = replace(state, model=copy.deepcopy(state.model))
        for share in pruning.cubic_schedule(self.sparsity, self.rounds):
            state = prune_and_heal(state, share, self, tuning)
        return state


def prune_and_heal(state: State, share: Sparsity, step: PruneWeights, tuning: FineTuning) -> State:
    """One round: a ``share`` of all weights is zero now, and what is left learns to do without."""
    model, epochs = state.model, step.epochs // step.rounds
    scores = ties_by_chance(step.criterion(model), tuning.seed)  # name -> shape of its weight
    masks = pruning.select(scores, share, step.scope, within=state.masks or None)
    pruning.apply_masks(model, masks)  # what is not kept becomes zero
    books = {name: without(book, masks.get(name)) for name, book in state.books.items()}
    return tuning.heal(State(model, masks, books), epochs)


def ties_by_chance(scores: Mapping[str, Tensor], seed: Seed) -> dict[str, Tensor]:
    """The scores with a chance too small to change any order but that of equal ones.

    >>> twins = ties_by_chance({"w": torch.tensor([0.5, 0.5, 0.5, 0.4])}, seed=0)["w"]
    >>> len(twins.unique()), int(twins.argmin())
    (4, 3)
    """
    generator = torch.Generator().manual_seed(seed)
    return {
        name: score.cpu().double() + 1e-9 * torch.rand(score.shape, generator=generator)
        for name, score in scores.items()
    }


def without(book: Codebook, mask: Tensor | None) -> Codebook:
    """The codebook for the weights that the mask keeps: the others share no value any more.

    >>> book = Codebook(torch.tensor([0.1, 2.0]), torch.tensor([0, 1, 0], dtype=torch.int16))
    >>> without(book, torch.tensor([False, True, True])).index.tolist()
    [-1, 1, 0]
    """
    return book if mask is None else replace(book, index=book.index.masked_fill(~mask, -1))


@dataclass(frozen=True)
class WeightSharing:
    """Chapter 4: the weights of a layer share ``values`` values, which are then taught.

    ``biases``: how many values the biases of a layer share; None leaves them as they are.
    """

    values: Values
    epochs: Natural
    biases: Count | None = None

    def __call__(self, state: State, tuning: FineTuning) -> State:
        if state.books:
            raise ValueError("WeightSharing must not come twice: the values are shared already")
        model = copy.deepcopy(state.model)
        counts = dict.fromkeys(pruning.prunable_weights(model), self.values)
        if self.biases is not None:
            names = (n for n, p in model.named_parameters() if p.ndim == 1 and n not in counts)
            counts |= dict.fromkeys(names, self.biases)
        books = quantization.cluster_weights(model, counts)
        return tuning.heal(State(model, state.masks, books), self.epochs)


Step = Callable[[State, FineTuning], State]


def label(step: Step) -> str:
    """A step's name for a table.

    >>> label(PruneWeights(0.75, epochs=6)), label(WeightSharing(16, epochs=2))
    ('prune 75 % of the weights', 'share 16 values a layer')
    """
    return LABELS.get(type(step), lambda step: getattr(step, "__name__", type(step).__name__))(step)


def _units(step: RemoveUnits) -> str:
    if isinstance(step.keep, Mapping):
        return f"keep {', '.join(f'{count} of {name}' for name, count in step.keep.items())}"
    return f"keep {100 * step.keep:.0f} % of the units"


LABELS: dict[type, Callable] = {
    FineTune: lambda step: f"learn on for {step.epochs} epochs",
    Distil: lambda step: "distil into a small network",
    RemoveUnits: _units,
    PruneWeights: lambda step: f"prune {100 * step.sparsity:.3g} % of the weights",
    ExitEarly: lambda step: "leave early when sure",
    WeightSharing: lambda step: f"share {step.values} values a layer",
}
