"""Fixtures for tests in a real browser: `browser`, `context` and `lab`."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from labdriver import FLAGS, Lab, browser_context

from tests.conftest import IN_LAB, ON_PAGES, find_chromium

HERE = Path(__file__).parent
ALWAYS = (  # one notebook, one deck and one page; all others with --everything
    f"::test_a_chapter_runs_and_its_figures_move[{IN_LAB}]",
    f"::test_a_chapters_slides_are_in_order_and_its_figures_move[{ON_PAGES}]",
    "::test_a_page_opens_and_its_figures_move",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if not item.nodeid.endswith(ALWAYS):
                item.add_marker(pytest.mark.everything)


def missing(reason: str) -> None:
    """Skip, or fail where a browser is required (`NC_TEACH_REQUIRE_BROWSER=1`)."""
    if os.environ.get("NC_TEACH_REQUIRE_BROWSER") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """One headless Chromium for the whole session."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("playwright is not installed")
    path = find_chromium()
    if path is None:
        missing("no Chromium found; name one in NC_TEACH_CHROMIUM")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def context(browser: Any) -> Iterator[Any]:
    """A fresh browser context; a request to another machine fails the test."""
    with browser_context(browser, viewport={"width": 1280, "height": 900}) as fresh:
        yield fresh


@pytest.fixture(scope="session")
def lab(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Lab]]:
    """`lab(folder)` is a JupyterLab on that folder; the same folder gets the same server."""
    running: dict[Path, Lab] = {}

    def start(folder: Path, env: dict[str, str] | None = None) -> Lab:
        if folder not in running:
            running[folder] = Lab(folder, tmp_path_factory.mktemp("lab-home"), env)
        return running[folder]

    yield start
    for server in running.values():
        server.stop()
