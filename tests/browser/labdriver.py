"""A real JupyterLab and a real Chromium for tests and benchmarks, away from the user's own.

`Lab` starts one server for one folder with its own home, configuration and runtime folders.
`browser_context` opens Chromium so that it reaches this machine only and notes who tried more.
"""

import base64
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import nbformat
import numpy as np

from nc_teach import course
from nc_teach.working_copy import sync_notebooks

ROOT = Path(__file__).resolve().parents[2]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--js-flags=--expose-gc",
]
PASSED_ON = ("PATH", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT", "VIRTUAL_ENV", "LD_LIBRARY_PATH")


def write_notebook(path: Path, *cells: str) -> Path:
    """Write a notebook with these code cells."""
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    codes = [nbformat.v4.new_code_cell(cell) for cell in cells]
    nbformat.write(nbformat.v4.new_notebook(cells=codes, metadata={"kernelspec": kernel}), path)
    return path


class Lab:
    """One JupyterLab server on one folder.

    `home` is an empty folder for everything that Jupyter, IPython and matplotlib write; `env` has
    more environment variables, for the kernels too. `application` may be "notebook" (version 7).
    """

    def __init__(
        self,
        folder: Path,
        home: Path,
        env: dict[str, str] | None = None,
        application: str = "lab",
    ) -> None:
        self.folder, self.home = folder, home
        self.log = home / "lab.log"
        config = home / "config" / "labconfig"
        config.mkdir(parents=True)
        quiet = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}
        (config / "page_config.json").write_text(json.dumps(quiet))
        command = [sys.executable, "-m", "jupyter", application, "--no-browser", "--allow-root"]
        command += ["--ip=127.0.0.1", "--ServerApp.port=0", f"--ServerApp.root_dir={folder}"]
        command += ["--IdentityProvider.token=nc-teach-test", "--expose-app-in-browser"]
        command += ["--LabApp.extension_manager=readonly"] * (application == "lab")
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                command, cwd=folder, env=self._environment(env or {}), stdout=log, stderr=log
            )
        self.url = self._wait()

    def _environment(self, more: dict[str, str]) -> dict[str, str]:
        env = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        env["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), env.get("PATH", "")])
        env |= {
            "HOME": str(self.home),
            "PYTHONPATH": str(ROOT),
            "JUPYTER_CONFIG_DIR": str(self.home / "jupyter"),
            "JUPYTER_CONFIG_PATH": str(self.home / "config"),
            "JUPYTER_DATA_DIR": str(self.home / "data"),
            "JUPYTER_RUNTIME_DIR": str(self.home / "runtime"),
            "JUPYTER_PREFER_ENV_PATH": "1",
            "IPYTHONDIR": str(self.home / "ipython"),
            "MPLCONFIGDIR": str(self.home / "matplotlib"),
            "OMP_NUM_THREADS": "1",
        }
        return env | more

    def _wait(self, seconds: float = 60) -> str:
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.process.poll() is None:
            for file in (self.home / "runtime").glob("jpserver-*.json"):
                text = file.read_text()
                if text.endswith("}"):
                    return json.loads(text)["url"]
            time.sleep(0.1)
        self.stop()
        raise RuntimeError(f"JupyterLab did not start:\n{self.log.read_text()[-2000:]}")

    def open(self, context: Any, name: str) -> Any:
        """Open notebook `name` in a new page and wait until its kernel is idle."""
        page = context.new_page()
        page.goto(f"{self.url}lab/tree/{name}?reset&token=nc-teach-test")
        page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=60_000)
        wait_idle(page)
        return page

    def stop(self) -> None:
        """End this server and its kernels."""
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@contextmanager
def browser_context(browser: Any, **options: Any) -> Iterator[Any]:
    """A context that reaches this machine only; a request to elsewhere is an AssertionError."""
    context = browser.new_context(**options)
    outside: list[str] = []

    def guard(route: Any) -> None:
        url = urlsplit(route.request.url)
        if url.scheme in ("http", "https") and url.hostname not in ("127.0.0.1", "localhost"):
            outside.append(route.request.url)
            route.abort()
        else:
            route.continue_()

    context.route("**/*", guard)
    try:
        yield context
    finally:
        context.unroute_all(behavior="ignoreErrors")
        context.close()
    assert not outside, f"requests to elsewhere: {outside}"


def wait_idle(page: Any, seconds: float = 60) -> None:
    """Wait until the notebook's kernel has nothing to do."""
    page.wait_for_function(
        "() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session"
        "?.kernel?.status === 'idle'",
        timeout=seconds * 1000,
    )


def command(page: Any, name: str) -> None:
    """Run a command of JupyterLab, e.g. `docmanager:save`, and wait for its end."""
    page.evaluate("async (name) => { await window.jupyterapp.commands.execute(name); }", name)


def run_all(page: Any) -> None:
    """Run all cells and wait for the end of the last one."""
    command(page, "notebook:run-all-cells")
    wait_idle(page)


def save(page: Any) -> None:
    """Save the notebook."""
    command(page, "docmanager:save")


@contextmanager
def run_chapter(browser: Any, lab: Any, folder: Path, name: str, *cells: str) -> Iterator[Any]:
    """The page of a notebook of the course that ran from top to bottom in JupyterLab.

    The course is handed out into `folder` as `nc-teach lab` does; `cells` are code to run after
    the notebook's own.
    """
    sync_notebooks(course.notebooks(), folder)
    notebook = nbformat.read(folder / name, as_version=4)
    notebook.cells += [nbformat.v4.new_code_cell(cell) for cell in cells]
    nbformat.write(notebook, folder / name)
    with browser_context(browser, viewport={"width": 1280, "height": 900}) as context:
        page = lab(folder).open(context, name)
        command(page, "notebook:run-all-cells")
        wait_idle(page, 900)
        yield page
        command(page, "notebook:shutdown-kernel")


def errors(page: Any, notebook: Path) -> list[str]:
    """Save a notebook that ran, and say which of its cells failed or gave nothing at all."""
    save(page)
    codes = [c for c in nbformat.read(notebook, as_version=4).cells if c.cell_type == "code"]
    failed = [o.evalue for c in codes for o in c.outputs if o.output_type == "error"]
    return failed + [f"never ran: {c.source}" for c in codes if c.execution_count is None]


def slider(page: Any, label: str) -> Any:
    """The slider with this label."""
    return page.get_by_role("slider", name=label)


def shown(page: Any) -> int:
    """Number of the grid point whose picture the first live figure shows, -1 if none yet."""
    return int(page.locator("figure.nc-figure").first.get_attribute("data-number") or -1)


def wait_shown(page: Any, number: int, seconds: float = 10) -> None:
    """Wait until the first live figure shows this grid point."""
    page.wait_for_function(
        "number => document.querySelector('figure.nc-figure')?.dataset.number === String(number)",
        arg=number,
        timeout=seconds * 1000,
    )


def pixels(page: Any) -> Any:
    """The first live figure's canvas, H x W x 4 uint8."""
    data = page.evaluate(
        """() => {
          const canvas = document.querySelector('figure.nc-figure canvas');
          const image = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
          let text = '';
          for (let k = 0; k < image.data.length; k += 32768)
            text += String.fromCharCode(...image.data.subarray(k, k + 32768));
          return [canvas.height, canvas.width, btoa(text)];
        }"""
    )
    return np.frombuffer(base64.b64decode(data[2]), np.uint8).reshape(data[0], data[1], 4)
