"""Writing a file so that it is there completely or not at all."""

import os
import secrets
from pathlib import Path


def write_whole(path: str | Path, data: bytes) -> int:
    """Write ``data`` to ``path``, completely or not at all; return the number of bytes.

    An interrupted write leaves an older file as it was, and nothing beside it.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with temporary.open("xb") as file:
            file.write(data)
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return len(data)
