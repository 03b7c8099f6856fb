"""The code is formatted and free of what ruff knows to be mistakes, notebooks included."""

import os
import re
import subprocess
import sys

import pytest

from tests.notebook_tools import ROOT

needs_a_cache = pytest.mark.skipif(not os.access(ROOT, os.W_OK), reason="no place for a cache")


@needs_a_cache
@pytest.mark.parametrize("command", [("check",), ("format", "--check")], ids=" ".join)
def test_ruff_finds_nothing(command):
    done = subprocess.run(
        [sys.executable, "-m", "ruff", *command, "."], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


@needs_a_cache
@pytest.mark.everything
@pytest.mark.skipif(sys.version_info < (3, 11), reason="numpy 2.2, its last, knows fewer types")
def test_the_type_checker_finds_nothing():
    grammar = "3.10" if sys.version_info < (3, 12) else "3.12"  # numpy's types are written in it
    words = [sys.executable, "-m", "mypy", "--python-version", grammar]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_types_are_named_and_the_formatter_is_obeyed():
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "nc_teach").rglob("*.py")]
    uses = (re.sub(r"^ *(from|import) .*$", "", source, flags=re.M) for source in sources)
    assert sum(len(re.findall(r"\bAny\b", source)) for source in uses) <= 200
    assert sum(source.count("# fmt: skip") for source in sources) <= 20
