"""2.5 One weight for all (difficulty 2, 12 minutes)

A graph is a network once there is a weight. `inputs` is N × I: nodes 0 to I − 1. The other nodes
follow in order, one for each function in `activations`; `connections` are pairs (from, to), always
from a lower number to a higher one. Every connection has the weight `w`. A node sends on its
activation of `w` times the **sum** of what it hears; one that hears nothing has the sum 0. Return
what the nodes from I on send: N × len(activations). Then connect every input with two linear
outputs: can they differ?

## Stub
    def signals(inputs, connections, activations, w):
        ...

## Hint 1
Keep a list of what every node sends, N numbers each. It begins with the columns of `inputs`. Then
go through the other nodes in their order and append.

## Hint 2
`sum((sent[a] for a, b in connections if b == node), torch.zeros(N))` is what a node hears, also
when it hears nothing. Then `activation(w * total)`, and `torch.stack(..., dim=1)` at the end.

## Near miss
One matrix of zeros and ones, `inputs @ (w * A)`, and the activations on its columns. Right as long
as every node hears inputs alone; nothing arrives from a hidden node.

## Reasoning
Because connections lead only upward, the order of the numbers is an order of computing. With every
input connected to every output, all outputs hear the same sum and multiply it by the same weight:
they are equal, so the network guesses. What makes outputs differ is who is connected with whom.
That is all that such a network can know.
"""

import math

import torch


def signals(inputs, connections, activations, w):
    sent = list(inputs.T)
    for node, activation in enumerate(activations, start=len(sent)):
        heard = [sent[a] for a, b in connections if b == node]
        sent.append(activation(w * sum(heard, torch.zeros(len(inputs)))))
    return torch.stack(sent[inputs.shape[1] :], dim=1)


def oracle(inputs, connections, activations, w):
    """One image and one node at a time."""
    rows = []
    for image in inputs.tolist():
        sent = list(image)
        for node, activation in enumerate(activations, start=len(image)):
            total = math.fsum(sent[a] for a, b in connections if b == node and a < node)
            sent.append(activation(torch.tensor(w * total)).item())
        rows.append(sent[len(image) :])
    return torch.tensor(rows)


def cases():
    """Nodes that hear inputs alone; nodes that hear nodes; a node that hears nothing; weight 0."""
    inputs = torch.randn(5, 3, generator=torch.Generator().manual_seed(25))
    shallow = ((0, 3), (1, 3), (2, 4), (0, 4))
    deep = ((0, 3), (1, 3), (3, 4), (2, 4), (3, 5), (4, 5), (1, 5))
    kinds = (torch.tanh, torch.cos, torch.relu)
    yield "on a graph with no hidden node", (inputs, shallow, kinds[:2], 0.7)
    yield "on a graph with hidden nodes", (inputs, deep, kinds, -1.5)
    hears_nothing = (inputs, ((0, 3), (2, 3)), kinds[:2], 0.7)
    yield "on a graph with a node that hears nothing", hears_nothing
    yield "on a graph with hidden nodes", (inputs, deep, kinds, 0.0)


def details(inputs, connections, activations, w, found):
    """The node that is furthest off, and what it sends for the first image."""
    right = oracle(inputs, connections, activations, w)
    place = int((found - right).abs().nan_to_num(torch.inf).amax(dim=0).argmax())
    sent, should = found[0, place].item(), right[0, place].item()
    node = f"at w = {w:g}, node {place + inputs.shape[1]} sends {sent:.3g} for the first image"
    return {"node": f"{node}; it should be {should:.3g}"}


def everything(inputs, connections, activations, w, total=sum):
    """What all nodes send, the inputs too."""
    sent = list(inputs.T)
    for node, activation in enumerate(activations, start=len(sent)):
        heard = [sent[a] for a, b in connections if b == node and a < node]
        sent.append(activation(w * (total(heard) + torch.zeros(len(inputs)))))
    return torch.stack(sent, dim=1)


def linear(inputs, connections, activations, w):
    return oracle(inputs, connections, [lambda x: x] * len(activations), w)


def activated_at_the_end(inputs, connections, activations, w):
    pairs = zip(activations, linear(inputs, connections, activations, w).T, strict=True)
    return torch.stack([activation(column) for activation, column in pairs], dim=1)


def one_layer(inputs, connections, activations, w):
    first = [(a, b) for a, b in connections if a < inputs.shape[1]]
    return oracle(inputs, first, activations, w)


def silent_is_zero(inputs, connections, activations, w):
    heard = {b for _, b in connections}
    answer = oracle(inputs, connections, activations, w)
    answer[:, [n for n in range(len(activations)) if n + inputs.shape[1] not in heard]] = 0
    return answer


def no_start_for_the_sum(inputs, connections, activations, w):
    sent = list(inputs.T)
    for node, activation in enumerate(activations, start=len(sent)):
        sent.append(activation(w * sum(sent[a] for a, b in connections if b == node)))
    return torch.stack(sent[inputs.shape[1] :], dim=1)


WRONG = {
    one_layer: "hidden nodes are deaf to each other in your network: only inputs are heard.",
    linear: "the activations do nothing in your network: it is linear.",
    activated_at_the_end: "you apply the activations only to what you return. A node sends its "
    "activated value on, and the nodes after it hear that.",
    lambda i, c, acts, w: oracle(i, c, [lambda x, f=f: w * f(x) for f in acts], 1.0): "you "
    "multiply after the activation. The weight belongs to the connection: it comes before.",
    lambda i, c, acts, w: oracle(i, c, acts, 1.0): "your network does not know `w`: it computes "
    "with weight 1.",
    lambda i, c, acts, w: oracle(i, c, acts, abs(w)): "you use the size of the weight without its "
    "sign.",
    lambda i, c, acts, w: everything(i, c, acts, w, lambda heard: sum(heard) / max(1, len(heard)))[
        :, i.shape[1] :
    ]: "you take the mean of what a node hears. It is the sum that `w` multiplies.",
    lambda i, c, acts, w: oracle(w * i, c, acts, w): "you multiply by `w` once too often: an input "
    "does not carry the weight, a connection does.",
    lambda i, c, acts, w: oracle(i, [(b, a) for a, b in c], acts, w): "you have swapped the ends "
    "of the connections: a pair is (from, to).",
    lambda *arguments: oracle(*arguments).T: "your answer is nodes × images. Return a row for each "
    "image: `stack(..., dim=1)`.",
    everything: "your answer has the inputs in it as well. Return only the nodes after them.",
    lambda *arguments: oracle(*arguments)[:, -1]: "you return the last node alone. All nodes after "
    "the inputs are wanted.",
    silent_is_zero: "{where}, {node}. The sum of nothing is 0; the node still sends its activation "
    "of that.",
    no_start_for_the_sum: "{where} your function stopped with {answer}. The sum of nothing is the "
    "plain number 0: begin it with a tensor of N zeros.",
}

OTHERWISE = "{where}, {node}."
