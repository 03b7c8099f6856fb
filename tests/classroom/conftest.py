"""A progress file of the test's own."""

from pathlib import Path

import pytest


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the progress goes, while answers are recorded; it does not exist yet."""
    path = tmp_path / "mine.json"
    monkeypatch.setenv("NC_TEACH_PROGRESS", str(path))
    monkeypatch.delenv("NC_TEACH_STILL", raising=False)
    return path
