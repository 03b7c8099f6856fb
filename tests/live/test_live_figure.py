"""A live figure without a browser: numbers, sentence, pixels, weight, threads, outputs."""

import json
import math
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import IPython
import IPython.display
import numpy as np
import pytest

from nc_teach import live
from nc_teach.live import grid, notebook, payload, style
from tests.checks import refuses
from tests.live.example_figure import SPARSITY, compute, example
from tests.notebook_tools import ROOT


@pytest.fixture(scope="module")
def figure():
    return example(source="From the paper.")


def test_state_and_sentence(figure):
    assert figure.state({"share": 0.5})["right"] == pytest.approx(0.9375)
    assert figure.sentence({"share": 0.5}) == "With 50% removed, 93.8% are right."
    assert figure.sentence() == "With 0% removed, 100.0% are right."


def test_picture_has_two_pixels_a_css_pixel(figure):
    picture = figure.picture()
    assert picture.shape == (640, 1200, 4)
    assert picture.dtype == np.uint8
    assert (picture[..., 3] == 255).all()


def test_dot_is_where_the_number_is(figure):
    """The vermilion dot's centre, in pixels, is where the axes put the data."""
    picture = figure.picture({"share": 0.5}).astype(int)
    colour = [int(style.COLOURS["vermilion"][k : k + 2], 16) for k in (1, 3, 5)]
    axes = figure.drawing().figure.axes[0]
    rows, columns = np.nonzero((abs(picture[..., :3] - colour) <= 3).all(-1))
    left = columns < axes.bbox.x1 + 5
    x, y = axes.transData.transform((0.5, 0.9375))
    assert columns[left].mean() == pytest.approx(x, abs=1.5)
    assert rows[left].mean() == pytest.approx(640 - y, abs=1.5)


def test_moving_parts_alone_equal_a_full_redraw(figure):
    assert live.faults(figure, [{"share": s} for s in SPARSITY[::5]]) == []


def test_pictures_do_not_depend_on_what_was_drawn_before(figure):
    first = figure.picture({"share": 0.25})
    figure.picture({"share": 1.0})
    np.testing.assert_array_equal(figure.picture({"share": 0.25}), first)
    np.testing.assert_array_equal(example().picture({"share": 0.25}), first)


def test_still_artists_above_the_moving_ones_stay_above():
    def build(figure, state):
        axes = figure.subplots()
        axes.set(xlim=(0, 1), ylim=(0, 1))
        span = axes.axvspan(0, 1, color="orange")
        axes.plot([0, 1], [0, 1], color="black", linewidth=6, zorder=5)
        axes.text(0.5, 0.2, "over it", zorder=6)
        axes.legend(["diagonal"], loc="center")

        def update(state):
            span.set_width(state["share"])
            return [span]

        return update

    assert live.faults(example(build=build)) == []


def test_faults_find_what_moves_unreturned_what_is_cut_and_what_is_small():
    def build(figure, state):
        axes = figure.subplots()
        (line,) = axes.plot([0, 1], [0, 1])
        axes.text(1.0, 0.5, "far too long to stand here " * 3, fontsize=8)
        figure.set_layout_engine("none")

        def update(state):
            line.set_ydata([0, state["share"]])
            return [axes.title]

        return update

    found = " ".join(live.faults(example(build=build)))
    assert "pixels differ from a full redraw" in found
    assert "is cut at the edge" in found
    assert "has 8 points" in found


def test_layout_has_room_for_the_longest_title_and_stays():
    def build(figure, state):
        axes = figure.subplots()
        (line,) = axes.plot([0, 1], [0, 1])

        def update(state):
            axes.set_ylabel("one line" if state["share"] < 0.9 else "two\nlines\nhere")
            line.set_ydata([0, state["share"]])
            return [line, axes.yaxis]

        return update

    figure = example(build=build)
    assert [f for f in live.faults(figure) if "cut" in f] == []
    before = figure.drawing().figure.axes[0].bbox.extents
    figure.picture({"share": 1.0})
    np.testing.assert_array_equal(figure.drawing().figure.axes[0].bbox.extents, before)


def test_a_new_artist_each_time_is_refused():
    def build(figure, state):
        axes = figure.subplots()
        return lambda state: axes.plot([0, state["share"]])

    refuses("update must return the same artists", example(build=build).picture, {"share": 0.5})


