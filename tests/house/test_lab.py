"""The reader's copy: clean when handed out, updated when unedited, never overwritten."""

import contextlib
import functools
import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time

import filelock
import pytest

from nc_teach import lab, working_copy
from nc_teach.common import files
from nc_teach.lab import START
from nc_teach.working_copy import HIDDEN, fingerprint, sync_notebooks
from tests.checks import refuses

NEW = START.replace(".ipynb", ".new.ipynb")


def notebook(*sources):
    cells = [
        {
            "cell_type": "code",
            "source": source,
            "metadata": {"execution": {"iopub.status.busy": "x"}, "tags": ["keep"]},
            "execution_count": 3,
            "outputs": [{"output_type": "stream", "name": "stdout", "text": "old"}],
        }
        for source in sources
    ]
    return {"cells": cells, "metadata": {"widgets": {}}, "nbformat": 4, "nbformat_minor": 5}


def save(path, *sources):
    path.write_text(json.dumps(notebook(*sources)), encoding="utf-8")


def source(path):
    return [cell["source"] for cell in json.loads(path.read_text())["cells"]]


@pytest.fixture
def course(tmp_path):
    folder = tmp_path / "course"
    folder.mkdir()
    save(folder / START, "a = 1")
    return folder


@pytest.fixture
def mine(course, tmp_path):
    sync_notebooks(course, tmp_path / "mine")
    return tmp_path / "mine"


class PowerCut(BaseException):
    pass


class TestCopy:
    def test_outputs_and_times_are_cleared(self, mine):
        content = json.loads((mine / START).read_text())
        cell = content["cells"][0]
        assert (cell["outputs"], cell["execution_count"]) == ([], None)
        assert cell["metadata"] == {"tags": ["keep"]}
        assert "widgets" not in content["metadata"]

    def test_running_is_not_editing(self, mine, course):
        save(mine / START, "a = 1")
        assert sync_notebooks(course, mine) == []
        assert "old" in (mine / START).read_text()

    def test_an_unedited_copy_is_updated(self, mine, course):
        save(course / START, "a = 2")
        assert sync_notebooks(course, mine) == [f"{START}: updated; you had not edited it"]
        assert source(mine / START) == ["a = 2"]

    def test_an_edited_copy_stays_and_gets_no_twin_without_need(self, mine, course):
        save(mine / START, "a = 1", "my own")
        assert "left as it is" in sync_notebooks(course, mine)[0]
        assert not list(mine.glob("*.new.ipynb"))

    def test_an_edited_copy_gets_the_new_version_beside_it_once(self, mine, course):
        save(mine / START, "a = 1", "my own")
        save(course / START, "a = 2")
        beside = mine / NEW
        assert NEW in sync_notebooks(course, mine)[0]
        assert source(beside) == ["a = 2"]
        beside.unlink()
        sync_notebooks(course, mine)
        assert not beside.exists()
        save(course / START, "a = 3")
        sync_notebooks(course, mine)
        assert source(beside) == ["a = 3"]
        assert source(mine / START) == ["a = 1", "my own"]

    def test_an_edited_twin_is_not_overwritten_either(self, mine, course):
        save(mine / START, "a = 1", "my own")
        save(course / START, "a = 2")
        sync_notebooks(course, mine)
        save(mine / NEW, "a = 2", "also mine")
        save(course / START, "a = 3")
        assert "Rename that one" in sync_notebooks(course, mine)[0]
        assert source(mine / NEW) == ["a = 2", "also mine"]

    @pytest.mark.parametrize("damage", ["{", "[]", '{"notebooks": 3}', None])
    def test_without_its_manifest_nothing_is_lost(self, mine, course, damage):
        manifest = mine / HIDDEN / "manifest.json"
        manifest.unlink() if damage is None else manifest.write_text(damage)
        save(course / START, "a = 2")
        sync_notebooks(course, mine)
        assert source(mine / START) == ["a = 1"]

    def test_a_file_that_is_no_notebook_any_more_stays(self, mine, course):
        (mine / START).write_text("mine")
        save(course / START, "a = 2")
        sync_notebooks(course, mine)
        assert (mine / START).read_text() == "mine"

    def test_a_deleted_copy_is_handed_out_again(self, mine, course):
        (mine / START).unlink()
        assert sync_notebooks(course, mine) == [f"{START}: handed out again, for it was not here"]
        assert source(mine / START) == ["a = 1"]

    def test_a_copy_renamed_by_the_reader_stays_and_the_course_s_comes_anew(self, mine, course):
        save(mine / START, "a = 1", "my own")
        (mine / START).rename(mine / "00_mine.ipynb")
        save(course / START, "a = 2")
        sync_notebooks(course, mine)
        assert source(mine / "00_mine.ipynb") == ["a = 1", "my own"]
        assert source(mine / START) == ["a = 2"]

    @pytest.mark.parametrize("edited", [False, True])
    def test_what_the_course_has_renamed_is_named_and_left(self, mine, course, edited):
        if edited:
            save(mine / START, "my own")
        before = (mine / START).read_text()
        (course / START).rename(course / "00_begin.ipynb")
        notes = sync_notebooks(course, mine)
        assert notes[0] == "00_begin.ipynb: handed out"
        assert "00_start_here.ipynb: no longer part of the course" in notes[1]
        assert (mine / START).read_text() == before

    def test_a_new_chapter_is_handed_out(self, mine, course):
        save(course / "01_next.ipynb", "b = 1")
        assert sync_notebooks(course, mine) == ["01_next.ipynb: handed out"]

    def test_the_new_version_taken_over_by_renaming_is_unedited_from_then_on(self, mine, course):
        save(mine / START, "my own")
        save(course / START, "a = 2")
        sync_notebooks(course, mine)
        (mine / NEW).replace(mine / START)
        assert sync_notebooks(course, mine) == []
        save(course / START, "a = 3")
        assert "updated" in sync_notebooks(course, mine)[0]

    def test_a_folder_or_a_broken_link_under_its_name_is_left(self, mine, course):
        (mine / START).unlink()
        (mine / START).symlink_to(mine / "nowhere")
        sync_notebooks(course, mine)
        assert (mine / START).is_symlink()
        save(course / "01_next.ipynb", "b = 1")
        (mine / "01_next.ipynb").mkdir()
        sync_notebooks(course, mine)
        assert (mine / "01_next.ipynb").is_dir()
        assert source(mine / "01_next.new.ipynb") == ["b = 1"]

    def test_a_notebook_nested_without_end_is_the_reader_s(self, mine, course):
        for text in ("[" * 100_000, '{"cells": ' + "[" * 500 + "]" * 500 + "}"):
            (mine / START).write_text(text)
            sync_notebooks(course, mine)
            assert (mine / START).read_text() == text


