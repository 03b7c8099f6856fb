"""What to do about an argument that is wrong in a way that many people's is.

It is looked up when an error is written, by what was given and by what the declaration says is
wanted, so a call that is right does not pay for it.
"""

import inspect
import re
from collections.abc import Iterator, Mapping

import numpy as np
import torch
from torch import Tensor, nn

REMEDIES = (  # a kind of what was given, what was wanted (part of its words), what to do
    ("class", "network|Dataset|Split", "make one of it, {name}(...)"),
    ("DataLoader", "", "torch.cat its batches first"),
    ("TensorDataset", "Split", "Split(*dataset.tensors) makes one of it"),
    ("Split", "Dataset", "a Dataset holds three of them, train, validation and test"),
    ("a pair of tensors", "Dataset", "a Dataset holds three Splits, train, validation and test"),
    ("a pair of tensors", "Split", "Split(images, labels) makes one of them"),
    ("a whole Dataset", "Split", "give a part of it, such as dataset.test"),
    ("Dataset", "Split|Dataset", "torch.stack its images, and make Splits of them"),
    ("Optimizer", "", "give what makes it, such as partial(torch.optim.SGD, lr=0.1)"),
    ("LRScheduler", "function", "give a function of progress from 0 to 1, as training.cosine is"),
    (
        "_Loss",
        "3 arguments",
        "lambda model, images, labels: F.cross_entropy(model(images), labels) is one",
    ),
    ("function", r"^a sequence \(each a function", "(step,) is a sequence of one"),
    ("str", "function", "give the function itself, not its name"),
    ("ndarray", "tensor", "torch.from_numpy makes one of it"),
    ("arrays", "tensor", "torch.from_numpy makes a tensor of each"),
    ("tensors", "^(a|an|a [a-z]+) tensor", "torch.stack makes one of them"),
    ("numbers", "^(a|an|a [a-z]+) tensor", "torch.tensor makes one of it"),
    ("tensors by name", "network", "load_state_dict puts them into one"),
    ("Module", "mapping.*network", "give it a name, {{'mine': model}}"),
    ("networks", "mapping.*network", "give each a name, {{'mine': model}}"),
    ("one-hot", "int64 tensor", "of one-hot rows, argmax(1) makes it"),
    ("other numbers", "int64 tensor", ".long() makes it"),
)

ROWS = {"tensors": Tensor, "arrays": np.ndarray, "networks": nn.Module, "numbers": int | float}


def remedy(value: object, wanted: str) -> str:
    """What to do with a value of a kind that people often give, or nothing.

    >>> remedy([Tensor([0.0]), Tensor([1.0])], "a tensor")
    ': torch.stack makes one of them'
    >>> remedy(Tensor([[0.0, 1.0]]), "an int64 tensor, N")
    ': of one-hot rows, argmax(1) makes it'
    >>> remedy(3, "a tensor")
    ''
    """
    kinds, name = set(_kinds(value)), getattr(value, "__name__", "")
    found = (does for kind, what, does in REMEDIES if kind in kinds and re.search(what, wanted))
    return next((f": {does.format(name=name)}" for does in found), "")


def _kinds(value: object) -> Iterator[str]:
    """The names of its classes, and what else it is."""
    if inspect.isclass(value):
        yield "class"
        return
    yield from (kind.__name__ for kind in type(value).__mro__)
    if callable(value):
        yield "function"
    if isinstance(value, Tensor):
        if value.ndim == 2 and value.shape[1] > 1:
            yield "one-hot"
        elif value.ndim == 1 and value.dtype != torch.int64:
            yield "other numbers"
    elif hasattr(value, "train") and hasattr(value, "validation"):
        yield "a whole Dataset"
    elif isinstance(value, Mapping):
        if value and all(isinstance(each, Tensor) for each in value.values()):
            yield "tensors by name"
    elif isinstance(value, list | tuple) and value:
        for each, kind in ROWS.items():
            if all(isinstance(item, kind) for item in value):
                yield each
                if each == "tensors" and len(value) == 2:
                    yield "a pair of tensors"
