"""``nc-teach lab``: the reader's own copy of the notebooks, opened in JupyterLab.

JupyterLab gets no pop-up and asks the network for nothing, and its notebooks run with the Python
that started it. All settings are in a hidden folder of the copy; the reader's own stay untouched.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from nc_teach.working_copy import HIDDEN, hand_out

START = "00_start_here.ipynb"


def run(folder: Path, *, browser: bool = True) -> int:
    """Make or update the copy in `folder`, and run JupyterLab on it until it is stopped.

    Parameters
    ----------
    folder
        Of the reader's copy; made where it does not exist.
    browser
        Whether to open a browser.

    Returns
    -------
    int
        JupyterLab's exit code.

    Raises
    ------
    ValueError
        If `folder` is a file, or the folder that the notebooks come from.
    OSError
        If the copy cannot be written.
    """
    if find_spec("jupyterlab") is None:
        raise ModuleNotFoundError("No module named 'jupyterlab'", name="jupyterlab")
    folder = Path(folder).expanduser().resolve()
    for note in hand_out(notebooks(), folder):
        print(note)
    write_settings(folder)
    print(f"Your copy of the course: {folder}")
    print("To stop: Ctrl+C here, twice; or File > Shut Down in JupyterLab.", flush=True)
    return _wait(subprocess.Popen(command(folder, browser=browser), env=environment(folder)))


def notebooks() -> Path:
    """The folder with the course's notebooks: beside the package, or inside it when installed.

    Raises
    ------
    FileNotFoundError
        If there is none.
    """
    package = Path(__file__).resolve().parent
    for folder in (package.parent / "notebooks", package / "_notebooks"):
        if any(folder.glob("*.ipynb")):
            return folder
    raise FileNotFoundError("the course's notebooks are not here; install nc-teach again")


def command(folder: Path, *, browser: bool = True) -> list[str]:
    """The command that runs JupyterLab on `folder`."""
    words = [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={folder}",
        "--LabApp.extension_manager=readonly",
        "--LabApp.news_url=",
    ]
    if (folder / START).exists():
        words.append(f"--LabApp.default_url=/lab/tree/{START}")
    return words if browser else [*words, "--no-browser"]


def environment(folder: Path) -> dict[str, str]:
    """The environment with our settings in front of the reader's own."""
    ours = {"JUPYTER_CONFIG_PATH": folder / HIDDEN / "config", "JUPYTER_PATH": folder / HIDDEN}
    before = {name: os.environ.get(name, "") for name in ours}
    paths = {n: os.pathsep.join(filter(None, (str(p), before[n]))) for n, p in ours.items()}
    return {**os.environ, **paths}


def write_settings(folder: Path) -> None:
    """Write the hidden settings: no news pop-up, and ``python3`` is this very Python.

    A kernel named ``python3`` that the reader installed for another Python would otherwise win.
    """
    settings = {
        "config/labconfig/page_config.json": {
            "disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}
        },
        "kernels/python3/kernel.json": {
            "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
            "display_name": "Python 3 (nc_teach)",
            "language": "python",
            "metadata": {"debugger": True},
        },
    }
    for name, content in settings.items():
        file = folder / HIDDEN / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def _wait(process: subprocess.Popen) -> int:
    """Wait for JupyterLab, which gets Ctrl+C itself and asks before it stops."""
    while True:
        try:
            return max(0, process.wait())  # negative: ended by Ctrl+C, which is no error
        except KeyboardInterrupt:
            continue
