"""Small real data sets that need no network, and their full versions where a reader wants them.

========== ======================= =========================== ==================================
name       images                  ``scale="small"``           ``scale="full"``
========== ======================= =========================== ==================================
"mnist"    1 x 28 x 28, 10 digits  10,000 / 2,000 / 10,000     55,000 / 5,000 / 10,000
"fashion"  1 x 28 x 28, 10 clothes 10,000 / 2,000 / 5,000      55,000 / 5,000 / 10,000
"digits"   1 x 8 x 8, 10 digits    1,000 / 297 / 500           the same: there are no more
========== ======================= =========================== ==================================

The numbers are images to train on, to choose by (validation) and to report on (test). Where each
set comes from, its licence and its checksums stand beside it in ``nc_teach/data/small/``.

A reader's own pictures become a data set with :class:`Split` and :class:`Dataset`.
"""

import os
from typing import Annotated

from nc_teach.common import declared
from nc_teach.common.kinds import one_of

from .dataset import Dataset as Dataset
from .full import load_full as load_full
from .small import load_small as load_small
from .sources import SOURCES as SOURCES
from .splits import Samples as Samples, Split as Split

SCALES = ("small", "full")
Name = Annotated[str, one_of(*SOURCES)]
Scale = Annotated[str, one_of(*SCALES)]


def load(name: Name, scale: Scale = "small", root: str | os.PathLike[str] | None = None) -> Dataset:
    """One data set: three splits, the names of its classes, and where it comes from.

    - ``name``: "mnist", "fashion" or "digits".
    - ``scale``: "small" is inside the package and needs no network. "full" reads the usual idx
      files, gzipped or not, and downloads those that are missing, once (10 MB for MNIST, 30 MB for
      Fashion-MNIST). Of "digits" there is only one size, so "full" gives the same.
    - ``root``: For ``scale="full"``: the folder with the idx files, in it or in a sub-folder
      ``mnist``, ``fashion-mnist``, ``fashion``, or as torchvision keeps them. Default: the folder
      that the environment variable ``NC_TEACH_DATA`` names, else a cache folder of the user's.

    Returns
    -------
    Dataset
        Images are float32 in [0, 1], N x 1 x H x W, and 0 is the background; labels are int64.

    Raises
    ------
    ValueError
        For another name or scale; for a file that is broken, cut short or not what its name says.
    OSError
        When a missing file cannot be downloaded or saved.

    >>> digits = load("digits")
    >>> digits
    Dataset digits (small): 1,000 train, 297 validation, 500 test images of 1 x 8 x 8, 10 classes
    >>> digits.train.images.shape, digits.train.labels[:5].tolist()
    (torch.Size([1000, 1, 8, 8]), [0, 1, 2, 3, 4])
    """
    source = SOURCES[name]
    if scale == "full" and source.files:
        return load_full(source, root)
    return load_small(source, scale)


declared.hold(__name__)
