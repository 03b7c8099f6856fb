"""A live network: it reads what is drawn, and is compressed in the reader's hand.

Unlike a :class:`~nc_teach.live.figure.LiveFigure`, which shows what was measured before, this
computes in the browser, with no kernel and no network connection.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import TYPE_CHECKING

from . import notebook, page, style
from .controls import Choice, Control, Slider
from .still import StillFigure

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from torch import Tensor, nn

    from nc_teach.data import Dataset

    from .payload import Spec

IMAGES = 500  # test images that travel along
FEW = 100  # of them where no accuracy is computed: nothing changes what is read
SHAPE = (1, 28, 28)  # of an image that the pad can make
SIZE = (720, 330)
SHARES = (*range(0, 90, 5), *range(90, 100))  # of the weights removed, in %
TEMPERATURES = (0.5, 1, 2, 4, 8, 16)
COMPRESSES = "compress the network that reads it"
WARMS = "change the temperature at which it is read"
FILES = ("parts.js", "network.js", "pad.js", "workbench.js"), ("player.css", "workbench.css")


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def controls() -> dict[str, Control]:
    """What can be done to a network, by name; each begins where nothing is done.

    >>> list(controls())
    ['removed', 'by', 'centroids', 'bits', 'temperature']
    """
    centroids = {"all values": None, **{str(k): k for k in (256, 64, 32, 16, 8, 4, 3, 2)}}
    bits = {"32": None, **{str(b): b for b in (8, 6, 5, 4, 3, 2, 1)}}
    found: list[Control] = [
        Slider("removed", "Weights removed", [s / 100 for s in SHARES], format=_percent),
        Choice("by", "Which ones", {"the smallest": "magnitude", "at random": "random"}),
        Choice("centroids", "Centroids a layer", centroids),
        Choice("bits", "Bits a weight", bits),
        Slider("temperature", "Temperature", TEMPERATURES, start=1, format="T = {:g}"),
    ]
    return {control.name: control for control in found}


class LiveNetwork(StillFigure):
    """A pad to draw on, what ``model`` reads there, and controls that compress it on the spot.

    ``model`` is any chain of linear layers, convolutions, batch norms, ReLU, pooling and flattening
    that reads images of 1 x 28 x 28; it is copied, and stays as it is. ``data`` is the set whose
    first 500 test images travel along. ``compress`` names what the reader can do, of "removed",
    "by", "centroids", "bits" and "temperature"; where it is the temperature alone, the network's
    answer stands beside that at T = 1, and 100 images travel. Where nothing can run, there is a
    picture of the first test image and what the network reads there. ``ValueError`` names the layer
    that the browser cannot run, or the argument that is wrong, before anything is drawn.
    """

    def __init__(
        self,
        title: str,
        model: nn.Module,
        data: Dataset,
        compress: Sequence[str] = ("removed", "by"),
        *,
        source: str = "",
    ) -> None:
        from .layers import chain
        from .packed import MOST_WEIGHTS

        offered = controls()
        if isinstance(compress, str) or not compress or not set(compress) <= set(offered):
            raise ValueError(
                f"compress must be a sequence of {', '.join(offered)}, got {compress!r}"
            )
        shape = tuple(data.test.images.shape[1:])
        if shape != SHAPE:
            raise ValueError(f"data must have images of 1 x 28 x 28, got {shape}")
        self.layers = chain(model, shape)
        weights = sum(layer.weight.numel() for layer in self.layers if layer.weight is not None)
        if not 0 < weights <= MOST_WEIGHTS or self.layers[-1].to != (len(data.classes),):
            raise ValueError(
                f"model must have 1 to {MOST_WEIGHTS:,} weights and a logit for each of the "
                f"{len(data.classes)} classes, got {weights:,} and {self.layers[-1].to}"
            )
        self.knobs = [offered[name] for name in dict.fromkeys(compress)]
        warms = set(compress) == {"temperature"}
        count = FEW if warms else IMAGES
        self.images = data.test.images[:count].cpu()
        self.labels, self.classes = data.test.labels[:count].tolist(), data.classes
        self.probabilities, right = _read(model, self.images, self.labels)
        best = max(range(len(data.classes)), key=self.probabilities.__getitem__)
        says = (
            f"The network reads the first test image, a {data.classes[self.labels[0]]}, as "
            f"{data.classes[best]} ({100 * self.probabilities[best]:.1f} %), and "
            f"{100 * right:.1f} % of {len(self.images)} test images right. Where this runs, "
            f"you draw a digit of your own and {WARMS if warms else COMPRESSES}."
        )
        super().__init__(title, self._draw, says, size=SIZE, source=source)

    def _draw(self, figure: Figure) -> None:
        left, right = figure.subplots(1, 2, width_ratios=(1, 1.6))
        left.imshow(self.images[0, 0].numpy(), cmap="gray_r", vmin=0, vmax=1)
        left.set(xticks=[], yticks=[])
        left.set_xlabel("the first test image")
        right.barh(range(len(self.classes)), self.probabilities, color=style.COLOURS["blue"])
        right.set(yticks=range(len(self.classes)), yticklabels=self.classes, xlim=(0, 1))
        right.invert_yaxis()
        right.set_xlabel("probability that the network gives it")

    def page(self, standalone: bool = True) -> str:
        """HTML that runs with no kernel and no network: a document, or a fragment for a page."""
        from .packed import pack_for_page

        spec, packed = pack_for_page(self.layers, self.images)
        note = f"On this page each weight has {spec['bits']} bits."
        return page.render_network(self, self._spec(spec, note), packed, FILES, standalone)

    def show(self) -> None:
        """Show it here: running in a notebook, still in still mode or without a kernel."""
        notebook.show(self, lambda _: self.page(standalone=False), lambda _: self._show_live())

    def _ipython_display_(self) -> None:
        self.show()

    def _show_live(self) -> None:
        from .packed import pack

        spec, packed = pack(self.layers, self.images)
        scripts, styles = (page.text(*files) for files in FILES)
        notebook.show_widget(scripts, styles, spec=self._spec(spec, ""), packed=packed)

    def _spec(self, spec: Spec, note: str) -> Spec:
        knobs = [{**k.spec(), "name": k.name, "values": list(k.values)} for k in self.knobs]
        about = {"title": self.title, "source": self.source, "note": note, "width": SIZE[0] + 180}
        data = {"labels": self.labels, "classes": list(self.classes), "controls": knobs}
        return {**spec, **about, **data}


def _read(model: nn.Module, images: Tensor, labels: list[int]) -> tuple[list[float], float]:
    """The probabilities for the first image, and the share of all that is read right."""
    import torch

    with torch.no_grad():
        logits = copy.deepcopy(model).cpu().eval()(images)  # N x classes
    right = (logits.argmax(1) == torch.tensor(labels)).double().mean()
    return logits[0].softmax(0).tolist(), float(right)
