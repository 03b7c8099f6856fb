"""The three ways in which a network's topology changes: a node, a connection, an activation.

Each takes a network and a random generator and returns another network; where nothing can be
changed in that way it returns the network as it was.

Source: Gaier, Ha (2019), "Weight Agnostic Neural Networks", section 3: insert node, add
connection, change activation.
"""

from collections.abc import Callable, Mapping

import numpy as np

from nc_teach.pruning.weight_agnostic.network import ACTIVATIONS, Network

NAMES = tuple(ACTIVATIONS)
TRIES = 20


def add_node(network: Network, random: np.random.Generator) -> Network:
    """Split a connection: a new node with any activation stands in its middle."""
    if not network.connections:
        return network
    source, target = network.connections[random.integers(len(network.connections))]
    return network.with_node(source, target, NAMES[random.integers(len(NAMES))])


def add_connection(network: Network, random: np.random.Generator) -> Network:
    """Connect two nodes that are not, from a lower place to a higher one.

    The end is drawn among hidden nodes and outputs, then the start among all lower places.
    """
    for _ in range(TRIES):
        target = int(random.integers(network.inputs + 1, len(network.places)))
        source = int(random.integers(len(network.places)))
        lower = network.places[source] < network.places[target]
        if lower and (source, target) not in network.connections:
            return network.with_connection(source, target)
    return network


def change_activation(network: Network, random: np.random.Generator) -> Network:
    """Give a hidden node another activation than it has."""
    if not network.hidden:
        return network
    node = network.hidden[random.integers(len(network.hidden))]
    others = [name for name in NAMES if name != network.activations[node]]
    return network.with_activation(node, others[random.integers(len(others))])


Mutation = Callable[[Network, np.random.Generator], Network]
SHARES: Mapping[Mutation, float] = {add_node: 0.25, add_connection: 0.5, change_activation: 0.25}


def mutate(network: Network, random: np.random.Generator) -> Network:
    """One change of the network, drawn by ``SHARES``."""
    kinds = list(SHARES)
    return kinds[random.choice(len(kinds), p=list(SHARES.values()))](network, random)
