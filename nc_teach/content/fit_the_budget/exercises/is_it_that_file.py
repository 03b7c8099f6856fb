"""7.3 Is it that file? (difficulty 1, 5 minutes)

Somebody sends you a certificate and a file. `certificate` is a dict, read from the certificate's
JSON; among its entries are `file`, `stored_bytes` and `sha256` (64 hexadecimal digits in small
letters). `content` is the content of the file, as bytes. Return `True` if it is the file that the
certificate is about, and `False` if it is not. Python's `hashlib.sha256(content).hexdigest()`
computes the checksum. Before you write: would it be enough to compare the size?

## Stub
    import hashlib


    def is_that_file(certificate, content):
        ...

## Hint 1
Two files of one size differ easily: one weight with another sign is enough. Compare what depends on
every bit.

## Hint 2
Compare `hashlib.sha256(content).hexdigest()` with `certificate["sha256"]`, the whole of it.
Comparing the number of bytes as well does no harm, and is quicker where they differ.

## Near miss
Comparing the first eight digits, as people do by eye. Whoever wants to deceive needs a file with
the same eight digits, and a laptop finds one in an evening.

## Reasoning
Nobody has yet found two contents with one sha256. So the checksum ties the words of a certificate
to one file, and to no other. That the words are true it does not say: for that the file is loaded
and measured again.
"""

import hashlib

CONTENT = bytes(range(256)) * 4


def is_that_file(certificate, content):
    return hashlib.sha256(content).hexdigest() == certificate["sha256"]


def cases():
    """The file itself, and files and certificates that are nearly its."""
    sha = hashlib.sha256(CONTENT).hexdigest()
    about = {"file": "small.ncd", "stored_bytes": len(CONTENT), "sha256": sha}
    turned = bytes([CONTENT[0] ^ 1]) + CONTENT[1:]
    swapped = CONTENT[1:2] + CONTENT[0:1] + CONTENT[2:]
    ends = about | {"sha256": sha[:8] + "0" * 48 + sha[-8:]}  # what people compare by eye
    yield "for the very file", (about, CONTENT)
    yield "for an empty file", (about, b"")
    yield "for a file of the same size with one other bit", (about, turned)
    yield "for the same bytes, two of them swapped", (about, swapped)
    yield "for a checksum that agrees in its first and last digits only", (ends, CONTENT)
    yield "whatever its name is", (about | {"file": "other.ncd"}, CONTENT)


def same_size(certificate, content):
    return len(content) == certificate["stored_bytes"]


NOT_SO = "{where} the answer is {right}, and you return {answer}."
WRONG = {
    same_size: NOT_SO + " Files of one size differ easily.",
    lambda about, content: hashlib.sha256(content).hexdigest()[:8] == about["sha256"][:8]: NOT_SO
    + " Compare the whole of it.",
    lambda about, content: hashlib.md5(content).hexdigest() == about["sha256"]: NOT_SO
    + " Is it the same kind of checksum?",
    lambda about, content: same_size(about, content) and sum(content) == 4 * sum(range(256)): NOT_SO
    + " A sum does not know the order of the bytes.",
    lambda about, content: about["file"] == "small.ncd" and is_that_file(about, content): NOT_SO
    + " A file may be called anything.",
    lambda about, content: "yes" if is_that_file(about, content) else "no": "{where} you return "
    "{answer}; return `True` or `False`.",
    lambda about, content: about["sha"] == hashlib.sha256(content).hexdigest(): "{where} your "
    "function stopped with {answer}. Which entries does `certificate` have?",
}

OTHERWISE = NOT_SO
