"""Zhang et al. (2018), "ShuffleNet": can groups talk to each other without the shuffle?

Three 3 x 3 convolutions in two groups on the question whether two blobs are at the same place,
one in each channel, and so one in each group (:func:`.toy_tasks.same_place`). With and without the
shuffle in between the network has the same weights; without groups it has more. The task is built
so that groups must talk. The criteria were set before the run, from a trial with other code.
"""

from collections.abc import Sequence
from functools import partial

from torch import nn

from nc_teach.claims import Check, Claim, check, fact, measured
from nc_teach.common.spread import share

from .toy_tasks import EPOCHS, TASKS, ToyTasks, learn_tasks, toy_network

GROUPS = 2
GROUPED, SHUFFLED, WHOLE = "groups", "groups and shuffle", "no groups"
TASK = next(iter(TASKS))


@measured
def shuffle_or_not(seeds: Sequence[int], *, epochs: int = EPOCHS) -> ToyTasks:
    """Train a network of each way from every seed."""
    return learn_tasks(network, (GROUPED, SHUFFLED, WHOLE), [TASK], seeds, epochs)


def network(way: str, seed: int) -> nn.Module:
    """Three convolutions; with "groups and shuffle" the channels are dealt out after each."""
    groups = 1 if way == WHOLE else GROUPS
    conv = partial(nn.Conv2d, kernel_size=3, padding=1, groups=groups, bias=False)
    return toy_network(conv, 3, seed, [nn.ChannelShuffle(GROUPS)] if way == SHUFFLED else [])


def _judge(result: ToyTasks) -> tuple[Check, ...]:
    accuracy = result.accuracy[TASK]
    grouped, shuffled = (result.weights[way] for way in (GROUPED, SHUFFLED))
    weights = f"{grouped:,} and {shuffled:,}"
    return (
        check("no shuffle", accuracy[GROUPED], most=0.6, say=share, every="network"),
        check("shuffle", accuracy[SHUFFLED], least=0.97, say=share, every="network"),
        fact("with the same weights", weights, grouped == shuffled, of_paper=True),
    )


CHANNEL_SHUFFLE = Claim(
    "channel_shuffle", ToyTasks, lambda data, seeds: shuffle_or_not(seeds), _judge, "digits"
)