class TestUpdate:
    @pytest.mark.parametrize("number", range(8))
    def test_an_update_that_breaks_off_anywhere_goes_on_and_loses_nothing(
        self, course, tmp_path, monkeypatch, number
    ):
        """Whatever was written by then: theirs stays theirs, ours is updated next time."""
        mine = tmp_path / "mine"
        for name in ("00_start_here", "01_theirs", "02_last"):
            save(course / f"{name}.ipynb", "a = 1")
        sync_notebooks(course, mine)
        save(mine / "01_theirs.ipynb", "my own")
        for name in ("00_start_here", "01_theirs", "02_last"):
            save(course / f"{name}.ipynb", "a = 2")
        with monkeypatch.context() as patched:
            real, done = os.replace, []

            def replace(old, new):
                if len(done) == number:
                    raise PowerCut
                done.append(new)
                real(old, new)

            patched.setattr(files.os, "replace", replace)
            with contextlib.suppress(PowerCut):
                sync_notebooks(course, mine)
        for name in ("00_start_here", "02_last"):
            assert source(mine / f"{name}.ipynb") in (["a = 1"], ["a = 2"])
            save(course / f"{name}.ipynb", "a = 3")  # and meanwhile the course has moved on
        sync_notebooks(course, mine)
        for name in ("00_start_here", "02_last"):
            assert source(mine / f"{name}.ipynb") == ["a = 3"]
            assert not (mine / f"{name}.new.ipynb").exists()
        assert source(mine / "01_theirs.ipynb") == ["my own"]
        assert source(mine / "01_theirs.new.ipynb") == ["a = 2"]

    def test_what_a_killed_run_has_left_is_swept_away_and_nothing_else(self, mine, course):
        left, theirs = mine / ".00_start_here.ipynb.77.part", mine / ".notes.part"
        left.write_text("half a note")
        theirs.write_text("mine")
        sync_notebooks(course, mine)
        assert not left.exists()
        assert theirs.read_text() == "mine"

    def test_a_full_disk_leaves_the_old_copy(self, mine, course, monkeypatch):
        save(course / START, "a = 2")

        def full(old, new):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(files.os, "replace", full)
        with pytest.raises(OSError, match="No space left"):
            sync_notebooks(course, mine)
        assert source(mine / START) == ["a = 1"]
        assert sorted(p.name for p in mine.glob(".*.part")) == []

    def test_two_at_once_do_not_write_over_each_other(self, mine, course, monkeypatch):
        impatient = functools.partial(working_copy._alone, seconds=0.01)
        monkeypatch.setattr(working_copy, "_alone", impatient)
        told = pytest.raises(OSError, match="updated by another nc-teach lab")
        with filelock.FileLock(mine / HIDDEN / "updating.lock"), told:
            sync_notebooks(course, mine)

    def test_the_course_itself_is_no_copy(self, course):
        refuses("FOLDER must not be the course's own", sync_notebooks, course, course)

    def test_a_cell_moved_is_an_edit(self):
        assert fingerprint(notebook("a", "b")) != fingerprint(notebook("b", "a"))
        assert fingerprint(notebook("ab")) != fingerprint(notebook("a", "b"))


