"""Documents as templates: files of HTML or Markdown with gaps, which Jinja2 fills.

What goes into a gap of an HTML template is escaped, so text is never markup; what is HTML already
says so in the template, with `| safe`. A template stands beside the module that fills it.
"""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape


def template(file: Path) -> Template:
    """The template in a file; `.render(name=value)` fills it, `.module` has its macros.

    A name that is not given is an error (`jinja2.UndefinedError`), and not an empty gap.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "hello.html").write_text("<p>{{ word }}</p>")
    ...     template(Path(folder, "hello.html")).render(word="a < b")
    '<p>a &lt; b</p>'
    """
    return _environment(file.parent).get_template(file.name)


@cache
def _environment(folder: Path) -> Environment:
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=select_autoescape(["html", "svg"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
