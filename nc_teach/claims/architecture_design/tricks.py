"""One trick at a time: a network, and the same network without it.

SqueezeNet without its Fire modules, MobileNet without separable convolutions, a plain network with
ghosts (and, as a control, a plain one of the same MACs), ShuffleNet without its shuffle. Small
forms on Fashion-MNIST. The criteria for Fire modules and ghosts are those that were set for the
course before any run; the others follow the papers' tables, mildly, and were set before the run.
"""

from collections.abc import Callable, Mapping
from functools import partial

from nc_teach.architecture import MobileNetV1, ShuffleNetV1, SqueezeNet
from nc_teach.claims import Check, Claim, check
from nc_teach.common.spread import share

from . import networks
from .compared import EPOCHS, Compared, compare

Judge = Callable[[Compared], tuple[Check, ...]]
FIRES: dict[str, networks.Make] = {
    "Fire modules": SqueezeNet.small,
    "full 3 x 3": networks.plain_squeezenet,
}
SEPARABLE: dict[str, networks.Make] = {
    "separable": MobileNetV1.small,
    "full 3 x 3": networks.plain_mobilenet,
}
GHOSTS: dict[str, networks.Make] = {
    "half of them ghosts": networks.ghost_network,
    "no ghosts": networks.plain_network,
    "no ghosts, same MACs": partial(networks.plain_network, layers=networks.NARROW),
}
SHUFFLES: dict[str, networks.Make] = {
    f"{groups} groups, {'shuffled' if shuffle else 'not shuffled'}": partial(
        ShuffleNetV1.small, groups=groups, shuffle=shuffle
    )
    for groups in (2, 8)
    for shuffle in (True, False)
}


def _left(result: Compared, what: str, most: float) -> Check:
    """What the first network has of the second's parameters or MACs."""
    first, second, *_ = {"parameters": result.params, "MACs": result.macs}[what]
    return check(f"{what}, of those without the trick", first / second, most=most, say=share)


def _against(result: Compared, place: int, least: float, what: str) -> Check:
    """The first network's accuracy against that of another, per seed."""
    return check(what, result.gains(result.names[0], result.names[place]), least=least)


WITHOUT = "accuracy against the network without the trick"


def _judge_fires(result: Compared) -> tuple[Check, ...]:
    return _left(result, "parameters", 0.25), _against(result, 1, -0.015, WITHOUT)


def _judge_separable(result: Compared) -> tuple[Check, ...]:
    left = (_left(result, what, 0.2) for what in ("MACs", "parameters"))
    return *left, _against(result, 1, -0.02, WITHOUT)


def _judge_ghosts(result: Compared) -> tuple[Check, ...]:
    same = _against(result, 2, 0, "accuracy against the plain network of the same MACs")
    return _left(result, "MACs", 0.55), _against(result, 1, -0.01, WITHOUT), same


def _judge_shuffles(result: Compared) -> tuple[Check, ...]:
    few, many = (result.gains(f"{g} groups, shuffled", f"{g} groups, not shuffled") for g in (2, 8))
    return (
        check("2 groups: what the shuffle adds", few, above=0, of_paper=True),
        check("8 groups: what the shuffle adds", many, above=0, of_paper=True),
        check("what it adds with 8 groups more than with 2", many - few, above=0, of_paper=True),
    )


def _claim(key: str, pair: Mapping[str, networks.Make], judge: Judge) -> Claim[Compared]:
    """A claim about the networks of ``pair``."""
    return Claim(key, Compared, partial(compare, pair, epochs=EPOCHS), judge, "fashion")


FIRE = _claim("fire", FIRES, _judge_fires)
FULL_CONVOLUTIONS = _claim("full_convolutions", SEPARABLE, _judge_separable)
GHOST_NETWORK = _claim("ghost_network", GHOSTS, _judge_ghosts)
SHUFFLE_ON_IMAGES = _claim("shuffle_on_images", SHUFFLES, _judge_shuffles)
