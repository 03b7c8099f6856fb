"""Known wrong answers to card 7.3. Each is rejected with its own message; a test proves it."""

from __future__ import annotations

import hashlib

from nc_teach.classroom.old_card import WrongAnswer


def _sha(content):
    return hashlib.sha256(content).hexdigest()


def the_size_alone(certificate, content):
    return len(content) == certificate["stored_bytes"]


def the_first_digits(certificate, content):
    return _sha(content)[:8] == certificate["sha256"][:8]


def the_sum_alone(certificate, content):
    return _sha(content) == certificate["sha256"]


def another_sum(certificate, content):
    return hashlib.md5(content).hexdigest() == certificate["sha256"]


def a_sum_of_the_bytes(certificate, content):
    return len(content) == certificate["stored_bytes"] and sum(content) == 4 * sum(range(256))


def the_name_too(certificate, content):
    return certificate["file"] == "small.ncd" and _right(certificate, content)


def says_it_in_words(certificate, content):
    return "yes" if _right(certificate, content) else "no"


def forgets_to_return(certificate, content):
    _right(certificate, content)


def not_the_right_entry(certificate, content):
    return certificate["sha"] == _sha(content)


def _right(certificate, content):
    return (
        len(content) == certificate["stored_bytes"] and _sha(content) == certificate["sha256"]
    )  # fmt: skip


WRONG_ANSWERS = {
    "the size alone": WrongAnswer(the_size_alone, "with one other bit"),
    "the first digits": WrongAnswer(the_first_digits, "first and last digits only"),
    "the sum alone": WrongAnswer(the_sum_alone, "says 7 bytes"),
    "another sum": WrongAnswer(another_sum, "for the very file the answer is `True`"),
    "a sum of the bytes": WrongAnswer(a_sum_of_the_bytes, "two of them swapped"),
    "the name too": WrongAnswer(the_name_too, "whatever its name is"),
    "says it in words": WrongAnswer(says_it_in_words, "'yes'"),
    "forgets to return": WrongAnswer(forgets_to_return, "you return None"),
    "not the right entry": WrongAnswer(not_the_right_entry, "KeyError"),
}
