"""Where the course can be opened without installing it: all links come from one address."""

import re
import subprocess
from pathlib import Path

from nc_teach import course

from .. import colab

REPOSITORY = ""  # "https://github.com/OWNER/NAME"; empty: wherever this checkout came from
GITHUB = re.compile(r"(?:https://|git@|ssh://git@)github\.com[:/]([\w.-]+/[\w.-]+?)(?:\.git)?/?")


def repository(given: str = "") -> str:
    """Owner and name on GitHub, as ``owner/name``; empty where no address is known.

    From the address ``given``, else `REPOSITORY`, else the origin of the checkout. Raises
    ``ValueError`` if what was given is not one of GitHub's: Binder and Colab need that.

    >>> repository("https://github.com/someone/nc_teach.git")
    'someone/nc_teach'
    """
    address = given or REPOSITORY
    found = GITHUB.fullmatch(address or _origin())
    if address and not found:
        raise ValueError(f"repository must be like https://github.com/OWNER/NAME, got {address!r}")
    return found[1] if found else ""


def links(repository: str, file: str) -> dict[str, str]:
    """Addresses that open one notebook, by the name of the place.

    >>> links("someone/nc_teach", "01_network_pruning.ipynb")["Colab"]
    'https://colab.research.google.com/github/someone/nc_teach/blob/HEAD/notebooks/01_network_pruning.ipynb'
    >>> links("", "01_network_pruning.ipynb")
    {}
    """
    if not repository:
        return {}
    path = f"notebooks/{file}"
    copy = f"{colab.FOLDER}/{file}" if colab.there(file) else path  # which installs by itself
    return {
        "Binder": f"https://mybinder.org/v2/gh/{repository}/HEAD?urlpath=lab%2Ftree%2F{path}",
        "Colab": f"https://colab.research.google.com/github/{repository}/blob/HEAD/{copy}",
        "GitHub": f"https://github.com/{repository}/blob/HEAD/{path}",
    }


def _origin() -> str:
    folder = Path(course.__file__).parent
    words = ["git", "-C", str(folder), "remote", "get-url", "origin"]
    try:
        return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""
