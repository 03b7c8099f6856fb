"""1.2 Hold the mask (difficulty 2, 10 minutes)

A pruned network is trained on, and Adam moves every weight, also those that are gone: its momentum
remembers them. Write `make_hook(masks)`. It returns the function `after_step(model)`, which
training calls after every step, and which puts the pruned weights (False in their mask) back to
zero. All else stays as the optimiser left it. `masks` goes from the names in
`model.named_parameters()` to masks, whatever the model; biases have none.

## Stub
    def make_hook(masks):
        def after_step(model):
            ...

        return after_step

## Hint 1
`model.named_parameters()` gives each parameter under the name that `masks` uses. Which of them have
a mask?

## Hint 2
Under `with torch.no_grad():` multiply each parameter that has a mask by it, in place:
`weight.mul_(masks[name])`.

## Near miss
setting the gradients of pruned weights to zero. Plain gradient descent then leaves them alone;
Adam's momentum, left over from before the cut, moves them still.

## Reasoning
The weight itself is what must be zero, so the mask works on the weight, after the optimiser has had
its way. In place, since the optimiser holds this very tensor; under `no_grad`, since it is no part
of the loss; by name and from the model that is given, so that one hook serves any copy of the
network.
"""

import copy

import torch
from torch import nn

from nc_teach.classroom.card import Refused
from nc_teach.classroom.compare import kind_of


def make_hook(masks):
    def after_step(model):
        with torch.no_grad():
            for name, weight in model.named_parameters():
                if name in masks:
                    weight.mul_(masks[name])

    return after_step


def cases():
    """Masks for a 6-5-3 network that cut about half of its weights."""
    seeded = torch.Generator().manual_seed(21)
    shapes = {"0.weight": (5, 6), "2.weight": (3, 5)}
    masks = {name: torch.rand(shape, generator=seeded) > 0.5 for name, shape in shapes.items()}
    yield "in training", (masks,)


def play(make, masks):
    """A tiny network after each of four steps of Adam, whose momentum is older than the cut."""
    hook = make(masks)
    if not callable(hook):
        told = "Let it end with `return after_step`, without brackets."
        raise Refused(f"`make_hook` returns {kind_of(hook)}. {told}")
    torch.manual_seed(21)
    model = nn.Sequential(nn.Linear(6, 5), nn.ReLU(), nn.Linear(5, 3))
    x, y = torch.randn(32, 6), torch.randint(0, 3, (32,))
    adam, steps = torch.optim.Adam(model.parameters(), lr=0.05), []
    for number in range(7):
        adam.zero_grad()
        nn.functional.cross_entropy(model(x), y).backward()
        adam.step()
        if number == 2:
            make_hook(masks)(model)
        if number > 2:
            steps.append(look(hook, model, masks))
    return steps


def look(hook, model, masks):
    """What a model and a copy of it hold after the hook, and what the hook did by the way."""
    before, left, other = dict(model.named_parameters()), values(model), copy.deepcopy(model)
    for name, parameter in other.named_parameters():
        parameter.grad = before[name].grad.clone()
    try:
        hook(model)
        hook(other)
    except KeyError as error:
        return {"there is no mask of": error.args[0]}
    grads = {name: before[name].grad for name in masks}
    still = all(g is None or not g[~masks[name]].any() for name, g in grads.items())
    return {
        "left": left,
        "after": values(model),
        "copy": values(other),
        "in place": all(before[name] is p for name, p in model.named_parameters()),
        "masks gradients": alive(model, masks) > 0 and still,
        "alive": alive(model, masks),
    }


def values(model):
    return {name: p.detach().clone() for name, p in model.named_parameters()}


def alive(model, masks):
    return sum(int((model.get_parameter(n)[~mask] != 0).sum()) for n, mask in masks.items())


def details(masks, steps):
    """The first step after which pruned weights are not zero, or else what changed beside them."""
    total = sum(int((~mask).sum()) for mask in masks.values())
    for number, seen in enumerate(steps, 1):
        if seen["alive"]:
            told = f"{seen['alive']} of {total} pruned weights are not zero."
            return {"wrong": f"after step {number}, {told}"}
    names = [n for n, p in seen["after"].items() if not torch.equal(p, seen["left"][n])]
    return {"wrong": f"your hook changes more than the pruned weights. Look at {names}."}


def each(rule):
    """A wrong hook that does ``rule(model, name, weight, mask)`` to each weight with a mask."""

    def make(masks):
        def after_step(model):
            with torch.no_grad():
                for name, mask in masks.items():
                    rule(model, name, model.get_parameter(name), mask)

        return after_step

    return make


def once(masks):
    hooks = [make_hook(masks)]
    return lambda model: hooks.pop()(model) if hooks else None


def remembers_one_model(masks):
    seen: dict[str, nn.Module] = {}
    return lambda model: make_hook(masks)(seen.setdefault("first", model))


def new_parameter(model, name, weight, mask):
    layer, _, own = name.rpartition(".")
    setattr(model.get_submodule(layer), own, nn.Parameter(weight * mask))


def eats_the_masks(masks):
    hold = make_hook(masks)
    return lambda model: (hold(model), [mask.fill_(False) for mask in masks.values()])


WRONG = {
    each(lambda model, name, p, mask: p.grad.mul_(mask)): "{wrong} You mask the "
    "gradient; what does Adam's momentum do with a zero gradient?",
    each(lambda model, name, p, mask: p * mask): "{wrong} Your hook leaves the model as it was. "
    "`p = p * mask` only gives a new tensor the name `p`. Change the model in place: `p.mul_`.",
    lambda masks: (
        lambda model: [p.data.mul_(masks[n]) for n, p in model.named_parameters()]
    ): "your "
    "hook asks for the mask of a bias and stops with a `KeyError`. Biases have no mask: ask "
    "`if name in masks` first.",
    once: "{wrong} They were zero after step 1: every step needs it again.",
    lambda masks: make_hook(masks | {"0.bias": torch.zeros(5), "2.bias": torch.zeros(3)}): "your "
    "hook changes a bias, which has no mask. Leave what is not in `masks`.",
    remembers_one_model: "your hook holds the zeros of the first model that it met, but not of a "
    "second one. Work on the `model` that `after_step` is given.",
    each(new_parameter): "your hook puts a new Parameter in the place of a weight. The optimiser "
    "still holds the old one, so this layer stops learning. Change it in place: `mul_`.",
    each(lambda model, name, p, mask: p.mul_(~mask)): "{wrong} The kept ones are: your mask is "
    "upside down. True means kept.",
    each(lambda model, name, p, mask: p.mul_(2.0 * mask)): "your hook changes weights that are "
    "kept. Only the pruned ones go.",
    eats_the_masks: "your hook changes the masks that it was given. It should only read them.",
}

OTHERWISE = "{wrong}"
