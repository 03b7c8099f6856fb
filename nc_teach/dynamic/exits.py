"""Networks that answer more than once: walk from exit to exit, and stop when it is enough.

A network with exits is anything with ``exits`` (how many), ``begin(images)`` and ``advance(state,
k)``: the state is what has been computed so far, and exit k continues from what exit k - 1 left.
The functions here walk along it, and what lies behind the last step is *not computed*. Many
released implementations compute everything and only pretend to stop; those save no time.

Sources: Teerapittayanon, McDanel, Kung (2016), "BranchyNet", algorithm for fast inference; Huang et
al. (2018), "Multi-Scale Dense Networks for Resource Efficient Image Classification",
arXiv:1703.09844 (anytime prediction, budgeted batch classification).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nc_teach.common.kinds import Count, Floats, Labels, Natural, NotNegative, Number, Stacked
from nc_teach.data import Split
from nc_teach.dynamic.confidence import Confidence, max_softmax
from nc_teach.meter import count_macs
from nc_teach.training.evaluate import as_input, evaluating

State = dict[Any, Tensor]  # every tensor has the images as its first dimension


class ExitNet(nn.Module):
    """A network with exits: :meth:`begin` reads images, :meth:`advance` goes on to exit k.

    Calling it gives the logits of *all* exits, a list, as training needs them.
    """

    @property
    def exits(self) -> int:
        """How many there are; the last is the network's end."""
        raise NotImplementedError

    def begin(self, images: Tensor) -> State:
        """What is known before the first block."""
        raise NotImplementedError

    def advance(self, state: State, k: Natural) -> tuple[State, Tensor]:
        """The state after exit k, and its logits, N x classes."""
        raise NotImplementedError

    def forward(self, images: Tensor) -> list[Tensor]:
        return list(anytime(self, images))


@dataclass(frozen=True)
class Answers:
    """What images got: ``logits``, N x classes, and ``exit``, N, by which exit (0 is the first)."""

    logits: Tensor
    exit: Tensor


def anytime(net: ExitNet, images: Floats) -> Iterator[Tensor]:
    """The exits' logits one after the other, N x classes each, computed only when asked for.

    *Anytime prediction*: whenever time runs out, the last answer that came is the answer.
    """
    state = net.begin(images)
    for k in range(net.exits):
        state, logits = net.advance(state, k)
        yield logits


def early_exit(
    net: ExitNet,
    images: Floats,
    thresholds: Sequence[Number],
    confidence: Confidence = max_softmax,
) -> Answers:
    """Every image leaves by the first exit that is sure enough; the others go on without it.

    exit(x) = min {k : confidence(z_k(x)) >= threshold_k}, and the last exit takes all that are
    left. A batch gets smaller on the way; when nobody is left the rest is not computed.

    - ``thresholds``: One for every exit but the last; see :func:`.exit_thresholds`.
    - ``confidence``: N x classes logits -> N numbers, higher = surer.

    Raises ``ValueError`` when ``thresholds`` are not one fewer than the exits.
    """
    check_thresholds(thresholds, net.exits)
    bars = [*thresholds, -float("inf")]
    if len(images) == 1:
        return _leave_alone(net, images, bars, confidence)
    state, left = net.begin(images), torch.arange(len(images), device=images.device)
    answers: list[tuple[Tensor, Tensor]] = []
    for k, bar in enumerate(bars):
        state, logits = net.advance(state, k)
        sure = confidence(logits) >= bar
        if sure.all() or k == net.exits - 1:
            answers.append((left, logits))
            break
        answers.append((left[sure], logits[sure]))
        left, state = left[~sure], {key: maps[~sure] for key, maps in state.items()}
    counts = torch.tensor([len(places) for places, _ in answers], device=images.device)
    exits = torch.arange(len(answers), device=images.device).repeat_interleave(counts)
    order = torch.cat([places for places, _ in answers]).argsort()
    return Answers(torch.cat([logits for _, logits in answers])[order], exits[order])


def _leave_alone(
    net: ExitNet, image: Tensor, bars: Sequence[float], confidence: Confidence
) -> Answers:
    """The same for one image: nothing to gather, so leaving is a ``break``."""
    for k, logits in enumerate(anytime(net, image)):
        if k == net.exits - 1 or confidence(logits).item() >= bars[k]:
            return Answers(logits, torch.tensor([k], device=image.device))
    raise AssertionError("the last exit takes everybody")


