"""The small pure parts under a live figure: controls, the grid, the PNG patches."""

import io
import itertools
import math
import tracemalloc

import numpy as np
import pytest

from nc_teach.live import Choice, Slider, Toggle, encode, grid
from tests.checks import refuses


def test_slider_texts_carry_the_unit():
    slider = Slider("s", "Sparsity", np.linspace(0, 1, 11), start=0.3, unit="%", format="{:.1f}")
    assert slider.texts[slider.start] == "0.3 %"
    assert slider.values[slider.start] == pytest.approx(0.3)
    assert isinstance(slider.values[0], float)


def test_slider_finds_a_rounded_value_and_no_other():
    slider = Slider("s", "S", [0.1 * k for k in range(11)])
    assert slider.position(0.3) == 3
    refuses(r"s must be one of 0, 0\.1, .*got 0\.35", slider.position, 0.35)
    refuses("got 'fast'", slider.position, "fast")


def test_choice_takes_value_or_label_as_start():
    options = {"everywhere": "global", "by layer": "layer"}
    assert Choice("scope", "Scope", options, start="layer").start == 1
    assert Choice("scope", "Scope", options, start="by layer").start == 1
    assert Choice("scope", "Scope", ["a", "b"]).values == ("a", "b")
    says = "scope must be one of everywhere, by layer"
    refuses(says, Choice, "scope", "Scope", options, start="nowhere")


def test_controls_name_what_is_wrong():
    refuses("name must be a Python identifier", Slider, "a b", "A", [1])
    refuses("label of 'a' must say", Slider, "a", " ", [1])
    refuses("'a' must have at least one value", Slider, "a", "A", [])


def some_controls():
    return [Slider("a", "A", range(5), start=2), Choice("b", "B", "xyz"), Toggle("c", "C")]


def test_grid_numbers_like_itertools_product():
    controls = some_controls()
    points = itertools.product(range(5), "xyz", [False, True])
    for number, (a, b, c) in enumerate(points):
        values = {"a": a, "b": b, "c": c}
        assert grid.values_at(controls, number) == values
        assert grid.number_of(controls, values) == number


def sliders(*lengths, start=0.4):
    return [Slider(f"s{k}", f"S{k}", range(n), start=int(start * n)) for k, n in enumerate(lengths)]


SMALL_GRIDS = [some_controls(), sliders(1), sliders(9), sliders(1, 1, 1), sliders(7, 1, 3)]
SMALL_GRIDS += [sliders(4, 4, 4, start=0.9), sliders(3, 2, 2, 2, 2), sliders(2, 40, start=0)]


@pytest.mark.parametrize("controls", SMALL_GRIDS, ids=lambda c: str(grid.shape(c)))
def test_points_near_the_start_come_first(controls):
    """As when all of them are sorted by how many controls differ, how far, and their number."""

    def reach(number):
        spots = grid.places(number, grid.shape(controls))
        steps = [abs(p - c.start) for p, c in zip(spots, controls, strict=True)]
        return sum(s > 0 for s in steps), sum(steps)

    order = list(grid.from_start(controls))
    assert order == sorted(range(math.prod(grid.shape(controls))), key=reach)
    assert order[0] == grid.number_of(controls, {})


@pytest.mark.parametrize("lengths", [(100,) * 4, (10**4,) * 6, (2,) * 60])
def test_the_first_points_of_any_grid_are_found_at_once(lengths):
    controls = sliders(*lengths)
    tracemalloc.start()
    order = list(itertools.islice(grid.from_start(controls), 300))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(set(order)) == 300
    assert peak < 1e6


@pytest.mark.parametrize("number", [-1, 30, 10**9])
def test_a_number_off_the_grid_is_refused(number):
    refuses(f"number must be from 0 to 29, got {number}", grid.values_at, some_controls(), number)


def test_unknown_name_is_rejected():
    says = "values must name the controls a, b, c, got 'd'"
    refuses(says, grid.number_of, some_controls(), {"d": 1})


