"""A network that is a graph: pixels on the left, outputs on the right, hidden nodes between.

The pixels are drawn where they are in the image, 8 x 8, so one sees which of them a network looks
at. A hidden node's distance from them is its place in the order of computing; its height is the
middle of the nodes that it listens to, moved until no two are too near.

Most connections begin in a pixel, and all of them at once are a tangle. A square marks such a pixel
instead, and its lines are drawn only where a figure asks for them.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from nc_teach import live
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, AxesImage, LineCollection, Rectangle, Text

if TYPE_CHECKING:
    from nc_teach.pruning.weight_agnostic import Network

PIXELS, PITCH = 8, 0.6  # pixels beside each other, and their size
SIDE = PIXELS * PITCH  # of the image
HEIGHT = 10.0  # of the picture, in the same unit
TOP = (HEIGHT - SIDE) / 2  # y of the image
LEFT, RIGHT = 6.3, 14.0  # x of the first hidden place and of the outputs
PALE, STRONG = "#B9CBD8", style.COLOURS["blue"]  # connections behind, and in front


def between_nodes(network: "Network") -> list[tuple[int, int]]:
    """The connections that do not begin in a pixel."""
    return [(a, b) for a, b in network.connections if a >= network.inputs]


def positions(network: "Network") -> np.ndarray:
    """Where every node stands, nodes x 2: x to the right, y down from 0 to ``HEIGHT``.

    ``network`` has 64 inputs.
    """
    xy = np.zeros((len(network.places), 2))
    pixels = np.arange(network.inputs)
    xy[pixels] = PITCH * (np.stack([pixels % PIXELS, pixels // PIXELS], axis=1) + 0.5)
    xy[pixels, 1] += TOP
    xy[network.inputs] = SIDE / 2, HEIGHT - TOP + 0.8  # the input that is always 1
    hidden = np.array(network.hidden)
    outputs = range(network.inputs + 1, network.hidden.start)
    xy[outputs, 0] = RIGHT
    xy[outputs, 1] = np.linspace(0, HEIGHT, 2 * network.outputs + 1)[1::2]
    xy[hidden, 0] = _columns(np.array(network.places)[hidden])
    for node in sorted(hidden, key=lambda k: network.places[k]):
        heard = [a for a, b in network.connections if b == node]
        told = [b for a, b in network.connections if a == node and b in outputs]
        xy[node, 1] = np.mean(xy[heard + told, 1]) if heard + told else HEIGHT / 2
    return _spread_out(xy, hidden)


def _columns(places: np.ndarray) -> np.ndarray:
    """One column for each place that occurs, evenly spaced between pixels and outputs."""
    known = np.unique(places)
    columns = np.linspace(LEFT, RIGHT - 1.7, max(2, len(known)))
    return columns[np.searchsorted(known, places)]


def _spread_out(xy: np.ndarray, hidden: np.ndarray) -> np.ndarray:
    """Nodes of one column in the order of their heights, evenly over the height of the picture."""
    for x in np.unique(xy[hidden, 0]):
        column = hidden[xy[hidden, 0] == x]
        order = column[np.argsort(xy[column, 1], kind="stable")]
        if len(order) > 1:
            xy[order, 1] = np.linspace(0, HEIGHT, len(order) + 2)[1:-1]
    return xy


class Graph:
    """A drawn network; in front what an update shows.

    With ``over_image`` the connections between its nodes stand still and pale behind that, and
    frame and squares lie over what :func:`draw_image` draws, which moves. A small square marks
    every pixel that is connected. What moves is drawn without smoothing: the picture
    has twice the screen's pixels, which smooths it, and it has few colours, which keeps a page of
    many pictures small.
    """

    def __init__(self, axes: Axes, network: "Network", over_image: bool = False) -> None:
        self.network, self.xy = network, positions(network)
        behind, self.lines = (
            LineCollection([], antialiased=False, linewidth=1.0, color=colour, zorder=depth)
            for colour, depth in ((PALE, 1), (STRONG, 2))
        )
        if over_image:
            behind.set_segments(self.segments(between_nodes(network)))
        axes.add_collection(behind)
        axes.add_collection(self.lines)
        x, y = self.xy[network.hidden].T
        self.nodes = axes.scatter(x, y, s=70, zorder=3, linewidth=1.2, facecolor="white")
        self.nodes.set(edgecolor=style.INK, antialiased=False)
        self._draw_pixels(axes, 1.0 if over_image else 0.0)
        self.outputs = self._draw_ends(axes)
        axes.set(xlim=(-0.2, RIGHT + 0.9), ylim=(HEIGHT, 0), aspect="equal")
        axes.set_axis_off()

    def segments(self, connections: Sequence[tuple[int, int]]) -> list[np.ndarray]:
        """Where connections begin and end, each 2 x 2, for :attr:`lines`."""
        return [self.xy[[a, b]] for a, b in connections]

    def _draw_pixels(self, axes: Axes, over: float) -> None:
        """The frame of the image, and a small square on every pixel that is connected."""
        frame = Rectangle((0, TOP), SIDE, SIDE, fill=False, zorder=1.5 + over)
        frame.set(edgecolor=style.INK, antialiased=False)
        axes.add_patch(frame)
        used = sorted({a for a, _ in self.network.connections if a < self.network.inputs})
        (squares,) = axes.plot(*self.xy[used].T, "s", color=style.COLOURS["sky"], markersize=5)
        squares.set(markeredgecolor=style.INK, markeredgewidth=0.8, antialiased=False)
        squares.set_zorder(1.4 + over)

    def _draw_ends(self, axes: Axes) -> list[Text]:
        """The input that is always 1, and the outputs with their digits."""
        look: dict[str, Any] = {"ha": "center", "va": "center", "zorder": 5}
        small, large = (
            {"boxstyle": f"square,pad={pad}", "facecolor": "white"} for pad in (0.25, 0.35)
        )
        one, *ends = self.xy[self.network.inputs : self.network.hidden.start]
        axes.text(one[0], one[1], "1", bbox=small, **look)
        look |= {"fontsize": 14, "antialiased": False, "bbox": large}
        return [axes.text(x, y, f"{digit}", **look) for digit, (x, y) in enumerate(ends)]


def draw_image(axes: Axes, image: np.ndarray) -> AxesImage:
    """The pixels, over the connections that begin in them, on white that is still."""
    axes.add_patch(Rectangle((0, TOP), SIDE, SIDE, color="white", linewidth=0, zorder=1.4))
    box = (0, SIDE, TOP + SIDE, TOP)
    picture = axes.imshow(image, cmap="gray_r", vmin=0, vmax=1.5, zorder=1.5, extent=box)
    picture.set_gid(style.GROUND)
    return picture


def cursor_on(axes: Axes, x: str) -> live.Update:
    """An upright line at ``state[x]``, and on it a dot at ``state["accuracy"]``."""
    line = axes.axvline(0, color=style.INK, linewidth=1.2, antialiased=False)
    (dot,) = axes.plot([], [], "o", color=style.COLOURS["blue"], markersize=13, antialiased=False)
    dot.set(markeredgecolor="white", markeredgewidth=2, zorder=5)

    def move(state: live.State) -> list[Artist]:
        line.set_xdata([state[x]] * 2)
        dot.set_data([state[x]], [state["accuracy"]])
        return [line, dot]

    return move
