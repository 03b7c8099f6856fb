"""The passport: one dot per technique, kept, and labels that can be read."""

import pytest
from matplotlib.text import Text

from nc_teach.classroom import Passport, ProgressError, board, passport

DENSE = {"chapter": 1, "accuracy": 0.98, "stored_bytes": 1_066_440, "macs": 266_200}


pytestmark = pytest.mark.usefixtures("file")


def test_dots_are_kept_and_replaced():
    mine = passport()
    mine.stamp("dense", **DENSE, latency_ms=0.1)
    mine.stamp("pruned", **{**DENSE, "stored_bytes": 100_000}, latency_ms=0.1)
    mine.stamp("dense", **{**DENSE, "accuracy": 0.97}, latency_ms=0.2)
    again = passport()
    assert again.dots == mine.dots
    assert [dot.technique for dot in again.dots] == ["dense", "pruned"]
    assert again.dots[0].accuracy == 0.97


def test_two_notebooks_add_to_one_passport():
    one, two = passport(), passport()
    one.stamp("dense", **DENSE, latency_ms=0.1)
    two.stamp("pruned", **DENSE, latency_ms=0.1)
    assert len(two.dots) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"accuracy": 98},
        {"accuracy": float("nan")},
        {"stored_bytes": 0},
        {"macs": -1},
        {"latency_ms": 0},
        {"latency_ms": float("inf")},
    ],
)
def test_values_out_of_range_are_named(wrong, file):
    with pytest.raises(ValueError, match=f"^{next(iter(wrong))} must"):
        passport().stamp("x", **{**DENSE, "latency_ms": 0.1, **wrong})
    assert not file.exists()


def test_a_damaged_dot_is_refused(file):
    file.write_text('{"version": 1, "passport": [{"technique": "dense"}]}')
    with pytest.raises(ProgressError, match="passport in the progress file .* is damaged"):
        passport()


def crowd():
    mine = passport()
    for number in range(9):
        dot = {**DENSE, "accuracy": 0.975 + number * 1e-3, "chapter": 1 + number // 3}
        dot["stored_bytes"] = 1_066_440 if number < 5 else 90_000 + number
        name = "dense" if number == 0 else f"technique {number}"
        mine.stamp(name, **dot, latency_ms=0.05 + 0.01 * number)
    return mine


def test_labels_do_not_overlap_and_stay_inside():
    figure = board.draw(crowd().dots)
    axes = figure.axes[0]
    renderer = figure.canvas.get_renderer()
    frame = axes.get_window_extent(renderer)
    boxes = []
    for text in axes.texts:
        text.draw(renderer)
        boxes.append(Text.get_window_extent(text, renderer))
    assert len(boxes) == 9
    for i, one in enumerate(boxes):
        assert frame.x0 <= one.x0
        assert one.x1 <= frame.x1
        assert not any(one.overlaps(two) for two in boxes[:i])


def test_the_picture_says_what_it_shows():
    mine = crowd()
    shown = board.picture(mine.dots)
    bundle, metadata = shown._repr_mimebundle_()
    assert bundle["image/png"].startswith(b"\x89PNG")
    assert "dense: 1.07 MB, 97.5 %, 0.050 ms" in bundle["text/plain"]
    assert metadata["image/png"]["alt"] == bundle["text/plain"]


def test_one_dot_and_none(capsys):
    Passport().board()
    assert "empty" in capsys.readouterr().out
    mine = passport()
    mine.stamp("only", **DENSE, latency_ms=0.1)
    mine.board()
    assert "1,066,440 B" in capsys.readouterr().out


def test_the_reference_is_the_dense_dot():
    mine = crowd()
    assert board.reference(mine.dots[::-1]).technique == "dense"
    assert board.reference(mine.dots[1:]).technique == "technique 1"


def test_all_rows_of_the_meter_are_stamped_under_their_names():
    import torch
    from torch import nn

    from nc_teach import meter
    from nc_teach.data import Split

    split = Split(torch.rand(4, 1, 2, 2), torch.tensor([0, 1, 0, 1]))
    nets = {name: nn.Sequential(nn.Flatten(), nn.Linear(4, 2)) for name in ("dense", "twin")}
    results = meter.measure(nets, split, repeats=3)
    mine = passport()
    mine.stamp_all(results, chapter=1)
    assert [dot.technique for dot in passport().dots] == ["dense", "twin"]
    assert passport().dots[0].stored_bytes == meter.stored_bytes(nets["dense"])
    assert passport().dots[0].macs == 8


def test_a_board_of_its_own_leaves_the_reader_s_alone(file):
    row = {"technique": "a", "chapter": "1", "accuracy": 0.9, "stored_bytes": 10, "macs": 1,
           "latency_ms": 1.0}  # fmt: skip
    own = Passport.of([row, {**row, "technique": "b"}])
    assert [dot.technique for dot in own.dots] == ["a", "b"]
    assert not file.exists()
    with pytest.raises(ValueError, match="accuracy must be from 0 to 1"):
        Passport.of([{**row, "accuracy": 90}])