@pytest.mark.parametrize("lengths", [(301,), (1000,), (40, 40), (500, 3), (7, 7, 7), (1000, 2)])
def test_thinned_grid_fits_and_keeps_ends_and_start(lengths):
    controls = [Slider(f"s{k}", f"S{k}", range(n), start=n * 2 // 3) for k, n in enumerate(lengths)]
    few, note = grid.fit(controls, 300)
    assert np.prod(grid.shape(few)) <= 300
    for thin, full in zip(few, controls, strict=True):
        for place, same in ((0, 0), (-1, -1), (thin.start, full.start)):
            assert thin.values[place] == full.values[same]
        assert list(thin.values) == sorted(set(thin.values))
    assert note.startswith("This page holds ")


def test_small_grid_is_left_alone_and_a_hopeless_one_is_refused():
    controls = some_controls()
    assert grid.fit(controls, 300) == (controls, "")
    many = [Choice(name, name, [str(k) for k in range(20)]) for name in "ab"]
    refuses("at most 300 pictures, got 400", grid.fit, many, 300)


def opened(image: bytes) -> np.ndarray:
    """What another decoder sees in our picture."""
    from PIL import Image

    return np.asarray(Image.open(io.BytesIO(image)).convert("RGBA"))


def canvas(colours: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    palette = rng.choice(2**24, colours, replace=False).astype(np.uint32) | np.uint32(0xFF000000)
    picture = np.full((60, 80), 0xFFFFFFFF, np.uint32)
    picture[10:40, 20:70] = rng.choice(palette, (30, 50))
    picture[10, 20] = picture[39, 69] = palette[0]
    return picture


@pytest.mark.parametrize("colours", [1, 2, 200, 1400])
def test_patch_over_background_is_the_picture(colours):
    picture = canvas(colours)
    background = np.full_like(picture, 0xFFFFFFFF)
    background[20:30] = 0xFF112233
    x, y, image = encode.patch(picture, background)
    seen = opened(image)
    whole = background.view(np.uint8).reshape(60, 80, 4).copy()
    part = whole[y : y + seen.shape[0], x : x + seen.shape[1]]
    part[seen[..., 3] == 255] = seen[seen[..., 3] == 255]
    np.testing.assert_array_equal(whole, picture.view(np.uint8).reshape(60, 80, 4))


@pytest.mark.parametrize("colours", [2, 200, 1400])
def test_a_page_s_picture_is_the_same_and_never_larger(colours):
    picture = canvas(colours)
    background = np.full_like(picture, 0xFFFFFFFF)
    usual, tight = (encode.patch(picture, background, tight) for tight in (False, True))
    assert len(tight.image) <= len(usual.image)
    assert (opened(tight.image) == opened(usual.image)).all()
    everything = encode.whole(picture)
    assert (opened(everything) == picture.view(np.uint8).reshape(60, 80, 4)).all()
    assert encode.kind(everything) in ("image/png", "image/webp")


def test_rows_that_repeat_are_packed_as_differences():
    picture = np.repeat(canvas(200)[10:11], 60, axis=0)
    seen = opened(encode.still(picture[..., None].view(np.uint8)))
    np.testing.assert_array_equal(seen, picture.view(np.uint8).reshape(60, 80, 4))


def test_nothing_changed_is_one_transparent_pixel():
    picture = canvas(3)
    x, y, image = encode.patch(picture, picture)
    assert (x, y) == (0, 0)
    assert opened(image).tolist() == [[[0, 0, 0, 0]]]


def test_up_to_three_levels_are_lost_only_above_255_colours():
    shades = np.arange(0, 300, dtype=np.uint32)
    picture = (np.uint32(0xFF000000) | (shades % 256) | ((shades // 256) << 8)).reshape(1, 300)
    png = encode.still(picture[..., None].view(np.uint8))
    exact = picture.view(np.uint8).reshape(1, 300, 4).astype(int)
    assert np.abs(opened(png).astype(int) - exact).max() <= 3