def sum_of_exits(weights: Sequence[NotNegative] | None = None) -> Callable[..., Tensor]:
    """The joint loss L = w_1 e_1 + w_2 e_2 + ... + w_K e_K for :func:`nc_teach.training.fit`.

    e_k is the mean cross-entropy of exit k, the last is exit K, in nats; all weights are 1 unless
    given. Weight 0 for all but the last trains the last exit alone. Raises ``ValueError``, at the
    first batch, when the weights are not one for each exit; at once when one is negative or all
    are 0.
    """
    if weights is not None and not any(weights):
        raise ValueError(f"weights must not all be 0, got {list(weights)}")

    def loss(net: nn.Module, images: Tensor, labels: Tensor) -> Tensor:
        errors = [F.cross_entropy(logits, labels) for logits in net(images)]
        factors = [1.0] * len(errors) if weights is None else weights
        if len(factors) != len(errors):
            raise ValueError(f"weights must be one for each of {len(errors)} exits, got {weights}")
        return torch.stack([w * e for w, e in zip(factors, errors, strict=True) if w]).sum()

    return loss


def exit_logits(net: nn.Module, split: Split, batch_size: Count = 250) -> Tensor:
    """Every exit's logits for every image, exits x N x classes, in evaluation mode, on the CPU."""
    with evaluating(net):
        parts = [torch.stack(net(as_input(net, x))) for x in split.images.split(batch_size)]
    return torch.cat([part.cpu() for part in parts], dim=1)


def exit_accuracies(logits: Stacked, labels: Labels) -> list[float]:
    """Accuracy of every exit in [0, 1], from its logits for all images, exits x N x classes."""
    return (logits.argmax(dim=2) == labels).cpu().double().mean(dim=1).tolist()


def last_exit_accuracy(net: nn.Module, split: Split) -> float:
    """Accuracy of the last exit in [0, 1]; the ``measure`` of ``fit`` for a network with exits."""
    return exit_accuracies(exit_logits(net, split), split.labels.cpu())[-1]


class UpTo(nn.Module):
    """A network with exits, used as far as exit ``k`` for every image: exit k's logits."""

    def __init__(self, net: ExitNet, k: Natural) -> None:
        super().__init__()
        if not 0 <= k < net.exits:
            raise ValueError(f"k must be from 0 to {net.exits - 1}, got {k!r}")
        self.net, self.k = net, k

    def forward(self, images: Tensor) -> Tensor:
        for k, logits in enumerate(anytime(self.net, images)):
            if k == self.k:
                return logits
        raise AssertionError("k was checked")


class Leaving(nn.Module):
    """A network with exits and its thresholds, as an ordinary classifier: images to logits.

    What :func:`early_exit` gives, so it can be tested, timed and counted like any other network.
    The thresholds are a buffer: without them a file could not be used as it was measured.
    """

    thresholds: Tensor

    def __init__(
        self, net: ExitNet, thresholds: Sequence[Number], confidence: Confidence = max_softmax
    ) -> None:
        check_thresholds(thresholds, net.exits)
        super().__init__()
        self.net, self.confidence = net, confidence
        self.register_buffer("thresholds", torch.tensor(thresholds, dtype=torch.float32))

    def forward(self, images: Tensor) -> Tensor:
        return early_exit(self.net, images, self.thresholds.tolist(), self.confidence).logits


def exit_costs(net: ExitNet, input_shape: Sequence[int]) -> list[int]:
    """MACs of one image that leaves by each exit: *all earlier classifiers* are in it.

    Counted by running the network that far, so what is not needed for an exit is not in it.
    """
    return [count_macs(UpTo(net, k), input_shape) for k in range(net.exits)]


def check_thresholds(thresholds: Sequence[Number], exits: int) -> None:
    """Raise ``ValueError`` unless there is one threshold for every exit but the last."""
    if len(thresholds) != exits - 1:
        raise ValueError(
            f"thresholds must be {exits - 1}, one for every exit but the last (which takes all), "
            f"got {len(thresholds)}"
        )
