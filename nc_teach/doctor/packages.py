"""Python and the packages: are they there, in the right versions, and do they load?

Nothing of them is imported into this process. What might crash is tried in another one.
"""

import platform
import subprocess
import sys
from importlib import metadata
from pathlib import Path

from nc_teach.doctor.finding import Finding, command, pip

PARTS = [
    *("numpy", "matplotlib", "pillow", "ipywidgets", "anywidget", "jupyterlab"),
    *("beartype", "filelock", "jinja2", "packaging", "platformdirs", "pooch", "tqdm"),
]
TRY_OTHERS = "import PIL, matplotlib.figure, ipywidgets, anywidget, jupyterlab"
TRY_TORCH = """
import numpy, torch
total = (torch.from_numpy(numpy.ones(3)) @ torch.ones(3, dtype=torch.float64)).item()
assert total == 3, f"1 + 1 + 1 gave {total}"
mps = getattr(torch.backends, "mps", None)
gpu = "Apple (mps)" if mps is not None and mps.is_available() else ""
gpu = torch.cuda.get_device_name(0) if torch.cuda.is_available() else gpu
print(torch.version.cuda or "", gpu, torch.get_num_threads(), sep="|")
"""


def python() -> Finding:
    """The version of Python, against what the package asks for."""
    found, wanted = platform.python_version(), _metadata("Requires-Python")
    if wanted and not within(found, wanted):
        how = f"install a Python {wanted}, make .venv anew with it, and install the course there"
        return Finding("Python", f"{found}, wanted {wanted}", "problem", how)
    return Finding("Python", found)


def course() -> Finding:
    """The course itself: without its metadata nobody knows which versions it wants."""
    from nc_teach import __version__

    installed = _metadata("Version")
    if not installed:
        return Finding("nc-teach", "here, but not installed", "problem", install())
    if installed != __version__:
        text = f"{__version__}, but installed as {installed}"
        return Finding("nc-teach", text, "warning", install())
    return Finding("nc-teach", __version__)


def package(name: str, wanted: str | None = None) -> Finding:
    """One package: is it there, and is its version one that the course works with?

    `wanted`, such as ``">=2.0"``, comes from the course's own metadata if not given.
    """
    wanted = requirements().get(name, "") if wanted is None else wanted
    try:
        found = metadata.version(name)
    except metadata.PackageNotFoundError:
        return Finding(name, "not installed", "problem", pip(f"{name}{wanted}"))
    if not within(found, wanted):
        return Finding(name, f"{found}, wanted {wanted}", "problem", pip(f"{name}{wanted}"))
    return Finding(name, found)


def torch() -> Finding:
    """PyTorch: its version, and whether it loads and computes with numpy's numbers."""
    first = package("torch")
    if first.state != "ok":
        return first
    wanted = f"torch{requirements().get('torch', '')}"
    text, error = try_out(TRY_TORCH)
    if error:
        found = f"{first.found} does not work: {error}"
        return Finding("torch", found, "problem", pip(wanted, "numpy", again=True))
    cuda, gpu, threads = text.split("|")
    build = f"for CUDA {cuda}" if cuda else "for CPUs"
    card = gpu or "no GPU, and the course needs none"
    return Finding("torch", f"{first.found} ({build}; {card}; {threads} threads)")


def others() -> Finding:
    """Whether the other packages load: a version alone does not say that its files are whole."""
    missing = [name for name in PARTS if package(name).state != "ok"]
    if missing:
        return Finding("loading", f"not tried without {', '.join(missing)}", "warning")
    _, error = try_out(TRY_OTHERS)
    if error:
        wanted = [f"{name}{requirements().get(name, '')}" for name in PARTS]
        return Finding("loading", error, "problem", pip(*wanted, again=True))
    return Finding("loading", "everything loads")


def for_teachers() -> Finding:
    """What slides and site need beyond the course itself: nobody who only reads needs it."""
    what, wanted = "slides, site", list(requirements("site"))
    missing = [name for name in wanted if package(name, "").state != "ok"]
    if not wanted:
        return Finding(what, "optional; what they need is known once nc-teach is installed")
    if missing:
        found = f"optional, without {', '.join(missing)}; to make them: {install('site')}"
        return Finding(what, found)
    return Finding(what, "all that they need is there")


def install(part: str = "") -> str:
    """The command that installs the course: from its folder, where it is used from one."""
    folder = Path(__file__).resolve().parents[2]
    optional = f"[{part}]" if part else ""
    if (folder / "pyproject.toml").is_file():
        return command("-m", "pip", "install", "-e", f"{folder}{optional}")
    return pip(f"nc-teach{optional}", again=not part)


def try_out(code: str, seconds: float = 120) -> tuple[str, str]:
    """The last line that `code` prints in a Python of its own, or else what went wrong."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, timeout=seconds
        )
    except subprocess.TimeoutExpired:
        return "", f"no answer within {seconds:.0f} s"
    lines = (done.stdout if done.returncode == 0 else done.stderr).strip().splitlines()
    if done.returncode == 0:
        return (lines or [""])[-1], ""
    return "", (lines or [f"it ended with code {done.returncode}"])[-1][:200]


def requirements(part: str = "") -> dict[str, str]:
    """What the installed package asks for, such as ``{"torch": ">=2.6"}``; empty if unknown.

    With ``part``, what that optional part asks for on top.
    """
    try:
        from packaging.requirements import Requirement

        asked = [Requirement(text) for text in metadata.requires("nc-teach") or []]
    except (ImportError, metadata.PackageNotFoundError):
        return {}
    base = {r.name.lower() for r in asked if not r.marker or r.marker.evaluate({"extra": ""})}
    wanted = [r for r in asked if not r.marker or r.marker.evaluate({"extra": part})]
    return {
        r.name.lower(): str(r.specifier) for r in wanted if not part or r.name.lower() not in base
    }


def within(version: str, wanted: str) -> bool:
    """Whether a version is inside a range.

    >>> within("2.13.0+cpu", ">=2.6"), within("3.15.1", "<3.15,>=3.10"), within("1.0", "")
    (True, False, True)
    """
    from packaging.specifiers import SpecifierSet

    return SpecifierSet(wanted).contains(version, prereleases=True)


def pip_itself() -> Finding:
    """Without pip none of the other commands would work."""
    try:
        return Finding("pip", metadata.version("pip"))
    except metadata.PackageNotFoundError:
        return Finding("pip", "not installed", "warning", command("-m", "ensurepip"))


def _metadata(field: str) -> str:
    try:
        return metadata.metadata("nc-teach")[field] or ""
    except metadata.PackageNotFoundError:
        return ""
