"""6.3 Every width for itself (difficulty 2, 10 minutes)

Write the batch normalisation of a slimmable network, without scale and shift. `maps` is N x C x H x
W; at a small width it has fewer channels. `running[width]` is the pair `(mean, var)` that this
width remembers. In training, normalise by the mean and the variance of the batch (divided by n) and
move the pair a tenth of the way to them (there the variance is divided by n − 1, as PyTorch does).
Otherwise normalise by what is remembered. Add 1e-5 to a variance before the root. The gradient
flows through the normalisation; what is remembered is only a number, without a gradient.

## Stub
    def switchable_norm(maps, width, running, training):
        mean, var = ...
        return (maps - mean) / (var + 1e-5).sqrt()

## Hint 1
One mean for each channel, over images, rows and columns: `maps.mean(dim=(0, 2, 3))`. To subtract
it, give it the shape `(1, -1, 1, 1)`.

## Hint 2
`running[width] = (0.9 * old_mean + 0.1 * mean.detach(), 0.9 * old_var + 0.1 * var.detach() * n / (n
- 1))`, with n = `maps.numel() // maps.shape[1]`, only in training, and only for this width. Without
`detach` it would keep the graph of every batch.

## Near miss
one pair for all widths, with the first entries for the narrow ones. In training all is well, for
there the batch is used. At test every width gets the average of all of them, which fits none.

## Reasoning
At a quarter of the width a channel sums a quarter of the inputs: another mean, another variance.
The weights can be shared because the loss sees them at every width; the running statistics are not
learned by any loss, they only remember, and must know what. That is why they are detached. They
cost two numbers per channel and width.
"""

import torch
from torch import nn

from nc_teach.classroom.card import Refused
from nc_teach.classroom.compare import same

CHANNELS = {0.25: 2, 1.0: 8}


def switchable_norm(maps, width, running, training):
    if training:
        mean, var = maps.mean(dim=(0, 2, 3)), maps.var(dim=(0, 2, 3), correction=0)
        n = maps.numel() // maps.shape[1]
        (old_mean, old_var), new_var = running[width], var.detach() * n / (n - 1)
        new_mean = 0.9 * old_mean + 0.1 * mean.detach()
        running[width] = (new_mean, 0.9 * old_var + 0.1 * new_var)
    else:
        mean, var = running[width]
    shape = (1, -1, 1, 1)
    return (maps - mean.reshape(shape)) / (var.reshape(shape) + 1e-5).sqrt()


def oracle(maps, width, running, training):
    """PyTorch's own, with the remembered pair written into it."""
    norm = nn.BatchNorm2d(CHANNELS[width], affine=False).train(training)
    norm.running_mean, norm.running_var = (t.clone() for t in running[width])
    answer = norm(maps)
    running[width] = norm.running_mean, norm.running_var
    return answer


def cases():
    """One batch; what is remembered, of one width and of two in turn; the test; the gradient."""
    seeded = torch.Generator().manual_seed(63)
    batches = [(w, _maps(w, seeded)) for w in (1.0, 0.25, 1.0, 0.25)]
    last = [(w, _maps(w, seeded)) for w in (0.25, 1.0)]
    yield "in training", (batches[:1], [], "answer")
    yield "after a training step at width 1", (batches[:1], [], "remembered")
    yield "after training steps at both widths in turn", (batches, [], "remembered")
    yield "at test", (batches, last, "tests")
    yield "after a test step", (batches, last, "remembered")
    yield "after a training step", (batches[:1], [], "hangs on")
    yield "in training", (batches[:1], [], "gradient")


def _maps(width, seeded):
    """Channels with means and spreads of their own; those of a narrow network are others."""
    maps = torch.randn(3, CHANNELS[width], 3, 2, generator=seeded)
    at = torch.arange(1.0, CHANNELS[width] + 1).reshape(1, -1, 1, 1)
    return maps * (0.3 + 0.6 * at * width) + 2 * at * (1.25 - width)


def play(norm, batches, last, look):
    """Train, then test, and look at one thing: answers, what is remembered, or gradients."""
    running = {w: (torch.zeros(c), torch.ones(c)) for w, c in CHANNELS.items()}
    graded = look in ("gradient", "hangs on")
    leaves = [maps.clone().requires_grad_() if graded else maps for _, maps in batches]
    given = [leaf * 1.0 if graded else leaf for leaf in leaves]  # may be changed in place
    answers = [norm(g, w, running, True) for (w, _), g in zip(batches, given, strict=True)]
    tests = [norm(maps, w, running, False) for w, maps in last]
    if look == "tests":
        return tests
    if look == "remembered":
        return {w: _pair(running, w, clone=True) for w in CHANNELS}
    if look == "hangs on":
        return any(t.requires_grad for w in CHANNELS for t in _pair(running, w))
    return answers[-1] if look == "answer" else _gradient(answers[-1], leaves[-1])


def _pair(running, width, clone=False):
    pair = running.get(width)
    if not isinstance(pair, tuple | list) or not all(isinstance(t, torch.Tensor) for t in pair):
        raise Refused(f"`running[{width:g}]` should stay a pair, `(mean, var)`, of two tensors.")
    return [t.detach().flatten() for t in pair] if clone else list(pair)


def _gradient(answer, leaf):
    if not answer.requires_grad:
        return torch.zeros_like(leaf)
    slope = torch.linspace(-1, 1, answer.numel()).reshape(answer.shape) ** 3
    return torch.autograd.grad((answer * slope).sum(), leaf)[0]


