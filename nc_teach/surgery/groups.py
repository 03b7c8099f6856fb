"""Groups: which layers must lose the same units, which can lose none, and why.

A unit of a layer can go if everything that it meets can do without it. Where two layers are added,
unit 3 of one goes with unit 3 of the other: a *bundle*. Layers that share a bundle are a group. In
most groups a bundle is one unit of each layer; where channels are split, shuffled or read in
groups, it is several.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from nc_teach.surgery.tracing import OUTPUT, Trace, trace
from nc_teach.surgery.units import Ties


@dataclass(frozen=True)
class Group:
    """Layers that keep the same units, by their names in the network.

    ``bundles``: for each unit of each layer, the number of its bundle, from 0 in the order of the
    first units. ``keepers``: norms and depthwise convolutions on the way. ``readers``: of the
    layers whose weights meet these units, for each input the number of its bundle, -1 for others.
    ``why_not``: why no bundle can go, "" where they can. ``fixed``: bundles that stay all the same,
    because a split or a group ends within them (bool). ``norm``: for each layer the norm that
    directly follows it, if any. ``activation``: the kind of the first activation that a layer's
    units meet, such as "relu".
    """

    bundles: dict[str, Tensor]
    keepers: tuple[str, ...]
    readers: dict[str, Tensor]
    why_not: str
    fixed: Tensor
    norm: dict[str, str]
    activation: dict[str, str]

    @property
    def layers(self) -> tuple[str, ...]:
        return tuple(self.bundles)

    @property
    def count(self) -> int:
        """How many bundles there are."""
        return 1 + max(int(numbers.max()) for numbers in self.bundles.values())

    def __str__(self) -> str:
        names = " + ".join(f"{name} ({len(ids)})" for name, ids in self.bundles.items())
        return f"{names}: " + (
            f"stays, {self.why_not}" if self.why_not else f"{int((~self.fixed).sum())} can go"
        )


def groups(model: nn.Module) -> list[Group]:
    """All groups of a network, in the order of their first layers.

    >>> net = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2))
    >>> print(*groups(net), sep="\\n")
    0 (3): 3 can go
    2 (2): stays, its units are the network's output
    """
    return groups_of(trace(model))


def groups_of(found: Trace) -> list[Group]:
    """The groups of a network that has been followed."""
    layers, ties = Ties(), found.ties  # now layers are tied, by the bundles that they share
    numbers, last = layers.new(len(found.units)), torch.full_like(ties.root, -1)
    for number, ids in zip(numbers, found.units.values(), strict=True):
        layers.tie(number.expand_as(ids), last[ties.root[ids]])
        last[ties.root[ids]] = number
    rows = {
        name: ties.roots(ids)
        for name, ids in {**found.carries, **found.reads}.items()
        if ids is not None
    }
    of_layer = dict(zip(found.units, layers.root.tolist(), strict=True))
    return [
        _group(found, [name for name, root in of_layer.items() if root == first], rows)
        for first in dict.fromkeys(of_layer.values())
    ]


def _group(found: Trace, layers: list[str], rows: dict[str, Tensor]) -> Group:
    ties = found.ties
    units = {name: ties.root[found.units[name]] for name in layers}
    roots = torch.cat(list(units.values())).unique()  # one for each bundle, in their order
    bundle = torch.full((len(ties.root) + 1,), -1)
    bundle[roots] = torch.arange(len(roots))
    met = {name: bundle[row] for name, row in rows.items() if (bundle[row] >= 0).any()}
    why = ties.why(ties.stays, roots)
    fixed = torch.isin(roots, ties.root[torch.tensor(ties.fixed, dtype=torch.int64)])
    if not why and (len(roots) == 1 or fixed.all()):
        reasons = list(dict.fromkeys(ties.why(ties.reasons, roots)))
        # What ties units is said first of them all, what ties the last two bundles last.
        said = ", ".join(dict.fromkeys([*reasons[:1], *reasons[-1:]]))
        why = [f"{said} (so all go together)" if said else "it has one unit"]
    return Group(
        bundles={name: bundle[row] for name, row in units.items()},
        keepers=tuple(name for name in met if name in found.carries),
        readers={name: row for name, row in met.items() if name in found.reads},
        why_not=OUTPUT if OUTPUT in why else why[0] if why else "",
        fixed=fixed,
        norm={name: found.after[name] for name in layers if name in found.after},
        activation={n: found.activation[n] for n in layers if n in found.activation},
    )


def hidden_layers(model: nn.Module) -> dict[str, Group]:
    """The layers whose units can go, each with its group; the output layer is not among them.

    Raises ``ValueError`` when there is none.
    """
    found = trace(model)
    all_groups = groups_of(found)
    by_layer = {name: g for g in all_groups for name in g.layers if not g.why_not}
    hidden = {name: by_layer[name] for name in found.units if name in by_layer}
    if not hidden:
        said = [f"{type(model).__name__} with none"]
        said += [f"{g.layers[0]!r} stays, {g.why_not}" for g in all_groups if g.why_not != OUTPUT]
        raise ValueError(f"model must have a hidden layer, got {'; '.join(said[:3])}")
    return hidden
