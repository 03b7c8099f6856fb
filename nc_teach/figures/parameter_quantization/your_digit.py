"""A digit that the reader draws, read by a network whose weights have few values.

And by one that comes out of a file of Deep Compression, which the browser decodes.
"""

from typing import TYPE_CHECKING

from nc_teach import live

if TYPE_CHECKING:
    from pathlib import Path

    from torch import nn

    from nc_teach.data import Dataset


def your_digit(model: "nn.Module", digits: "Dataset", guess: live.Guess = None) -> live.LiveNetwork:
    """A pad, and what ``model`` reads there as it is, and with few values or few bits a weight.

    Of one bit the sign is left, and one scale a layer, the mean size of its weights. ``guess`` is
    the reader's number of centroids. Raises ``ValueError`` where a browser cannot run a layer here.
    """
    return live.LiveNetwork(
        "Your own digit, and weights with few values",
        model,
        digits,
        ("centroids", "bits"),
        guess=guess,
        source="Computed in your browser, by the network itself.",
    )


def network_in_a_file(
    path: "str | Path", model: "nn.Module", digits: "Dataset"
) -> live.LiveNetwork:
    """A pad, and what the network in the Deep Compression file ``path`` reads there.

    The file itself travels with the figure. ``model`` is a network of the same shape; its own
    weights do not count. Raises ``ValueError`` where the file is damaged, or is of another network.
    """
    return live.LiveNetwork(
        "A whole network in one small file",
        model,
        digits,
        ("removed", "by"),
        file=path,
        source="Decoded and computed in your browser.",
    )
