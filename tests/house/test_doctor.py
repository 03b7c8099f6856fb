"""The doctor names what is wrong and what mends it, with each part of the course broken in turn."""

import builtins
import hashlib
import json
import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace

import pytest
from jupyter_client import kernelspec
from jupyter_core import paths

from nc_teach import cli, doctor
from nc_teach.doctor import finding, jupyter, packages, place
from tests.notebook_tools import ROOT


@pytest.fixture
def versions(monkeypatch):
    """A dict of faked versions; None is a package that is not there."""
    faked, real = {}, metadata.version

    def version(name):
        if name not in faked:
            return real(name)
        if faked[name] is None:
            raise metadata.PackageNotFoundError(name)
        return faked[name]

    monkeypatch.setattr(metadata, "version", version)
    return faked


@pytest.fixture
def no_import(monkeypatch):
    """A set of modules that cannot be imported."""
    blocked, real = set(), builtins.__import__

    def imported(name, *arguments, **options):
        if name.split(".")[0] in blocked:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return real(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", imported)
    return blocked


def tells(look, state, found="", command=""):
    """The look ends in that state, with these words in what it found and what to type."""
    return look.state == state and found in look.found and command in look.command


def test_all_is_well_here(tmp_path):
    findings = {f.what: f for f in doctor.look(tmp_path)}
    assert list(findings) == list(doctor.looks(tmp_path))
    for name in ("Python", "torch", "numpy", "loading", "kernel", "widgets", "data", "your copy"):
        assert findings[name].state == "ok", findings[name]
        assert findings[name].command == ""


def test_a_bare_python_is_told_everything(tmp_path):
    """A real one, with nothing installed: the doctor still runs, and says what to type."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "bare"], check=True)
    (python,) = (p for p in (tmp_path / "bare").glob("*/python*") if p.stem == "python")
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    words = [python, "-m", "nc_teach.cli", "doctor", tmp_path / "mine"]
    done = subprocess.run(words, capture_output=True, text=True, env=env)
    assert done.returncode == 1, done.stderr
    for name in ("nc-teach", "torch", "numpy", "jupyterlab", "anywidget", "kernel", "widgets"):
        assert f"problem  {name}: " in done.stdout
    assert "warning  pip: not installed" in done.stdout
    assert f"mend: {python} -m pip install torch" in done.stdout
    assert "ok       data: " in done.stdout
    assert "slides, site: optional; " in done.stdout
    assert not (tmp_path / "mine").exists()


class TestPackages:
    @pytest.mark.parametrize("name", ["numpy", "matplotlib", "ipywidgets", "anywidget"])
    def test_what_is_missing_is_installed_in_its_range(self, versions, name):
        versions[name] = None
        command = f'-m pip install "{name}{packages.requirements()[name]}"'
        assert tells(packages.package(name), "problem", "not installed", command)

    def test_what_is_too_old_or_too_new_is_named(self, versions):
        versions["jupyterlab"] = "4.2.9"
        assert packages.package("jupyterlab").found == "4.2.9, wanted >=4.3"
        versions["numpy"] = "3.0.0"
        assert packages.package("numpy", ">=2.0,<3").state == "problem"
        assert packages.package("numpy", ">=2.0").state == "ok"

    def test_torch_that_is_missing_or_old_is_not_tried(self, versions, monkeypatch):
        monkeypatch.setattr(packages, "try_out", lambda code: pytest.fail("it was tried"))
        for version in (None, "2.5.1+cu121"):
            versions["torch"] = version
            assert tells(packages.torch(), "problem", command="pip install")

    @pytest.mark.parametrize(
        ("code", "why"), [("raise OSError('no file')", "OSError: no file"), ("os.abort()", "")]
    )
    def test_torch_that_fails_or_crashes_takes_nobody_with_it(self, monkeypatch, code, why):
        monkeypatch.setattr(packages, "TRY_TORCH", f"import os; {code}")
        assert tells(packages.torch(), "problem", f"does not work: {why}", "--force-reinstall")

    def test_torch_that_hangs_is_given_up(self):
        assert packages.try_out("while True: pass", 0.2) == ("", "no answer within 0 s")

    def test_packages_whose_files_are_broken(self, monkeypatch, versions):
        monkeypatch.setattr(packages, "TRY_OTHERS", "raise ImportError('half a file')")
        assert packages.others().found == "ImportError: half a file"
        versions["tqdm"] = None
        assert packages.others().state == "warning"

    @pytest.mark.parametrize(
        ("version", "ok"),
        [("3.9.18", False), ("3.10.0", True), ("3.14.9", True), ("3.15.0", False)],
    )
    def test_python(self, monkeypatch, version, ok):
        monkeypatch.setattr(packages.platform, "python_version", lambda: version)
        assert (packages.python().state == "ok") == ok

    def test_what_slides_need_is_optional_and_its_command_is_named(self, versions):
        assert "sphinx-revealjs" in packages.requirements("site")
        assert "torch" not in packages.requirements("site")
        assert packages.requirements("no such part") == {}
        versions["sphinx-revealjs"] = None
        found = packages.for_teachers()
        assert tells(found, "ok", "without sphinx-revealjs; to make them: ")
        assert found.found.endswith(("[site]", "[site]'", '[site]"'))

    def test_the_course_installed_as_another_version(self, monkeypatch):
        monkeypatch.setattr(packages, "_metadata", lambda field: "0.0.1")
        assert packages.course().state == "warning"
        monkeypatch.setattr(packages, "_metadata", lambda field: "")
        assert tells(packages.course(), "problem", command=str(ROOT))


class TestJupyter:
    @pytest.fixture
    def spec(self, tmp_path, monkeypatch):
        """The file of the kernel named python3 that Jupyter finds first."""
        monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
        monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "0")
        folder = tmp_path / "kernels" / "python3"
        folder.mkdir(parents=True)
        return folder / "kernel.json"

    def test_a_kernel_of_another_python(self, spec, tmp_path):
        other = str(tmp_path / "other" / "bin" / "python3")
        spec.write_text(json.dumps({"argv": [other], "display_name": "x", "language": "python"}))
        command = "ipykernel install --sys-prefix --name python3"
        assert tells(jupyter.kernel(), "warning", other, command)

    def test_a_kernel_of_this_python_under_its_other_name(self, spec):
        mine = {"argv": [sys.executable], "display_name": "x", "language": "python"}
        spec.write_text(json.dumps(mine))
        assert jupyter.kernel().state == "ok"

    def test_another_environment_of_the_same_python_is_another(self, tmp_path):
        twin = tmp_path / "bin" / "python"
        twin.parent.mkdir()
        twin.symlink_to(os.path.realpath(sys.executable))
        assert not jupyter.is_this_python(str(twin))

    @pytest.mark.parametrize("content", ["{", "[]", '{"argv": []}'])
    def test_a_damaged_kernel(self, spec, content):
        spec.write_text(content)
        assert jupyter.kernel().state in ("warning", "problem")
        assert "ipykernel install" in jupyter.kernel().command

    def test_no_kernel_at_all(self, monkeypatch):
        def none(self, name):
            raise kernelspec.NoSuchKernel(name)

        monkeypatch.setattr(kernelspec.KernelSpecManager, "get_kernel_spec", none)
        assert jupyter.kernel().found == "python3 is not registered"

    def test_no_ipykernel(self, no_import):
        no_import.add("ipykernel")
        assert tells(jupyter.kernel(), "problem", command="-m pip install ipykernel")

    def test_widgets_without_their_browser_half(self, monkeypatch, tmp_path):
        folder = tmp_path / "labextensions"
        monkeypatch.setattr(paths, "jupyter_path", lambda *names: [str(folder)])
        monkeypatch.setattr(paths, "jupyter_config_path", lambda: [str(tmp_path)])
        assert "anywidget is missing" in jupyter.widgets().found
        for name in jupyter.EXTENSIONS:
            (folder / name).mkdir(parents=True)
            (folder / name / "package.json").write_text("{}")
        assert jupyter.widgets().state == "ok"
        (folder / "@jupyter-widgets/jupyterlab-manager/package.json").unlink()
        assert "jupyterlab_widgets" in jupyter.widgets().command

    @pytest.mark.parametrize(
        "disabled", [{"anywidget": True}, {"anywidget:plugin": True}, ["anywidget"]]
    )
    def test_widgets_that_were_turned_off(self, monkeypatch, tmp_path, disabled):
        (tmp_path / "labconfig").mkdir()
        file = tmp_path / "labconfig" / "page_config.json"
        file.write_text(json.dumps({"disabledExtensions": disabled}))
        monkeypatch.setattr(paths, "jupyter_config_path", lambda: [str(tmp_path)])
        off, mend = "the extension anywidget is turned off", "labextension enable anywidget"
        assert tells(jupyter.widgets(), "problem", off, mend)
        file.write_text(json.dumps({"disabledExtensions": {"anywidget": False}}))
        assert jupyter.widgets().state == "ok"


class TestPlace:
    def test_the_checksums_are_those_of_the_files_that_ship(self):
        folder = ROOT / "nc_teach" / "data" / "small"
        found = {f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in folder.glob("*.npz")}
        assert found == place.DATA

    def test_damaged_data(self, monkeypatch):
        for name, why in {"digits.npz": " is damaged", "none.npz": ": No such file"}.items():
            monkeypatch.setattr(place, "DATA", {name: "0" * 64})
            assert tells(place.small_data(), "problem", f"{name}{why}")

    @pytest.mark.parametrize(
        ("there", "mend"), [(".git", "checkout"), ("pyproject.toml", "download"), ("x", "pip")]
    )
    def test_where_the_data_come_from_again(self, tmp_path, there, mend):
        (tmp_path / there).touch()
        assert mend in place._fetch(tmp_path / "nc_teach" / "data" / "small")

    def test_a_copy_that_cannot_be_written(self, monkeypatch, tmp_path):
        def refuse(dir):
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(place.tempfile, "TemporaryFile", refuse)
        found, why = place.working_copy(tmp_path / "mine" / "deep"), "cannot be written: Permission"
        assert tells(found, "problem", f"{tmp_path} {why} denied", "nc-teach lab FOLDER_OF_YOURS")

    @pytest.mark.parametrize(
        ("text", "state"),
        [(None, "ok"), ('{"version": 1}', "ok"), ("{", "problem"), ("[]", "problem")],
    )
    def test_progress(self, tmp_path, monkeypatch, text, state):
        monkeypatch.delenv("NC_TEACH_PROGRESS", raising=False)
        if text is not None:
            (tmp_path / "nc_teach_progress.json").write_text(text)
        found = place.progress(tmp_path)
        assert found.state == state
        assert ("rename nc_teach_progress.json" in found.command) == (state == "problem")

    @pytest.mark.parametrize(("free", "state"), [(9e9, "ok"), (2e8, "warning"), (1e6, "problem")])
    def test_disk(self, monkeypatch, tmp_path, free, state):
        monkeypatch.setattr(place.shutil, "disk_usage", lambda folder: SimpleNamespace(free=free))
        found = place.disk(tmp_path / "not" / "there")
        assert found.state == state
        assert bool(found.command) == (state != "ok")

    @pytest.mark.parametrize(
        ("look", "name", "value", "state"),
        [
            (place.threads, "OMP_NUM_THREADS", "1", "ok"),
            (place.threads, "OMP_NUM_THREADS", "999", "warning"),
            (place.threads, "OMP_NUM_THREADS", "a", "warning"),
            (place.full_data, "NC_TEACH_DATA", str(ROOT), "ok"),
            (place.full_data, "NC_TEACH_DATA", str(ROOT / "none"), "warning"),
        ],
    )
    def test_what_the_environment_sets(self, monkeypatch, look, name, value, state):
        monkeypatch.setenv(name, value)
        assert look().state == state

    def test_memory_without_psutil(self, no_import, monkeypatch):
        no_import.add("psutil")
        pages = {"SC_AVPHYS_PAGES": 100, "SC_PAGE_SIZE": 4096}
        monkeypatch.setattr(place.os, "sysconf", pages.__getitem__, raising=False)
        assert place.memory().state == "problem"


def test_the_exit_code_and_the_report(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(doctor, "look", lambda folder: [doctor.Finding("a", "fine")])
    assert cli.main(["doctor", str(tmp_path)]) == 0
    assert capsys.readouterr().out == "ok       a: fine\n\nAll is there.\n"
    bad = [doctor.Finding("a", "old", "problem", "do"), doctor.Finding("b", "odd", "warning", "x")]
    monkeypatch.setattr(doctor, "look", lambda folder: bad)
    assert cli.main(["doctor", str(tmp_path)]) == 1
    out = capsys.readouterr().out
    assert "problem  a: old\n         mend: do\n" in out
    assert "1 problem and 1 warning: type what stands beside it" in out


def test_a_look_that_breaks_does_not_end_the_others(monkeypatch, tmp_path):
    monkeypatch.setattr(packages, "try_out", lambda code: ("||1", ""))
    monkeypatch.setattr(place, "memory", lambda: 1 / 0)
    findings = {f.what: f for f in doctor.look(tmp_path)}
    assert "ZeroDivisionError" in findings["free memory"].found
    assert findings["threads"].what == "threads"


def test_commands_are_quoted(monkeypatch):
    python = str(Path("my folder") / "python")
    monkeypatch.setattr(finding.sys, "executable", python)
    assert finding.pip("torch>=2.6") == f"'{python}' -m pip install \"torch>=2.6\""
