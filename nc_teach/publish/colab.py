"""Copies of the notebooks that install the course when they are opened in Google Colab.

Colab opens a notebook by itself, without the package beside it, so a copy's first code cell fetches
that from the repository. It does nothing anywhere else. The notebooks themselves hold no address.
"""

import copy
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from nc_teach import course

from .chapters import code_cells, read

FOLDER = "colab"  # of the repository, beside `notebooks`
INSTALL = """\
# In Google Colab this installs the course, in a minute or two. Anywhere else it does nothing.
import sys

if "google.colab" in sys.modules:
    %pip install --quiet "git+https://github.com/{place}"
    from google.colab import output

    output.enable_custom_widget_manager()  # without it no figure moves"""


def copies(place: str) -> dict[str, NotebookNode]:
    """A copy of each notebook by its file's name; `place` is the repository as ``owner/name``."""
    return {chapter.file: with_install(read(chapter), place) for chapter in course.chapters()}


def with_install(notebook: NotebookNode, place: str) -> NotebookNode:
    """The notebook with one more code cell before its first one.

    >>> made = with_install(read(course.chapters()[0]), "someone/nc_teach")
    >>> "git+https://github.com/someone/nc_teach" in code_cells(made)[0].source
    True
    """
    made = copy.deepcopy(notebook)
    cell = nbformat.v4.new_code_cell(INSTALL.format(place=place), id="install")
    cell.metadata["tags"] = ["install"]
    made.cells.insert(made.cells.index(code_cells(made)[0]), cell)
    return made


def there(file: str) -> bool:
    """Whether the copy of a notebook stands in this checkout, from which links are made."""
    return (Path(course.notebooks()).parent / FOLDER / file).is_file()
