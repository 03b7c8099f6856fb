"""What is known of each data set: who made it, what its files are called and must contain.

It stands in ``sources.json``.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from nc_teach.common.kinds import Count


@dataclass(frozen=True)
class IdxFile:
    """One file of a data set.

    ``name`` is without ``.gz``; ``size`` (in bytes) and ``sha256`` are those of the unpacked file.
    """

    name: str
    size: Count
    sha256: str


@dataclass(frozen=True)
class Source:
    """One data set, as an entry of ``sources.json`` has it.

    ``name`` is what ``load`` calls it, and ``title`` what people do; ``classes`` names each label,
    from 0; ``credit`` is one line, authors and licence; ``top`` stands for 1.0 in the files.

    ``files`` are training images, training labels, test images and test labels, or none where the
    small set is all there is. The last ``held_out`` images of the training file are for validation
    in the full set. The files are usually kept in one of the sub-folders ``folders``; a download
    goes to the first of them. Below each of the addresses ``mirrors``, which end in "/", a file is
    found as its name + ".gz".
    """

    name: str
    title: str
    classes: tuple[str, ...]
    credit: str
    top: int = 255
    files: tuple[IdxFile, ...] = ()
    held_out: int = 5000
    folders: tuple[str, ...] = ()
    mirrors: tuple[str, ...] = ()


def _read() -> list[Source]:
    known = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
    for one in known:
        one["files"] = tuple(IdxFile(**file) for file in one.get("files", ()))
        one |= {key: tuple(one.get(key, ())) for key in ("classes", "folders", "mirrors")}
    return [Source(**one) for one in known]


MNIST, FASHION, DIGITS = _read()
SOURCES = {source.name: source for source in (MNIST, FASHION, DIGITS)}
