"""How much network can we afford? Choose among configurations under two budgets.

The same device can pay for less when its battery runs down. Depth, width and blocks are three ways
to pay less; here all configurations stand in one list, with what each costs, and one is picked.
Unlike the papers' own curves, a configuration counts by its MACs *and* by the time that was
measured on this machine: the two do not always agree.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from nc_teach.common.kinds import Limit, NotNegative, Share


@dataclass(frozen=True)
class Option:
    """One configuration of a trained network, and what it costs.

    ``method`` is "depth", "width" or "blocks", ``name`` says which; ``macs`` and ``latency_ms``
    are means for one image; ``validation`` is the accuracy in [0, 1] that choices are made by.
    """

    method: str
    name: str
    macs: NotNegative
    latency_ms: NotNegative
    validation: Share


def battery(
    options: Sequence[Option], *, macs: Limit = math.inf, latency_ms: Limit = math.inf
) -> Option | None:
    """The option with the best validation accuracy within both budgets; None if there is none.

    Between equals the one with fewer MACs, then the faster one.

    >>> options = [Option("width", "0.25", 10, 0.2, 0.70), Option("width", "1", 90, 0.3, 0.80)]
    >>> battery(options, macs=50).name, battery(options, macs=5)
    ('0.25', None)
    """
    affordable = [o for o in options if o.macs <= macs and o.latency_ms <= latency_ms]
    best = sorted(affordable, key=lambda o: (-o.validation, o.macs, o.latency_ms))
    return best[0] if best else None


def frontier(options: Sequence[Option]) -> list[Option]:
    """The options that no other beats in all of accuracy, MACs and time; by MACs.

    >>> good, bad = Option("width", "a", 10, 1.0, 0.8), Option("depth", "b", 20, 1.0, 0.7)
    >>> [option.name for option in frontier([bad, good])]
    ['a']
    """
    kept = [o for o in options if not any(_beats(other, o) for other in options)]
    return sorted(kept, key=lambda o: (o.macs, o.latency_ms))


def _beats(a: Option, b: Option) -> bool:
    """Whether ``a`` is at least as good as ``b`` in everything, and better in something."""
    ours, theirs = (a.validation, -a.macs, -a.latency_ms), (b.validation, -b.macs, -b.latency_ms)
    return ours != theirs and all(x >= y for x, y in zip(ours, theirs, strict=True))
