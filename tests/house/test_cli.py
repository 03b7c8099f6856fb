"""The command line: clear errors, exit code 2, and nothing heavy before it is needed."""

import errno
import os
import subprocess
import sys

import pytest

from nc_teach import __version__, cli, lab


def test_help_needs_no_torch():
    code = (
        "import sys; sys.modules['torch'] = None; from nc_teach.cli import main\n"
        "sys.exit(main(['--help']) + main(['lab', '--help']) + main(['--version']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0
    assert f"nc-teach {__version__}" in done.stdout
    assert "claims" in done.stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "COMMAND"),
        (["nonsense"], "nonsense"),
        (["claims", "--seeds", "0"], "at least 1"),
        (["claims", "--scale", "huge"], "huge"),
    ],
)
def test_wrong_words_exit_with_2(words, says, capsys):
    assert cli.main(words) == 2
    assert says in capsys.readouterr().err


def test_claims_are_delegated(monkeypatch):
    import nc_teach.claims

    seen = []
    monkeypatch.setattr(nc_teach.claims, "run_command", lambda a: seen.append(a) or 0)
    assert cli.main(["claims", "one", "two", "--seeds", "5", "--scale", "full"]) == 0
    assert (seen[0].names, seen[0].seeds, seen[0].scale) == (["one", "two"], 5, "full")
    assert (seen[0].all, seen[0].list, seen[0].save) == (False, False, None)
    assert cli.main(["claims", "--all"]) == 0
    assert (seen[1].all, seen[1].names) == (True, [])


def test_lab_is_delegated_and_its_errors_told(monkeypatch, tmp_path, capsys):
    seen = []
    monkeypatch.setattr(lab, "run", lambda folder, **how: seen.append((folder, how)) or 0)
    assert cli.main(["lab", str(tmp_path), "--no-browser"]) == 0
    assert seen == [(tmp_path, {"browser": False})]
    monkeypatch.undo()
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(lab, "notebooks", lambda: tmp_path)
    assert cli.main(["lab", str(tmp_path / "file"), "--allow-root"]) == 2
    assert "FOLDER must be a folder" in capsys.readouterr().err


def test_lab_on_a_link_that_leads_to_itself_is_told(tmp_path, capsys):
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    assert cli.main(["lab", str(tmp_path / "circle" / "mine"), "--allow-root"]) == 2
    assert cli.main(["lab", str(tmp_path / "circle"), "--allow-root"]) == 2
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 2
    assert all("circle" in line for line in said)


def test_a_missing_package_is_named(monkeypatch, capsys):
    monkeypatch.setattr(lab, "find_spec", lambda name: None)
    assert cli.main(["lab"]) == 2
    assert "pip install jupyterlab" in capsys.readouterr().err
    monkeypatch.setattr("nc_teach.publish.commands.find_spec", lambda name: None)
    for words in (["slides", "3", "--still"], ["site", "--still"]):
        assert cli.main(words) == 2
        # From a wheel too: no file or folder of the repository is named.
        said = capsys.readouterr().err
        assert "pip install furo latex2mathml myst_nb sphinx sphinx_revealjs\n" in said


def test_a_file_that_is_not_there_is_named_without_an_error_number(tmp_path, capsys):
    missing = tmp_path / "none.certificate.json"
    assert cli.main(["verify", str(missing)]) == 2
    assert capsys.readouterr().err == f"nc-teach: {missing}: {os.strerror(errno.ENOENT)}\n"
