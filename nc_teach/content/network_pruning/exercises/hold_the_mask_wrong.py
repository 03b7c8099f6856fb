"""Known wrong answers to card 1.2. Each is rejected with its own message; a test proves it."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from nc_teach.classroom.old_card import WrongAnswer

Masks = dict[str, Tensor]
Hook = Callable[[nn.Module], None]


def _hold(model: nn.Module, masks: Masks) -> None:
    with torch.no_grad():
        for name, mask in masks.items():
            model.get_parameter(name).mul_(mask)


def masks_the_gradient(masks: Masks) -> Hook:
    def after_step(model: nn.Module) -> None:
        for name, mask in masks.items():
            model.get_parameter(name).grad.mul_(mask)

    return after_step


def zeroes_once(masks: Masks) -> Hook:
    done = []

    def after_step(model: nn.Module) -> None:
        if not done:
            _hold(model, masks)
            done.append(True)

    return after_step


def zeroes_biases(masks: Masks) -> Hook:
    def after_step(model: nn.Module) -> None:
        with torch.no_grad():
            for name, parameter in model.named_parameters():
                parameter.mul_(masks.get(name, torch.zeros(())))

    return after_step


def remembers_one_model(masks: Masks) -> Hook:
    seen: list[nn.Module] = []

    def after_step(model: nn.Module) -> None:
        seen.append(model)
        _hold(seen[0], masks)

    return after_step


def new_parameters(masks: Masks) -> Hook:
    def after_step(model: nn.Module) -> None:
        for name, mask in masks.items():
            module, _, own = name.rpartition(".")
            layer = model.get_submodule(module)
            setattr(layer, own, nn.Parameter(getattr(layer, own).detach() * mask))

    return after_step


def forgets_no_grad(masks: Masks) -> Hook:
    def after_step(model: nn.Module) -> None:
        for name, mask in masks.items():
            model.get_parameter(name).mul_(mask)

    return after_step


def keeps_the_pruned(masks: Masks) -> Hook:
    def after_step(model: nn.Module) -> None:
        _hold(model, {name: ~mask for name, mask in masks.items()})

    return after_step


def a_copy_is_masked(masks: Masks) -> Hook:
    def after_step(model: nn.Module) -> None:
        for name, weight in model.state_dict().items():
            if name in masks:
                weight = weight * masks[name]

    return after_step


def scales_the_kept(masks: Masks) -> Hook:
    def after_step(model: nn.Module) -> None:
        _hold(model, {name: mask * 2.0 for name, mask in masks.items()})

    return after_step


def eats_the_masks(masks: Masks) -> Hook:
    def after_step(model: nn.Module) -> None:
        _hold(model, masks)
        for mask in masks.values():
            mask.fill_(False)

    return after_step


def calls_it_at_once(masks: Masks) -> None:
    def after_step(model: nn.Module) -> None:
        _hold(model, masks)


def returns_the_masks(masks: Masks) -> Masks:
    return masks


WRONG_ANSWERS = {
    "masks the gradient": WrongAnswer(masks_the_gradient, "Adam's momentum"),
    "zeroes once": WrongAnswer(zeroes_once, "every step needs it again"),
    "zeroes biases": WrongAnswer(zeroes_biases, "has no mask"),
    "remembers one model": WrongAnswer(remembers_one_model, "the first model that it met"),
    "new parameters": WrongAnswer(new_parameters, "new Parameter"),
    "forgets no_grad": WrongAnswer(forgets_no_grad, "with torch.no_grad():"),
    "keeps the pruned": WrongAnswer(keeps_the_pruned, "upside down"),
    "a copy is masked": WrongAnswer(a_copy_is_masked, "after step 1"),
    "scales the kept": WrongAnswer(scales_the_kept, "that are kept"),
    "eats the masks": WrongAnswer(eats_the_masks, "changes the masks"),
    "forgets to return": WrongAnswer(calls_it_at_once, "return after_step"),
    "returns the masks": WrongAnswer(returns_the_masks, "returns a dict"),
}
