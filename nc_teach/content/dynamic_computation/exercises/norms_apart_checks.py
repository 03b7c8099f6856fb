"""The checks of card 6.3, against PyTorch's batch normalisation, one for every width."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn

from nc_teach.classroom.old_card import ask

Candidate = Callable[..., Any]
Running = dict[float, tuple[Tensor, Tensor]]
CHANNELS = {0.25: 2, 1.0: 8}


class Run:
    """The reader's norm and PyTorch's, fed with the same maps."""

    def __init__(self, candidate: Candidate, seed: int) -> None:
        self.candidate = candidate
        self.random = torch.Generator().manual_seed(seed)
        self.norms = {w: nn.BatchNorm2d(c, affine=False) for w, c in CHANNELS.items()}
        self.running: Running = {w: (torch.zeros(c), torch.ones(c)) for w, c in CHANNELS.items()}

    def maps(self, width: float, images: int = 3) -> Tensor:
        """Channels with means and spreads of their own; those of a narrow network are others."""
        channels = CHANNELS[width]
        maps = torch.randn(images, channels, 3, 2, generator=self.random)
        at = torch.arange(1, channels + 1, dtype=torch.float).reshape(1, -1, 1, 1)
        return maps * (0.3 + 0.6 * at * width) + 2 * at * (1.25 - width)

    def step(self, width: float, training: bool, images: int = 3) -> tuple[Any, Tensor, Tensor]:
        """What the reader's function and PyTorch's give, and the maps that they were given."""
        maps = self.maps(width, images)
        mode = "training" if training else "testing"
        given = maps.clone()
        answer = ask(self.candidate, f"{mode} at width {width:g}", given, width, self.running,
                     training)  # fmt: skip
        self.spoiled = not torch.equal(given, maps)
        wanted = self.norms[width].train(training)(maps)
        return answer, wanted, maps

    def remembered(self, width: float) -> tuple[Tensor, Tensor]:
        norm = self.norms[width]
        return norm.running_mean, norm.running_var


def normalises_a_batch(candidate: Candidate) -> str | None:
    """One training step: the form of the answer, and the normalisation by the batch."""
    run = Run(candidate, seed=63)
    answer, wanted, maps = run.step(1.0, training=True)
    if answer is None:
        return "your function returns `None`. Let it end with `return` and the normalised maps."
    if not isinstance(answer, Tensor) or answer.shape != maps.shape:
        found = tuple(answer.shape) if isinstance(answer, Tensor) else type(answer).__name__
        return f"your answer should have the shape of the maps, {tuple(maps.shape)}; it is {found}."
    if run.spoiled:
        return "your function changes the maps that it was given. Return new ones."
    if _same(answer, wanted):
        return None
    for says, rival in _rivals(maps):
        if _same(answer, rival):
            return says
    return (
        f"in training the largest difference from PyTorch's is {(answer - wanted).abs().max():.3g}."
        " Each channel of the batch should end with mean 0 and variance 1."
    )


def remembers_every_width(candidate: Candidate) -> str | None:
    """Training in turn at both widths, then testing: each remembers its own."""
    run = Run(candidate, seed=64)
    for width in (1.0, 0.25, 1.0, 0.25):
        before = {w: _copy(run, w) for w in CHANNELS}
        _, _, maps = run.step(width, training=True)
        message = _moved_rightly(run, width, before, maps)
        if message:
            return message
    for width in (0.25, 1.0):
        before = _copy(run, width)
        answer, wanted, maps = run.step(width, training=False)
        message = _tested_rightly(run, answer, wanted, maps, before, width)
        if message:
            return message
    return None


def _moved_rightly(
    run: Run, width: float, before: dict[float, tuple[Tensor, Tensor]], maps: Tensor
) -> str | None:
    other = next(w for w in CHANNELS if w != width)
    for w in CHANNELS:
        if w not in run.running or len(run.running[w]) != 2:
            return f"`running[{w:g}]` should stay a pair, `(mean, var)`."
    mean, var = run.running[width]
    if _pair_same((mean, var), before[width]):
        return (
            f"after a training step at width {width:g} `running[{width:g}]` is as it was. Move it "
            "a tenth of the way to the batch."
        )
    if not _pair_same(run.running[other], before[other]):
        return (
            f"a training step at width {width:g} has moved what width **{other:g}** remembers. "
            "Every width for itself."
        )
    if _pair_same((mean, var), run.remembered(width)):
        return None
    for says, rival in _memories(maps, before[width]):
        if _pair_same((mean, var), rival):
            return says
    return (
        f"after a training step at width {width:g} the remembered pair should be "
        f"{_say(run.remembered(width))}; yours is {_say((mean, var))}."
    )


def _tested_rightly(
    run: Run, answer: Tensor, wanted: Tensor, maps: Tensor, before: Any, width: float
) -> str | None:
    if _same(answer, next(_by(maps, *_batch(maps)))):
        return (
            "at test you normalise by the **batch**. Then an answer depends on who else is in the "
            "batch, and a single image has no spread at all. Use what is remembered."
        )
    if not _pair_same(run.running[width], before):
        return "a test step has moved what is remembered. Only training may do that."
    if not _same(answer, wanted):
        return (
            f"at test, width {width:g}, the largest difference is "
            f"{(answer - wanted).abs().max():.3g}. Normalise by `running[width]`, and by nothing "
            "else."
        )
    return None


def _batch(maps: Tensor) -> tuple[Tensor, Tensor]:
    return maps.mean(dim=(0, 2, 3)), maps.var(dim=(0, 2, 3), correction=0)


def _by(maps: Tensor, mean: Tensor, var: Tensor) -> Iterator[Tensor]:
    yield (maps - mean.reshape(1, -1, 1, 1)) / (var.reshape(1, -1, 1, 1) + 1e-5).sqrt()


def _rivals(maps: Tensor) -> Iterator[tuple[str, Tensor]]:
    """Wrong normalisations, and what to say to each."""
    mean, var = _batch(maps)
    n = maps.numel() // maps.shape[1]
    yield (
        "in training you normalise by what is **remembered**; use the batch's own mean and "
        "variance there.",
        next(_by(maps, torch.zeros_like(mean), torch.ones_like(var))),
    )
    yield (
        "in training you normalise by the pair after it was moved. Use the batch's own mean and "
        "variance; the pair is for the test.",
        next(_by(maps, 0.1 * mean, 0.9 + 0.1 * var * n / (n - 1))),
    )
    yield (
        "you divide by n − 1 in the normalisation. There the variance of the batch is divided by "
        "n; n − 1 is for what is remembered.",
        next(_by(maps, mean, var * n / (n - 1))),
    )
    yield (
        "you divide by the **variance**. It is its root that brings the spread to 1.",
        (maps - mean.reshape(1, -1, 1, 1)) / (var.reshape(1, -1, 1, 1) + 1e-5),
    )
    yield (
        "you take the mean over the images only. One mean a **channel**, over rows and columns "
        "too: `dim=(0, 2, 3)`.",
        (maps - maps.mean(0)) / (maps.var(0, correction=0) + 1e-5).sqrt(),
    )
    yield (
        "you take one mean over all channels. Each channel has its own: leave dimension 1 out.",
        (maps - maps.mean()) / (maps.var(correction=0) + 1e-5).sqrt(),
    )
    yield (
        "you normalise every image by itself (that is called instance normalisation). The batch "
        "shares one mean: dimension 0 belongs to it.",
        (maps - maps.mean((2, 3), keepdim=True))
        / (maps.var((2, 3), correction=0, keepdim=True) + 1e-5).sqrt(),
    )


def _memories(
    maps: Tensor, before: tuple[Tensor, Tensor]
) -> Iterator[tuple[str, tuple[Tensor, Tensor]]]:
    """Wrong ways to remember, and what to say to each."""
    (mean, var), (old_mean, old_var) = _batch(maps), before
    n = maps.numel() // maps.shape[1]
    whole = var * n / (n - 1)
    yield (
        "the pair moves nine tenths of the way: the two weights are the other way round. A tenth "
        "of the new, nine of the old.",
        (0.1 * old_mean + 0.9 * mean, 0.1 * old_var + 0.9 * whole),
    )
    yield (
        "the remembered variance is that divided by n. PyTorch remembers the one divided by n − 1, "
        "the unbiased one.",
        (0.9 * old_mean + 0.1 * mean, 0.9 * old_var + 0.1 * var),
    )
    yield "the pair is replaced by the batch's. Move it only a tenth of the way.", (mean, whole)
    yield (
        "you remember the root of the variance. Take the root only when you divide.",
        (0.9 * old_mean + 0.1 * mean, 0.9 * old_var + 0.1 * whole.sqrt()),
    )
    yield (
        "you remember the mean alone; the variance moves too.",
        (
            0.9 * old_mean + 0.1 * mean,
            old_var,
        ),
    )


def _copy(run: Run, width: float) -> tuple[Tensor, Tensor]:
    mean, var = run.running[width]
    return mean.clone(), var.clone()


def _same(one: Tensor, other: Tensor) -> bool:
    return one.shape == other.shape and torch.allclose(one, other, rtol=1e-3, atol=1e-4)


def _pair_same(one: Any, other: Any) -> bool:
    return all(_same(a.flatten(), b.flatten()) for a, b in zip(one, other, strict=True))


def _say(pair: tuple[Tensor, Tensor]) -> str:
    mean, var = (", ".join(f"{v:.2f}" for v in t.flatten()[:2].tolist()) for t in pair)
    return f"means {mean}, ... and variances {var}, ..."


CHECKS = (normalises_a_batch, remembers_every_width)
