"""What the network is to read: a few images of each class, before anything is trained on them."""

import numpy as np

from nc_teach import live
from nc_teach.data import Split
from nc_teach.figures.tiles import tile
from nc_teach.live.artists import Figure

EACH = 3  # images of a class


def digits(split: Split, each: int = EACH) -> live.StillFigure:
    """The first ``each`` images of every class of ``split``, a column for each class.

    Raises ``ValueError`` when a class has fewer images.
    """
    images, labels = split.images[:, 0].numpy(), split.labels.numpy()
    classes = np.unique(labels)
    rows = [images[labels == label][:each] for label in classes]
    few = [int(label) for label, some in zip(classes, rows, strict=True) if len(some) < each]
    if few:
        raise ValueError(f"each must be at most the images of every class, got {each}; few: {few}")
    paper = tile(np.stack(rows, axis=1).reshape(-1, *images.shape[1:]), len(classes), each, gap=4)

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        axes.imshow(np.nan_to_num(paper), cmap="gray_r", vmin=0, vmax=1)
        axes.set_axis_off()

    height, width = images.shape[1:]
    says = (
        f"{each} images of each of {len(classes)} classes, from a split of {len(labels):,}; each "
        f"has {height} x {width} pixels."
    )
    size = (78 * len(classes), 78 * each)
    return live.StillFigure("Handwritten digits, as the network gets them", draw, says, size=size)
