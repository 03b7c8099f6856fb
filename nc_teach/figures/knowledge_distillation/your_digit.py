"""A digit that the reader draws, and what the teacher says of it at a temperature."""

from typing import TYPE_CHECKING

from nc_teach import live

if TYPE_CHECKING:
    from torch import nn

    from nc_teach.data import Dataset


def your_digit(teacher: "nn.Module", digits: "Dataset") -> live.LiveNetwork:
    """A pad, and the probabilities that ``teacher`` gives at T = 1 and at the reader's temperature.

    Raises ``ValueError`` where the network has a layer that a browser cannot run here.
    """
    return live.LiveNetwork(
        "What the teacher says of your digit",
        teacher,
        digits,
        ("temperature",),
        source="Computed in your browser, by the teacher itself.",
    )
