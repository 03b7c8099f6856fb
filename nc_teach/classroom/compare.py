"""Whether two answers are the same, and what is wrong with the form of one.

Numbers count as what they are: float32 and float64 agree, and so do integers of Python, numpy and
torch, and arrays of numpy and torch.
"""

from numbers import Integral, Real
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn


def same(one: Any, other: Any, tolerance: float = 1e-4) -> bool:
    """Whether two answers hold the same values in the same form.

    >>> same(np.float64(2), 2.0), same(torch.ones(2), np.ones(2)), same((1, 2), [1, 2])
    (True, True, False)
    >>> same({"a": torch.tensor([True])}, {"a": torch.tensor([1.0])})  # a mask is no number
    False
    """
    if _is_array(one) or _is_array(other):
        return _same_arrays(one, other, tolerance)
    if isinstance(one, nn.Module) and isinstance(other, nn.Module):
        return same(dict(one.state_dict()), dict(other.state_dict()), tolerance)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[k], other[k], tolerance) for k in one)
    if isinstance(one, list | tuple) and type(one) is type(other):
        pairs = zip(one, other, strict=False)
        return len(one) == len(other) and all(same(a, b, tolerance) for a, b in pairs)
    if callable(one) and callable(other):
        return True  # a function cannot be looked into; what it does shows in the answers
    if type(one) is not type(other):
        return False
    try:
        return bool(one == other)
    except (TypeError, ValueError, RuntimeError):
        return False


def complaint(answer: Any, right: Any, what: str = "your answer") -> str | None:
    """What is wrong with the kind, shape or dtype of ``answer``, in words; None if nothing is.

    >>> complaint(None, torch.zeros(3))
    'your answer is `None`. Let the function end with `return` and a float tensor of shape (3,).'
    >>> complaint(torch.zeros(1, 3), torch.zeros(3))
    'your answer has the shape (1, 3); give it the shape (3,).'
    """
    if answer is None and right is not None:
        return f"{what} is `None`. Let the function end with `return` and {kind_of(right)}."
    if isinstance(right, nn.Module) or callable(right):
        fits = isinstance(answer, nn.Module) if isinstance(right, nn.Module) else callable(answer)
        return None if fits else f"{what} is {kind_of(answer)}; return {kind_of(right)}."
    if isinstance(right, dict | list | tuple):
        return _complaint_of_parts(answer, right, what)
    if not _is_array(right):
        fits = (answer is None) == (right is None) and isinstance(answer, type(right))
        return None if fits else f"{what} is {kind_of(answer)}; return {kind_of(right)}."
    if not _is_array(answer) or (isinstance(answer, Real) and np.ndim(_array(right)) > 0):
        return f"{what} is {kind_of(answer)}; return {kind_of(right)}."
    found, wanted = _array(answer), _array(right)
    if found.shape != wanted.shape:
        return f"{what} has the shape {found.shape}; give it the shape {wanted.shape}."
    if _kind(found) != _kind(wanted) and (_kind(found), _kind(wanted)) != ("integer", "float"):
        return f"{what} holds {_kind(found)}s ({found.dtype}); it should hold {_kind(wanted)}s."
    return None


def kind_of(value: Any) -> str:
    """What a value is, in a few words.

    >>> kind_of(torch.zeros(2, 3)), kind_of(np.int64(3)), kind_of([1])
    ('a float tensor of shape (2, 3)', 'an integer', 'a list')
    """
    if isinstance(value, bool | np.bool_):
        return "True or False"
    if isinstance(value, Real):
        return "an integer" if isinstance(value, Integral) else "a float"
    if isinstance(value, Tensor | np.ndarray):
        name = "tensor" if isinstance(value, Tensor) else "array"
        kind = _kind(_array(value))
        article = "an" if kind == "integer" else "a"
        return f"{article} {kind} {name} of shape {tuple(value.shape)}"
    if isinstance(value, nn.Module):
        return f"a network ({type(value).__name__})"
    if callable(value):
        return "a function"
    name = type(value).__name__
    return "`None`" if value is None else f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}"


def say(value: Any) -> str:
    """A value as a sentence shows it: short.

    >>> say(torch.tensor([0.5, 2.0])), say(torch.zeros(30)), say(np.float64(0.25))
    ('[0.5, 2]', 'a float tensor of shape (30,)', '0.25')
    """
    if isinstance(value, Tensor | np.ndarray) and _array(value).size <= 8:
        array = _array(value)
        texts = np.vectorize(lambda v: f"{v:g}" if array.dtype.kind == "f" else str(v), [object])
        return str(texts(array).tolist()).replace("'", "") if array.size else "nothing"
    if isinstance(value, bool | str) or value is None:
        return f"`{value!r}`"
    if isinstance(value, Integral):
        return f"{int(value):,}"
    if isinstance(value, Real):
        return f"{float(value):.6g}"
    if isinstance(value, dict | list | tuple) and len(str(value)) <= 80:
        return f"`{value!r}`"
    return kind_of(value)


def _complaint_of_parts(answer: Any, right: Any, what: str) -> str | None:
    if not isinstance(answer, type(right)):
        return f"{what} is {kind_of(answer)}; return {kind_of(right)}."
    if isinstance(right, dict):
        if answer.keys() != right.keys():
            return f"{what} has the names {list(answer)}; they should be {list(right)}."
        parts = [(answer[k], right[k], f"{what} under `{k}`") for k in right]
    else:
        if len(answer) != len(right):
            return f"{what} has {len(answer)} parts; it should have {len(right)}."
        parts = [(a, r, f"part {i} of {what}") for i, (a, r) in enumerate(zip(answer, right), 1)]  # noqa: B905
    return next(filter(None, (complaint(*part) for part in parts)), None)


def _is_array(value: Any) -> bool:
    return isinstance(value, Tensor | np.ndarray | np.generic | Real)


def _array(value: Any) -> np.ndarray:
    if isinstance(value, Tensor):
        value = value.detach().cpu()
        value = value.float() if value.dtype in (torch.bfloat16, torch.float16) else value
        return value.resolve_conj().numpy()
    return np.asarray(value)


def _kind(array: np.ndarray) -> str:
    kinds = {"b": "bool", "i": "integer", "u": "integer", "f": "float", "c": "complex"}
    return kinds.get(array.dtype.kind, "object")


def _same_arrays(one: Any, other: Any, tolerance: float) -> bool:
    if not (_is_array(one) and _is_array(other)):
        return False
    a, b = _array(one), _array(other)
    if a.shape != b.shape or ("bool" in (_kind(a), _kind(b)) and _kind(a) != _kind(b)):
        return False
    if _kind(a) == _kind(b) != "float":
        return bool((a == b).all())
    try:
        return bool(np.allclose(a, b, rtol=tolerance, atol=tolerance, equal_nan=True))
    except (TypeError, ValueError, OverflowError):
        return False
