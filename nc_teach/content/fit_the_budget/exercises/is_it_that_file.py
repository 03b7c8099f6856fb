"""Card 7.3: is this the file that the certificate is about?"""

from __future__ import annotations

import hashlib

from nc_teach.classroom.old_card import Exercise

from .is_it_that_file_checks import CHECKS
from .is_it_that_file_wrong import WRONG_ANSWERS


def is_that_file(certificate, content):
    same_size = len(content) == certificate["stored_bytes"]
    return same_size and hashlib.sha256(content).hexdigest() == certificate["sha256"]


CARD = Exercise(
    key="7.3",
    title="Is it that file?",
    difficulty=1,
    minutes=5,
    task=(
        "`certificate` is the dict that a certificate's JSON holds, with `file`, `stored_bytes` "
        "and `sha256` (64 hexadecimal digits in small letters) among its entries; `content` is "
        "what somebody sent you, as bytes. Return `True` if it is the file that the certificate is "
        "about, else `False`. Python's `hashlib.sha256(content).hexdigest()` does the counting. "
        "Before you write: would the size alone do?"
    ),
    stub="""\
import hashlib


def is_that_file(certificate, content):
    ...
""",
    checks=CHECKS,
    hints=(
        "Two files of one size differ easily: one weight with another sign is enough. Compare what "
        "depends on every bit.",
        'Compare `hashlib.sha256(content).hexdigest()` with `certificate["sha256"]`, the whole of '
        "it, and the number of bytes as well: a certificate whose two numbers contradict each "
        "other is about no file at all.",
    ),
    near_miss=(
        "Comparing the first eight digits, as people do by eye. Whoever wants to deceive needs a "
        "file with the same eight digits, and a laptop finds one in an evening."
    ),
    solution=is_that_file,
    reasoning=(
        "Nobody has yet found two contents with one sha256. So the checksum ties the words of a "
        "certificate to one file, and to no other. That the words are true it does not say: for "
        "that the file is loaded and measured again."
    ),
    wrong_answers=WRONG_ANSWERS,
)
