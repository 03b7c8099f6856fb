"""Writing a file so that it is there completely or not at all."""

import errno
import glob
import os
import secrets
from contextlib import suppress
from pathlib import Path


def write_whole(path: str | Path, data: bytes) -> int:
    """Write ``data`` to ``path``, completely or not at all; return the number of bytes.

    An interrupted write leaves an older file as it was, and nothing beside it. Raises ``OSError``
    that names ``path`` where it cannot be written, also when the disk is full, or where something
    is that is no ordinary file: a device would be replaced.
    """
    path = Path(path)
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "Not an ordinary file", str(path))
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with temporary.open("xb") as file:
            file.write(data)
        os.replace(temporary, path)
    except OSError as error:  # of the hidden file, or of none at all
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        with suppress(OSError):
            temporary.unlink()
    return len(data)


def sweep(path: Path) -> None:
    """Take away what was left beside ``path`` when :func:`write_whole` was killed.

    Only for who holds a lock on ``path``: another process may be writing one of them.
    """
    for end in ("", ".part"):  # nothing: an older nc_teach's
        for left in path.parent.glob(f".{glob.escape(path.name)}.????????{end}"):
            left.unlink(missing_ok=True)


def absolute(path: str | Path) -> Path:
    """The path from the root, with ``~`` and links followed; what leads in a circle stays."""
    return Path(os.path.realpath(os.path.expanduser(path)))
