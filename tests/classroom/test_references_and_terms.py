"""One glossary and one list of papers for the whole course: complete, once each, well formed."""

import re

import pytest

from nc_teach import course
from nc_teach.claims import all_claims
from nc_teach.classroom import glossary, look_up
from nc_teach.classroom.references import find, references
from tests.checks import refuses
from tests.notebook_tools import ROOT

ARXIV = re.compile(r"arXiv:\d{4}\.\d{4,5}")
FORMS = (
    re.compile(r"arXiv:\d{2}(0[1-9]|1[0-2])\.(\d{4}|\d{5})"),
    re.compile(r"doi:10\.\d{4,9}/\S+"),
    re.compile(r"https://proceedings\.neurips\.cc/paper/\d{4}/hash/[0-9a-f]{32}-Abstract\.html"),
)
NAME = re.compile(r"\*\*(.+?)\*\*(?: \(([^)]*)\))?")  # English, and Chinese where it is said
NUMBER = re.compile(r"(?:doi\.org/|doi:)(10\.[^\s)\]\"\\]+)|arXiv[: ](\d{4}\.\d{4,5})")
CHAPTERS = [c for c in course.chapters() if c.number != "00"]
each_chapter = pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda c: c.number)


def read(path):
    return path.read_text(encoding="utf-8")


class TestTerms:
    def test_each_is_there_once_under_any_of_its_names(self):
        names = [n.lower() for t in glossary.terms() for n in (t.english, *t.also)]
        assert len(set(names)) == len(names) > 100
        anchors = [t.anchor for t in glossary.terms()]
        assert len(set(anchors)) == len(anchors)

    @pytest.mark.parametrize("term", glossary.terms(), ids=lambda t: t.english)
    def test_each_has_both_languages_and_one_or_two_sentences(self, term):
        assert re.search(r"[\u4e00-\u9fff]", term.chinese)
        assert term.says.endswith(".")
        assert term.says[0].isupper() or term.says[0].isdigit()
        assert len(re.findall(r"[.!?](?: |$)", term.says)) <= 2

    @each_chapter
    def test_every_term_of_a_chapter_is_in_it_and_no_later_chapter_introduces_it(self, chapter):
        lines = course.prose(chapter, "glossary").splitlines()
        listed = [pair for line in lines if line.startswith("- ") for pair in NAME.findall(line)]
        assert len(listed) >= 5
        for name, chinese in listed:
            term = glossary.find(name)
            assert term.chapter <= chapter.number, name
            assert chinese in term.chinese or term.chinese in chinese, name

    @each_chapter
    def test_every_chapter_says_how_a_term_is_looked_up(self, chapter):
        assert "classroom.look_up(" in course.prose(chapter, "glossary")

    @pytest.mark.parametrize("term", glossary.terms(), ids=lambda t: t.english)
    def test_each_is_found_by_any_of_its_names_however_it_is_written(self, term):
        for name in term.names:
            for word in (name, name.upper(), name.replace(" ", "-"), f" {name} "):
                assert term.english in [row[0] for row in look_up(word).rows]
                assert not look_up(word).notes

    @pytest.mark.parametrize("term", glossary.terms(), ids=lambda t: t.english)
    def test_its_names_are_in_the_characters_that_they_say(self, term):
        """None of the commonest characters that differ stands in the wrong one of the two."""
        assert not set("網權層數學習誤參經銳輸張樣類預測機標") & set(term.chinese)
        assert not set("网权层数学习误参经锐输张样类预测机标") & set(term.traditional)


