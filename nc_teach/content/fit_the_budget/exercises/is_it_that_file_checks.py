"""The checks of card 7.3: the right file, and files that are nearly it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from nc_teach.classroom.old_card import ask

Candidate = Callable[..., Any]
CONTENT = bytes(range(256)) * 4
EIGHT = 8  # digits that people compare by eye


def certificate(**other: Any) -> dict[str, Any]:
    """The certificate of ``CONTENT``, or one with other entries."""
    sha = hashlib.sha256(CONTENT).hexdigest()
    return {"file": "small.ncd", "stored_bytes": len(CONTENT), "sha256": sha} | other


def knows_the_file(candidate: Candidate) -> str | None:
    """The file itself, and an empty one."""
    return _said(candidate, certificate(), CONTENT, True, "for the very file") or _said(
        candidate, certificate(), b"", False, "for an empty file"
    )


def knows_one_bit(candidate: Candidate) -> str | None:
    """Two files of the same size: one bit turned, and two bytes in each other's place."""
    turned = bytes([CONTENT[0] ^ 1]) + CONTENT[1:]
    swapped = CONTENT[1:2] + CONTENT[0:1] + CONTENT[2:]
    return _said(
        candidate, certificate(), turned, False, "for a file of the same size with one other bit"
    ) or _said(
        candidate, certificate(), swapped, False, "for the same bytes, two of them swapped"
    )  # fmt: skip


def reads_the_whole_sum(candidate: Candidate) -> str | None:
    """A checksum that agrees at both ends only, and one of another certificate."""
    sha = certificate()["sha256"]
    middle = sha[:EIGHT] + "0" * (64 - 2 * EIGHT) + sha[-EIGHT:]
    return _said(
        candidate, certificate(sha256=middle), CONTENT, False,
        "for a checksum that agrees in its first and last digits only",
    )  # fmt: skip


def reads_the_size(candidate: Candidate) -> str | None:
    """A certificate that contradicts itself is about no file."""
    return _said(
        candidate, certificate(stored_bytes=7), CONTENT, False,
        "for a certificate that says 7 bytes, of a file of 1,024",
    )  # fmt: skip


def does_not_go_by_the_name(candidate: Candidate) -> str | None:
    """The file may be called anything; its certificate need not be beside it."""
    return _said(candidate, certificate(file="other.ncd"), CONTENT, True, "whatever its name is")


def _said(
    candidate: Candidate, about: dict[str, Any], content: bytes, wanted: bool, what: str
) -> str | None:
    answer = ask(candidate, what, dict(about), content)
    if not isinstance(answer, bool):
        return f"{what} you return {answer!r:.40}; return `True` or `False`."
    if answer == wanted:
        return None
    return f"{what} the answer is `{wanted}`, and you return `{answer}`."


CHECKS = (
    knows_the_file,
    knows_one_bit,
    reads_the_whole_sum,
    reads_the_size,
    does_not_go_by_the_name,
)
