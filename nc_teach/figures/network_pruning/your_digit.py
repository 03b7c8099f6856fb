"""A digit that the reader draws, read by the reader's own network while its weights go."""

from typing import TYPE_CHECKING

from nc_teach import live

if TYPE_CHECKING:
    from torch import nn

    from nc_teach.data import Dataset


def your_digit(model: "nn.Module", digits: "Dataset", guess: live.Guess = None) -> live.LiveNetwork:
    """A pad, and what ``model`` reads there with all its weights and without some of them.

    ``guess`` is the reader's, of how many weights the test images can spare, in %. Raises
    ``ValueError`` where the network has a layer that a browser cannot run here.
    """
    return live.LiveNetwork(
        "Your own digit, and a network that loses its weights",
        model,
        digits,
        ("removed", "by"),
        guess=guess,
        source="Computed in your browser, by the network itself.",
    )
