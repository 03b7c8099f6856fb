"""The copies for Colab: the first cell installs there, does nothing here, and is enough."""

import json
import os
import subprocess
import sys
import zipfile
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager
from nbclient import NotebookClient
from packaging.requirements import Requirement

from nc_teach import course
from nc_teach.cli import main
from nc_teach.publish import colab
from nc_teach.publish.chapters import code_cells, read
from nc_teach.publish.site import build, repository_address

CHAPTERS = course.chapters()


@pytest.mark.parametrize("one", CHAPTERS, ids=lambda c: c.number)
def test_a_copy_has_one_cell_more_and_no_other_difference(one):
    stored, made = read(one), colab.with_install(read(one), "a/b")
    install, *others = code_cells(made)
    assert others == code_cells(stored)
    made.cells.remove(install)
    assert made == stored
    assert install.outputs == []


def test_outside_colab_the_cell_does_nothing(monkeypatch):
    code = TransformerManager().transform_cell(colab.INSTALL.format(place="a/b"))
    assert "run_line_magic('pip'" in code
    monkeypatch.delitem(sys.modules, "google.colab", raising=False)
    before = set(sys.modules)
    exec(code, {})  # has no `get_ipython`: would fail if it installed
    assert set(sys.modules) == before


def test_the_notebooks_themselves_hold_no_address():
    for chapter in CHAPTERS:
        assert "google.colab" not in (course.notebooks() / chapter.file).read_text("utf-8")


def test_the_command_writes_them_for_an_address_and_not_without(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(repository_address, "_origin", lambda: "")
    assert main(["colab", "--out", str(tmp_path)]) == 2
    assert "no address of a repository is known" in capsys.readouterr().err
    words = ["colab", "--repository", "https://github.com/a/b", "--out", str(tmp_path)]
    assert main(words) == 0
    assert sorted(f.name for f in tmp_path.iterdir()) == [c.file for c in CHAPTERS]


def test_the_links_lead_to_the_copies_where_they_are_there(monkeypatch):
    one = CHAPTERS[1]
    assert f"/notebooks/{one.file}" in repository_address.links("a/b", one.file)["Colab"]
    assert "run `%pip install git+https://github.com/a/b` first" in build.opens(one, "a/b")
    monkeypatch.setattr(colab, "there", lambda file: True)
    assert f"/colab/{one.file}" in repository_address.links("a/b", one.file)["Colab"]
    assert "the first code cell installs the course" in build.opens(one, "a/b")


@pytest.mark.everything
def test_a_notebook_runs_where_there_is_only_what_the_cell_installs(tmp_path, root):
    """The wheel and what it requires, nothing else of this environment: as pip would leave it."""
    wheel = made_wheel(root, tmp_path)
    python = environment(tmp_path / "venv", wheel)
    spec = {"argv": [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]}
    kernel = tmp_path / "jupyter" / "kernels" / "colab"
    kernel.mkdir(parents=True)
    (kernel / "kernel.json").write_text(json.dumps({**spec, "display_name": "x", "language": "py"}))
    notebook = colab.with_install(read(CHAPTERS[0]), "someone/nc_teach")
    notebook.cells.append(nbformat.v4.new_code_cell("import nc_teach; print(nc_teach.__file__)"))
    here = tmp_path / "content"
    here.mkdir()
    kept = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "NC_TEACH_CACHE")}
    kept |= {"NC_TEACH_PROGRESS": str(tmp_path / "p.json"), "NC_TEACH_STILL": "1"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
        resources = {"metadata": {"path": str(here)}}
        client = NotebookClient(notebook, kernel_name="colab", timeout=600, resources=resources)
        client.execute(env=kept)
    assert str(tmp_path / "venv") in notebook.cells[-1].outputs[0].text
    missing = subprocess.run([python, "-c", "import sphinx"], env=kept, capture_output=True)
    assert missing.returncode == 1  # the environment is not this one


def made_wheel(root: Path, folder: Path) -> Path:
    """The package's wheel; skips where there is nothing to build it with."""
    words = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(folder), str(root)]
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"no wheel can be built here: {done.stderr.strip()[-200:]}")
    return next(folder.glob("nc_teach-*.whl"))


def environment(folder: Path, wheel: Path) -> Path:
    """A new environment with the wheel, and links to the packages that it requires."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    site = next(folder.glob("lib/python*/site-packages"), folder / "Lib" / "site-packages")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(site)
    for name in required(site):
        for file in distribution(name).files or ():
            top = file.parts[0]
            if top not in ("..", "__pycache__") and not (site / top).exists():
                (site / top).symlink_to(distribution(name).locate_file(top))
    bin_folder = "Scripts" if os.name == "nt" else "bin"
    return folder / bin_folder / Path(sys.executable).name


def required(site: Path) -> set[str]:
    """The names of all packages that the one in this folder requires, without its extras."""
    (told,) = site.glob("nc_teach-*.dist-info/METADATA")
    lines = told.read_text("utf-8").splitlines()
    wanted = [line.split(": ", 1)[1] for line in lines if line.startswith("Requires-Dist")]
    found: set[str] = set()
    while wanted:
        requirement = Requirement(wanted.pop())
        here = not requirement.marker or requirement.marker.evaluate({"extra": ""})
        if here and requirement.name not in found:
            try:
                wanted += distribution(requirement.name).requires or []
            except PackageNotFoundError:
                continue  # for another system or Python
            found.add(requirement.name)
    return found
