"""The house: imports point downward, the package is light, and the set-up files agree."""

import ast
import itertools
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from nc_teach import course
from tests.notebook_tools import ROOT

PACKAGE = ROOT / "nc_teach"
FLOORS = {
    **dict.fromkeys(("course", "table"), 0),
    "common": 0.5,
    "sweep": 0.6,
    **dict.fromkeys(("data", "models", "storage", "doctor"), 1),
    "surgery": 1.1,  # follows and cuts any traced network
    "training": 1.2,
    "meter": 1.4,
    **dict.fromkeys(("pruning", "distillation", "quantization", "architecture", "dynamic"), 2),
    "budget": 2.5,  # stacks the chapters' techniques, which never import each other
    **dict.fromkeys(("claims", "live"), 3),
    "figures": 3.5,  # a figure knows its result's type, and nothing of how it was measured
    "classroom": 4,
    "content": 4.5,
    **dict.fromkeys(("publish", "working_copy"), 5),
    "lab": 5.5,
    "cli": 6,
}
CONDA_NAMES = {"torch": "pytorch", "matplotlib": "matplotlib-base"}
LIGHT = ("torch", "matplotlib", "IPython", "ipywidgets", "anywidget", "numpy")


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports_of(path: Path) -> set[str]:
    """The modules of ours that a file imports, anywhere in it, also for their types alone."""
    package = ("nc_teach", *path.relative_to(PACKAGE).parts[:-1])
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            base = ".".join(filter(None, (base, node.module)))
            names = [f"{base}.{alias.name}" for alias in node.names]
        found |= {module_of(name) for name in names if name.startswith("nc_teach.")}
    return found - {name_of(path), ""}


def name_of(path: Path) -> str:
    """The dotted name of a file's module."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(("nc_teach", *parts[: -1 if parts[-1] == "__init__" else None]))


def module_of(name: str) -> str:
    """The module that an imported name is of: the name itself, or what it is taken from."""
    while name and name not in NAMES:
        name = name.rpartition(".")[0]
    return name


MODULES = [path for path in sorted(PACKAGE.rglob("*.py")) if path != PACKAGE / "__init__.py"]
NAMES = {name_of(path) for path in MODULES}


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_point_downward(path):
    room = room_of(path)
    assert room in FLOORS, f"{room} has no floor yet: give it one in this test"
    for other in {name.split(".")[1] for name in imports_of(path)} - {room}:
        assert FLOORS[other] < FLOORS[room], f"{room} must not import {other}"


def test_no_modules_import_each_other_in_a_circle():
    """Also within a room, and also where an import is hidden in a function."""
    left = {name_of(path): imports_of(path) for path in MODULES}
    while free := [name for name, needs in left.items() if not needs & set(left)]:
        for name in free:
            del left[name]
    while ends := set(left) - set().union(*left.values()):  # they lead to a circle, and are in none
        left = {name: needs for name, needs in left.items() if name not in ends}
    assert not left, f"in or between circles: {', '.join(sorted(left))}"


LOOK = """from nc_teach import doctor
doctor.packages.try_out = lambda code: ("||1", "")
doctor.look()
"""


def loaded_by(code: str) -> set[str]:
    script = f"import sys\n{code}\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return {name.split(".")[0] for name in done.stdout.split()}


@pytest.mark.parametrize(
    ("code", "without"),
    [
        ("import nc_teach", LIGHT),
        ("import nc_teach.cli", LIGHT),
        (LOOK, ("torch", "numpy", "matplotlib", "anywidget")),
        ("import nc_teach.live", ("torch", "matplotlib", "IPython", "anywidget", "PIL")),
        ("import nc_teach.figures", ("torch", "IPython", "anywidget")),
        (
            f"from nc_teach.figures import {', '.join(course.CHAPTERS.values())}",
            ("torch", "IPython", "anywidget"),
        ),
        ("import nc_teach.classroom", ("torch", "matplotlib", "IPython", "anywidget")),
        (
            "from nc_teach import data, models, training, meter, pruning, claims",
            ("matplotlib", "IPython", "ipywidgets", "anywidget"),
        ),
    ],
)
def test_what_is_not_needed_is_not_loaded(code, without):
    assert not loaded_by(code) & set(without)


def test_a_part_that_does_not_exist_is_named():
    import nc_teach

    with pytest.raises(AttributeError, match="nc_teach has no part named 'prunning'; it has data"):
        nc_teach.prunning  # noqa: B018
    assert nc_teach.pruning.magnitude


@pytest.fixture(scope="module")
def project() -> dict:
    tomllib = pytest.importorskip("tomllib", reason="came with Python 3.11")
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


class TestSetUp:
    """pyproject.toml, environment.yml, the lock file and the README say the same."""

    @staticmethod
    def split(requirement: str) -> tuple[str, str]:
        name, rest = re.fullmatch(r"([A-Za-z0-9_-]+)(.*)", requirement).groups()
        return name, rest

    def test_environment_yml_is_the_same_set(self, project):
        environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
        listed = [d for d in environment["dependencies"] if isinstance(d, str) and d != "pip"]
        wanted = [f"python{project['requires-python']}"]
        for requirement in project["dependencies"]:
            name, rest = self.split(requirement)
            wanted.append(CONDA_NAMES.get(name, name) + rest)
        assert sorted(listed) == sorted(wanted)

    def test_the_lock_pins_every_requirement_within_its_range(self, project):
        from packaging.requirements import Requirement

        lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
        pins = [Requirement(line) for line in lines if line and not line.startswith("#")]
        extras = project["optional-dependencies"].values()
        for text in itertools.chain(project["dependencies"], *extras):
            wanted = Requirement(text)
            found = [pin for pin in pins if pin.name.replace("_", "-") == wanted.name]
            assert found, f"{wanted.name} is not in requirements.lock"
            for pin in found:
                (version,) = (s.version for s in pin.specifier)
                assert wanted.specifier.contains(version), f"{pin} is outside {wanted}"
        assert any(str(pin) == "torch==2.13.0" for pin in pins)

    def test_ci_runs_the_test_command_of_the_readme(self):
        readme = (ROOT / "README.md").read_text(encoding="utf-8")
        script = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
        command = next(line for line in script if "pytest" in line and not line.startswith("#"))
        assert command.strip() in readme

    def test_the_version_is_the_same_everywhere(self, project):
        import nc_teach

        assert project["version"] == nc_teach.__version__
        assert f"## {nc_teach.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_no_module_has_grown_too_long():
    """50 to 150 lines a module is the aim; far more means that two ideas live in one file."""
    long = {
        str(path.relative_to(ROOT)): count
        for path in MODULES
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > 250
    }
    assert not long


def test_the_repository_speaks_of_the_project_alone():
    """No path of a machine, and no host of a package registry, in what is committed."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("no git, or no repository: what is committed is not known")
    listed = subprocess.check_output([git, "ls-files"], cwd=ROOT, encoding="utf-8")
    kinds = {".py", ".md", ".toml", ".yml", ".ipynb", ".js", ".css", ".lock", ".txt", ""}
    pattern = re.compile(r"/root/|/home/\w+/|/work/main|pypi\.org|pythonhosted|npmjs|deb\.debian")
    for file in (ROOT / name for name in listed.splitlines()):
        if file.is_file() and file.suffix in kinds and file != Path(__file__).resolve():
            found = pattern.search(file.read_text(encoding="utf-8", errors="replace"))
            assert not found, f"{file.name} has {found.group() if found else ''}"
