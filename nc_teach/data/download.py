"""Downloading one file safely: checked before it is kept, and kept completely or not at all.

pooch does the transfer. What it cannot know is added here: an answer may take only so many bytes
and so much time in all, and its *unpacked* bytes must be right, since mirrors compress the same
file in different ways. It is downloaded into a temporary folder; nothing wrong is ever kept.
"""

from __future__ import annotations

import io
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from tqdm import tqdm

from nc_teach.common.files import write_whole
from nc_teach.common.kinds import Count
from nc_teach.common.still import still

from . import verify
from .sources import IdxFile

if TYPE_CHECKING:
    from requests import Response

TIMEOUT, IN_ALL = 30, 900  # seconds without a byte, and for the whole of one file
PIECE = 1 << 16  # bytes that are read at once, at most
ROUNDS = 2  # how often the mirrors are asked when the connection to them fails
HEADER = 4096  # bytes that gzip may add to a file which it cannot make smaller


class Guard:
    """Watches an answer arrive: shows it, and stops it where it takes too many bytes or too long.

    requests and pooch see pieces of a fixed size, and one from a server that sends a byte now and
    then takes hours. So what has arrived is read at once, however little it is.
    """

    def __init__(self, most: int, label: str) -> None:
        self.most, self.label, self.seen = most, label, 0
        self.until = time.monotonic() + IN_ALL
        self.answer: Response | None = None
        self.bar: tqdm | None = None

    def watch(self, answer: Response, *_: object, **__: object) -> None:
        """Called by requests with the answer, before its first byte is read."""
        self.close()
        self.answer = answer
        answer.raw.stream = self.pieces
        options = {"unit": "B", "unit_scale": True, "file": sys.stdout, "disable": still()}
        length = answer.headers.get("Content-Length", "")
        total = int(length) if length.isdecimal() else None
        self.bar = tqdm(total=total, desc=self.label, **options)

    def pieces(self, size: Count, decode_content: bool | None = None) -> Iterator[bytes]:
        """What arrives, in pieces of at most ``size`` bytes; ``ValueError`` when it is enough."""
        assert self.answer is not None
        assert self.bar is not None
        raw = self.answer.raw
        read = getattr(raw, "read1", raw.read)  # urllib3 1 has no such
        while piece := read(size, decode_content=decode_content):
            self.seen += len(piece)
            self.bar.update(len(piece))
            if self.seen > self.most:
                raise ValueError(f"the answer is too long: more than {self.most:,} bytes")
            if time.monotonic() > self.until:
                raise ValueError(f"the answer took more than {IN_ALL} s")
            yield piece

    def close(self) -> None:
        """Hang up, whatever has happened."""
        if self.answer is not None:
            self.answer.close()
        if self.bar is not None:
            self.bar.close()


def download(file: IdxFile, folder: Path, mirrors: tuple[str, ...]) -> np.ndarray:
    """Fetch ``file`` from the first mirror that has it, keep it in ``folder``, return its array.

    It is kept as ``file.name`` + ".gz"; the folder is made if it is not there. ``mirrors`` are
    addresses that end in "/", tried in turn, and a second time where the connection failed.

    Raises ``OSError`` when no mirror gives the right bytes (the message says what each gave, and
    what to do), or the file cannot be written.
    """
    failures: dict[str, Exception] = {}
    for round_ in range(ROUNDS):
        for mirror in mirrors:
            url = f"{mirror}{file.name}.gz"
            if round_ and not isinstance(failures[url], ConnectionError | TimeoutError):
                continue
            try:
                body = fetch(url, file.size + HEADER, f"{file.name}.gz to {folder}")
                array = verify.read(io.BytesIO(body), file, "the answer")
            except (OSError, ValueError) as error:
                failures[url] = error
            else:
                _keep(body, folder / f"{file.name}.gz")
                return array
    said = "\n".join(f"  {url}: {error}" for url, error in failures.items())
    raise OSError(
        f"could not download {file.name}.gz:\n{said}\n"
        f"Try again later, or put the file into {folder} by hand. "
        'scale="small" needs no network.'
    )


def fetch(url: str, most: int, label: str) -> bytes:
    """What ``url`` answers, with a progress bar on stdout except in still mode.

    Raises ``OSError`` when it does not answer or breaks off (``ConnectionError`` where another try
    may help), and ``ValueError`` when the answer is longer than ``most`` bytes, takes too long, or
    the address is of an unknown kind.
    """
    import pooch
    import requests

    pooch.get_logger().setLevel("ERROR")  # it would print the checksum of an unchecked file
    guard = Guard(most, label)
    hooks = {"response": guard.watch}
    load = pooch.HTTPDownloader(chunk_size=PIECE, timeout=TIMEOUT, hooks=hooks)
    with tempfile.TemporaryDirectory() as temporary:
        try:
            return Path(
                pooch.retrieve(url, None, "answer", temporary, downloader=load)
            ).read_bytes()
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError) as error:
            raise ConnectionError(f"the answer broke off, or there was none: {error}") from error
        except requests.Timeout as error:
            raise TimeoutError(f"no answer in {TIMEOUT} s: {error}") from error
        except ValueError as error:
            said = str(error)
        finally:
            guard.close()
    raise ValueError(said)  # anew: the frames of the first one would keep the connection open


def _keep(body: bytes, path: Path) -> None:
    """Write ``path`` completely or not at all; two processes that do so at once do no harm."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, body)
    except OSError as error:
        if not path.is_file():  # Windows refuses while another process reads what it has just kept
            raise OSError(
                f"could not keep {path}: {error}; name a folder that you may write to as root "
                "or in NC_TEACH_DATA"
            ) from error
