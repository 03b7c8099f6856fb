"""Downloading one file safely: checked before it is kept, and kept whole or not at all.

A file is at most some 30 MB, so it is held in memory until its bytes have proved right. Whatever
goes wrong before that leaves nothing on the disk; what is then written has another name until it
is complete.
"""

from __future__ import annotations

import io
import os
import secrets
import sys
from http.client import HTTPException
from pathlib import Path
from urllib.request import Request, urlopen

import numpy as np
from tqdm import tqdm

from . import verify
from .sources import IdxFile

TIMEOUT = 30  # seconds without a byte
CHUNK = 1 << 16
HEADER = 4096  # bytes that gzip may add to a file which it cannot make smaller


def download(file: IdxFile, folder: Path, mirrors: tuple[str, ...]) -> np.ndarray:
    """Fetch ``file`` from the first mirror that has it, keep it in ``folder``, return its array.

    Parameters
    ----------
    file
        What to fetch; kept as ``file.name`` + ".gz".
    folder
        Where to keep it; made if it is not there.
    mirrors
        Addresses, ending in "/", tried in turn.

    Raises
    ------
    OSError
        When no mirror gives the right bytes (the message says what each gave, and what to do), or
        the file cannot be written.
    """
    failures = []
    for mirror in mirrors:
        url = f"{mirror}{file.name}.gz"
        try:
            body = fetch(url, file.size + HEADER, f"{file.name}.gz to {folder}")
            array = verify.read(io.BytesIO(body), file, "the answer")
        except (OSError, HTTPException, ValueError) as error:
            failures.append(f"  {url}: {error}")
        else:
            _keep(body, folder / f"{file.name}.gz")
            return array
    raise OSError(
        "\n".join(
            [
                f"could not download {file.name}.gz:",
                *failures,
                f"Try again later, or put the file into {folder} by hand. "
                'scale="small" needs no network.',
            ]
        )
    )


def fetch(url: str, most: int, label: str) -> bytes:
    """What ``url`` answers, with a progress bar on stdout except in still mode.

    Raises ``OSError`` or ``HTTPException`` when it does not answer, and ``ValueError`` when the
    answer is longer than ``most`` bytes or breaks off.
    """
    body = bytearray()
    request = Request(url, headers={"User-Agent": "nc_teach"})
    with urlopen(request, timeout=TIMEOUT) as answer, _bar(answer.length, label) as bar:
        expected = answer.length
        while chunk := answer.read(CHUNK):
            body += chunk
            bar.update(len(chunk))
            if len(body) > most:
                raise ValueError(f"the answer is too long: more than {most:,} bytes")
    if expected is not None and len(body) != expected:
        raise ValueError(f"the answer broke off after {len(body):,} of {expected:,} bytes")
    return bytes(body)


def _bar(total: int | None, label: str) -> tqdm:
    still = os.environ.get("NC_TEACH_STILL") == "1"
    return tqdm(total=total, desc=label, disable=still, unit="B", unit_scale=True, file=sys.stdout)


def _keep(body: bytes, path: Path) -> None:
    """Write ``path`` whole or not at all; two processes that do so at once do no harm."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(body)
        os.replace(part, path)
    except OSError as error:
        if not path.is_file():  # Windows refuses while another process reads what it has just kept
            raise OSError(
                f"could not keep {path}: {error}; name a folder that you may write to as root "
                "or in NC_TEACH_DATA"
            ) from error
    finally:
        if part.exists():
            part.unlink()
