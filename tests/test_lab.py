"""The reader's copy: clean when handed out, updated when unedited, never overwritten."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

import pytest

from nc_teach import lab
from nc_teach.working_copy import HIDDEN, cleared, fingerprint, hand_out


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
    save(folder / "00_start_here.ipynb", "a = 1")
    return folder


@pytest.fixture
def mine(course, tmp_path):
    hand_out(course, tmp_path / "mine")
    return tmp_path / "mine"


def test_outputs_and_times_are_cleared(mine):
    content = json.loads((mine / "00_start_here.ipynb").read_text())
    cell = content["cells"][0]
    assert (cell["outputs"], cell["execution_count"]) == ([], None)
    assert cell["metadata"] == {"tags": ["keep"]}
    assert "widgets" not in content["metadata"]


def test_clearing_leaves_the_original_alone():
    before = notebook("a")
    cleared(before)
    assert before == notebook("a")


def test_running_is_not_editing(mine, course):
    save(mine / "00_start_here.ipynb", "a = 1")
    assert hand_out(course, mine) == []
    assert "old" in (mine / "00_start_here.ipynb").read_text()


def test_an_unedited_copy_is_updated(mine, course):
    save(course / "00_start_here.ipynb", "a = 2")
    assert hand_out(course, mine) == ["00_start_here.ipynb: updated"]
    assert source(mine / "00_start_here.ipynb") == ["a = 2"]


def test_an_edited_copy_stays_and_gets_no_twin_without_need(mine, course):
    save(mine / "00_start_here.ipynb", "a = 1", "my own")
    assert "left as it is" in hand_out(course, mine)[0]
    assert not list(mine.glob("*.new.ipynb"))


def test_an_edited_copy_gets_the_new_version_beside_it_once(mine, course):
    save(mine / "00_start_here.ipynb", "a = 1", "my own")
    save(course / "00_start_here.ipynb", "a = 2")
    beside = mine / "00_start_here.new.ipynb"
    assert "00_start_here.new.ipynb" in hand_out(course, mine)[0]
    assert source(beside) == ["a = 2"]
    beside.unlink()
    hand_out(course, mine)
    assert not beside.exists()
    save(course / "00_start_here.ipynb", "a = 3")
    hand_out(course, mine)
    assert source(beside) == ["a = 3"]
    assert source(mine / "00_start_here.ipynb") == ["a = 1", "my own"]


def test_an_edited_twin_is_not_overwritten_either(mine, course):
    save(mine / "00_start_here.ipynb", "a = 1", "my own")
    save(course / "00_start_here.ipynb", "a = 2")
    hand_out(course, mine)
    save(mine / "00_start_here.new.ipynb", "a = 2", "also mine")
    save(course / "00_start_here.ipynb", "a = 3")
    assert "Rename that one" in hand_out(course, mine)[0]
    assert source(mine / "00_start_here.new.ipynb") == ["a = 2", "also mine"]


@pytest.mark.parametrize("damage", ["{", "[]", '{"notebooks": 3}', None])
def test_without_its_manifest_nothing_is_lost(mine, course, damage):
    manifest = mine / HIDDEN / "manifest.json"
    manifest.unlink() if damage is None else manifest.write_text(damage)
    save(course / "00_start_here.ipynb", "a = 2")
    hand_out(course, mine)
    assert source(mine / "00_start_here.ipynb") == ["a = 1"]


def test_a_file_that_is_no_notebook_any_more_stays(mine, course):
    (mine / "00_start_here.ipynb").write_text("mine")
    save(course / "00_start_here.ipynb", "a = 2")
    hand_out(course, mine)
    assert (mine / "00_start_here.ipynb").read_text() == "mine"


def test_a_deleted_copy_is_handed_out_again(mine, course):
    (mine / "00_start_here.ipynb").unlink()
    assert hand_out(course, mine) == ["00_start_here.ipynb: handed out"]


def test_the_course_itself_is_no_copy(course):
    with pytest.raises(ValueError, match="FOLDER must not be the course's own"):
        hand_out(course, course)


def test_a_cell_moved_is_an_edit():
    assert fingerprint(notebook("a", "b")) != fingerprint(notebook("b", "a"))
    assert fingerprint(notebook("ab")) != fingerprint(notebook("a", "b"))


def test_settings_and_command(mine, monkeypatch):
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "theirs")
    lab.write_settings(mine)
    paths = lab.environment(mine)["JUPYTER_CONFIG_PATH"].split(os.pathsep)
    assert paths == [str(mine / HIDDEN / "config"), "theirs"]
    page = json.loads((mine / HIDDEN / "config/labconfig/page_config.json").read_text())
    assert page == {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}
    words = lab.command(mine, browser=False)
    assert words[:3] == [sys.executable, "-m", "jupyterlab"]
    assert f"--ServerApp.root_dir={mine}" in words
    assert "--LabApp.default_url=/lab/tree/00_start_here.ipynb" in words
    assert "--no-browser" in words


def test_the_kernel_is_this_python_even_beside_another_python3(mine, tmp_path):
    lab.write_settings(mine)
    theirs = tmp_path / "theirs" / "kernels" / "python3"
    theirs.mkdir(parents=True)
    spec = {"argv": ["/other/python", "-m", "x"], "display_name": "other", "language": "python"}
    (theirs / "kernel.json").write_text(json.dumps(spec))
    code = (
        "from jupyter_client.kernelspec import KernelSpecManager\n"
        "print(KernelSpecManager().get_kernel_spec('python3').argv[0])"
    )
    env = lab.environment(mine)
    env["JUPYTER_DATA_DIR"] = str(tmp_path / "theirs")
    env["JUPYTER_PREFER_ENV_PATH"] = "0"
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
    assert done.stdout.strip() == sys.executable
    env["JUPYTER_PATH"] = ""
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
    assert done.stdout.strip() == "/other/python"  # without us it would have been theirs


def test_the_copy_is_made_before_anything_starts(course, tmp_path, monkeypatch, capsys):
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
