"""A digit that the reader draws: at which exit does it leave?"""

from typing import TYPE_CHECKING

from nc_teach import live

if TYPE_CHECKING:
    from torch import nn

    from nc_teach.data import Dataset


def your_digit(
    network: "nn.Module", digits: "Dataset", guess: live.Guess = None
) -> live.LiveNetwork:
    """A pad, what every exit of ``network`` says of the drawing, and the threshold to leave at.

    The network was trained on images of half the size, as the chapter makes them: the mean of 2 x 2
    pixels. ``digits`` are whole. Raises ``ValueError`` where a browser cannot run a layer here.
    """
    from torch import nn

    return live.LiveNetwork(
        "At which exit does your digit leave?",
        nn.Sequential(nn.AvgPool2d(2), network),
        digits,
        ("exit",),
        guess=guess,
        source="Computed in your browser, by the network itself.",
    )
