"""1.4 A fifth of the bytes (difficulty 3, 20 minutes)

Now you are the designer. `compress` gets a trained LeNet-300-100 and the digits, and returns a
network for 1 × 28 × 28 images, of any make. Its file, `meter.stored_bytes(small)`, has at most 20 %
of the bytes of the given network's dense file, `meter.stored_bytes(net, "dense")`. On the
validation split it loses at most one point of accuracy. The given network stays as it was. The
check trains a network first, which takes some seconds, and its `digits` have no test split: you are
still choosing.

## Stub
    from copy import deepcopy


    def compress(net, digits):
        small = deepcopy(net)
        ...
        return small

## Hint 1
Everything you need is in sections 1.1 and 1.2: a criterion, `pruning.select`,
`pruning.apply_masks`, and `training.fit` to heal. How many weights may stay, if each takes 4 bytes
and some bits for its place?

## Hint 2
Cut about 85 % by magnitude, then train for two or three epochs with `training.fit(small, digits,
epochs=3, after_step=pruning.mask_hook(masks))`. A zero that training brings back takes its 4 bytes
again.

## Near miss
cutting exactly 80 % of the weights. A fifth of the numbers is not a fifth of the bytes: the file
also has to say where they belong.

## Reasoning
At 85 % one weight in seven is left: 4 bytes for its value and about 5 bits for its place, less than
20 % in all. Without training the cut costs several points; three epochs with the masks held bring
them back. There is room to go further: cut deeper, cut in rounds, or take whole neurons out and
gain speed as well.
"""

from copy import deepcopy
from functools import cache

import torch
from torch import nn
from torch.nn.utils import prune

from nc_teach import data, meter, models, pruning, training
from nc_teach.classroom.compare import kind_of, same
from nc_teach.classroom.examine import stopped
from nc_teach.training.evaluate import predictions

SHARE, POINTS = 0.2, 1.0


def compress(net, digits):
    small = deepcopy(net)
    masks = pruning.select(pruning.magnitude(small), sparsity=0.85)
    pruning.apply_masks(small, masks)
    hold = pruning.mask_hook(masks)
    training.fit(small, digits, epochs=3, seed=0, after_step=hold)
    return small


class TwoSplits(data.Dataset):
    """A data set to train and to choose with: unlike `Dataset` it has no test split to look at."""

    def __init__(self, full):
        self.__dict__.update({name: part for name, part in vars(full).items() if name != "test"})

    @property
    def test(self):
        raise LookupError("no test split here: choose on digits.validation, test once at the end")


@cache
def trained():
    """LeNet-300-100, trained for half as long as in the chapter, and its digits; once a process."""
    net, digits = models.LeNet300100(seed=0), TwoSplits(data.load("mnist"))
    if training.fit(net, digits, epochs=4, seed=0).interrupted:
        raise KeyboardInterrupt
    return net, digits


TOO_LARGE = (
    "your network's file has {size} bytes; a fifth of the dense file is {most}. {over} bytes are "
    "too many. "
)
NOT_HEALED = (
    "the bytes are few enough ({share} %), but on the validation split accuracy falls from "
    "{before} % to {after} %: {lost} points, {more} too many. "
)
SAY = {
    "changed": "your function changes the network that it was given, so nothing is left to compare "
    "with. Work on `deepcopy(net)`.",
    "shape": "for 100 images your network puts out the shape {shape}; it should be (100, 10), a "
    "number for each digit.",
    "nan": "your network puts out NaN or infinity. What do you divide by?",
    "prune": TOO_LARGE + "`torch.nn.utils.prune` keeps every old value beside its mask; "
    "`prune.remove` makes the cut final.",
    "untouched": TOO_LARGE + "It is the network that you were given.",
    "narrow": TOO_LARGE + "It holds {kept} numbers of 4 bytes. Which of them can go as well?",
    "tiny": TOO_LARGE + "Most of its numbers are tiny, but only an exact zero takes no room.",
    "revived": TOO_LARGE + "{kept} of its {total} numbers are not zero. If you cut more than that: "
    "did training bring them back?",
    "places": TOO_LARGE + "Only {kept} of its {total} numbers are not zero, but the file has to "
    "say where they belong, too.",
    "many": TOO_LARGE + "{kept} of its {total} numbers are still there, 4 bytes each and some for "
    "the place.",
    "guessing": NOT_HEALED + "That is guessing. Is there anything left of what it has learnt?",
    "weak": NOT_HEALED + "Can what is left be trained on? And is it the right part that is left?",
    "hidden": "with every number in its file set to zero, your network still reads digits: it "
    "keeps numbers where no file finds them. Make them parameters or buffers.",
}


