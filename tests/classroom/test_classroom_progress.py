"""The progress file: whole, shared, and never overwritten when it is damaged."""

import json
import subprocess
import sys

import pytest

from nc_teach.classroom import progress


def test_a_new_reader_has_nothing(file):
    empty = {"predictions": {}, "exercises": {}, "quiz": {}, "passport": []}
    assert progress.load() == {"version": 1, **empty}
    assert not file.exists()


def test_default_place_is_the_current_folder(tmp_path, monkeypatch):
    monkeypatch.delenv("NC_TEACH_PROGRESS", raising=False)
    monkeypatch.chdir(tmp_path)
    assert progress.path() == tmp_path / "nc_teach_progress.json"


def test_round_trip_keeps_what_it_does_not_know(file):
    file.write_text('{"version": 1, "from_elsewhere": [1, 2]}')
    progress.update(lambda state: state["quiz"].update({"1": {"a": {}}}))
    state = json.loads(file.read_text())
    assert state["from_elsewhere"] == [1, 2]
    assert state["quiz"] == {"1": {"a": {}}}


DAMAGED = {
    b"{": "line 1 is not JSON",
    b"": "line 1 is not JSON",
    b"\xff\xfe\x00": "not UTF-8",
    **dict.fromkeys((b"[]", b"null", b"{}", b'{"version": "1"}'), 'no "version"'),
    b'{"version": 1, "passport": {}}': '"passport" is not what it should be',
    b'{"version": 1, "quiz": {"1": 3}}': '"quiz" is not what it should be',
    b'{"version": 2}': "newer nc_teach",
    b'{"version": 1, "quiz": {"1": {"a": 3}}}': '"quiz" is not what it should be',
    b'{"version": 1, "exercises": {"1.1": {"tries": null}}}': '"exercises" is not what it should',
    b'{"version": 1, "exercises": {"1.1": {"hints": "2"}}}': '"exercises" is not what it should',
    b'{"version": 1, "exercises": {"1.1": {"tries": -1}}}': '"exercises" is not what it should',
    b'{"version": ' + b"1" * 9999 + b"}": "is damaged",
    b"[" * 100_000: "nested in more than 40 levels",
    b'{"version": 1, "x": ' + b"[" * 500 + b"]" * 500 + b"}": "nested in more than 40 levels",
}


@pytest.mark.parametrize("damage", DAMAGED, ids=lambda d: d[:40].decode(errors="replace"))
def test_a_file_that_cannot_be_understood_is_refused_by_name_and_left(file, damage):
    file.write_bytes(damage)
    for use in (progress.load, lambda: progress.update(lambda state: None)):
        with pytest.raises(progress.ProgressError, match=rf"mine\.json .*{DAMAGED[damage]}"):
            use()
    assert file.read_bytes() == damage


def test_a_change_that_fails_writes_nothing(file):
    progress.update(lambda state: state["quiz"].update({"1": {}}))
    before = file.read_text()
    for change in (lambda s: 1 / 0, lambda s: s["quiz"].update({"1": {"a": float("nan")}})):
        with pytest.raises((ZeroDivisionError, ValueError)):
            progress.update(change)
    assert file.read_text() == before
    left = {path.name for path in file.parent.iterdir()} - {f".{file.name}.lock"}
    assert left == {file.name}


def test_several_kernels_lose_nothing(file):
    code = (
        "import sys; from nc_teach.classroom import progress\n"
        "for i in range(20):\n"
        "    progress.update(lambda s: s['quiz'].update({f'{sys.argv[1]}-{i}': {}}))\n"
    )
    runs = [subprocess.Popen([sys.executable, "-c", code, name]) for name in "abc"]
    assert [run.wait() for run in runs] == [0, 0, 0]
    assert len(progress.load()["quiz"]) == 60


def test_what_a_killed_writer_left_is_swept_and_nothing_else(file):
    left = [".mine.json.0123abcd.part", ".mine.json.x_y0z1a2"]  # now, and by an older nc_teach
    others = [".mine.json.part", "mine.json.0123abcd.part", ".yours.json.0123abcd.part"]
    for name in (*left, *others):
        (file.parent / name).write_text("{")
    progress.update(lambda state: None)
    there = {path.name for path in file.parent.iterdir()}
    assert there == {file.name, f".{file.name}.lock", *others}


def test_a_link_that_leads_to_itself_is_named(tmp_path, monkeypatch):
    (tmp_path / "mine.json").symlink_to(tmp_path / "mine.json")
    monkeypatch.setenv("NC_TEACH_PROGRESS", str(tmp_path / "mine.json"))
    for use in (progress.load, lambda: progress.update(lambda state: None)):
        with pytest.raises(progress.ProgressError, match=r"mine\.json cannot be"):
            use()


def test_a_folder_that_cannot_be_written_is_named(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("NC_TEACH_PROGRESS", str(tmp_path / "file" / "mine.json"))
    with pytest.raises(progress.ProgressError, match=r"mine\.json cannot be"):
        progress.update(lambda state: None)
