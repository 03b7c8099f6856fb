"""Operators that take axes apart, turn them and put them together: the ids go the same way.

Unlike the other operators (:mod:`.operators`), these can need a number of units: to make halves of
them, or rows and columns. Such a number may shrink with the network only if the units that share a
place, in each half or each row, go together.
"""

from torch import Tensor

from nc_teach.surgery.units import FREE, UNKNOWN, Call, Count, LostError, Ties, Units, Value


def splits(ties: Ties, call: Call) -> Value:
    """Equal parts stay equal if the first units of all parts go together, the second ones, ..."""
    x, how = call.inputs[0], call.given(1, "chunks", call.options.get("split_size_or_sections"))
    if not isinstance(x, Units):
        return UNKNOWN
    dim = call.given(2, "dim", 0) % x.ids.ndim
    if call.kind == "chunk" and x.ids.shape[dim] == 1:
        return [x] * how
    if call.kind == "chunk" and x.ids.shape[dim] % how == 0:
        parts = x.ids.unflatten(dim, (how, -1)).movedim(dim, 0)
        ties.parts.append((parts, f"{call.words} makes {how} parts"))
        return [Units(ids) for ids in x.ids.chunk(how, dim)]
    if isinstance(how, Count) and x.ids.shape[dim] % how == 0:
        return splits(ties, Call("chunk", (x, x.ids.shape[dim] // how, dim), {}, call.words))
    if call.kind == "unbind":
        dim = call.given(1, "dim", 0)
        return [takes(ties, _at(call, dim, place)) for place in range(x.ids.shape[dim])]
    raise LostError("makes parts of fixed lengths")


def _at(call: Call, dim: int, place: int) -> Call:
    x = call.inputs[0]
    index = (slice(None),) * (dim % x.ids.ndim) + (place,)
    return Call("getitem", (x, index), {}, call.words)


def gates(ties: Ties, call: Call) -> Value:
    """GLU: the first half, number by number times the sigmoid of the second."""
    x, dim = call.inputs[0], call.given(1, "dim", -1)
    one, other = splits(ties, Call("chunk", (x, 2, dim), {}, call.words))
    ties.tie(one.ids, other.ids)
    return one


def takes(ties: Ties, call: Call) -> Value:
    """x[...]: all along an axis, or a part of one whose length is fixed."""
    x, index = call.inputs
    if not isinstance(x, Units):
        return UNKNOWN if x is UNKNOWN else x[index]  # a list, or a shape
    index, dim, ids = index if isinstance(index, tuple) else (index,), 0, x.ids
    if Ellipsis in index:
        place = index.index(Ellipsis)
        missing = ids.ndim - (len(index) - 1 - index.count(None))
        index = index[:place] + (slice(None),) * missing + index[place + 1 :]
    for part in index:
        if part is None:
            ids = ids.unsqueeze(dim)
        elif not isinstance(part, int | slice):
            raise LostError("takes places that are calculated")
        elif (ids < 0).all() and isinstance(part, slice) and FREE in (part.start, part.stop):
            ids = ids.narrow(dim, 0, 1)
        elif ids.shape[dim] == 1:  # some places of a map, one word
            if not isinstance(part, slice):
                ids, dim = ids.select(dim, 0), dim - 1
        elif isinstance(part, int):
            if not ties.tied_along(ids, dim):
                raise LostError("takes one of them by its number")
            ids, dim = ids.select(dim, part), dim - 1
        else:
            ids = _part(ties, ids, dim, part, call.words)
        dim += 1
    return Units(ids, x.spread)


def _part(ties: Ties, ids: Tensor, dim: int, part: slice, words: str) -> Tensor:
    length = ids.shape[dim]
    start, stop, step = part.indices(length)
    if (start, stop, step) == (0, length, 1):
        return ids
    at = stop if start == 0 else start
    counted = all(isinstance(end, Count | None) for end in (part.start, part.stop))
    if counted and step == 1 and length % at == 0:
        parts = ids.unflatten(dim, (-1, at)).movedim(dim, 0)
        ties.parts.append((parts, f"{words} makes {length // at} parts"))
    elif not ties.tied_along(ids, dim):
        raise LostError("takes some of them by their numbers")
    return ids.movedim(dim, 0)[start:stop:step].movedim(0, dim)


def moves(ties: Ties, call: Call) -> Value:
    """Gives the axes another order, or adds and takes axes of length 1."""
    x, rest = call.inputs[0], call.rest()
    if not isinstance(x, Units):
        return x
    if call.kind == "squeeze" and not rest and "dim" not in call.options:
        # all free axes go but the first, which is the batch
        left = [n for dim, n in enumerate(x.ids.shape) if n > 1 or dim == 0]
        return Units(x.ids.reshape(left), x.spread)
    known = {k: v for k, v in call.options.items() if k in ("dim", "dim0", "dim1", "dims")}
    try:
        return Units(getattr(x.ids, call.kind)(*rest, **known), x.spread)
    except (IndexError, RuntimeError):
        if x.spread != "outer":
            raise
        # The output of a linear layer: one more axis before it than we knew.
        return Units(getattr(x.ids[None], call.kind)(*rest, **known), x.spread)


def reshapes(ties: Ties, call: Call) -> Value:
    """The ids are reshaped too. An axis whose length is written as a number cannot become shorter,
    so all units along it go together."""
    x = call.inputs[0]
    if not isinstance(x, Units):
        return UNKNOWN
    lengths = list(lengths_of(ties, x.ids))
    if call.kind == "flatten":
        start, end = (call.given(1, "start_dim", 0), call.given(2, "end_dim", -1))
        start, end = start % x.ids.ndim, end % x.ids.ndim
        lengths[start : end + 1] = [-1]
    elif call.kind == "unflatten":
        dim = call.given(1, "dim") % x.ids.ndim
        lengths[dim : dim + 1] = call.given(2, "sizes", call.options.get("unflattened_size"))
    else:
        lengths = list(call.rest())
    trailing = _free(x.ids)[2]
    if UNKNOWN in lengths and trailing:
        raise LostError("has an axis of unknown length")
    if any(isinstance(n, Count) and n == -1 for n in lengths):  # then -1 is not for the units
        lengths = [FREE if type(n) is int and n == -1 else n for n in lengths]
    try:
        ids = x.ids.reshape([n if isinstance(n, int) else 1 for n in lengths])
    except RuntimeError:
        numbers = [str(n) for n in lengths if type(n) is int and n > 0] or ["lengths"]
        raise LostError(f"writes out {', '.join(numbers)} where -1 could follow them") from None
    for dim, length in enumerate(lengths):
        if type(length) is int and length > 0:
            ties.tie_along(ids, dim, f"{call.words} writes the length {length} out (not -1)")
    return Units(ids, _spread(x, ids))


def _free(ids: Tensor) -> tuple[int, int, int]:
    """How many free axes come before, between and after those with units."""
    followed = [dim for dim, length in enumerate(ids.shape) if length > 1]
    if not followed:
        return 0, 0, 0
    first, last = followed[0], followed[-1]
    return first, last - first + 1 - len(followed), ids.ndim - 1 - last


def _spread(x: Units, ids: Tensor) -> str:
    """Which free axes have gone into the units' axis."""
    lost = [after < before for before, after in zip(_free(x.ids), _free(ids), strict=True)]
    names = ("outer", "mixed", "inner")
    found = {name for name, gone in zip(names, lost, strict=True) if gone} | {x.spread} - {""}
    return found.pop() if len(found) == 1 else "mixed" if found else ""


def lengths_of(ties: Ties, ids: Tensor) -> tuple[Value, ...]:
    """An axis along which all go together keeps its length: an ordinary number."""
    return tuple(
        FREE if n == 1 else n if ties.tied_along(ids, dim) else Count(n, ids)
        for dim, n in enumerate(ids.shape)
    )