@pytest.mark.parametrize(
    ("build", "says"),
    [
        (lambda figure, state: None, "build must return the function update"),
        (lambda figure, state: lambda s: None, "update must return the artists"),
    ],
)
def test_builders_that_return_nothing_are_told(build, says):
    with pytest.raises(TypeError, match=says):
        example(build=build).picture()


def test_controls_are_checked():
    twice = [live.Toggle("a", "A"), live.Toggle("a", "B")]
    refuses("controls must have different names.*'a', 'a'", example, controls=twice)
    refuses("share must be one of", example().state, {"share": 0.123})


def test_nan_and_infinity_draw():
    bad = example(compute=lambda v: {"share": float("nan"), "right": float("inf")})
    assert bad.picture().shape == (640, 1200, 4)
    json.loads(page_data(bad.page()))


def test_many_threads_get_their_own_picture(figure):
    expected = {s: figure.picture({"share": s}) for s in SPARSITY}
    wrong = []

    def look(offset):
        for k in range(len(SPARSITY)):
            share = SPARSITY[(k + offset) % len(SPARSITY)]
            if not np.array_equal(figure.picture({"share": share}), expected[share]):
                wrong.append(share)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(look, range(0, 20, 5)))
    assert wrong == []


def test_hundred_pictures_weigh_little():
    spec, pictures = payload.pack(example(101), range(100))
    assert len(spec["frames"]) == 100
    assert len(pictures) + len(json.dumps(spec)) < 700_000
    assert all(p["from"] < p["to"] <= len(pictures) for p in spec["frames"])


def test_no_time_leaves_the_rest_to_the_kernel(figure):
    spec, _ = payload.pack(figure, range(21), seconds=-1.0)
    assert spec["frames"] == []
    assert spec["back"] > 0


def test_errors_become_messages():
    def compute_some(values):
        if values["share"] > 0.9:
            raise ValueError("share must be at most 0.9")
        return compute(values)

    spec, _ = payload.pack(example(compute=compute_some), range(21))
    assert [f["number"] for f in spec["frames"] if "error" in f] == [19, 20]
    assert spec["frames"][20]["error"] == "ValueError: share must be at most 0.9"
    refuses("at most", example(compute=compute_some).picture, {"share": 1.0})


def test_build_is_tried_once_for_all_points():
    tries = []

    def build(figure, state):
        tries.append(1)
        raise RuntimeError("no axes today")

    spec, _ = payload.pack(example(build=build), range(21))
    assert len(tries) == 1
    assert {f["error"] for f in spec["frames"]} == {"RuntimeError: no axes today"}


def page_data(page):
    return re.search(r'<script type="application/json">(.*?)</script>', page, re.S)[1]


def test_page_is_whole_and_escaped():
    evil = "</script><b>&'\""
    page = example(3, title=evil, describe=lambda s: evil).page()
    assert page.count("</script>") == 3  # two drawings and the player
    assert "<b>" not in page
    assert json.loads(page_data(page))["title"] == evil
    assert not re.search(r'<html|<body| id="', example(3).page(standalone=False))
    assert not re.search(r"(?:src|href)=(?![\"']?data:)|https?://|@import", page)


def test_page_of_a_large_grid_says_what_it_left_out(monkeypatch):
    monkeypatch.setattr(payload, "MOST_PICTURES", 30)
    data = json.loads(page_data(example(901).page()))
    assert data["note"] == "This page holds 30 of the 901 values of “Removed”."
    assert len(data["frames"]) == 30


def test_own_table_is_cells_of_text():
    figure = example(3, table=lambda points: [{"removed": p["share"], "n": 7} for p in points])
    rows = [["0", "7"], ["0.5", "7"], ["1", "7"]]
    assert payload.table(figure) == {"columns": ["removed", "n"], "rows": rows}


@pytest.fixture
def screen(monkeypatch):
    """Stands in for IPython with a kernel: collects what is displayed, in still mode."""
    outputs = []
    shell = SimpleNamespace(kernel=object())
    monkeypatch.setattr(IPython, "get_ipython", lambda: shell)
    monkeypatch.setattr(IPython.display, "display", lambda data, **how: outputs.append((data, how)))
    monkeypatch.setenv("NC_TEACH_STILL", "1")
    return outputs


def test_still_mode_shows_picture_and_caption_only(screen, figure):
    figure.show()
    (picture, options), (caption, _) = screen
    assert set(picture) == {"image/png", "text/plain"}
    assert options["metadata"]["image/png"]["width"] == 600
    assert "With 0% removed, 100.0% are right." in picture["text/plain"]
    assert set(caption) == {"text/markdown", "text/plain"}
    assert "*From the paper.*" in caption["text/markdown"]


