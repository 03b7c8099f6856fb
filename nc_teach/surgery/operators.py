"""What each operator does to units: one small table, and one rule for each kind of operator.

A rule gets a call with the ids of its inputs (:mod:`.units`), ties what must go together, and gives
back the ids of its output. What is not in the table is not followed any further: the units that
come to it stay, with its name as the reason. It does not concern any others.
"""

import re
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from nc_teach.surgery.axes import gates, lengths_of, moves, reshapes, splits, takes
from nc_teach.surgery.units import FREE, UNKNOWN, Call, Count, LostError, Ties, Units, Value

Rule = Callable[[Ties, Call], Value]


def follow(ties: Ties, call: Call) -> Value:
    """The ids that come out of a call; ``UNKNOWN`` where they cannot be followed."""
    rule = next((rule for kinds, rule in TABLE if re.fullmatch(kinds, call.kind)), None)
    if rule is joins and not any(isinstance(value, Units) for value in call.inputs):
        rule = calculates
    if rule is None:
        ties.stay([call.inputs, call.options], f"{call.words} is not among what can be followed")
        return UNKNOWN
    if rule not in (reshapes, takes, splits, calculates):  # 1 / C would be another number
        counts = [v for v in (*call.inputs, *call.options.values()) if isinstance(v, Count)]
        ties.stay(counts, f"{call.words} calculates with their number")
    try:
        found = rule(ties, call)
        if found is UNKNOWN and rule is not measures:
            raise LostError("joins them with what cannot be cut")
        return found
    except LostError as lost:
        ties.stay([call.inputs, call.options], f"{call.words} {lost}")
        return UNKNOWN
    except Exception:  # torch itself refuses the ids
        ties.stay([call.inputs, call.options], f"{call.words} has them in an unexpected shape")
        return UNKNOWN


def keeps(ties: Ties, call: Call) -> Value:
    """Works on every number by itself: the units stay in their places."""
    others = [*call.inputs[1:], *call.options.values()]
    if call.kind != "expandas" and any(isinstance(value, Units) for value in others):
        raise LostError("is not followed with two tensors")
    return call.inputs[0]


def keeps_but_last(ties: Ties, call: Call) -> Value:
    """Pools or enlarges the last axes (height and width), where no unit may be."""
    digit = re.search(r"(\d)d", call.kind)
    x = call.inputs[0]
    if isinstance(x, Units):
        last = int(digit.group(1)) if digit else x.ids.ndim - 2
        if call.kind == "pad":
            last = len(call.given(1, "pad", ())) // 2
        if any(length > 1 for length in x.ids.shape[x.ids.ndim - last :]):
            raise LostError("works along the axis of the units")
    return x


def joins(ties: Ties, call: Call) -> Value:
    """Adds or multiplies number by number: the two units in one place go together."""
    one, other = call.inputs[0], call.given(1, "other")
    if not (isinstance(one, Units) and isinstance(other, Units)):
        if UNKNOWN in (one, other):
            return UNKNOWN
        return one if isinstance(one, Units) else other  # the other is a number
    ids = _joined(ties, one.ids, other.ids, call.words)
    return Units(ids, one.spread if one.spread == other.spread else "mixed")


def _joined(ties: Ties, one: Tensor, other: Tensor, words: str) -> Tensor:
    one, other = (x[(None,) * (max(one.ndim, other.ndim) - x.ndim)] for x in (one, other))
    if (one < 0).all():
        one, other = other, one
    if (other < 0).all():  # it has no units, but where it is as long as ours it fixes the length
        for dim in range(one.ndim):
            if other.shape[dim] > 1 and one.shape[dim] > 1:
                ties.tie_along(one, dim, f"{words} joins them with numbers of a fixed count")
            elif (one < 0).all():  # nor has the other: what is spread has no length of its own
                one = one.narrow(dim, 0, 1)
        return one
    one, other = torch.broadcast_tensors(one, other)
    ties.tie(one, other)
    return torch.where(one < 0, other, one)


def concatenates(ties: Ties, call: Call) -> Value:
    """Units keep their order, one tensor's after the other's: an offset."""
    parts, dim = list(call.inputs[0]), call.given(1, "dim", call.options.get("axis", 0))
    if not all(isinstance(part, Units) for part in parts):
        return UNKNOWN
    if call.kind == "hstack":
        dim = min(1, parts[0].ids.ndim - 1)
    if call.kind == "stack":  # beside each other along a new axis
        dim %= parts[0].ids.ndim + 1
        return Units(torch.stack(torch.broadcast_tensors(*(part.ids for part in parts)), dim))
    single = all(part.ids.numel() == 1 for part in parts) and max(p.ids.max() for p in parts) >= 0
    if all(part.ids.shape[dim] == 1 for part in parts) and not single:  # beside in height or time
        ids = parts[0].ids
        for part in parts[1:]:
            ids = _joined(ties, ids, part.ids, call.words)
        return Units(ids)
    return Units(
        torch.cat([part.ids for part in parts], dim),
        "mixed" if any(p.spread for p in parts) else "",
    )


def sums_up(ties: Ties, call: Call) -> Value:
    """The mean or maximum over some axes: units that lie along them go together."""
    x, dims, keep = call.inputs[0], call.given(1, "dim"), call.given(2, "keepdim", False)
    if not isinstance(x, Units):
        return x
    ids = x.ids
    dims = dims if isinstance(dims, Sequence) else (dims,)
    why = f"{call.words} makes one number of them"
    if x.spread == "outer" and max(dims) >= 0:  # how many axes come before the units is not known
        why += " (if it is another axis, count it from the end: -2)"
    for dim in sorted((d % ids.ndim for d in dims), reverse=True):
        ties.tie_along(ids, dim, why)
        ids = ids.amax(dim, keepdim=bool(keep))  # any of those that go together
    return Units(ids, x.spread)


