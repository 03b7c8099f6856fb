"""A network whose connections all have the same weight: a graph, and an activation for each node.

Unlike an ``nn.Module`` it has no weights at all. One number w is handed in when it is used, and
every node computes

    z_j = phi_j(w * sum of z_i over the connections i -> j)

Nodes are numbered: the inputs first, then an input that is always 1 (the bias), then the outputs,
then hidden nodes as they come. Every node has a *place* from 0 (inputs) to 1 (outputs), and a
connection always leads to a higher place: so there is no cycle, and the places are an order in
which the nodes can be computed.

Source: Gaier, Ha (2019), "Weight Agnostic Neural Networks", section 3 and its figure of the
operators (the ten activations).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np

from nc_teach.common.kinds import Count, one_of

ACTIVATIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "linear": lambda x: x,
    "step": lambda x: (x > 0).astype(x.dtype),
    "sin": lambda x: np.sin(np.pi * x),
    "cosine": lambda x: np.cos(np.pi * x),
    "Gaussian": lambda x: np.exp(-x * x / 2),
    "tanh": np.tanh,
    "sigmoid": lambda x: (np.tanh(x / 2) + 1) / 2,
    "inverse": np.negative,
    "absolute": np.abs,
    "ReLU": lambda x: np.maximum(x, 0),
}

Activation = Annotated[str, one_of(*ACTIVATIONS)]
Connection = tuple[int, int]  # from, to


@dataclass(frozen=True)
class Network:
    """Which nodes there are and which of them are connected.

    ``places[k]`` and ``activations[k]`` belong to node k; the first ``inputs`` nodes are the
    inputs, node ``inputs`` is always 1, the next ``outputs`` nodes are the outputs.

    >>> net = Network(2, 1, (0.0, 0.0, 0.0, 1.0), ("linear",) * 4, ((0, 3), (1, 3)))
    >>> net.logits(np.array([[1.0, 2.0]]), [0.5, -1.0])[:, 0, 0].tolist()  # w * (1 + 2)
    [1.5, -3.0]
    """

    inputs: Count
    outputs: Count
    places: tuple[float, ...]
    activations: tuple[str, ...]
    connections: tuple[Connection, ...]

    @property
    def hidden(self) -> range:
        """The numbers of the hidden nodes."""
        return range(self.inputs + 1 + self.outputs, len(self.places))

    def with_connection(self, source: int, target: int) -> Network:
        """The same network with one connection more.

        Raises ``ValueError`` when it is there already or does not lead to a higher place.
        """
        if (source, target) in self.connections:
            raise ValueError(f"connection {source} -> {target} is there already")
        if not self.places[source] < self.places[target]:
            raise ValueError(
                f"a connection must lead to a higher place, got {source} -> {target} from "
                f"{self.places[source]:g} to {self.places[target]:g}"
            )
        return replace(self, connections=(*self.connections, (source, target)))

    def with_node(self, source: int, target: int, activation: Activation) -> Network:
        """The same network with a new node in the middle of the connection source -> target.

        The connection itself is gone for good; in the authors' release it can come back.

        Raises ``ValueError`` when there is no such connection or activation.
        """
        if (source, target) not in self.connections:
            raise ValueError(f"there is no connection {source} -> {target} to split")
        new = len(self.places)
        kept = tuple(c for c in self.connections if c != (source, target))
        return replace(
            self,
            places=(*self.places, (self.places[source] + self.places[target]) / 2),
            activations=(*self.activations, activation),
            connections=(*kept, (source, new), (new, target)),
        )

    def with_activation(self, node: int, activation: Activation) -> Network:
        """The same network with another activation of a hidden node. ``ValueError`` otherwise."""
        if node not in self.hidden:
            raise ValueError(f"node must be hidden, got {node}")
        changed = (*self.activations[:node], activation, *self.activations[node + 1 :])
        return replace(self, activations=changed)

    def logits(self, inputs: np.ndarray, weights: np.ndarray | Sequence[float]) -> np.ndarray:
        """The outputs for N x inputs numbers under every shared weight: weights x N x outputs.

        Raises ``ValueError`` when the inputs are not N x ``self.inputs``.
        """
        return self.signals(inputs, weights)[self.inputs + 1 :][: self.outputs].transpose(1, 2, 0)

    def signals(self, inputs: np.ndarray, weights: np.ndarray | Sequence[float]) -> np.ndarray:
        """What every node sends on: nodes x weights x N, float32."""
        if np.ndim(inputs) != 2 or np.shape(inputs)[1] != self.inputs:
            raise ValueError(f"inputs must be of shape N x {self.inputs}, got {np.shape(inputs)}")
        shared = np.asarray(weights, dtype=np.float32)[:, None]
        shape = (len(shared), len(inputs))
        sent: list[np.ndarray] = [*np.asarray(inputs, dtype=np.float32).T]
        sent += [np.ones(shape[1], np.float32)] * (len(self.places) - self.inputs)  # bias, the rest
        sources: list[list[int]] = [[] for _ in self.places]
        for source, target in self.connections:
            sources[target].append(source)
        for node in sorted(range(self.inputs + 1, len(self.places)), key=self.places.__getitem__):
            total = sum((sent[source] for source in sources[node]), np.zeros(shape, np.float32))
            sent[node] = ACTIVATIONS[self.activations[node]](shared * total)
        return np.stack([np.broadcast_to(signal, shape) for signal in sent])


def empty(inputs: Count, outputs: Count) -> Network:
    """Inputs, the bias and linear outputs, and no connection."""
    places = (0.0,) * (inputs + 1) + (1.0,) * outputs
    return Network(inputs, outputs, places, ("linear",) * len(places), ())


def fully_connected(inputs: Count, outputs: Count) -> Network:
    """Every input and the bias connected with every output: the usual linear classifier's graph.

    With one shared weight all its outputs are equal, whatever the weight.
    """
    pairs = tuple((i, inputs + 1 + o) for i in range(inputs + 1) for o in range(outputs))
    return replace(empty(inputs, outputs), connections=pairs)
