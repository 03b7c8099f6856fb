"""A live network: it reads what is drawn, and is compressed in the reader's hand.

Unlike a :class:`~nc_teach.live.figure.LiveFigure`, which shows what was measured before, this
computes in the browser, with no kernel and no network connection.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from . import notebook, page, style
from .guess import Guess, guessed
from .knobs import COMPRESSES, LEAVES, WARMS, chosen, words_of_guess
from .still import StillFigure

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from torch import Tensor, nn

    from nc_teach.data import Dataset

    from .packed import Network
    from .payload import Spec

IMAGES = 500  # test images that travel along
FEW = 100  # of them where nothing can be compressed, or where two networks need the room
COSTLY, SOME = 1_000_000, 200  # from so many MACs on fewer images travel, or one would wait
MOST_NETWORKS = 3  # side by side
Answer: TypeAlias = tuple[list[float], float]  # probabilities of one image, share right of all
SHAPE = (1, 28, 28)  # of an image that the pad can make
SIZE = (720, 330)
FILES = (
    (
        *("parts.js", "deep_compression.js", "network.js", "pad.js"),
        *("why.js", "answers.js", "workbench.js"),
    ),
    ("player.css", "workbench.css"),
)


class LiveNetwork(StillFigure):
    """A pad to draw on, what ``model`` reads there, and controls that compress it on the spot.

    ``model`` is any chain of linear layers, convolutions, batch norms, ReLU, pooling and flattening
    that reads images of 1 x 28 x 28; it is copied, and stays as it is. Or it is a dict of two or
    three such networks by name, which stand side by side, and what is done is done to each of them.
    ``data`` is the set whose first 500 test images travel along, or 200 where a network takes more
    than a million MACs for one, as convolutions soon do. ``compress`` names what the reader can do,
    of "removed", "by", "centroids", "bits" and "temperature"; where it is the temperature
    alone, one network's answer stands beside that at T = 1, and 100 images travel. A network that
    returns a list has *exits*, and takes "exit" alone: the threshold for the largest probability at
    which an image leaves. Where nothing can run, there is a picture of the first test image and
    what is read there. ``guess`` is the reader's, of the first of ``compress`` (a share in %): the
    figure says it beside what comes out. ``file`` is one of
    :func:`nc_teach.quantization.deep_compression.save`, whose weights ``model`` is to have: it
    travels in their place, byte for byte, and the browser decodes it. ``ValueError`` names the
    layer that the browser cannot run, or the argument that is wrong, before anything is drawn.
    """

    def __init__(
        self,
        title: str,
        model: nn.Module | Mapping[str, nn.Module],
        data: Dataset,
        compress: Sequence[str] = ("removed", "by"),
        *,
        file: str | Path | None = None,
        guess: Guess = None,
        source: str = "",
    ) -> None:
        self.knobs, self.guess = chosen(compress), guess
        shape = tuple(data.test.images.shape[1:])
        if shape != SHAPE:
            raise ValueError(f"data must have images of 1 x 28 x 28, got {shape}")
        models, self.names = _by_name(model)
        stored = None
        if file is not None:
            if self.names:
                raise ValueError("file must be None where there are several networks")
            stored = Path(file).read_bytes()
            models = {name: _from_file(one, stored, str(file)) for name, one in models.items()}
        self.networks = [_network(one, shape, len(data.classes), stored) for one in models.values()]
        self.leaves = _has_exits(self.networks, compress)
        warms = set(compress) == {"temperature"}
        does = LEAVES if self.leaves else WARMS if warms else COMPRESSES
        macs = max(network.macs for network in self.networks)
        count = FEW if warms or self.names else SOME if macs > COSTLY else IMAGES
        self.images = data.test.images[:count].cpu()
        self.labels, self.classes = data.test.labels[:count].tolist(), data.classes
        self.answers: dict[str, Answer] = {}
        for name, one in models.items():
            found = _read(one, self.images, self.labels)
            names = [f"exit {k}" for k in range(1, 1 + len(found))] if self.leaves else [name]
            self.answers |= dict(zip(names, found, strict=True))
        each = "; ".join(self._reads(name, k) for k, name in enumerate(self.answers))
        each = f"{each[0].upper()}{each[1:]}"
        says = f"{each}. Where this runs, you draw a digit of your own and {does}."
        super().__init__(title, self._draw, says, size=SIZE, source=source)

    def _reads(self, name: str, number: int) -> str:
        probabilities, right = self.answers[name]
        best = max(range(len(self.classes)), key=probabilities.__getitem__)
        what = "it" if number else f"the first test image, a {self.classes[self.labels[0]]},"
        return (
            f"{name} reads {what} as {self.classes[best]} ({100 * probabilities[best]:.1f} %), and "
            f"{100 * right:.1f} % of {len(self.images)} test images right"
        )

    def _draw(self, figure: Figure) -> None:
        left, right = figure.subplots(1, 2, width_ratios=(1, 1.6))
        left.imshow(self.images[0, 0].numpy(), cmap="gray_r", vmin=0, vmax=1)
        left.set(xticks=[], yticks=[])
        left.set_xlabel("the first test image")
        high = 0.8 / len(self.answers)
        for k, (name, (found, _)) in enumerate(self.answers.items()):
            places = [c + (k - (len(self.answers) - 1) / 2) * high for c in range(len(found))]
            right.barh(places, found, high, label=name, **style.bars(k))
        right.set(yticks=range(len(self.classes)), yticklabels=self.classes, xlim=(0, 1))
        right.invert_yaxis()
        right.set_xlabel("probability that it is given")
        if len(self.answers) > 1:
            right.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=len(self.answers))

    def page(self, standalone: bool = True) -> str:
        """HTML that runs with no kernel and no network: a document, or a fragment for a page."""
        from .packed import pack_for_page

        spec, packed = pack_for_page(self.networks, self.images)
        bits = [network["bits"] for network in spec["networks"]]
        note = f"On this page each weight has {bits[0]} bits."
        if self.networks[0].file is not None:
            note = self._filed()
        if self.names:
            each = ", ".join(f"{name} {b}" for name, b in zip(self.names, bits, strict=True))
            note = f"Bits that each weight has on this page: {each}."
        return page.render_network(self, self._spec(spec, note), packed, FILES, standalone)

    def show(self) -> None:
        """Show it here: running in a notebook, still in still mode or without a kernel."""
        notebook.show(self, lambda _: self.page(standalone=False), lambda _: self._show_live())

    def _ipython_display_(self) -> None:
        self.show()

    def _show_live(self) -> None:
        from .packed import pack

        spec, packed = pack(self.networks, self.images)
        scripts, styles = (page.text(*files) for files in FILES)
        notebook.show_widget(scripts, styles, spec=self._spec(spec, self._filed()), packed=packed)

    def _filed(self) -> str:
        """What travels in place of the weights, if it is a file."""
        file = self.networks[0].file
        return "" if file is None else f"All its weights come from a file of {len(file):,} bytes."

    def _spec(self, spec: Spec, note: str) -> Spec:
        knobs = [{**k.spec(), "name": k.name, "values": list(k.values)} for k in self.knobs]
        about = {"title": self.title, "source": self.source, "note": note, "width": SIZE[0] + 180}
        data = {"labels": self.labels, "classes": list(self.classes), "controls": knobs}
        said = words_of_guess(guessed(self.guess), self.knobs[0])
        return {**spec, **about, **data, "names": self.names, "exits": self.leaves, "guess": said}


def _by_name(
    model: nn.Module | Mapping[str, nn.Module],
) -> tuple[dict[str, nn.Module], list[str] | None]:
    """The networks, and their names where there are several."""
    if not isinstance(model, Mapping):
        return {"the network": model}, None
    if not 2 <= len(model) <= MOST_NETWORKS:
        raise ValueError(f"model must be one network, or a dict of two or three, got {model}")
    return dict(model), list(model)


def _has_exits(networks: Sequence[Network], compress: Sequence[str]) -> bool:
    """Whether it is one network with exits, to which the threshold belongs, and nothing else."""
    exits = [sum(layer.exit for layer in network.layers) for network in networks]
    leaves = len(networks) == 1 and set(compress) == {"exit"}
    if leaves != (max(exits) > 1) or ("exit" in compress and not leaves):
        raise ValueError(
            "compress must be ('exit',) for one network with exits, and without 'exit' for "
            f"others, got {compress!r} for networks with {exits} exits"
        )
    return leaves


def _from_file(model: nn.Module, data: bytes, name: str) -> nn.Module:
    """A copy of ``model`` with a file's weights. Raises ``ValueError`` where they do not fit."""
    from nc_teach.quantization import deep_compression

    twin = copy.deepcopy(model)
    try:
        twin.load_state_dict(deep_compression.decode(data, name))
    except RuntimeError as error:
        raise ValueError(f"model must have the tensors of {name}: {error}") from error
    return twin


def _network(model: nn.Module, shape: tuple[int, ...], classes: int, file: bytes | None) -> Network:
    """What travels of a network. Raises ``ValueError`` unless the browser can run it."""
    from .layers import chain
    from .packed import MOST_WEIGHTS, Network

    network = Network(chain(model, shape), file)
    to = [layer.to for layer in network.layers if layer.exit]
    if not 0 < network.weights <= MOST_WEIGHTS or set(to) != {(classes,)}:
        raise ValueError(
            f"model must have 1 to {MOST_WEIGHTS:,} weights and a logit for each of the "
            f"{classes} classes, got {network.weights:,} and {to}"
        )
    return network


def _read(model: nn.Module, images: Tensor, labels: list[int]) -> list[Answer]:
    """Of each exit the probabilities for the first image, and the share of all it reads right."""
    import torch

    with torch.no_grad():
        given = copy.deepcopy(model).cpu().eval()(images)
    answers: list[Answer] = []
    for logits in given if isinstance(given, list | tuple) else [given]:  # N x classes each
        right = (logits.argmax(1) == torch.tensor(labels)).double().mean()
        answers.append((logits[0].softmax(0).tolist(), float(right)))
    return answers