def extremes(ties: Ties, call: Call) -> Value:
    """max, min: of two tensors number by number; of one, along an axis, the values and places."""
    other = call.given(1, "dim", call.options.get("other"))
    if isinstance(other, int):
        return [sums_up(ties, call)] * 2
    if other is None:
        raise LostError("takes one of all")
    return joins(ties, call)


def normalises(ties: Ties, call: Call) -> Value:
    """What is left after a unit goes has another sum: all along the axis go together."""
    x, dim = call.inputs[0], call.given(1, "dim")
    if isinstance(x, Units):
        ties.tie_along(x.ids, 1 if dim is None else dim, f"{call.words} weighs all against all")
    return x


def multiplies(ties: Ties, call: Call) -> Value:
    """Matrix product of two followed tensors: over the shared axis, units meet one by one."""
    one, other = call.inputs[0], call.given(1, "other", call.options.get("mat2"))
    if not (isinstance(one, Units) and isinstance(other, Units)):
        return UNKNOWN
    # ... x n x k x 1 and ... x 1 x k x m
    ids = _joined(ties, one.ids.unsqueeze(-1), other.ids.unsqueeze(-3), call.words)
    together = ids.shape[-2] == 1 or ties.tied_along(ids, -2)
    return Units(ids[..., 0, :] if together else torch.full_like(ids[..., 0, :], -1))


def attends(ties: Ties, call: Call) -> Value:
    """softmax(q k^T / sqrt(d)) v: d cannot change, so within a head all units go together."""
    q, k, v = call.inputs[:3]
    if not all(isinstance(x, Units) for x in (q, k, v)):
        return UNKNOWN
    ties.tie_along(q.ids, -1, f"{call.words} divides by the root of their number")
    turned = Units(k.ids.transpose(-1, -2))
    scores = multiplies(ties, Call("matmul", (q, turned), {}, call.words))
    mask = call.given(3, "attn_mask")
    if mask is not None:
        scores = joins(ties, Call("add", (scores, mask), {}, call.words))
    return multiplies(ties, Call("matmul", (scores, v), {}, call.words))


def measures(ties: Ties, call: Call) -> Value:
    """x.shape, x.size(): the lengths, as far as the ids tell them."""
    x, place = call.inputs[0], call.given(1, "dim")
    if isinstance(x, list) and place in ("values", "indices"):
        return x[place == "indices"]
    if place in ("dtype", "device") or call.kind == "dim":
        return UNKNOWN
    if isinstance(place, str) and place != "shape":
        raise LostError("is not among what can be followed")
    lengths = lengths_of(ties, x.ids) if isinstance(x, Units) else (FREE, *(UNKNOWN,) * 7)
    return lengths[place] if isinstance(place, int) else lengths


def calculates(ties: Ties, call: Call) -> Value:
    """Sums with lengths: only a number of units itself, or a part of one, shrinks with them."""
    one, other = call.inputs
    counts = [value for value in call.inputs if isinstance(value, Count)]
    if FREE in call.inputs and call.kind == "mul":  # C H W: whatever is left
        return Count(-1, counts[0].units) if counts else one if one is other else UNKNOWN
    if not all(isinstance(value, int | float) for value in call.inputs):
        return UNKNOWN
    value = {"mul": one * other, "add": one + other, "sub": one - other}.get(call.kind)
    if call.kind == "floordiv":
        value = one // other
    if value is not None:
        return Count(value, counts[0].units) if counts else value
    ties.stay(counts, f"{call.words} calculates with their number")
    return UNKNOWN


ACTIVATIONS = (
    "relu6?|leakyrelu|prelu|rrelu|elu|selu|celu|gelu|silu|mish|softplus|softsign|tanh|tanhshrink"
    "|hardtanh|hardswish|hardshrink|softshrink|(hard|log)?sigmoid|threshold"
)
KEEPS = (
    f"{ACTIVATIONS}|clamp|abs|neg|exp|sqrt"
    "|square|pow|(feature|alpha)?dropout([123]d)?|stochasticdepth|identity|contiguous|clone"
    "|float|to|type|detach|eq|ne|lt|gt|le|ge|bool|logicalnot|expandas|(zeros|ones|randn?)like"
)
POOLS = (
    "(adaptive)?(max|avg|lp)pool[123]d|interpolate|upsample\\w*|pad"
    "|(zero|constant|reflection|replication|circular)pad[123]d"
)
TABLE: tuple[tuple[str, Rule], ...] = (
    (KEEPS, keeps),
    (POOLS, keeps_but_last),
    ("i?(add|sub|mul)|(true)?div|itruediv|maximum|minimum|maskedfill", joins),
    ("cat|concat|concatenate|h?stack", concatenates),
    ("chunk|split|unbind", splits),
    ("glu", gates),
    ("getitem", takes),
    ("permute|transpose|swapaxes|movedim|squeeze|unsqueeze|t|mT", moves),
    ("view|reshape|flatten|unflatten", reshapes),
    ("mean|sum|amax|amin|logsumexp", sums_up),
    ("max|min", extremes),
    ("softmax|logsoftmax|softmin", normalises),
    ("matmul|bmm", multiplies),
    ("scaleddotproductattention", attends),
    ("size|getattr|dim", measures),
    ("floordiv", calculates),
)