class TestCommand:
    def test_settings_and_command(self, mine, monkeypatch):
        monkeypatch.setenv("JUPYTER_CONFIG_PATH", "theirs")
        lab.write_settings(mine)
        paths = lab.environment(mine)["JUPYTER_CONFIG_PATH"].split(os.pathsep)
        assert paths == [str(mine / HIDDEN / "config"), "theirs"]
        page = json.loads((mine / HIDDEN / "config/labconfig/page_config.json").read_text())
        assert list(page["disabledExtensions"]) == ["@jupyterlab/apputils-extension:announcements"]
        words = lab.command(mine, browser=False)
        assert words[:3] == [sys.executable, "-m", "jupyterlab"]
        assert f"--ServerApp.root_dir={mine}" in words
        assert "--LabApp.default_url=/lab/tree/00_start_here.ipynb" in words
        assert "--no-browser" in words

    def test_the_kernel_is_this_python_even_beside_another_python3(self, mine, tmp_path):
        lab.write_settings(mine)
        theirs = tmp_path / "theirs" / "kernels" / "python3"
        theirs.mkdir(parents=True)
        spec = {"argv": ["/other/python", "-m", "x"], "display_name": "other", "language": "python"}
        (theirs / "kernel.json").write_text(json.dumps(spec))
        code = (
            "from jupyter_client.kernelspec import KernelSpecManager\n"
            "print(KernelSpecManager().get_kernel_spec('python3').argv[0], end='')"
        )
        ours = {"JUPYTER_DATA_DIR": str(tmp_path / "theirs"), "JUPYTER_PREFER_ENV_PATH": "0"}
        ours = lab.environment(mine) | ours
        without = ours | {"JUPYTER_PATH": ""}  # then it would have been theirs
        for env, python in ((ours, sys.executable), (without, "/other/python")):
            assert subprocess.check_output([sys.executable, "-c", code], env=env).decode() == python

    def test_the_copy_is_made_before_anything_starts(self, course, tmp_path, monkeypatch, capsys):
        started = []

        class Process:
            def __init__(self, words, env):
                started.append(words)

            def wait(self):
                if len(started) < 2:
                    started.append("interrupted")
                    raise KeyboardInterrupt
                return 0

        monkeypatch.setattr(lab, "notebooks", lambda: course)
        monkeypatch.setattr(lab.subprocess, "Popen", Process)
        assert lab.run(tmp_path / "new") == 0
        out = capsys.readouterr().out
        assert str(tmp_path / "new") in out
        assert "To stop" in out
        assert (tmp_path / "new" / "00_start_here.ipynb").exists()
        assert shutil.which(started[0][0])


class TestRoot:
    def test_root_is_warned_and_served(self, monkeypatch, course, tmp_path, capsys):
        ended = type("Process", (), {"wait": lambda self: 0})()
        started = []
        monkeypatch.setattr(lab.os, "geteuid", lambda: 0, raising=False)
        monkeypatch.setattr(lab, "notebooks", lambda: course)
        monkeypatch.setattr(
            lab.subprocess, "Popen", lambda words, env: started.append(words) or ended
        )
        assert lab.run(tmp_path / "new") == 0
        assert "You are root" in capsys.readouterr().out
        assert "--allow-root" in started[0]
        monkeypatch.setattr(lab.os, "geteuid", lambda: 1000)
        assert lab.run(tmp_path / "new") == 0
        assert "You are root" not in capsys.readouterr().out
        assert "--allow-root" not in started[1]

    def test_windows_knows_no_root(self, monkeypatch):
        monkeypatch.delattr(lab.os, "geteuid", raising=False)
        assert not lab.is_root()


def wait_for(true, seconds=30):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


class TestStop:
    @pytest.mark.skipif(os.name == "nt", reason="no SIGTERM to send there")
    @pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
    def test_a_stop_from_outside_ends_jupyterlab_too(self, tmp_path, course, name):
        """A stand-in for JupyterLab says when it is there, and what ended it."""
        stand_in = tmp_path / "stand_in.py"
        stand_in.write_text(
            textwrap.dedent("""
            import pathlib, signal, sys, time
            said = pathlib.Path(sys.argv[1])
            def end(number, frame):
                said.write_text("ended")
                sys.exit(0)
            signal.signal(signal.SIGTERM, end)
            said.write_text("here")
            time.sleep(60)
            """)
        )
        said = tmp_path / "said"
        code = textwrap.dedent(f"""
            import sys, pathlib
            from nc_teach import lab
            lab.notebooks = lambda: pathlib.Path({str(course)!r})
            lab.command = lambda *a, **k: [sys.executable, {str(stand_in)!r}, {str(said)!r}]
            sys.exit(lab.run(pathlib.Path({str(tmp_path / "mine")!r})))
            """)
        process = subprocess.Popen([sys.executable, "-c", code], start_new_session=True)
        try:
            wait_for(lambda: said.exists() and said.read_text() == "here")
            process.send_signal(getattr(signal, name))  # to the command alone, not to its group
            assert process.wait(20) == 0
            assert said.read_text() == "ended"
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

    def test_the_handlers_from_before_come_back(self):
        before = signal.getsignal(signal.SIGTERM)
        with lab.passing_on(("SIGTERM", "SIGNOSUCH")) as processes:
            assert signal.getsignal(signal.SIGTERM) is not before
            assert processes == []
        assert signal.getsignal(signal.SIGTERM) is before
