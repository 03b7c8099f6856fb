"""What one look at the environment found, how bad it is, and the command that mends it."""

import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One look. ``command`` is what to type, or to do; empty where nothing has to be done.

    ``state`` is ok, warning or problem. A *problem* keeps a part of the course from working, a
    *warning* does not.
    """

    what: str
    found: str
    state: str = "ok"
    command: str = ""


Look = Callable[[], Finding]


def looked(what: str, look: Look) -> Finding:
    """What `look` finds. A look that breaks is itself a finding: the others go on.

    >>> looked("luck", lambda: 1 / 0)
    Finding(what='luck', found='unknown (ZeroDivisionError: division by zero)', state='warning', \
command='')
    """
    try:
        return look()
    except Exception as error:
        return Finding(what, f"unknown ({type(error).__name__}: {error})", "warning")


def command(*words: str) -> str:
    """A command for this very Python, quoted for the shell of this system.

    >>> command("-m", "pip", "--version").endswith("-m pip --version")
    True
    """
    quote: Callable[[Iterable[str]], str] = (
        subprocess.list2cmdline if os.name == "nt" else shlex.join
    )
    return quote([sys.executable, *words])


def pip(*requirements: str, again: bool = False) -> str:
    """The command that installs `requirements`, or installs them anew.

    >>> pip("torch>=2.6").endswith('''-m pip install "torch>=2.6"''')
    True
    """
    options = ["--force-reinstall", "--no-deps"] if again else []
    quoted = " ".join(f'"{r}"' if set(r) & set("<>=![] ") else r for r in requirements)
    return f"{command('-m', 'pip', 'install', *options)} {quoted}"
