"""Chinese in pictures: drawn where a typeface has it, and no flood of warnings where none has."""

import warnings

import numpy as np
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from matplotlib import font_manager, rcParams

from nc_teach import live
from nc_teach.classroom import board, certificate
from nc_teach.classroom.output import Picture
from nc_teach.common import typefaces

NAME = "小陈的网络"


@pytest.fixture
def fonts(monkeypatch):
    """matplotlib's typefaces without Chinese ones; what a test adds is gone after it."""
    manager = font_manager.fontManager
    others = [font for font in manager.ttflist if font.name not in typefaces.CHINESE]
    monkeypatch.setattr(manager, "ttflist", others)
    typefaces.families.cache_clear()
    yield manager
    typefaces.families.cache_clear()


def install(manager, folder, name, characters):
    """A typeface of that name in which each of these characters is a full square."""
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    for corner in ((0, 800), (1000, 800), (1000, 0)):
        pen.lineTo(corner)
    pen.closePath()
    square = pen.glyph()
    builder = FontBuilder(1000)
    builder.setupGlyphOrder([".notdef", "square"])
    builder.setupCharacterMap({ord(c): "square" for c in characters})
    builder.setupGlyf({".notdef": square, "square": square})
    builder.setupHorizontalMetrics({".notdef": (1000, 0), "square": (1000, 0)})
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": name, "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    builder.save(folder / f"{name}.ttf")
    manager.addfont(folder / f"{name}.ttf")


def titled(figure):
    figure.text(0.1, 0.4, NAME, fontsize=40, weight="bold")


def moving(figure, state):
    text = figure.text(0.1, 0.4, "", fontsize=40)

    def update(number):
        text.set(text=NAME[:number], weight="bold" if number % 2 else "normal")
        return text

    update(state)
    return update


DRAWN = {
    "still": lambda: live.StillFigure("A title", titled, "A name.").still(),
    "moving": lambda: (
        live.LiveFigure(
            "A title",
            [live.Slider("n", "N", range(6), start=5)],
            lambda values: values["n"],
            moving,
            lambda state: f"{state} characters.",
        )
        .drawing()
        .pixels(5)
        .tobytes()
    ),
    "certificate": lambda: Picture.of(certificate.draw(NAME, [], [NAME]), "").png,
    "passport": lambda: Picture.of(board.draw([board.Dot(NAME, "1", 0.9, 10, 10, 1)]), "").png,
}
each_picture = pytest.mark.parametrize("draw", DRAWN.values(), ids=DRAWN)


@each_picture
def test_without_a_typeface_for_it_nothing_is_said_about_every_character(fonts, draw, caplog):
    with warnings.catch_warnings():
        warnings.filterwarnings("error", "Glyph")
        assert draw()
    assert not [said for said in caplog.messages if "font" in said]


@each_picture
def test_an_installed_typeface_writes_it(fonts, tmp_path, draw, caplog):
    without = draw()
    install(fonts, tmp_path, "Microsoft YaHei", NAME)
    install(fonts, tmp_path, "SimHei", "")
    typefaces.families.cache_clear()
    assert typefaces.families()[:2] == ("DejaVu Sans", "Microsoft YaHei")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert draw() != without
    assert not [said for said in caplog.messages if "font" in said]


def test_the_squares_of_that_typeface_are_in_the_picture(fonts, tmp_path):
    def dark():
        figure = live.StillFigure("A title", titled, "A name.", size=(480, 360))
        with live.style.context():
            drawn, canvas = live.drawing.blank(figure.size)
            titled(drawn)
            canvas.draw()
        return int((np.asarray(canvas.buffer_rgba())[..., :3].max(axis=2) < 60).sum())

    install(fonts, tmp_path, "SimHei", NAME)
    typefaces.families.cache_clear()
    side = 40 * live.style.CSS_DPI * live.drawing.SCALE / 72
    assert dark() == pytest.approx(len(NAME) * side * 0.8 * side, rel=0.05)


def test_what_is_not_installed_is_not_asked_for_and_latin_stays_as_it_was(fonts):
    assert set(typefaces.families()) <= {"DejaVu Sans", typefaces.ANY}
    before = list(rcParams["font.family"])
    with typefaces.typefaces():
        assert rcParams["font.family"][0] == "DejaVu Sans"
    assert rcParams["font.family"] == before
