"""The classroom as a whole: source as it is, a machine check that never fails, still outputs."""

import html
import json
import re
import subprocess
import sys

import pytest

from nc_teach import classroom, doctor
from nc_teach.classroom import output, progress, sources
from nc_teach.classroom.sources import listing
from tests.checks import refuses


def test_show_gives_place_and_source():
    shown = listing(progress.now)
    place, _, source = shown.text.partition("\n\n")
    name, line = place.split(", line ")
    assert name == "nc_teach/classroom/progress.py"
    with open(progress.__file__, encoding="utf-8") as file:
        assert file.read().splitlines()[int(line) - 1] == source.splitlines()[0]


def test_show_folds_long_docstrings_and_loses_nothing():
    for thing in (progress.update, progress, classroom.Passport, sources.listing):
        shown = listing(thing)
        bare = html.unescape(re.sub(r"<[^>]+>", "", shown.html.split("</div>", 1)[1]))
        source = shown.text.split("\n\n", 1)[1]
        assert re.sub(r"\s", "", bare) == re.sub(r"\s", "", source)
    assert "<details>" in listing(progress.update).html
    assert "<details>" not in listing(progress.now).html


@pytest.mark.parametrize("thing", [3, len, "text"])
def test_show_refuses_what_has_no_source(thing):
    refuses("obj must be a function, class or module", listing, thing)


@pytest.mark.parametrize(
    ("state", "verdict"), [("problem", "1 problem: type"), ("warning", "Ready, with 1 warning")]
)
def test_of_the_machine_only_what_is_wrong_is_shown(state, verdict, monkeypatch, capsys):
    fine = doctor.Finding("Python", "3.14.0")
    findings = [fine, doctor.Finding("torch", "not installed", state, "pip install torch")]
    monkeypatch.setattr(doctor, "look", lambda: findings)
    classroom.check_machine()
    out = capsys.readouterr().out
    assert "torch  not installed" in out
    assert "pip install torch" in out
    assert verdict in out
    assert "3.14.0" not in out


def test_a_machine_that_is_ready_is_told_so_in_one_line(monkeypatch, capsys):
    monkeypatch.setattr(doctor, "look", lambda: [doctor.Finding("Python", "3.14.0")])
    classroom.check_machine()
    assert capsys.readouterr().out == "Your machine has all that the course needs.\n"


def test_numbers_for_people():
    written = [output.number(x) for x in (0.0, -0.01, 1234.56, 100.0)]
    assert written == ["0", "0", "1,234.6", "100"]


def test_still_outputs_hold_no_widget(tmp_path):
    code = f"""
import os, json
os.environ["NC_TEACH_STILL"] = "1"
os.environ["NC_TEACH_PROGRESS"] = {str(tmp_path / "mine.json")!r}
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
shell = InteractiveShell.instance()
shell.kernel = object()
from nc_teach import classroom, doctor
doctor.look = lambda: [doctor.Finding("Python", "3.14.0")]
with capture_output() as seen:
    guess = classroom.predict("k", "q", 0, 1)
    classroom.score(guess, 0.5)
    classroom.exercise("1.1")
    classroom.check("1.1", lambda scores, sparsity: None)
    classroom.hint("1.1")
    classroom.solution("1.1")
    classroom.quiz("1")
    classroom.show(classroom.predict)
    p = classroom.passport()
    p.stamp("dense", chapter=1, accuracy=.9, stored_bytes=10, macs=1, latency_ms=1)
    p.board()
    classroom.check_machine()
print(json.dumps([sorted(o.data) for o in seen.outputs]))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    kinds = json.loads(done.stdout.splitlines()[-1])
    assert len(kinds) == 11
    assert all("text/plain" in kind for kind in kinds)
    assert {k for kind in kinds for k in kind} == {"text/plain", "text/html", "image/png"}
