"""2.1 Reset the ticket (difficulty 1, 5 minutes)

`model` has been trained, and `masks` says which weights are worth keeping (True = kept; biases have
no mask). `start` holds a copy of every parameter from before the training, under its name in
`model.named_parameters()`. Write `rewind(model, start, masks)`: turn `model`, in place, into the
winning ticket, so that it can be trained again. `start` will be needed for the next round.

## Stub
    def rewind(model, start, masks):
        for name, parameter in model.named_parameters():
            ...

## Hint 1
The ticket is mask times start, not mask times what was learned. What about a parameter that has no
mask?

## Hint 2
Under `with torch.no_grad():` copy the numbers, `parameter.copy_(start[name])`, and then multiply by
the mask where there is one. `parameter.data = start[name]` copies nothing.

## Near miss
`parameter.data = start[name] * masks[name]` for the weights and `parameter.data = start[name]` for
the rest. It is the ticket; but its biases now **are** those of `start`, and the next training moves
both.

## Reasoning
A ticket is a mask and a starting point. All parameters go back, the biases too, since they have
been trained as well. The numbers are copied into the parameters that are there: the optimiser holds
those, and `start` must not move with them.
"""

import copy

import torch
from torch import nn


def rewind(model, start, masks):
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(start[name])
            if name in masks:
                parameter.mul_(masks[name])


def ticket(start, masks):
    """The new values by name."""
    return {name: value * masks.get(name, True) for name, value in start.items()}


def oracle(model, start, masks):
    """By a dictionary of new values."""
    model.load_state_dict(ticket(start, masks))


def play(function, model, start, masks, look):
    """The parameters; or what one more step of training moves; or what an optimiser holds."""
    before = dict(model.named_parameters())
    function(model, start, masks)
    now = dict(model.named_parameters())
    if look == "the ticket":
        return {name: p.detach() for name, p in now.items()}
    if look == "learning":
        return {n: {"same": p is before[n], "learns": p.requires_grad} for n, p in now.items()}
    seen = copy.deepcopy({"start": start, "masks": masks})
    with torch.no_grad():
        for parameter in now.values():
            parameter.add_(1.0)
    return seen | {"later": start}


def cases():
    """A network away from its start: the ticket, then what must not move, then what must."""
    seeded = torch.Generator().manual_seed(31)
    model = nn.Sequential(nn.Linear(6, 5), nn.ReLU(), nn.Linear(5, 3))
    start = {n: torch.randn(p.shape, generator=seeded) for n, p in model.named_parameters()}
    masks = {
        n: torch.rand(v.shape, generator=seeded) > 0.5 for n, v in start.items() if v.dim() == 2
    }
    model.load_state_dict({n: v + torch.randn(v.shape, generator=seeded) for n, v in start.items()})
    yield "on a trained network", (model, start, masks, "the ticket")
    yield "for the next round", (model, start, masks, "the start")
    yield "when it is trained again", (model, start, masks, "learning")


def details(model, start, masks, look, seen):
    """The first parameter that is wrong, and what to say where no known mistake fits."""
    if look == "the start":
        names = [n for n in start if not torch.equal(seen["later"][n], start[n])]
        what = "`start` and the masks should be as they were, also after more training."
        return {"name": next(iter(names), ""), "what": what}
    if look == "learning":
        names = [n for n, one in seen.items() if not (one["same"] and one["learns"])]
        what = f"`{names[0]}` should be the same Parameter, and still require a gradient."
        return {"name": names[0], "what": what}
    right = ticket(start, masks)
    name = next(n for n in start if not torch.equal(seen[n], right[n]))
    what = f"`{name}` should be its start where the mask is True, and zero elsewhere."
    if name not in masks:
        what = f"`{name}` has no mask: it should be as it was at the start."
    elif not seen[name][~masks[name]].any() and seen[name].any():
        what = f"`{name}`: the kept weights have values that are neither trained nor the start's."
    return {"name": name, "what": what}


def each(rule, biases=True):
    """A wrong function that sets every weight: rule(trained, start, mask) -> its values."""

    def wrong(model, start, masks):
        with torch.no_grad():
            for name, parameter in model.named_parameters():
                if name in masks:
                    parameter.copy_(rule(parameter.clone(), start[name], masks[name]))
                elif biases:
                    parameter.copy_(start[name])

    return wrong


def drawn(trained, start, mask):
    return torch.randn(mask.shape, generator=torch.Generator().manual_seed(1)) * mask


def shares_the_memory(model, start, masks):
    for name, parameter in model.named_parameters():
        parameter.data = start[name] * masks[name] if name in masks else start[name]


def masks_the_start(model, start, masks):
    for name, mask in masks.items():
        start[name] *= mask
    model.load_state_dict(start)


def spoils_the_masks(model, start, masks):
    oracle(model, start, masks)
    for mask in masks.values():
        mask.fill_(True)


def new_parameters(model, start, masks):
    for name, value in ticket(start, masks).items():
        layer, _, what = name.rpartition(".")
        setattr(model.get_submodule(layer), what, nn.Parameter(value))


WRONG = {
    each(lambda trained, start, mask: trained * mask, biases=False): "`{name}` is mask times "
    "**trained** weights. That is pruning; a ticket goes back.",
    each(lambda trained, start, mask: start * mask, biases=False): "`{name}` is not as it was at "
    "the start. It has no mask, but it was trained, so it goes back as well.",
    each(lambda trained, start, mask: start): "`{name}` is back at its start, but nothing is "
    "removed. Where is the mask?",
    each(lambda trained, start, mask: start * ~mask): "`{name}` keeps what should go. True in a "
    "mask means kept.",
    each(lambda trained, start, mask: torch.where(mask, trained, start), biases=False): "`{name}` "
    "keeps trained weights and puts back the others. It is the other way round.",
    each(lambda trained, start, mask: torch.where(mask, start, trained), biases=False): "`{name}`: "
    "the kept weights are back, but the pruned ones are still trained ones.",
    each(drawn, biases=False): "`{name}`: the kept weights have values that are neither trained "
    "nor the start's. Copy those of `start`.",
    lambda model, start, _: oracle(model, {n: 0 * v for n, v in start.items()}, {}): "`{name}` is "
    "zero everywhere. It should be its start where the mask is True, and zero elsewhere.",
    lambda model, start, masks: oracle(copy.deepcopy(model), start, masks): "`{name}` is as it "
    "was. Change the `model` that you are given, in place.",
    shares_the_memory: "after one more step of training `start['{name}']` has moved too: the model "
    "and `start` share the same memory. Copy the numbers, do not hand over the tensor.",
    masks_the_start: "your function changes `start['{name}']`. The next round needs it as it is.",
    spoils_the_masks: "your function changes the masks that it was given. It should only read "
    "them.",
    new_parameters: "your function puts a new Parameter in the place of `{name}`. An optimiser "
    "that holds the old one would train nothing. Change it in place.",
    lambda model, start, masks: oracle(model.requires_grad_(False), start, masks): "`{name}` no "
    "longer learns: it should still require a gradient.",
}

OTHERWISE = "{what}"
MAY_CHANGE = True