def judge(candidate):
    """One run of the reader's function: form, honesty, bytes, accuracy."""
    net, digits = trained()
    given = deepcopy(net)
    torch.manual_seed(71)
    small = candidate(given, digits)
    if not isinstance(small, nn.Module):
        return f"you return {kind_of(small)}; return the network, a `torch.nn.Module`."
    if not same(given, net, 0.0):
        return SAY["changed"]
    try:
        outputs, size = predictions(small, digits.validation.subset(100)), meter.stored_bytes(small)
    except Exception as error:
        return stopped(candidate, error, " in the network that it returned, on 1 × 28 × 28 images,")
    if outputs.shape != (100, 10) or not outputs.isfinite().all():
        return SAY["shape" if outputs.shape != (100, 10) else "nan"].format(shape=(*outputs.shape,))
    said = too_large(small, net, size) or not_healed(small, net, size, digits.validation)
    for tensor in small.state_dict().values():
        tensor.zero_()
    return said or (SAY["hidden"] if training.accuracy(small, digits.validation) > 0.5 else None)


def too_large(small, net, size):
    """What to say of a file that is larger than a fifth of the dense one, and why it is."""
    most = int(SHARE * meter.stored_bytes(net, "dense"))
    if size <= most:
        return None
    numbers = torch.cat([t.detach().flatten().double() for t in small.state_dict().values()])
    kept, total = int(numbers.count_nonzero()), len(numbers)
    why = {
        "prune": any(name.endswith("_orig") for name in small.state_dict()),
        "untouched": same(small, net, 0.0),
        "narrow": total < meter.count_params(net),
        "tiny": kept > total / 2 and (numbers.abs() < 1e-6).sum() > total / 2,
        "revived": kept > 0.6 * total,
        "places": kept <= SHARE * total + 500,  # the biases, which are rarely cut
        "many": True,
    }
    counts = {"size": size, "most": most, "over": size - most, "kept": kept, "total": total}
    sentence = SAY[next(reason for reason, true in why.items() if true)]
    return sentence.format(**{name: f"{count:,}" for name, count in counts.items()})


def not_healed(small, net, size, split):
    """What to say of an accuracy that falls by more than a point."""
    before, after = (100 * training.accuracy(model, split) for model in (net, small))
    if before - after <= POINTS + 1e-6:
        return None
    share = 100 * size / meter.stored_bytes(net, "dense")
    numbers = {"before": before, "after": after, "lost": before - after}
    texts = {name: f"{number:.2f}" for name, number in numbers.items()}
    texts |= {"share": f"{share:.1f}", "more": f"{before - after - POINTS:.2f}"}
    return SAY["guessing" if after < 15 else "weak"].format(**texts)


def cut(net, sparsity, score=pruning.magnitude):
    small = deepcopy(net)
    masks = pruning.select(score(small), sparsity)
    return pruning.apply_masks(small, masks), masks


def trained_on(score, held):
    """A wrong answer that trains after the cut: by another score, or without holding the masks."""

    def wrong(net, digits):
        small, masks = cut(net, 0.85, score)
        hook = pruning.mask_hook(masks) if held else None
        training.fit(small, digits, epochs=1, seed=0, after_step=hook, progress=False)
        return small

    return wrong


def scaled(scale):
    """What is cut is not zero: scale(weight, mask) is multiplied with every weight."""

    def wrong(net, digits):
        small, masks = deepcopy(net), cut(net, 0.9)[1]
        for name, mask in masks.items():
            weight = small.get_parameter(name).data
            weight.mul_(scale(weight, mask))
        return small

    return wrong


def prune_not_removed(net, digits):
    small = deepcopy(net)
    prune.global_unstructured([(small.fc1, "weight")], prune.L1Unstructured, amount=0.9)
    return small


def hides_the_numbers(net, digits):
    small, hidden = nn.Module(), [deepcopy(net)]
    small.forward = lambda images: hidden[0](images)
    return small


WRONG = {
    lambda net, digits: cut(net, 0.8)[0]: SAY["places"],
    lambda net, digits: cut(net, 0.5)[0]: SAY["many"],
    lambda net, digits: cut(net, 0.9)[0]: SAY["weak"],
    lambda net, digits: cut(net, 0.999)[0]: SAY["guessing"],
    trained_on(pruning.random, held=True): SAY["weak"],
    trained_on(pruning.magnitude, held=False): SAY["revived"],
    lambda net, digits: pruning.apply_masks(net, cut(net, 0.85)[1]): SAY["changed"],
    lambda net, digits: deepcopy(net): SAY["untouched"],
    scaled(lambda weight, mask: torch.where(mask, 1.0, 1e-9)): SAY["tiny"],
    prune_not_removed: SAY["prune"],
    lambda net, _: pruning.remove_neurons(net, "fc1", torch.arange(300) % 2 == 0): SAY["narrow"],
    lambda net, digits: nn.Sequential(net.fc1): "your function stopped in the network that it "
    "returned, on 1 × 28 × 28 images, with {error}.",
    lambda net, digits: digits.test: "your function stopped with `LookupError: no test split here: "
    "choose on digits.validation, test once at the end`{line}.",
    scaled(lambda weight, mask: mask / (weight * mask)): SAY["nan"],
    lambda net, digits: nn.Sequential(nn.Flatten(), net.fc1, nn.ReLU(), net.fc2): SAY["shape"],
    hides_the_numbers: SAY["hidden"],
}


def cases():
    """None: a network is judged as a whole."""
    yield "", ()


def play(candidate):
    """Nothing: see ``judge``."""