class TestLookUp:
    @pytest.mark.parametrize(
        ("word", "first"),
        [
            ("svd", "singular value decomposition"),
            ("温度", "temperature"),
            ("溫度", "temperature"),
            ("蒸馏", "knowledge distillation"),
            ("網路剪枝", "network pruning"),
            ("网络压缩", "network compression"),
            ("掩码", "mask"),
            ("遮罩", "mask"),
            ("大乐透", "lottery ticket hypothesis"),
            ("crossentropy", "cross-entropy"),
            ("Cross Entropy", "cross-entropy"),
            ("ｓｏｆｔｍａｘ", "softmax"),
            ("exit", "exit"),
            *((word, word) for word in ("epoch", "seed", "dropout", "logits", "batch", "gradient")),
            *((word, word) for word in ("baseline", "learning rate", "overfitting", "loss")),
        ],
    )
    def test_a_term_is_found_in_either_language(self, word, first):
        found = look_up(word)
        assert found.rows[0][0] == first
        assert found.notes == ()

    @pytest.mark.parametrize(
        ("word", "meant"),
        [
            ("sparcity", "sparsity"),
            ("softmax function", "softmax"),
            ("gradients", "gradient"),
            ("temprature", "temperature"),
            ("网络煎枝", "network pruning"),
            ("FLOPs", "MAC"),
            ("destillation", "knowledge distillation"),
        ],
    )
    def test_a_near_miss_is_asked_back(self, word, meant):
        found = look_up(word)
        assert meant == found.rows[0][0]
        (note,) = found.notes
        assert note.startswith(f'No term is called "{word}". Did you mean ')
        assert meant in note

    @pytest.mark.parametrize("word", ["zzz", "猫", "!", "[(", "\ud800", "x" * 100_000, "\n\0"])
    def test_what_is_not_there_is_said_and_no_word_raises(self, word):
        found = look_up(word)
        text = repr(found).encode()
        assert found._repr_html_()
        assert b"Did you mean" in text or b"look_up() lists all" in text or found.rows
        assert all(len(note) < 200 for note in found.notes)

    @pytest.mark.parametrize("word", ["", "  ", "\t"])
    def test_without_a_word_all_are_there(self, word):
        assert len(look_up(word).rows) == len(glossary.terms())

    def test_a_name_that_no_term_has_is_named(self):
        refuses("name must be a term of the glossary, got 'zzz'", glossary.find, "zzz")


class TestReferences:
    @pytest.mark.parametrize("paper", references(), ids=lambda r: r.key)
    def test_each_has_a_place_that_is_well_formed(self, paper):
        assert any(form.fullmatch(paper.place) for form in FORMS)
        surname = paper.authors.split(",")[0].split(" et al")[0].split()[-1]
        assert paper.key.startswith(surname.lower() + str(paper.year))
        if paper.place.startswith("arXiv"):
            first = 2000 + int(paper.place[6:8])  # a journal may follow; few put it there later
            assert first - 1 <= paper.year <= first + 3

    def test_none_is_there_twice(self):
        for what in ("key", "title", "place"):
            values = [getattr(r, what).lower() for r in references()]
            assert len(set(values)) == len(values), what
        assert [r.year for r in references()] == sorted(r.year for r in references())

    @each_chapter
    def test_every_paper_of_a_chapters_list_is_here_with_its_year_and_title(self, chapter):
        cited = [r for r in references() if chapter.number in r.cited_in()]
        for line in course.prose(chapter, "references").splitlines():
            if line.startswith("- "):
                found = [r for r in cited if r.place in line or r.title in line]
                assert len(found) == 1, line
                title = re.search(r"\(\d{4}\)\. (.+?)[.?]? *(?:\(.*\)\. *)?(?:\[|\(|\.|$)", line)[1]
                assert found[0].title.lower().startswith(title.lower()), line
                first, named = (
                    re.split(r",| et al| \(", text)[0].split()
                    for text in (found[0].authors, line[2:])
                )
                assert (first[0], first[-1]) == (named[0], named[-1]), line

    @pytest.mark.parametrize("path", sorted(ROOT.glob("notebooks/*.ipynb")), ids=lambda p: p.name)
    def test_every_number_in_a_notebook_is_in_the_list(self, path):
        known = {r.place.split(":", 1)[1] for r in references()}
        assert {doi or number for doi, number in NUMBER.findall(read(path))} <= known

    def test_every_number_in_the_package_is_in_the_list(self):
        known = {r.place for r in references()}
        for path in sorted((ROOT / "nc_teach").rglob("*.py")):
            if path.parent.name != "publish":
                assert set(ARXIV.findall(read(path))) <= known, path.name
        for claim in all_claims().values():
            assert set(ARXIV.findall(claim.words.paper)) <= known, claim.key

    def test_a_key_that_is_none_is_named(self):
        refuses("key must be that of a reference, got 'zzz'", find, "zzz")
