"""The few commands: for readers, for the claims, and those of `publish`.

Nothing heavy is loaded before a command needs it; ``nc-teach --help`` answers without torch.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from nc_teach import __version__
from nc_teach.publish import commands as publish


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command: ``argv`` is the words after ``nc-teach``, those of the command line if None.

    Returns 0 if all went well; 2, with one line on stderr, if the command cannot be carried out.

    >>> main(["claims", "--seeds", "0", "--list"])
    2
    """
    try:
        arguments = parser().parse_args(argv)
    except SystemExit as stop:  # argparse has already said why
        return int(stop.code or 0)
    try:
        return int(arguments.run(arguments) or 0)
    except ModuleNotFoundError as error:
        missing = f"{error.name} is not installed: {sys.executable} -m pip install {error.name}"
        print(f"nc-teach: {missing}", file=sys.stderr)
        return 2
    except (ValueError, OSError) as error:
        said = str(error)
        if isinstance(error, OSError) and error.filename and error.strerror:
            said = f"{error.filename}: {error.strerror}"
        print(f"nc-teach: {said}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("nc-teach: stopped", file=sys.stderr)
        return 130


def parser() -> argparse.ArgumentParser:
    """What the commands take."""
    top = argparse.ArgumentParser(
        prog="nc-teach", description="Network compression, one technique at a time."
    )
    top.add_argument("--version", action="version", version=f"nc-teach {__version__}")
    commands = top.add_subparsers(title="commands", required=True, metavar="COMMAND")
    lab = commands.add_parser("lab", help="open the course's notebooks in JupyterLab")
    _add_folder(lab, "where your copy of the notebooks is or will be (default: my_course)")
    lab.add_argument("--no-browser", action="store_true", help="start the server, open no browser")
    lab.add_argument("--allow-root", action="store_true", help=argparse.SUPPRESS)
    lab.set_defaults(run=_lab)
    doctor = commands.add_parser(
        "doctor", help="say what is wrong with this environment, and what fixes it"
    )
    _add_folder(doctor, "your copy of the notebooks (default: my_course)")
    doctor.set_defaults(run=_doctor)
    _add_claims(commands.add_parser("claims", help="measure what the papers claim"))
    verify = commands.add_parser("verify", help="measure again what a certificate says")
    verify.add_argument("certificate", type=Path, metavar="FILE", help="its .certificate.json")
    limits = verify.add_argument_group("your limits (default: the course's)")
    limits.add_argument("--bytes", type=_positive, metavar="N", help="of the file")
    limits.add_argument("--times-faster", type=float, metavar="X", help="than the network before")
    limits.add_argument("--points", type=float, metavar="P", help="of accuracy that may be lost")
    verify.add_argument("--before", type=Path, metavar="FILE", help="the network before, as .ncd")
    verify.set_defaults(run=_verify)
    publish.add(commands)
    return top


def _add_folder(command: argparse.ArgumentParser, told: str) -> None:
    mine = Path("my_course")
    command.add_argument("folder", nargs="?", type=Path, default=mine, metavar="FOLDER", help=told)


def _add_claims(claims: argparse.ArgumentParser) -> None:
    claims.add_argument(
        "names", nargs="*", metavar="NAME", help="which claims; without one, their list"
    )
    claims.add_argument(
        "--seeds", type=_positive, metavar="N", help="from how many seeds (default: 3)"
    )
    claims.add_argument("--scale", choices=("small", "full"), default="small", help="which data")
    claims.add_argument("--save", metavar="FOLDER", help="also write each result as JSON there")
    claims.add_argument(
        "--all", action="store_true", help="run every claim, which takes many hours"
    )
    claims.add_argument("--list", action="store_true", help="name the claims and stop")
    claims.add_argument("--report", type=Path, metavar="FILE", help="run none, write what came out")
    claims.set_defaults(run=_claims)


def _lab(arguments: argparse.Namespace) -> int:
    from nc_teach import lab

    return lab.run(arguments.folder, browser=not arguments.no_browser)


def _doctor(arguments: argparse.Namespace) -> int:
    from nc_teach import doctor

    return doctor.run(arguments.folder)


def _claims(arguments: argparse.Namespace) -> int:
    from nc_teach.claims import run_command

    if arguments.report:
        publish.report(arguments.report)
        return 0
    return run_command(arguments)


def _verify(arguments: argparse.Namespace) -> int:
    from nc_teach.budget import Budget
    from nc_teach.classroom.verification import run_command

    limits = {
        "stored_bytes": arguments.bytes,
        "times_faster": arguments.times_faster,
        "points": arguments.points,
    }
    budget = Budget(**{name: value for name, value in limits.items() if value is not None})
    return run_command(arguments.certificate, budget, arguments.before)


def _positive(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be an integer of at least 1, got {text!r}")
    return number


if __name__ == "__main__":
    sys.exit(main())
