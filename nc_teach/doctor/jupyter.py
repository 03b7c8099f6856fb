"""Jupyter: does a kernel start with this Python, and can the browser's half of a widget be found?

`nc-teach lab` writes a kernel of its own and is safe from others; VS Code and a JupyterLab started
by hand are not.
"""

import json
import os
import sys
from pathlib import Path

from nc_teach.doctor.finding import Finding, command, pip

NAME = "python3"
EXTENSIONS = {"anywidget": "anywidget", "@jupyter-widgets/jupyterlab-manager": "jupyterlab_widgets"}
ANY_PYTHON = ("python", "python3", f"python3.{sys.version_info[1]}")  # Jupyter puts its own there


def kernel() -> Finding:
    """The kernel that a notebook of the course asks for, and which Python it starts."""
    try:
        import ipykernel  # noqa: F401
        from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
    except ImportError as error:
        return Finding("kernel", f"cannot start: {error}", "problem", pip("ipykernel"))
    mend = command("-m", "ipykernel", "install", "--sys-prefix", "--name", NAME)
    try:
        words = KernelSpecManager().get_kernel_spec(NAME).argv
    except NoSuchKernel:
        return Finding("kernel", f"{NAME} is not registered", "problem", mend)
    except (OSError, ValueError, TypeError) as error:
        return Finding("kernel", f"{NAME} is damaged: {error}", "problem", mend)
    if not words or not is_this_python(words[0]):
        found = f"{NAME} starts another Python: {words[0] if words else 'none'}"
        return Finding("kernel", found, "warning", f"nc-teach lab is safe; elsewhere: {mend}")
    return Finding("kernel", f"{NAME}, with this Python")


def is_this_python(word: str) -> bool:
    """Whether a kernel's first word starts the Python that is running.

    Links are not followed across folders: every virtual environment is a link to the same Python.

    >>> [is_this_python(word) for word in ("python3", sys.executable, "elsewhere/python")]
    [True, True, False]
    """
    if word in ANY_PYTHON:
        return True
    one, other = (Path(os.path.abspath(path)) for path in (word, sys.executable))
    same_folder = os.path.normcase(one.parent) == os.path.normcase(other.parent)
    return same_folder and os.path.realpath(one) == os.path.realpath(other)


def widgets() -> Finding:
    """The halves of ipywidgets and anywidget that run in the browser: there, and not turned off."""
    try:
        from jupyter_core.paths import jupyter_config_path, jupyter_path
    except ImportError as error:
        return Finding("widgets", f"no Jupyter: {error}", "problem", pip("jupyterlab"))
    places = [Path(place) for place in jupyter_path("labextensions")]
    for name, owner in EXTENSIONS.items():
        if not any((place / name / "package.json").is_file() for place in places):
            found = f"JupyterLab's extension {name} is missing"
            return Finding("widgets", found, "problem", pip(owner, again=True))
    settings = [Path(place) / "labconfig" / "page_config.json" for place in jupyter_config_path()]
    settings += [place.parent / "lab" / "settings" / "page_config.json" for place in places]
    for name in EXTENSIONS:
        if any(name in disabled_in(file) for file in settings):
            mend = command("-m", "jupyter", "labextension", "enable", name)
            return Finding("widgets", f"the extension {name} is turned off", "problem", mend)
    return Finding("widgets", "JupyterLab has their extensions")


def disabled_in(file: Path) -> set[str]:
    """The extensions that a settings file turns off, whole or in part; none if it is unreadable."""
    try:
        found = json.loads(file.read_text(encoding="utf-8")).get("disabledExtensions", {})
    except (OSError, ValueError, AttributeError):
        return set()
    off = [n for n, true in found.items() if true] if isinstance(found, dict) else found
    return {name.split(":")[0] for name in off if isinstance(name, str)}
