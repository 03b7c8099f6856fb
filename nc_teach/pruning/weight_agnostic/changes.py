"""A line of networks as a list of changes: small enough for a file, and it can be run again.

Unlike ``mutations``, which draws a change, this reads off which one it was.
"""

from collections.abc import Iterable

from nc_teach.pruning.weight_agnostic.network import Network

Change = tuple[str, int, int, str]  # kind, node, node, activation


def change_between(parent: Network, child: Network) -> Change:
    """The one change that makes the child of its parent.

    ``("node", a, b, name)``: a node with that activation in the middle of a -> b;
    ``("connection", a, b, "")``; ``("activation", a, a, name)``: node a has another activation.

    Raises ``ValueError`` when it is not one such change.

    >>> from nc_teach.pruning.weight_agnostic import empty
    >>> parent = empty(2, 1).with_connection(0, 3)
    >>> change_between(parent, parent.with_node(0, 3, "sin"))
    ('node', 0, 3, 'sin')
    """
    change = _candidate(parent, child)
    if change is None or changed(parent, change) != child:
        raise ValueError("child must be its parent with one change, got another network")
    return change


def changed(network: Network, change: Change) -> Network:
    """The network after a change. Raises ``ValueError`` for one that cannot be made."""
    kind, first, second, activation = change
    if kind == "node":
        return network.with_node(first, second, activation)
    if kind == "connection":
        return network.with_connection(first, second)
    if kind == "activation":
        return network.with_activation(first, activation)
    raise ValueError(f"kind must be 'node', 'connection' or 'activation', got {kind!r}")


def replay(first: Network, changes: Iterable[Change]) -> list[Network]:
    """The first network and what each change made of it, one after the other."""
    networks = [first]
    for change in changes:
        networks.append(changed(networks[-1], change))
    return networks


def _candidate(parent: Network, child: Network) -> Change | None:
    if len(child.places) == len(parent.places) + 1:
        new = len(parent.places)
        source = next((a for a, b in child.connections if b == new), None)
        target = next((b for a, b in child.connections if a == new), None)
        if source is None or target is None or (source, target) not in parent.connections:
            return None
        return "node", source, target, child.activations[new]
    new_ones = [c for c in child.connections if c not in parent.connections]
    if len(new_ones) == 1:
        return ("connection", *new_ones[0], "")
    pairs = enumerate(zip(parent.activations, child.activations, strict=False))
    others = [k for k, (old, new) in pairs if old != new]
    return ("activation", others[0], others[0], child.activations[others[0]]) if others else None
