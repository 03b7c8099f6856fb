"""5.4 Deal them out (difficulty 2, 6 minutes)

`maps` is a batch of feature maps, N × C × H × W, whose channels lie group after group. Return them
dealt out: the first channel of every group, then the second of every group, and so on. Six channels
in two groups, 1 2 3 | 4 5 6, become 1 4 2 5 3 6. Every image keeps its own channels, the maps
themselves stay as they are, and gradients flow through. Is dealing out twice the same as doing
nothing?

## Stub
    def shuffle(maps, groups):
        ...

## Hint 1
A reshape, a transpose, a reshape. Written as a table with one row for each *group*, in which
direction does one have to read it?

## Hint 2
`maps.reshape(N, groups, C // groups, H, W)`, then `transpose(1, 2)`, then `reshape` to the shape
that the maps had.

## Near miss
reshaping to `C // groups` rows of `groups`: the inverse permutation. With as many groups as
channels in each (4 channels, 2 groups) it is the same one, otherwise it sends each channel back
where the shuffle would have taken it from.

## Reasoning
With g groups of n channels, a table of g rows and n columns read by columns: channel i · n + j
moves to place j · g + i. Dealing out with n groups undoes it; with g groups again only if g = n.
There is no multiplication in it, but the numbers do move in memory, and that takes time that no MAC
count shows.
"""

import torch
from torch import Tensor

TOLD = "{channels} channels in {groups} groups become {became}; it should be {dealt}. "


def shuffle(maps, groups):
    batch, channels, *places = maps.shape
    dealt = maps.reshape(batch, groups, channels // groups, *places).transpose(1, 2)
    return dealt.reshape(batch, channels, *places)


def oracle(maps, groups):
    """Counts out, channel by channel."""
    size = maps.shape[1] // groups
    order = [group * size + member for member in range(size) for group in range(groups)]
    return torch.stack([maps[:, channel] for channel in order], dim=1)


def play(function, maps, groups):
    """The maps; where they need a gradient, what comes back to them through the answer."""
    answer = function(maps, groups)
    if not maps.requires_grad or answer is None:
        return answer
    if not isinstance(answer, Tensor) or not answer.requires_grad:
        return f"{type(answer).__name__} without a gradient"
    weights = torch.arange(float(answer.numel())).view_as(answer)
    return torch.autograd.grad((answer * weights).sum(), maps)[0]


def cases():
    """As many groups as channels in each, then any number, then several images, then gradients."""
    for channels, groups in ((4, 2), (9, 3), (6, 2), (6, 3), (12, 3), (8, 4), (5, 1), (5, 5)):
        numbered = torch.arange(1.0, channels + 1).view(1, channels, 1, 1).repeat(1, 1, 2, 2)
        yield f"on {channels} channels with {groups} groups", (numbered, groups)
    maps = torch.randperm(144, generator=torch.Generator().manual_seed(58)).float()
    yield "on 3 images of 6 channels with 2 groups", (maps.view(3, 6, 2, 4), 2)
    yield "on maps that need a gradient", (torch.rand(1, 6, 2, 2).requires_grad_(), 2)


def details(maps, groups, answer):
    """Which channel came to each place: its number is in its map."""
    if maps.requires_grad:
        return {"problem": "the gradient does not come back to the channel that it belongs to."}
    if len(maps) > 1:
        return {"problem": "with several images some channels are not where they should be."}
    became, dealt = (
        " ".join(f"{number:g}" for number in torch.as_tensor(found)[0, :, 0, 0].tolist())
        for found in (answer, oracle(maps, groups))
    )
    words = {"channels": maps.shape[1], "groups": groups, "became": became, "dealt": dealt}
    return {"problem": TOLD.format(**words).strip(), **words}


def table(maps, groups):
    return maps.unflatten(1, (groups, -1))


def at_random(maps, groups):
    draw = torch.Generator().manual_seed(1)
    return maps[:, torch.randperm(maps.shape[1], generator=draw)]


WRONG = {
    lambda maps, groups: shuffle(maps, maps.shape[1] // groups): TOLD + "This is the way back: "
    "your table has a row for each place, not each group.",
    lambda maps, groups: maps.clone(): TOLD + "Nothing has moved: a reshape alone keeps the order.",
    lambda maps, groups: table(maps, groups).transpose(1, 2): "{where} your answer still holds the "
    "table of groups. Reshape it back to N × C × H × W.",
    lambda maps, groups: shuffle(maps.flatten(0, 1)[None], groups).reshape(maps.shape): "numbers "
    "of one image have gone to another. The batch is not part of the table.",
    lambda maps, groups: shuffle(maps, groups).transpose(2, 3).reshape(maps.shape): "the channels "
    "are in the right images, but rows and columns of the maps are not. Leave both as they are.",
    lambda maps, groups: maps.roll(-(maps.shape[1] // groups), dims=1): TOLD + "You move whole "
    "groups, and they stay among themselves.",
    lambda maps, groups: maps.flip(1): TOLD + "You turn the order round, and groups stay among "
    "themselves.",
    lambda maps, groups: table(maps, groups).flip(2).reshape(maps.shape): TOLD + "You turn each "
    "group round, and nobody leaves it.",
    lambda maps, groups: shuffle(maps, 2 if maps.shape[1] % 2 == 0 else groups): TOLD + "Do you "
    "deal into two groups, whatever `groups` is?",
    at_random: TOLD + "Nothing is drawn at random here: every place has its channel.",
    lambda maps, groups: (
        table(maps, groups)[:, :, :1].expand_as(table(maps, groups)).flatten(1, 2)
    ): TOLD + "Some channels are there twice, and others are gone.",
    lambda maps, groups: shuffle(maps.detach(), groups): "no gradient flows through your answer: "
    "it has been detached from the maps.",
    lambda maps, groups: shuffle(maps, groups)[0]: "{where} your answer has lost its batch. Give "
    "it the shape of `maps`, N × C × H × W.",
    lambda maps, groups: shuffle(maps.detach(), groups).numpy(): "you return an array, through "
    "which no gradient flows. Return a tensor.",
}

OTHERWISE = "{problem}"
