"""Colours on dark paper: readable and distinct; images keep the shades that they mean."""

import itertools

import numpy as np
import pytest

from nc_teach import live
from nc_teach.common.palette import COLOURS, GREY, INK
from nc_teach.live import dark, payload, style

SERIES = [COLOURS[name] for name in (*style.ORDER, "sky")]
TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def rgb(*colours):
    return np.array([[int(c[k : k + 2], 16) / 255 for k in (1, 3, 5)] for c in colours])


def linear(colours):
    return np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)


def contrast(one, other):
    """WCAG 2.2's contrast ratio of two colours."""
    light = [float((linear(c) @ [0.2126, 0.7152, 0.0722])[0]) for c in (one, other)]
    return (max(light) + 0.05) / (min(light) + 0.05)


def oklab(colours):
    """Ottosson (2020): distances in it are those that the eye sees."""
    return np.cbrt(linear(colours) @ TO_LMS.T) @ TO_LAB.T


PAPER, DARK_PAPER = rgb("#FFFFFF"), dark.swapped(rgb("#FFFFFF"))


@pytest.mark.parametrize("colour", [*SERIES, GREY])
def test_a_line_stands_out_from_the_paper(colour):
    assert contrast(dark.swapped(rgb(colour)), DARK_PAPER) >= 3


@pytest.mark.parametrize("ink", [INK, "#000000", "#555555", COLOURS["blue"]])
def test_text_is_readable(ink):
    assert contrast(dark.swapped(rgb(ink)), DARK_PAPER) >= 4.5


@pytest.mark.parametrize(
    ("text", "patches"),
    [(INK, ("sky", "orange", "purple")), ("#FFFFFF", ("blue", "vermilion", "green"))],
)
def test_text_is_readable_on_a_patch(text, patches):
    for patch in patches:
        both = (dark.swapped(rgb(colour)) for colour in (text, COLOURS[patch]))
        assert contrast(*both) >= 4.5, patch


def test_colours_are_as_far_apart_as_they_were():
    before, after = (oklab(c) for c in (rgb(*SERIES), dark.swapped(rgb(*SERIES))))
    pairs = list(itertools.combinations(range(len(SERIES)), 2))
    nearest = [min(np.linalg.norm(c[a] - c[b]) for a, b in pairs) for c in (before, after)]
    assert nearest[1] >= nearest[0]


def test_every_known_colour_has_its_partner_and_greys_keep_their_order():
    partners = dark.swapped(rgb(*dark.PARTNERS))
    np.testing.assert_allclose(partners, rgb(*dark.PARTNERS.values()), atol=1e-4)
    greys = np.repeat(np.linspace(0.1, 1, 40)[:, None], 3, axis=1)
    assert (np.diff(dark.swapped(greys), axis=0) < 0).all()


@pytest.mark.parametrize("colour", [INK, *SERIES])
def test_an_edge_lies_between_its_two_sides(colour):
    """What is half covered by a line is neither lighter nor darker than paper and line."""
    shares = np.linspace(0, 1, 9)[:, None]
    lights = dark.swapped(shares * rgb(colour) + (1 - shares) * PAPER) @ [0.2126, 0.7152, 0.0722]
    assert lights.max() <= max(lights[0], lights[-1]) + 0.02
    assert lights.min() >= min(lights[0], lights[-1]) - 0.02


def pictures(figure, state):
    """Two images side by side, the right one in ink and paper, and a colour bar."""
    left, right = figure.subplots(1, 2)
    image = left.imshow(np.eye(4), cmap="PuOr")
    right.imshow(np.eye(4), cmap="gray_r", gid=style.GROUND)
    figure.colorbar(image, ax=left)
    return lambda state: []


def test_images_and_colour_bars_keep_their_shades_and_ink_does_not():
    figure = live.LiveFigure("t", [live.Toggle("a", "A")], dict, pictures, lambda state: "A t.")
    spec, _ = payload.pack(figure, [0])
    (left, top, width, height), bar = sorted(spec["dark"]["photos"])
    picture = figure.picture()[..., :3].astype(int)
    inside = picture[top : top + height, left : left + width]
    coloured = np.ptp(inside, axis=2) > 40  # violet or orange, as every pixel of the image is
    assert coloured.mean() > 0.95
    assert left + width < bar[0] < bar[0] + bar[2] < picture.shape[1] / 2
