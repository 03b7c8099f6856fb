"""How the site's search reads words: Chinese in pairs of characters, a term by all of its names.

Sphinx's own search looks up whole words, and a Chinese sentence is one word to it. Here a run of
Chinese characters is read as each of its characters and each pair of neighbours, on both sides:
when the index is made (this class) and when something is looked for (`search.js`, which gets the
tables below). Traditional characters count as their simplified forms. Where a page uses a term of
the glossary, it is found by that term's other names too, so 温度 finds who writes "temperature".
"""

import json
import re
import unicodedata
from functools import cache

from sphinx.search.en import SearchEnglish

from nc_teach.classroom.glossary import terms
from nc_teach.common.words import CONTENT

CHINESE = "\u3400-\u9fff"
RUN = re.compile(rf"[{CHINESE}]+|[^\W{CHINESE}]+(?:-[^\W{CHINESE}]+)*")


class CourseWords(SearchEnglish):
    """English with its stems, Chinese in pairs, and the glossary's names for each other."""

    lang = "course"
    js_splitter_code = ""  # set on use: it holds the tables

    def __init__(self, options: dict[str, str]) -> None:
        super().__init__(options)
        self.js_splitter_code = tables()

    def split(self, text: str) -> list[str]:
        """The words of a text, with the other names of the terms that it uses."""
        look = plain(text)
        used = [name for name in _others() if name in look and _whole(name).search(look)]
        others = {other for name in used for other in _others()[name]}
        found = [word for part in (look, *sorted(others)) for word in pieces(part)]
        return found + [joined(name) for name in {*used, *others}]


def plain(text: str) -> str:
    """Small letters, simplified characters, one width.

    >>> plain("網絡 Pruning")
    '网络 pruning'
    """
    return unicodedata.normalize("NFKC", text).lower().translate(_simplified())


def pieces(look: str) -> list[str]:
    """The words of a plain text: pairs and characters of Chinese; of "k-means" also "kmeans".

    >>> pieces("大乐透 k-means")
    ['大乐', '乐透', '大', '乐', '透', 'k', 'means', 'kmeans']
    """
    found = []
    for run in RUN.findall(look):
        if re.match(f"[{CHINESE}]", run):
            found += [run[k : k + 2] for k in range(len(run) - 1)] + list(run)
        else:
            parts = run.split("-")
            found += parts + ["".join(parts)] * (len(parts) > 1)
    return found


def joined(name: str) -> str:
    """A name as one word, as which it is looked for when it is written with a hyphen.

    >>> joined("early exit"), joined("k-means")
    ('earlyexit', 'kmeans')
    """
    return re.sub(r"[\s-]", "", name)


def tables() -> str:
    """The course's tables for `search.js`, as a script: characters; chapter and names of terms."""
    names = [[int(t.chapter or -1), *dict.fromkeys(map(plain, t.names))] for t in terms()]
    values = {"simplified": {chr(a): chr(b) for a, b in _simplified().items()}, "names": names}
    lines = [f"var nc_{k} = {json.dumps(v, ensure_ascii=False)};" for k, v in values.items()]
    return "\n".join([*lines, "var splitQuery = ncSplit;"])


@cache
def _simplified() -> dict[int, int]:
    """The character table of ``content/characters.txt``, for `str.translate`."""
    _, *lines = (CONTENT / "characters.txt").read_text(encoding="utf-8").splitlines()
    return {ord(pair[0]): ord(pair[1]) for line in lines for pair in line.split()}


@cache
def _others() -> dict[str, list[str]]:
    """Each plain name of a term with the others that the same term has."""
    names = [list(dict.fromkeys(map(plain, term.names))) for term in terms()]
    return {name: [o for o in group if o != name] for group in names for name in group}


@cache
def _whole(name: str) -> re.Pattern[str]:
    """Finds a name that is not a part of a longer word; English ones also in the plural."""
    return re.compile(rf"(?<![a-z]){re.escape(name)}(?:s|es)?(?![a-z])")