def details(batches, last, look, answer):
    """What is wrong with what is remembered, or how far the numbers are from PyTorch's."""
    right = play(oracle, batches, last, look)
    if look != "remembered":
        pairs = zip(answer, right, strict=True) if look == "tests" else [(answer, right)]
        far = max((a - b).abs().max().item() for a, b in pairs)
        return {"what": f"the largest difference from PyTorch's is {far:.3g}"}
    width = next(w for w in CHANNELS if not same(answer[w], right[w]))
    if width not in [w for w, _ in batches]:
        return {"what": f"what width **{width:g}** remembers has moved. Every width for itself"}
    yours, wanted = (", ".join(map(_few, pair[width])) for pair in (answer, right))
    return {"what": f"`running[{width:g}]` should be {wanted}; yours is {yours}"}


def _few(numbers):
    return f"({', '.join(f'{v:.2f}' for v in numbers[:2].tolist())}, ...)"


ALL = (0, 2, 3)


def batch(maps, correction=0):
    return maps.mean(ALL), maps.var(ALL, correction=correction)


def by(maps, mean, var):
    return (maps - mean.reshape(1, -1, 1, 1)) / (var.reshape(1, -1, 1, 1) + 1e-5).sqrt()


def moved(maps, old, new=0.1, correction=1):
    pairs = zip(old, batch(maps, correction), strict=True)
    return tuple((1 - new) * before + new * now for before, now in pairs)


def but(answer=None, memory=None, at_test=False):
    """Right but for ``answer(maps, old pair, new pair)`` or ``memory(maps, old pair)``."""

    def wrong(maps, width, running, training):
        old = running[width]
        found = switchable_norm(maps, width, running, training)
        if training == at_test:
            return found
        running[width] = memory(maps, old) if memory else running[width]
        return answer(maps, old, running[width]) if answer else found

    return wrong


def over(dims):
    """Normalises by the mean and the variance over these dimensions."""

    def rule(maps, old, new):
        mean, var = maps.mean(dims, True), maps.var(dims, correction=0, keepdim=True)
        return (maps - mean) / (var + 1e-5).sqrt()

    return rule


def one_for_all(maps, width, running, training):
    (mean, var), c = (t.clone() for t in running[1.0]), maps.shape[1]
    if not training:
        return by(maps, mean[:c], var[:c])
    mean[:c], var[:c] = moved(maps.detach(), (mean[:c], var[:c]))
    running.update({w: (mean[: len(old)], var[: len(old)]) for w, (old, _) in running.items()})
    return by(maps, *batch(maps))


WRONG = {
    but(lambda maps, old, new: by(maps, *old)): "in training you normalise by what is "
    "**remembered**; use the batch's own mean and variance there.",
    but(lambda maps, old, new: by(maps, *new)): "in training you normalise by the pair "
    "after it was moved. Use the batch's own mean and variance; the pair is for the test.",
    but(lambda maps, old, new: by(maps, *batch(maps, 1))): "you divide by "
    "n − 1 in the normalisation. There the variance of the batch is divided by n; n − 1 is for "
    "what is remembered.",
    but(lambda maps, old, new: by(maps, batch(maps)[0], batch(maps)[1] ** 2)): "you divide by the "
    "**variance**. It is its root that brings the spread to 1.",
    but(over(0)): "you take the mean over the images only. One mean per **channel**, over "
    "rows and columns too: `dim=(0, 2, 3)`.",
    but(over((0, 1, 2, 3))): "you take one mean over all channels. Each channel has its "
    "own: leave dimension 1 out.",
    but(over((2, 3))): "you normalise every image by itself (that is called instance "
    "normalisation). The batch shares one mean: dimension 0 belongs to it.",
    but(memory=lambda maps, old: old): "{where} what is remembered is as it was. Move the pair of "
    "this width a tenth of the way to the batch.",
    one_for_all: "a training step at one width has moved what **the other** remembers. Every width "
    "for itself.",
    but(memory=lambda maps, old: moved(maps, old, 0.9)): "the pair moves nine tenths of the "
    "way: the two weights are the other way round. A tenth of the new, nine of the old.",
    but(memory=lambda maps, old: moved(maps, old, correction=0)): "the remembered variance is "
    "that divided by n. PyTorch remembers the one divided by n − 1, the unbiased one.",
    but(memory=lambda maps, old: moved(maps, old, 1.0)): "the pair is replaced by the batch's. "
    "Move it only a tenth of the way.",
    but(
        memory=lambda maps, old: (moved(maps, old)[0], 0.9 * old[1] + 0.1 * maps.var(ALL).sqrt())
    ): "you remember the root of the variance. Take the root only when you divide.",
    but(memory=lambda maps, old: (moved(maps, old)[0], old[1])): "you remember the mean alone; "
    "the variance moves too.",
    but(over(ALL), at_test=True): "at test you normalise by the **batch**. Then an answer depends "
    "on who else is in the batch, and a single image has no spread at all. Use what is remembered.",
    but(memory=moved, at_test=True): "a test step has moved what is remembered. Only training may "
    "do that.",
    but(memory=moved): "what you remember is still part of the autograd graph (`requires_grad` is "
    "True): every batch since the first is kept in memory, and `backward` will run through all of "
    "them. Remember `mean.detach()` and `var.detach()`.",
    torch.no_grad()(switchable_norm): "no gradient reaches `maps` through your answer, so the "
    "layers before it could not learn. Leave `no_grad` out: only what is **remembered** is "
    "detached.",
    but(lambda maps, old, new: by(maps, *batch(maps.detach()))): "the gradient stops at the "
    "batch's mean and variance. They are computed from `maps`, so it flows through them too: "
    "detach only what is **remembered**.",
}

OTHERWISE = "{where} {what}."
