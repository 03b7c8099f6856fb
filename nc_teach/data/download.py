"""Downloading one file safely: checked before it is kept, and kept completely or not at all.

pooch does the transfer. What it cannot know is added here: an answer may take only so many bytes
and so much time in all, and its *unpacked* bytes must be right, since mirrors compress the same
file in different ways. It is downloaded into a temporary folder; nothing wrong is ever kept.
"""

import io
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from tqdm import tqdm

from nc_teach.common.files import write_whole
from nc_teach.common.kinds import Natural
from nc_teach.common.still import still

from . import verify
from .sources import IdxFile

TIMEOUT, IN_ALL = 30, 900  # seconds without a byte, and for the whole of one file
ROUNDS = 2  # how often the mirrors are asked when the connection to them fails
HEADER = 4096  # bytes that gzip may add to a file which it cannot make smaller


class Guard:
    """pooch's progress bar, which also stops what takes too many bytes or too much time."""

    def __init__(self, most: int, label: str) -> None:
        self.most, self.label, self.total = most, label, 0
        self.seen, self.until = 0, time.monotonic() + IN_ALL
        self.bar: tqdm | None = None

    def update(self, count: Natural) -> None:
        """Called with each piece; raises ``ValueError`` when it is one too many."""
        if self.bar is None:
            options = {"unit": "B", "unit_scale": True, "file": sys.stdout, "disable": still()}
            self.bar = tqdm(total=self.total or None, desc=self.label, **options)
        self.seen += count
        self.bar.update(count)
        if self.seen > self.most:
            raise ValueError(f"the answer is too long: more than {self.most:,} bytes")
        if time.monotonic() > self.until:
            raise ValueError(f"the answer took more than {IN_ALL} s")

    def reset(self) -> None:
        """Called at the end, when pooch sets the bar to its full length."""
        self.seen = 0
        if self.bar is not None:
            self.bar.reset()

    def close(self) -> None:
        """Called last."""
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
    load = pooch.HTTPDownloader(progressbar=guard, timeout=TIMEOUT)
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
