"""Many small pictures of weights as one: tiled on a paper, coloured, and only then drawn.

One picture to draw instead of twenty is what lets a live figure move. Unlike ``matrix``, which
writes every number, this shows weights by colour alone, on a scale that also reads in grey: dark
above zero, light below.
"""

import numpy as np

DARK, ZERO, LIGHT = "#004B7A", "#A8A8A8", "#FFD47F"  # blue, grey, orange: each lighter


def tile(images: np.ndarray, columns: int, rows: int, gap: int = 1) -> np.ndarray:
    """The images row by row on one paper, NaN between them and where one is missing.

    ``images`` is N x H x W; ``gap`` is how many empty pixels lie between two. The paper is float32,
    (rows (H + gap) - gap) x (columns (W + gap) - gap). Raises ``ValueError`` when there are more
    images than places.

    >>> tile(np.array([[[1.0, 2.0]], [[3.0, 4.0]], [[5.0, 6.0]]]), columns=2, rows=2).tolist()
    [[1.0, 2.0, nan, 3.0, 4.0], [nan, nan, nan, nan, nan], [5.0, 6.0, nan, nan, nan]]
    """
    count, height, width = images.shape
    if count > rows * columns:
        raise ValueError(f"images must be at most {rows * columns}, got {count}")
    size = (rows * (height + gap) - gap, columns * (width + gap) - gap)
    paper = np.full(size, np.nan, dtype=np.float32)
    for place, image in enumerate(images):
        y, x = (height + gap) * (place // columns), (width + gap) * (place % columns)
        paper[y : y + height, x : x + width] = image
    return paper


def corners(count: int, columns: int, shape: tuple[int, int], gap: int = 1) -> np.ndarray:
    """Upper left corner of every tile, count x 2 (x, y), in pixels of the paper.

    >>> corners(3, columns=2, shape=(1, 2)).tolist()
    [[0, 0], [3, 0], [0, 2]]
    """
    place = np.arange(count)
    height, width = shape
    return np.stack([(width + gap) * (place % columns), (height + gap) * (place // columns)], 1)


def signed_colours(weights: np.ndarray, top: float) -> np.ndarray:
    """Weights as colours: light orange at -top, grey at zero, dark blue at top, white for NaN.

    Returns uint8 RGBA, the shape of ``weights`` x 4 (matplotlib draws RGB half as fast). Raises
    ``ValueError`` unless ``top`` > 0.

    >>> signed_colours(np.array([-1.0, 0.0, 2.0]), top=1.0).tolist()
    [[255, 212, 127, 255], [168, 168, 168, 255], [0, 75, 122, 255]]
    >>> signed_colours(np.array([np.nan]), top=1.0).tolist()
    [[255, 255, 255, 255]]
    """
    if not top > 0:
        raise ValueError(f"top must be above 0, got {top}")
    stops = np.array([[int(c[k : k + 2], 16) for k in (1, 3, 5)] for c in (LIGHT, ZERO, DARK)])
    share = np.nan_to_num(np.clip(weights / top, -1, 1))
    colours = np.full((*weights.shape, 4), 255, dtype=np.uint8)
    for channel, stop in enumerate(stops.T):
        colours[..., channel] = np.interp(share, (-1, 0, 1), stop).round()
    colours[np.isnan(weights)] = 255
    return colours
