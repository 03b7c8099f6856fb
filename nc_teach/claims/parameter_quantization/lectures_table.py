"""The lecture's table of BinaryConnect, with a small network of ours and a large one beside it."""

from nc_teach.claims.why_pruning.networks import counted
from nc_teach.common.spread import percent
from nc_teach.table import Table

from .binary_connect import PAPER, ROWS, BinaryConnectTable


def beside_paper(small: BinaryConnectTable, large: BinaryConnectTable) -> Table:
    """The lecture's table, and beside it our errors with a small network and with the paper's."""
    ours = {"-".join(map(str, one.sizes)): one for one in (small, large)}
    rows = tuple(
        (says, *PAPER.get(row, ("", "", "")), *(percent(one.test[row]) for one in ours.values()))
        for row, says in ROWS.items()
    )
    notes = [
        f"Here, {sizes}: {one.images:,} images, {one.epochs} epochs, "
        f"{counted(len(one.at_walls))}. {one.provenance.line()}"
        for sizes, one in ours.items()
    ]
    heads = ("trained with", "paper: MNIST", "CIFAR-10", "SVHN", *(f"here: {s}" for s in ours))
    return Table(heads, rows, ("Test error. Only the MNIST column was run here.", *notes))
