"""Run a network once and count the products that really run, whichever layer asks for them.

Every operator passes by here on its way to the machine, with its arguments. Kernels that do many
operators at once (an encoder layer, attention, compiled code) are switched off meanwhile, so that
what they do is seen in its parts; one that does a whole LSTM has a formula of its own.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch._ops import OpOverload
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from nc_teach.meter.care import CannotCountError, as_found, check_countable, in_parts
from nc_teach.meter.formulas import every, not_zero
from nc_teach.meter.operators import formula_of, is_free, name_of

Note = TypeVar("Note")
LEAVING = (Tensor.numpy, Tensor.__array__, Tensor.__dlpack__)


def macs_of(model: nn.Module, inputs: Sequence[object], nonzero: bool = False) -> int:
    """Multiply-accumulates of ``model(*inputs)``, in evaluation mode, without gradients.

    With ``nonzero`` a product with a weight of zero does not count. The model, the random state and
    torch's switches are afterwards what they were before, also when something goes wrong.

    Raises :class:`CannotCountError`, a ``ValueError``, for an operator that is not known, and when
    the answer was computed where torch does not see it.

    >>> layer = nn.Linear(3, 2)
    >>> macs_of(layer, (torch.ones(1, 3),)), macs_of(layer, (torch.ones(5, 3),))
    (6, 30)
    """
    check_countable(model)
    counting = Counting(model, inputs, nonzero)
    with as_found(model), in_parts(), WithoutNumpy(counting), counting:
        answers = _tensors(model(*inputs))
    if answers and not any(counting.kind(answer) == "data" for answer in answers):
        raise CannotCountError(
            f"model must compute with torch's operators to be counted: what {type(model).__name__} "
            "answers does not come from its input by any of them"
        )
    return counting.macs


class Counting(TorchDispatchMode):
    """Adds up the products of every operator that runs inside.

    Each tensor is of one *kind*: "data" when anything in it comes from the input, "weight" when it
    was made of parameters and buffers alone (a transposed weight, a masked one), and neither when
    it was made of nothing, as the zeros that an LSTM begins with. Only a weight has zeros that are
    left out. Kinds are kept by memory, which all views of one tensor share.
    """

    supports_higher_order_operators = True

    def __init__(self, model: nn.Module, inputs: Sequence[object], nonzero: bool) -> None:
        super().__init__()
        self.macs, self.nonzero = 0, nonzero
        self.kinds: dict[int, str] = {}
        self.multiplied: dict[int, tuple[int, int]] = {}  # products that wait for their sum
        for weight in (*model.parameters(), *model.buffers()):
            self.kinds[_memory(weight)] = "weight"
        for tensor in _tensors(inputs):
            self.kinds[_memory(tensor)] = "data"

    def kind(self, tensor: Tensor) -> str | None:
        return self.kinds.get(_memory(tensor))

    def leaves_out_zeros(self, tensor: Tensor) -> bool:
        return self.nonzero and self.kind(tensor) == "weight"

    def count(self, tensor: Tensor, dim: int | None = None) -> Tensor:
        """All numbers count, except zeros of a weight where these are left out."""
        if not self.leaves_out_zeros(tensor):
            return every(tensor, dim)
        if tensor.is_meta:
            raise CannotCountError(
                "model must hold numbers for nonzero=True, its weights are on the meta device"
            )
        return not_zero(tensor, dim)

    def __torch_dispatch__(
        self,
        operator: OpOverload,
        types: object,
        args: tuple[object, ...] = (),
        kwargs: dict[str, object] | None = None,
    ) -> object:
        kwargs = kwargs or {}
        if not isinstance(operator, OpOverload):
            raise CannotCountError(_unknown(str(operator)))
        tensors = _tensors((args, kwargs))
        _check_dense(operator, tensors)
        formula = formula_of(operator)
        if formula is None:
            with self:  # one that is made of others passes by again in its parts
                parts = operator.decompose(*args, **kwargs)
            if parts is not NotImplemented:
                return parts
            if not is_free(operator, tensors):
                raise CannotCountError(_unknown(str(operator)))
        elif any(tensor.is_complex() for tensor in tensors):
            raise CannotCountError(
                f"model must multiply real numbers to be counted, {operator} is given complex ones"
            )
        output = operator(*args, **kwargs)
        if formula:
            self.macs += formula(self.count, args, output)
        self._follow(operator, tensors, output)
        return output

    def _follow(self, operator: OpOverload, tensors: Sequence[Tensor], output: object) -> None:
        """Note what kind the output is of, and whether it is products that a sum may follow."""
        name = name_of(operator).rstrip("_")
        waiting = self.multiplied.get(_memory(tensors[0])) if tensors else None
        if name == "sum" and waiting:
            self.macs += waiting[0] * tensors[0].numel() // waiting[1]
        if name == "mul" and len(tensors) == 2 and min(t.numel() for t in tensors) > 1:
            waiting = self._one_by_one(*tensors)
        elif not operator.is_view and name not in ("clone", "_unsafe_view"):
            waiting = None
        kinds = {self.kind(tensor) for tensor in tensors}
        kind = next((kind for kind in ("data", "weight") if kind in kinds), None)
        for tensor in _tensors(output):
            _note(self.kinds, _memory(tensor), kind)
            _note(self.multiplied, _memory(tensor), waiting)

    def _one_by_one(self, a: Tensor, b: Tensor) -> tuple[int, int]:
        """Of a product number by number: how many products count, and how many there are."""
        total = torch.broadcast_shapes(a.shape, b.shape).numel()
        if not (self.leaves_out_zeros(a) or self.leaves_out_zeros(b)):
            return total, total
        alive = [t != 0 if self.leaves_out_zeros(t) else torch.ones_like(t).bool() for t in (a, b)]
        return int((alive[0] & alive[1]).sum()), total


class WithoutNumpy(TorchFunctionMode):
    """What comes from the input stays with torch, which does not see what others multiply."""

    def __init__(self, counting: Counting) -> None:
        super().__init__()
        self.counting = counting

    def __torch_function__(
        self,
        function: Callable[..., object],
        types: object,
        args: tuple[object, ...] = (),
        kwargs: dict[str, object] | None = None,
    ) -> object:
        if function in LEAVING and self.counting.kind(_tensors(args)[0]) == "data":
            raise CannotCountError(
                "model must compute with torch's operators to be counted, got "
                f"Tensor.{function.__name__}: what numpy multiplies is not seen"
            )
        return function(*args, **(kwargs or {}))


def _check_dense(operator: OpOverload, tensors: Sequence[Tensor]) -> None:
    """Raise :class:`CannotCountError` for tensors whose products are not those of the formulas."""
    for tensor in tensors:
        if tensor.layout != torch.strided or tensor.is_nested:
            what = "nested" if tensor.is_nested else str(tensor.layout).removeprefix("torch.")
            raise CannotCountError(
                f"model must hold ordinary dense tensors to be counted, {operator} is given one "
                f"that is {what}"
            )


def _tensors(things: object) -> list[Tensor]:
    return [thing for thing in tree_leaves(things) if isinstance(thing, Tensor)]


def _memory(tensor: Tensor) -> int:
    """Which memory a tensor lies in: the same number for all views of one tensor."""
    ordinary = tensor.layout == torch.strided and not tensor.is_nested
    return tensor.untyped_storage()._cdata if ordinary else id(tensor)


def _note(notes: dict[int, Note], key: int, value: Note | None) -> None:
    """Memory is used again: what was noted of it before is forgotten."""
    if value is None:
        notes.pop(key, None)
    else:
        notes[key] = value


def _unknown(operator: str) -> str:
    return (
        f"model must run operators whose products are known to be counted, got {operator}: compute "
        "the same by matrix products or convolutions (before weights are packed or quantized)"
    )
