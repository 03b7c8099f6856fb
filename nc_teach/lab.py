"""``nc-teach lab``: the reader's own copy of the notebooks, opened in JupyterLab.

JupyterLab gets no pop-up and asks the network for nothing, and its notebooks run with the Python
that started it. All settings are in a hidden folder of the copy; the reader's own stay untouched.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from types import FrameType

from nc_teach.common.files import absolute, write_whole
from nc_teach.course import notebooks
from nc_teach.working_copy import HIDDEN, sync_notebooks

START = "00_start_here.ipynb"
PASSED_ON = ("SIGTERM", "SIGHUP")  # Ctrl+C reaches JupyterLab by itself


def run(folder: Path, *, browser: bool = True) -> int:
    """Make or update the copy in `folder`, and run JupyterLab on it until it is stopped.

    Returns JupyterLab's exit code. The folder is made where it does not exist. The superuser is
    told what that means, and served: JupyterLab listens on this machine only, and asks for a token.

    Raises ``ValueError`` if `folder` is a file, or the folder that the notebooks come from: nothing
    has been written then. Raises ``OSError`` if the copy cannot be written.
    """
    if find_spec("jupyterlab") is None:
        raise ModuleNotFoundError("No module named 'jupyterlab'", name="jupyterlab")
    folder = absolute(folder)
    for note in sync_notebooks(notebooks(), folder):
        print(note)
    write_settings(folder)
    print(f"Your copy of the course: {folder}")
    root = is_root()
    if root:
        print("You are root: what a notebook does, it may do to the whole machine.")
    print("To stop: Ctrl+C here, twice; or File > Shut Down in JupyterLab.", flush=True)
    words = command(folder, browser=browser, root=root)
    with passing_on(PASSED_ON) as processes:
        processes.append(subprocess.Popen(words, env=environment(folder)))
        return _wait(processes[0])


def is_root() -> bool:
    """Whether this is the superuser, as one is in a container and on many a rented machine."""
    return getattr(os, "geteuid", lambda: 1)() == 0


def command(folder: Path, *, browser: bool = True, root: bool = False) -> list[str]:
    """The command that runs JupyterLab on `folder`."""
    words = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={folder}"]
    words += ["--LabApp.extension_manager=readonly", "--LabApp.news_url="]
    if (folder / START).exists():
        words.append(f"--LabApp.default_url=/lab/tree/{START}")
    return [*words, *(["--allow-root"] * root), *(["--no-browser"] * (not browser))]


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
        write_whole(file, (json.dumps(content, indent=1) + "\n").encode())


@contextmanager
def passing_on(names: tuple[str, ...]) -> Iterator[list[subprocess.Popen]]:
    """Pass these signals on to the processes in the list, so that none outlives this command.

    The handlers stand before a process is started; those from before come back at the end.
    """
    processes: list[subprocess.Popen] = []

    def pass_on(number: int, frame: FrameType | None) -> None:
        if not processes:
            raise SystemExit(128 + number)
        for process in processes:
            process.terminate()

    known = [getattr(signal, name) for name in names if hasattr(signal, name)]
    before = {number: signal.signal(number, pass_on) for number in known}
    try:
        yield processes
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _wait(process: subprocess.Popen) -> int:
    """Wait for JupyterLab, which gets Ctrl+C itself and asks before it stops."""
    while True:
        try:
            return max(0, process.wait())  # negative: ended by Ctrl+C, which is no error
        except KeyboardInterrupt:
            continue
