"""A figure for a telephone: its panels in a column, its texts whole, and beside it on a page."""

import json
import re

import pytest

from nc_teach import live
from nc_teach.live import check, narrow, page, places
from nc_teach.live.narrow import WIDTH, Column


def figure(draw, size=(880, 400)):
    """A live figure of what `draw(figure)` draws; its slider moves nothing."""

    def build(drawn, state):
        artists = draw(drawn)
        return lambda state: artists

    slider = live.Slider("x", "X", range(3))
    return live.LiveFigure("A title", [slider], dict, build, lambda s: "It shows it.", size=size)


def two_panels(drawn):
    for axes in drawn.subplots(1, 2):
        axes.set(xlabel="x", ylabel="a label that is longer than a low panel is high by far")
    return [axes.plot([0, 1], [0, 1])[0]]


def rows_of(column):
    """How many panels stand in each row, from the top."""
    column.draw_without_rendering()
    tops = [round(axes.get_position().y1, 2) for axes in column.axes]
    return [tops.count(top) for top in sorted(set(tops), reverse=True)]


class TestColumn:
    @pytest.mark.parametrize(
        ("ratios", "rows"),
        [((1, 1), [1, 1]), ((0.5, 1.7, 1.2), [1, 1, 1]), ((1, 1, 1, 1), [2, 2]), ((1, 2), [1, 1])],
    )
    def test_panels_flow_into_rows(self, ratios, rows):
        column = Column((900, 400))
        found = column.subplots(1, len(ratios), width_ratios=ratios)
        assert len(found) == len(ratios)
        assert rows_of(column) == rows
        assert column.get_size_inches()[0] * 96 == WIDTH

    def test_one_panel_and_panels_below_each_other_stay_as_they_are(self):
        alone = Column((900, 400))
        alone.subplots()
        assert tuple(alone.get_size_inches() * 96) == (WIDTH, 400)
        below = Column((900, 400))
        below.subplots(2, 1)
        assert rows_of(below) == [1, 1]

    def test_a_mosaic_flows_without_its_gaps(self):
        column = Column((900, 400))
        found = column.subplot_mosaic([["a", ".", "b"]], width_ratios=(1, 0.1, 1))
        assert list(found) == ["a", "b"]
        assert rows_of(column) == [1, 1]

    def test_a_shared_axis_has_its_numbers_in_each_row(self):
        column = Column((900, 400))
        first, second, third = column.subplots(1, 3, sharey=True, width_ratios=(1, 1, 2))
        assert first.get_shared_y_axes().joined(first, third)
        shown = [axes.yaxis.get_tick_params()["labelleft"] for axes in (first, second, third)]
        assert shown == [True, False, True]

    def test_a_legend_has_as_many_columns_as_fit(self):
        column = Column((900, 400))
        axes = column.subplots()
        for number in range(6):
            axes.plot([0, 1], [0, number], label=f"a long name, number {number}")
        found = column.legend(loc="outside lower center", ncols=6)
        assert len(column.legends) == 1
        assert found.get_window_extent().width <= column.bbox.width


class TestTexts:
    def test_what_reaches_over_the_edge_is_broken_and_all_else_stays(self):
        def draw(drawn):
            axes = drawn.subplots()
            axes.set_title("a title of very many words that a telephone has no room for in a line")
            axes.set_xlabel("short")
            return [axes.plot([0, 1], [0, 1])[0]]

        found = figure(draw).narrow()
        (axes,) = found.drawing().figure.axes
        assert "\n" in axes.get_title(loc="left")
        assert axes.get_xlabel() == "short"
        assert live.faults(found) == []

    def test_a_moving_text_is_broken_wherever_it_stands(self):
        def draw(drawn):
            axes = drawn.subplots()
            said = axes.text(0.9, 0.5, "", ha="left")
            return lambda: said

        def build(drawn, state):
            said = draw(drawn)()

            def update(state):
                said.set_text("words " * (2 + 2 * state["x"]))
                return [said]

            return update

        slider = live.Slider("x", "X", range(3))
        wide = live.LiveFigure("T", [slider], dict, build, lambda state: "It says.")
        assert live.faults(wide.narrow()) == []

    def test_a_label_is_not_longer_than_its_axis(self):
        found = figure(two_panels).narrow()
        for axes in found.drawing().figure.axes:
            assert "\n" in axes.get_ylabel()
        assert check.crowded(found, figure(two_panels)) == []


class TestOnASlide:
    def test_it_is_as_wide_as_a_slide_and_as_flat_as_its_words_allow(self):
        flat = figure(lambda drawn: drawn.subplots().plot([0, 1], [0, 1]))
        assert places.for_slide(flat).size == (880, 345)
        high = places.for_slide(figure(two_panels))  # its labels are long
        assert high.size == (880, 470)
        assert check.crowded(high, figure(two_panels)) == []

    def test_one_whose_words_have_no_room_is_as_high_as_it_was(self):
        def draw(drawn):
            axes = drawn.subplots()
            return [axes.text(0, k / 32, f"line {k}") for k in range(33)]

        assert places.for_slide(figure(draw, (600, 700))).size == (880, 700)

    def test_a_small_one_leaves_room_for_words_beside_it(self):
        def plain(drawn):
            return drawn.subplots().plot([0, 1], [0, 1])

        assert places.for_slide(figure(plain, (320, 300))).size == (580, 345)
        assert places.for_slide(figure(plain, (320, 160))).size == (580, 290)

    def test_the_page_says_how_large_its_smallest_letters_are(self):
        def draw(drawn):
            axes = drawn.subplots()
            axes.set_axis_off()
            return [axes.text(0.2, 0.3, "small", fontsize=13.5), axes.text(0.2, 0.7, "large")]

        assert check.letters(figure(draw)) == 16 / 880
        assert f'data-letters="{16 / 880}"' in page.render(figure(draw), False)

        def bare(drawn):
            axes = drawn.subplots()
            axes.set_axis_off()
            return []

        assert check.letters(figure(bare)) is None
        assert "data-letters" not in page.render(figure(bare), False)


class TestOnAPage:
    def test_the_page_has_both_drawings_with_the_same_values(self):
        wide, slim = specs(figure(two_panels).page(standalone=False))
        assert (wide["width"], slim["width"]) == (880, WIDTH)
        assert slim["height"] == round(2 * narrow.TALL * 400)
        assert wide["controls"] == slim["controls"]
        assert len(wide["frames"]) == len(slim["frames"]) == 3

    def test_what_has_no_room_is_not_drawn_narrow(self):
        def draw(drawn):
            axes = drawn.subplots()
            for place in range(6):
                axes.text(place / 6, 0.5, f"unbreakable{place}")
            axes.set_axis_off()
            return []

        assert len(specs(figure(draw).page(standalone=False))) == 1

    def test_what_is_small_needs_no_other_drawing(self):
        assert len(specs(figure(two_panels, (places.SMALL, 300)).page(standalone=False))) == 1

    def test_a_slide_has_no_use_for_it(self):
        assert len(specs(page.render(figure(two_panels), False, telephones=False))) == 1

    def test_its_pictures_have_a_limit_of_their_own(self, monkeypatch):
        monkeypatch.setattr(page, "NARROW_BYTES", 1)
        wide, slim = specs(figure(two_panels).page(standalone=False))
        assert len(slim["frames"]) == len(wide["frames"]) == 3  # three are the fewest


def specs(html):
    """What the players of a page read."""
    return list(map(json.loads, re.findall(r'<script type="application/json".*?>(.*?)<', html)))
