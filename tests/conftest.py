"""Small data and small nets that the unit tests share."""

import gc
import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from nc_teach import training
from nc_teach.data import Dataset, Split

torch.set_num_threads(1)
os.environ.setdefault("NC_TEACH_STILL", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")  # of the processes that tests start

ROOT = Path(__file__).resolve().parent.parent
IN_LAB, ON_PAGES = "3", "6"  # the chapters that every run opens in a browser: one in JupyterLab,
# which is that chapter's run, and one as deck and page, which share another run
A_UNIT_EACH = (  # of work, by itself: each of these tests takes a minute or more
    "test_notebooks.py::test_it_runs",
    "test_chapters.py::",
    "test_deck.py::test_a_chapters_slides",
)


def find_chromium() -> str | None:
    """Path of a Chromium to drive: `NC_TEACH_CHROMIUM`, or the first on the path."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = (shutil.which(name) for name in names)
    return os.environ.get("NC_TEACH_CHROMIUM") or next(filter(None, found), None)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--everything",
        action="store_true",
        help="also every notebook in JupyterLab, all decks and all pages (half an hour)",
    )


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long ones out unless they are asked for; what takes long comes first."""
    if not config.getoption("--everything"):
        long = [item for item in items if item.get_closest_marker("everything")]
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]
    for mark in ("browser", "notebook"):
        items.sort(key=lambda item: item.get_closest_marker(mark) is None)


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the garbage collector need not walk through it again."""
    gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """A worker per core, at most four: each needs a gigabyte."""
    return min(os.cpu_count() or 1, 4)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """A file's tests run in one process, in which they share what they prepare."""
    from xdist.scheduler import LoadScopeScheduling

    class ByFile(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            alone = any(name in nodeid for name in A_UNIT_EACH)
            return nodeid if alone else nodeid.partition("::")[0]

    return ByFile(config, log)


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository's folder."""
    return ROOT


@pytest.fixture(scope="session")
def loopback() -> None:
    """Asks for 127.0.0.1: a sandbox may lack even that network."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        try:
            socket.create_connection(server.getsockname(), 5).close()
        except OSError as error:
            pytest.skip(f"no network to this very machine: {error}")


def make_split(count: int, seed: int) -> Split:
    """Three classes of 4 x 4 images: a bright row at the top, in the middle or at the bottom."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.arange(count) % 3
    images = 0.3 * torch.rand(count, 1, 4, 4, generator=generator)
    images[torch.arange(count), 0, labels] += 0.5
    return Split(images, labels)


@pytest.fixture(scope="session", autouse=True)
def played_chapters(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Chapters that a test runs are kept for the next test, and not for the next session.

    ``NC_TEACH_CACHE`` names a folder that keeps them.
    """
    with pytest.MonkeyPatch.context() as patch:
        if not os.environ.get("NC_TEACH_CACHE"):
            base = tmp_path_factory.getbasetemp()
            shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
            patch.setenv("NC_TEACH_CACHE", str(shared / "cache"))
        yield


def training_loss(net: nn.Module, dataset: Dataset) -> float:
    """Cross-entropy on the training images; that it falls is all that a test asks of a training.

    How far it falls, and to which accuracy, differs from one processor to the next.
    """
    outputs = training.predictions(net, dataset.train)
    return F.cross_entropy(outputs, dataset.train.labels).item()


@pytest.fixture(scope="session")
def rows() -> Dataset:
    """A tiny data set that a linear layer can learn in a few steps."""
    return Dataset(
        name="rows",
        scale="small",
        train=make_split(90, 0),
        validation=make_split(30, 1),
        test=make_split(30, 2),
        classes=("top", "middle", "bottom"),
        source="made by the tests",
    )


@pytest.fixture(scope="session")
def large_rows(rows: Dataset) -> Dataset:
    """The tiny data set with its images on 28 x 28 pixels, for the course's networks."""

    def larger(split: Split) -> Split:
        return Split(F.interpolate(split.images, size=(28, 28)), split.labels)

    splits = [larger(split) for split in (rows.train, rows.validation, rows.test)]
    return Dataset("rows", "small", *splits, rows.classes, rows.source)


def bars_of(sizes: tuple[int, int, int], noise: float, bar: float) -> Dataset:
    """Three classes of 28 x 28 images: a bright bar at the top, in the middle or at the bottom.

    ``sizes`` of the training, validation and test split.
    """

    def split(count: int, seed: int) -> Split:
        generator = torch.Generator().manual_seed(seed)
        labels = torch.arange(count) % 3
        images = noise * torch.rand(count, 1, 28, 28, generator=generator)
        for image, label in zip(images, labels, strict=True):
            image[0, 9 * label : 9 * label + 9] += bar
        return Split(images, labels)

    splits = [split(count, seed) for seed, count in enumerate(sizes)]
    return Dataset("bars", "small", *splits, ("a", "b", "c"), "the tests")
