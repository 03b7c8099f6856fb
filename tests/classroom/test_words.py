"""What is asked and explained is Markdown: read as it is meant, refused by file and line else."""

import re

import pytest

from nc_teach.claims import words as claims_words
from nc_teach.classroom import glossary, misconceptions, questions, references
from nc_teach.common import words
from nc_teach.course import CHAPTERS
from tests.checks import refuses

QUIZ = """# Questions

## first

Is a line
of it `1 < 2`?

- [ ] No, it is
  not.

  Wrong
  indeed.

- [x] Yes.

  Right.
"""
BELIEFS = """# What people believe

## More is better.

Not here.

- section: magnitude
- claim: free_lunch
- check: at least
"""
TERMS = "# Terms\n\n- **mask** (掩码; 遮罩), also a, b: Which ones\n  are kept.\n"
CLAIMED = "# Claims\n\n## half: Half can go\n\nIt is\nfree.\n\n- paper: A 2001,\n  page 1\n"
PAPERS = "# Papers\n\n- lecun1990: Y. LeCun (1990). Brain Damage. arXiv:1234.5678\n"


def read_terms(file):
    return words.entries(file, glossary.ENTRY, glossary.WANTED)


def test_a_question_is_read_as_it_stands_on_any_lines(tmp_path):
    (tmp_path / "quiz.md").write_text(QUIZ, encoding="utf-8")
    (found,) = questions.read(tmp_path / "quiz.md")
    assert (found.key, found.text) == ("first", "Is a line of it `1 < 2`?")
    no, yes = found.choices
    assert no == questions.Choice("No, it is not.", "Wrong indeed.", right=False)
    assert yes == questions.Choice("Yes.", "Right.", right=True)


def test_the_others_are_read_on_any_lines_too(tmp_path, monkeypatch):
    for name, text in (("m.md", BELIEFS), ("t.md", TERMS), ("p.md", PAPERS)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    (found,) = misconceptions.read(tmp_path / "m.md")
    assert found == misconceptions.Misconception(
        "More is better.", "Not here.", "magnitude", "free_lunch", "at least"
    )
    (tmp_path / "c.md").write_text(CLAIMED, encoding="utf-8")
    (claimed,) = claims_words.read(tmp_path / "c.md")
    assert claimed == claims_words.Words("half", "Half can go", "It is free.", "A 2001, page 1")
    ((_, term),) = read_terms(tmp_path / "t.md")
    assert term == ("mask", "掩码", "遮罩", "a, b", "Which ones are kept.")
    ((_, paper),) = words.entries(tmp_path / "p.md", references.ENTRY, "")
    assert paper == ("lecun1990", "Y. LeCun", "1990", "Brain Damage", "arXiv:1234.5678")


MALFORMED = {
    questions.read: (
        QUIZ,
        ("[x]", "[ ]", 3, "first must have one right choice, marked - [x], has 0"),
        ("[ ]", "[x]", 3, "first must have one right choice, marked - [x], has 2"),
        ("- [x] Yes.\n\n  Right.\n", "", 3, "first must have from 2 to 8 choices, has 1"),
        ("\n  Right.\n", "", 14, "a choice must have a text and, after a blank line, an expl"),
        ("[x] Yes.", "[x] ", 14, "a choice must have a text"),
        ("[x]", "[X]", 14, "a choice must begin with - [ ] or - [x], got '- [X] Yes.'"),
        ("- [x]", "- ", 14, "a choice must begin with - [ ] or - [x]"),
        ("  Wrong\n", "Wrong\n", 11, "must be indented by two spaces or begin an entry: 'Wrong'"),
        ("Is a line\nof it `1 < 2`?", "", 3, "first has no text"),
        ("Is a line\n", "### More\n", 5, "there is no such section: '### More'"),
        ("- [x] Yes.", "# Answers\n\n- [x] Yes.", 14, "must be indented by two spaces or begin"),
        ("## first", "## Our first question", 3, "a question's key must be one word"),
        ("# Questions\n", QUIZ[13:], 16, "'first' is there already"),
    ),
    misconceptions.read: (
        BELIEFS,
        ("- section: magnitude\n", "", 3, "the line - section: is missing"),
        ("- claim: free_lunch\n", "", 3, "the line - claim: is missing"),
        ("- claim", "- chapter", 8, "must be one of section, claim, check, each once, got 'chap"),
        ("- claim", "- section", 8, "must be one of section, claim, check, each once"),
        ("section: ", "section ", 7, "must be one of section, claim, check"),
        ("Not here.", "", 3, "a misconception must have a heading and an answer"),
        ("# What people believe\n", BELIEFS[23:], 9, "'More is better.' is there already"),
    ),
    claims_words.read: (
        CLAIMED,
        ("half: Half", "Half", 3, "a heading must be 'key: Title', got 'Half can go'"),
        (
            "- paper: A 2001,\n  page 1\n",
            "",
            3,
            "a claim must have what the paper says, and a line",
        ),
        ("It is\nfree.", "", 3, "a claim must have what the paper says"),
        ("- paper", "- papers", 8, "must be one of paper, scope, each once, got 'papers: A 2001"),
    ),
    read_terms: (
        TERMS,
        ("**mask**", "mask", 3, "an entry must look like - **English** (Chinese)"),
        (" (掩码; 遮罩)", "", 3, "an entry must look like"),
        ("  are", "are", 4, "must be indented by two spaces or begin an entry"),
    ),
}


@pytest.mark.parametrize(
    ("read", "text", "line", "why"),
    [
        (read, whole.replace(old, new), line, why)
        for read, (whole, *changes) in MALFORMED.items()
        for old, new, line, why in changes
    ],
)
def test_what_is_malformed_is_refused(tmp_path, read, text, line, why):
    refused(read, tmp_path / "words.md", text, line, why)


def test_what_is_there_twice_is_refused_by_its_second_place(monkeypatch, tmp_path):
    file = tmp_path / "papers.md"
    monkeypatch.setattr(references, "FILE", file)
    twice = PAPERS + PAPERS.splitlines()[2].replace("lecun1990", "other") + "\n"
    refused(lambda _: references.references.__wrapped__(), file, twice, 4, "'arXiv:1234.5678' is")
    terms = tmp_path / "terms.md"
    monkeypatch.setattr(glossary, "of_chapter", lambda chapter, name: terms)
    refused(lambda _: glossary.terms.__wrapped__(), terms, TERMS, 3, "'mask' is there already")


def refused(read, file, text, line, why):
    file.write_text(text, encoding="utf-8")
    refuses(re.escape(f"{file.name}, line {line}: {why}"), read, file)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_an_error_in_the_course_s_own_files_names_the_chapter(chapter):
    file = words.of_chapter(chapter, "quiz.md")
    said = str(words.whole(file).wrong("no"))
    assert said.replace("\\", "/") == f"{CHAPTERS[chapter]}/quiz.md, line 1: no"
