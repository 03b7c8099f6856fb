"""7.2 Cut what is shared (difficulty 2, 12 minutes)

The weights of a layer share centroids: weight i has the value `centroids[index[i]]`, and an index
of -1 means that the weight is zero already. Now some of the weights are pruned. `keep` is a bool
tensor of the same shape as `index`, and False means that the weight goes. Return the new
`(centroids, index)`: a weight that is gone has index -1, a centroid that no weight uses any more is
left out, the other centroids keep their order, and every weight that was kept still has its value.
Before you write: what happens to index 5 when centroid 2 is left out?

## Stub
    def cut(centroids, index, keep):
        ...
        return centroids, index

## Hint 1
Two steps: first the indices of what is gone, then the codebook. `index[index >= 0].unique()` gives
the centroids that somebody shares, in order.

## Hint 2
A table from old place to new: `place[used] = torch.arange(len(used))`. Look each kept index up in
it, and put -1 where it was -1: `place[-1]` would be the last one's.

## Near miss
Setting the indices to -1 and leaving the centroids alone. Every kept weight has its value, but the
file still stores centroids that no weight uses.

## Reasoning
After sharing, a weight is no longer a number but a place in a table, and pruning has to keep the
table in order. The smallest values are pruned first, so whole clusters near zero become empty and
the table shrinks. That is one reason why the other order has the smaller file. But the weights that
are left can only move together, and so they heal worse.
"""

import itertools

import torch

from nc_teach.classroom.card import Refused


def cut(centroids, index, keep):
    left = torch.where(keep, index, -1)
    used = left[left >= 0].unique()
    place = torch.full((len(centroids),), -1, dtype=index.dtype)
    place[used.long()] = torch.arange(len(used), dtype=index.dtype)
    return centroids[used.long()], torch.where(left >= 0, place[left.long()], -1)


def oracle(centroids, index, keep):
    """With lists: which centroids are still shared, and where each of them is now."""
    kept = torch.where(keep, index, -1)
    used = sorted(set(kept[kept >= 0].tolist()))
    new = [used.index(i) if i >= 0 else -1 for i in kept.flatten().tolist()]
    return centroids[torch.tensor(used).long()], torch.tensor(new).reshape(index.shape)


def weights(centroids, index):
    """What indices and centroids stand for."""
    table = torch.cat([centroids, centroids.new_zeros(1)])
    return table[torch.where(index >= 0, index.long(), len(centroids))]


def play(function, centroids, index, keep):
    """The two tensors, if they are two and every index has a centroid."""
    answer = function(centroids, index, keep)
    pair = isinstance(answer, tuple | list) and len(answer) == 2
    if not pair or not all(isinstance(part, torch.Tensor) for part in answer):
        raise Refused(PAIR)
    new, places = answer
    if places.shape != index.shape:
        raise Refused(SHAPE.format(found=tuple(places.shape), wanted=tuple(index.shape)))
    if places.is_floating_point() or places.dtype == torch.bool:
        raise Refused(DTYPE.format(dtype=places.dtype))
    if places.numel() and int(places.max()) >= len(new):
        raise Refused(ENDS.format(most=int(places.max()), last=len(new) - 1))
    return tuple(answer)


def cases():
    """One codebook by hand, of which a value empties; random ones; all kept; and nothing kept."""
    by_hand = torch.tensor([-2.0, -0.1, 0.2, 3.0])
    index = torch.tensor([[0, 1, 3], [2, -1, 3]], dtype=torch.int16)
    keep = torch.tensor([[True, False, True], [True, True, False]])
    yield "for four values and six weights,", (by_hand, index, keep)
    for shape, part in itertools.product(((40,), (5, 8), (3, 4, 5)), (0.5, 0.9)):
        yield f"for 16 values and {shape} weights,", random_case(len(shape), 16, shape, part)
    centroids, index, keep = random_case(7, 4, (6, 6), 0.0)
    yield "when everything is kept,", (centroids, index, keep)
    yield "when nothing is kept,", (centroids, index, ~keep)


