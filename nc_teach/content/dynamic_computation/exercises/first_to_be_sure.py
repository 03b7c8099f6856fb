"""6.1 The first to be sure (difficulty 1, 6 minutes)

`logits` has the shape exits x images x classes. An image leaves by the first exit whose largest
probability is at least `threshold`; the last exit takes all that are left. Return two tensors with
one number per image: the class that it gets, and the exit, counted from 0. What happens to an image
that no exit is sure of?

## Stub
    def first_confident(logits, threshold):
        classes, exits = ..., ...
        return classes, exits

## Hint 1
`confidence, classes = logits.softmax(dim=2).max(dim=2)` has what every exit says, exits x images.
Where is `confidence >= threshold`, and which of these is the first?

## Hint 2
Say that the last exit is sure of everybody: `sure[-1] = True`. Then `sure.int().argmax(dim=0)` is
the first, and `classes[exits, torch.arange(len(exits))]` is what it said.

## Near miss
the first exit that is sure, by `argmax`, without setting the last exit to sure for every image. The
`argmax` of nothing but zeros is 0: the images of which no exit is sure leave by the **first** exit,
the worst of all. Where some exit is always sure, one never notices.

## Reasoning
The exit is chosen from confidences alone, for at test time there are no labels. The class must come
from the same exit: an image that left has not been looked at by the later ones. Here all logits are
known already, which is right for choosing thresholds and saves nothing; `dynamic.early_exit` really
stops.
"""

import math

import torch


def first_confident(logits, threshold):
    confidence, classes = logits.softmax(dim=2).max(dim=2)
    sure = confidence >= threshold
    sure[-1] = True
    exits = sure.int().argmax(dim=0)
    return classes[exits, torch.arange(len(exits))], exits


def oracle(logits, threshold):
    """Walks from exit to exit, image by image."""
    answers = [_walk(image, threshold) for image in logits.transpose(0, 1).tolist()]
    classes, exits = zip(*answers, strict=True)
    return torch.tensor(classes), torch.tensor(exits)


def _walk(image, threshold):
    for k, said in enumerate(image):
        weights = [math.exp(z - max(said)) for z in said]
        if max(weights) / sum(weights) >= threshold or k == len(image) - 1:
            return said.index(max(said)), k
    raise AssertionError("the last exit takes every image")


def cases():
    """Somebody is sure of every image; then nobody is of some; then exactly as sure as asked."""
    logits = _logits(5, 40, 5, seed=61)
    logits *= torch.tensor([1.0, 3.0, 1000.0, 1.5, 1000.0]).reshape(-1, 1, 1)
    yield "for threshold 0.7", (logits, 0.7)
    for seed, threshold in ((1, 0.8), (2, 0.95), (3, 1.1)):
        yield f"for threshold {threshold:g}", (_logits(4, 30, 4, seed), threshold)
    equal = torch.tensor([[[0.0, 0.0], [3.0, 0.0]], [[2.0, 0.0], [0.0, 4.0]]])
    yield "for two classes with equal logits and threshold 0.5", (equal, 0.5)


def _logits(exits, images, classes, seed):
    """Later exits are surer on the whole, and not for every image."""
    seeded = torch.Generator().manual_seed(seed)
    logits = 1.5 * torch.randn(exits, images, classes, generator=seeded)
    return logits * torch.linspace(0.7, 1.3, exits).reshape(-1, 1, 1)


def play(function, logits, threshold):
    """What is returned; a list of two tensors will do as well."""
    answer = function(logits, threshold)
    return tuple(answer) if isinstance(answer, list) else answer


def details(logits, threshold, answer):
    """The first image that leaves by another exit or with another class."""
    given = [t.tolist() for t in (*answer, *oracle(logits, threshold))]
    image, (said, exit_, true, wanted) = next(
        (n, four) for n, four in enumerate(zip(*given, strict=True)) if four[:2] != four[2:]
    )
    sure = ", ".join(f"{v:.2f}" for v in logits[:, image].softmax(dim=1).amax(dim=1).tolist())
    return {
        "difference": f"image {image} (the exits are {sure} sure) leaves by exit {exit_} with "
        f"class {said} in yours; it should leave by exit {wanted} with class {true}"
    }


def at(exits, logits, first=0):
    """The classes that the images get when they leave by these exits, and the exits' numbers."""
    return logits.argmax(dim=2)[exits, torch.arange(len(exits))], exits + first


def when(sure):
    """A function for which ``sure(logits, p, threshold)`` says which exits are sure of what."""

    def wrong(logits, threshold):
        found = sure(logits, logits.softmax(dim=2), threshold)
        found = found.expand(logits.shape[:2]).clone()
        found[-1] = True
        return at(found.int().argmax(dim=0), logits)

    return wrong


def surely(p, threshold):
    return p.amax(dim=2) >= threshold


def always(place):
    """The class is always the one of that exit."""
    return lambda logits, t: (logits[place].argmax(dim=1), first_confident(logits, t)[1])


def latest(logits, threshold):
    sure = surely(logits.softmax(dim=2), threshold)[:-1]
    last = len(sure) - 1 - sure.flip(0).int().argmax(dim=0)
    return at(torch.where(sure.any(dim=0), last, len(sure)), logits)


WRONG = {
    lambda logits, t: first_confident(logits, t)[::-1]: "you return the two the other way round: "
    "first the classes, then the exits.",
    always(-1): "your exits are right, but the class is always the **last** exit's. An image that "
    "has left is not looked at any more: take what its own exit said.",
    always(0): "your exits are right, but the class is always the **first** exit's. Take what the "
    "image's own exit said.",
    lambda logits, t: at(first_confident(logits, t)[1], logits, 1): "you count the exits from 1. "
    "Count from 0.",
    lambda logits, t: at(surely(logits.softmax(2), t).int().argmax(0), logits): "images that no "
    "exit is sure of leave by the **first** exit in yours: the `argmax` of nothing but zeros is 0. "
    "The last exit takes all that are left.",
    lambda logits, t: at(logits.softmax(2).amax(2).argmax(0), logits): "you take the exit that is "
    "**surest**. That can only be known after all of them have been computed; take the first one "
    "that is sure enough.",
    latest: "you take the **latest** exit that is sure. The first one would have done, and for "
    "less.",
    when(lambda z, p, t: z.amax(dim=2) >= t): "you compare the **logits** with the threshold. A "
    "probability is what `softmax` makes of them.",
    when(lambda z, p, t: surely(z.softmax(dim=1), t)): "your `softmax` runs over the images. The "
    "probabilities of one image's **classes** add up to 1: that is dimension 2.",
    when(lambda z, p, t: p.amax(dim=2).mean(dim=1, keepdim=True) >= t): "all images leave together "
    "in yours, when they are sure **on average**. Every image leaves on its own.",
    when(lambda z, p, t: surely(p, t).all(dim=1, keepdim=True)): "all images wait until the last "
    "of them is sure. Every image leaves on its own.",
    when(lambda z, p, t: ~surely(p, t)): "the **unsure** leave and the sure go on in yours. Turn "
    "the comparison round.",
    when(lambda z, p, t: p.amax(dim=2) > t): "an image whose largest probability is exactly the "
    "threshold should leave: **at least** that sure is `>=`.",
    when(lambda z, p, t: -(p * p.log()).sum(dim=2) <= 1 - t): "your exits are sure by their "
    "**entropy**: {difference}. Here the largest probability decides.",
}

OTHERWISE = "{where}, {difference}."