def test_live_mode_shows_the_still_picture_first(monkeypatch, screen, figure):
    monkeypatch.delenv("NC_TEACH_STILL")
    monkeypatch.setattr(payload, "MOST_SECONDS", math.inf)  # however busy the machine is
    figure.show()
    assert "image/png" in screen[0][0]
    widget = screen[2][0]
    assert len(widget.spec["frames"]) == 21
    assert widget.pictures.startswith(b"\x89PNG")


def one_picture():
    def draw(figure):
        figure.subplots().plot([0, 1], [0, 1])

    return live.StillFigure("A line", draw, "It climbs.", size=(300, 200), source="By hand.")


def test_what_does_not_move_is_a_picture_with_its_words(screen):
    one_picture()._ipython_display_()
    (picture, options), (caption, _) = screen
    assert set(picture) == {"image/png", "text/plain"}
    assert options["metadata"]["image/png"] == {"width": 300, "height": 200, "alt": "It climbs."}
    assert caption["text/markdown"] == "**A line**  \nIt climbs.  \n*By hand.*"


def test_what_does_not_move_is_live_too_without_controls(monkeypatch, screen):
    monkeypatch.delenv("NC_TEACH_STILL")
    one_picture()._ipython_display_()
    spec = screen[2][0].spec
    assert (spec["controls"], [frame["number"] for frame in spec["frames"]]) == ([], [0])
    assert "make it move" not in screen[1][0]["text/markdown"]


def test_what_does_not_move_is_one_output_on_a_page(monkeypatch, screen):
    monkeypatch.setenv("NC_TEACH_PAGE", "1")
    one_picture()._ipython_display_()
    ((output, options),) = screen
    assert set(output) == {"text/html", "image/png", "text/markdown", "text/plain"}
    assert options["metadata"]["image/png"]["alt"] == "It climbs."
    assert "data-nc-live" in output["text/html"]
    assert "nc-print" not in output["text/html"].split("</script>")[-1]


def test_a_grid_of_a_hundred_million_points_opens_with_those_near_the_start(monkeypatch, screen):
    monkeypatch.delenv("NC_TEACH_STILL")
    monkeypatch.setattr(payload, "MOST_PICTURES", 20)
    more = [live.Slider(name, name, range(100), start=50) for name in "abc"]
    shares = live.Slider("share", "Removed", [k / 99 for k in range(100)])
    example(controls=[shares, *more]).show()
    widget = screen[2][0]
    places = [grid.places(frame["number"], (100,) * 4) for frame in widget.spec["frames"]]
    assert places[0] == (0, 50, 50, 50)
    assert len(set(places)) > 1
    assert all(sum(p != q for p, q in zip(at, places[0], strict=True)) <= 1 for at in places)
    assert len(widget.spec["table"]["rows"]) == 20


def test_the_kernel_answers_what_is_on_the_grid_and_nothing_else(figure):
    sent = []
    widget = SimpleNamespace(send=lambda entry, buffers: sent.append(entry))
    for number in (3, -1, 10**9):
        notebook._answer(widget, figure, {"number": number, "view": 1, "turn": 2})
    assert "says" in sent[0]
    for entry in sent[1:3]:
        assert entry["error"].startswith("ValueError: number must be from 0 to 20, got")
    before = len(sent)
    for content in ({}, {"number": "3", "view": 1, "turn": 1}, {"number": 3}, {"number": None}):
        notebook._answer(widget, figure, content)
    assert len(sent) == before


def test_caption_is_not_taken_for_markdown():
    figure = example(3, title="a*b_c <i> $x$", describe=lambda s: "1. `x` | y")
    text = notebook._markdown(figure)
    assert text.startswith(r"**a\*b\_c \<i\> \$x\$**")


def test_drawing_needs_no_pyplot_and_leaves_the_readers_style_alone():
    code = (
        "import sys, matplotlib, tests.live.example_figure as t\n"
        "matplotlib.rcParams['font.size'] = 33\n"
        "def settings(): return {k: v for k, v in dict.items(matplotlib.rcParams)}\n"
        "before = settings()\n"
        "t.example(3).page()\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
        "assert settings() == before"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_colours_differ_in_grey_or_have_another_sign():
    signs = [style.series(k) | style.bars(k) for k in range(5)]
    for name in ("color", "marker", "linestyle", "hatch"):
        assert len({str(sign[name]) for sign in signs}) == 5