def random_case(seed, values, shape, part):
    """Any codebook with some zeros, from which a share of the weights is to go."""
    seeded = torch.Generator().manual_seed(seed)
    centroids = torch.rand(values, generator=seeded).mul(4).sub(2)
    index = torch.randint(-1, values, shape, generator=seeded).to(torch.int16)
    return centroids, index, torch.rand(shape, generator=seeded) >= part


def details(centroids, index, keep, answer):
    """How many weights have an index and should, and which of them has another value."""
    new, places = answer
    before, after = torch.where(keep, weights(centroids, index), 0.0), weights(new, places)
    found, alive = int((places >= 0).sum()), int(((index >= 0) & keep).sum())
    used = len(places[places >= 0].unique())
    moved = (after != before).nonzero().tolist()
    words: dict[str, object] = {"found": found, "alive": alive, "moved": len(moved)}
    words |= {"stored": len(new), "used": used}
    for one in map(tuple, moved[:1]):
        words |= {"first": one, "was": f"{before[one]:.2f}", "now": f"{after[one]:.2f}"}
    known = ALIVE if found != alive else MOVED if moved else STORED if len(new) > used else ORDER
    return words | {"wrong": known.replace("{where} ", "").format(**words)}


PAIR = "return two tensors: `return centroids, index`."
SHAPE = (
    "your index has shape {found} and not {wanted}: a weight that is gone keeps its place, with "
    "index -1."
)
DTYPE = "your index is {dtype}; indices are integers."
ENDS = (
    "an index is {most}, but your table ends at {last}: when a centroid is left out, those behind "
    "it move up, and so must their indices."
)
ALIVE = (
    "{where} {found} weights have an index after the cut, but {alive} are left: what is gone, or "
    "was zero before, has -1."
)
MOVED = (
    "{where} {moved} weights have changed: the one at {first} was {was} and is {now}. Does its "
    "index still point to its centroid?"
)
STORED = (
    "{where} every weight has its value, but of your {stored} centroids only {used} are shared by "
    "any weight: the others are stored for nothing."
)
ORDER = "{where} your centroids are the right ones in another order; let them keep theirs."


def the_last_for_minus_one(centroids, index, keep):
    left = torch.where(keep, index, -1)
    used = left[left >= 0].unique().long()
    place = torch.zeros(len(centroids), dtype=index.dtype)
    place[used] = torch.arange(len(used), dtype=index.dtype)
    return centroids[used], place[left.long()]


def backwards(centroids, index, keep):
    used, new = cut(centroids, index, keep)
    return used.flip(0), torch.where(new >= 0, len(used) - 1 - new, -1)


def then(change):
    """A wrong function: the right answer, and then ``change(centroids, index)``."""
    return lambda *given: change(*cut(*given))


WRONG = {
    lambda c, index, keep: (c, torch.where(keep, index, -1)): STORED,
    lambda c, index, keep: (cut(c, index, keep)[0], torch.where(keep, index, -1)): ENDS,
    lambda c, index, keep: (c, torch.where(keep, index, 0)): ALIVE + " Index 0 is a centroid.",
    lambda c, index, keep: cut(c, index, ~keep): ALIVE + " True in `keep` means kept.",
    then(lambda c, index: (c, index[index >= 0])): SHAPE,
    the_last_for_minus_one: ALIVE + " `place[-1]` is the place of the last one.",
    backwards: ORDER,
    lambda c, index, keep: cut(c, index.clamp(min=0), keep): ALIVE + " Which of them were zero "
    "before?",
    then(lambda c, index: (c, torch.where(index > 0, index - 1, index))): MOVED,
    then(lambda c, index: (c, index.float())): DTYPE,
    then(weights): PAIR,
}

OTHERWISE = "{wrong}"
