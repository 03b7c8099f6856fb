"""A digit that the reader draws, and what the teacher says of it, alone or beside a student."""

from typing import TYPE_CHECKING

from nc_teach import live

if TYPE_CHECKING:
    from torch import nn

    from nc_teach.data import Dataset


def your_digit(
    teacher: "nn.Module", digits: "Dataset", student: "nn.Module | None" = None
) -> live.LiveNetwork:
    """A pad, and the probabilities that ``teacher`` gives at T = 1 and at the reader's temperature.

    With a ``student`` both stand side by side, and the temperature is that of both. Raises
    ``ValueError`` where a network has a layer that a browser cannot run here.
    """
    if student is None:
        title, by = "What the teacher says of your digit", "teacher itself"
    else:
        title, by = "What the teacher and the student say of your digit", "two networks themselves"
    return live.LiveNetwork(
        title,
        teacher if student is None else {"the teacher": teacher, "the student": student},
        digits,
        ("temperature",),
        source=f"Computed in your browser, by the {by}.",
    )
