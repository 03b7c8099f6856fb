"""The passport: one dot per technique, kept, and labels that can be read."""

import json

import pytest
from matplotlib.text import Text

from nc_teach import meter
from nc_teach.classroom import Passport, ProgressError, board, passport
from tests.checks import refuses
from tests.nets import small_net

DENSE = {
    "chapter": 1,
    "accuracy": 0.98,
    "stored_bytes": 1_066_440,
    "macs": 266_200,
    "latency_ms": 0.1,
}
pytestmark = pytest.mark.usefixtures("file")


def test_dots_are_kept_and_replaced_whichever_notebook_stamps_them():
    mine, other = passport(), passport()
    mine.stamp("dense", **DENSE)
    other.stamp("pruned", **{**DENSE, "stored_bytes": 100_000})
    mine.stamp("dense", **{**DENSE, "accuracy": 0.97})
    again = passport()
    assert again.dots == mine.dots
    assert [dot.technique for dot in again.dots] == ["dense", "pruned"]
    assert again.dots[0].accuracy == 0.97


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("accuracy", 98),
        ("accuracy", float("nan")),
        ("stored_bytes", 0),
        ("macs", -1),
        ("latency_ms", 0),
        ("latency_ms", float("inf")),
    ],
)
def test_values_out_of_range_are_named(name, value, file):
    wrong, says = {**DENSE, name: value}, f"^{name} must"
    refuses(says, passport().stamp, "x", **wrong)
    refuses(says, Passport.of, [{**wrong, "technique": "a"}])
    assert not file.exists()


@pytest.mark.parametrize(
    "damage",
    [
        {"accuracy": "0.9"},
        {"accuracy": None},
        {"accuracy": 7},
        {"stored_bytes": 10**400},
        {"macs": []},
        {"latency_ms": float("nan")},
        {"note": None},
        {"note": ["x"]},
        {"chapter": 1},
        {"technique": {}},
    ],
    ids=str,
)
def test_a_damaged_dot_is_refused_and_nothing_written_beside_it(file, damage):
    dot = {"technique": "dense", **DENSE, "chapter": "1", **damage}
    file.write_text(json.dumps({"version": 1, "passport": [dot]}))
    before = file.read_text()
    empty = Passport()
    for use in (passport, lambda: empty.stamp("x", **DENSE)):
        with pytest.raises(ProgressError, match="passport in the progress file .* is damaged"):
            use()
    assert file.read_text() == before


def test_a_dot_without_its_numbers_is_refused(file):
    file.write_text('{"version": 1, "passport": [{"technique": "dense"}]}')
    with pytest.raises(ProgressError, match="passport in the progress file .* is damaged"):
        passport()


@pytest.fixture
def crowd():
    """Nine dots, five of them at one size, of three chapters."""
    names = ["dense", *(f"technique {number}" for number in range(1, 9))]
    return Passport.of(
        {
            **DENSE,
            "technique": name,
            "chapter": str(1 + number // 3),
            "accuracy": 0.975 + number * 1e-3,
            "stored_bytes": 1_066_440 if number < 5 else 90_000 + number,
            "latency_ms": 0.05 + 0.01 * number,
        }
        for number, name in enumerate(names)
    )


def test_labels_do_not_overlap_and_stay_inside(crowd):
    figure = board.draw(crowd.dots)
    (axes,) = figure.axes
    renderer = figure.canvas.get_renderer()
    frame = axes.get_window_extent(renderer)
    figure.draw(renderer)
    boxes = [Text.get_window_extent(text, renderer) for text in axes.texts]
    assert len(boxes) == 9
    for i, one in enumerate(boxes):
        assert frame.x0 <= one.x0
        assert one.x1 <= frame.x1
        assert not any(one.overlaps(two) for two in boxes[:i])


def test_the_picture_says_what_it_shows(crowd):
    bundle, metadata = board.picture(crowd.dots)._repr_mimebundle_()
    assert bundle["image/png"].startswith(b"\x89PNG")
    assert "dense: 1.07 MB, 97.5 %, 0.050 ms" in bundle["text/plain"]
    assert metadata["image/png"]["alt"] == bundle["text/plain"]


def test_one_dot_and_none(capsys):
    mine = passport()
    mine.board()
    assert "empty" in capsys.readouterr().out
    mine.stamp("only", **DENSE)
    mine.board()
    assert "1,066,440 B" in capsys.readouterr().out


def test_the_reference_is_the_dense_dot(crowd):
    assert board.reference(crowd.dots[::-1]).technique == "dense"
    assert board.reference(crowd.dots[1:]).technique == "technique 1"


def test_all_rows_of_the_meter_are_stamped_under_their_names(rows):
    nets = {name: small_net() for name in ("dense", "twin")}
    passport().stamp_all(meter.measure(nets, rows.test, repeats=3), chapter=1)
    first, second = passport().dots
    assert (first.technique, second.technique) == ("dense", "twin")
    assert first.stored_bytes == meter.stored_bytes(nets["dense"])
    assert first.macs == 16 * 12 + 12 * 3
