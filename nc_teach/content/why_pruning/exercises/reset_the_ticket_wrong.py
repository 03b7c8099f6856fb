"""Known wrong answers to card 2.1. Each is rejected with its own message; a test proves it."""

from __future__ import annotations

import copy

import torch
from torch import nn

from nc_teach.classroom.old_card import WrongAnswer


def only_prunes(model, start, masks):
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name in masks:
                parameter.mul_(masks[name])


def forgets_the_biases(model, start, masks):
    with torch.no_grad():
        for name, mask in masks.items():
            model.get_parameter(name).copy_(start[name] * mask)


def forgets_the_masks(model, start, masks):
    model.load_state_dict(start)


def upside_down(model, start, masks):
    model.load_state_dict(start)
    with torch.no_grad():
        for name, mask in masks.items():
            model.get_parameter(name).mul_(~mask)


def rewinds_the_pruned(model, start, masks):
    with torch.no_grad():
        for name, mask in masks.items():
            parameter = model.get_parameter(name)
            parameter.copy_(torch.where(mask, parameter, start[name]))


def leaves_the_pruned(model, start, masks):
    with torch.no_grad():
        for name, mask in masks.items():
            parameter = model.get_parameter(name)
            parameter.copy_(torch.where(mask, start[name], parameter))


def draws_anew(model, start, masks):
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for name, mask in masks.items():
            model.get_parameter(name).copy_(torch.randn(mask.shape, generator=generator) * mask)


def all_zero(model, start, masks):
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()


def changes_a_copy(model, start, masks):
    forgets_the_masks(copy.deepcopy(model), start, masks)


def shares_the_memory(model, start, masks):
    for name, parameter in model.named_parameters():
        parameter.data = start[name] * masks[name] if name in masks else start[name]


def masks_the_start(model, start, masks):
    for name, mask in masks.items():
        start[name] *= mask
    model.load_state_dict(start)


def spoils_the_masks(model, start, masks):
    model.load_state_dict(start)
    with torch.no_grad():
        for name, mask in masks.items():
            model.get_parameter(name).mul_(mask)
            mask.fill_(True)


def new_parameters(model, start, masks):
    for name in list(start):
        layer, _, what = name.rpartition(".")
        value = start[name].clone()
        value = value * masks[name] if name in masks else value
        setattr(model.get_submodule(layer), what, nn.Parameter(value))


def freezes(model, start, masks):
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(False)
        parameter.copy_(start[name])
        if name in masks:
            parameter.mul_(masks[name])


def without_no_grad(model, start, masks):
    for name, parameter in model.named_parameters():
        parameter.copy_(start[name])


WRONG_ANSWERS = {
    "only prunes": WrongAnswer(only_prunes, "**trained** weights"),
    "forgets the biases": WrongAnswer(forgets_the_biases, "it goes back as well"),
    "forgets the masks": WrongAnswer(forgets_the_masks, "Where is the mask"),
    "upside down": WrongAnswer(upside_down, "True in a mask means kept"),
    "rewinds the pruned": WrongAnswer(rewinds_the_pruned, "other way round"),
    "leaves the pruned": WrongAnswer(leaves_the_pruned, "pruned ones are still trained"),
    "draws anew": WrongAnswer(draws_anew, "neither trained nor the start's"),
    "all zero": WrongAnswer(all_zero, "and zero elsewhere"),
    "changes a copy": WrongAnswer(changes_a_copy, "in place"),
    "shares the memory": WrongAnswer(shares_the_memory, "share the same memory"),
    "masks the start": WrongAnswer(masks_the_start, "The next round needs it"),
    "spoils the masks": WrongAnswer(spoils_the_masks, "changes the masks"),
    "new parameters": WrongAnswer(new_parameters, "new Parameter"),
    "freezes": WrongAnswer(freezes, "no longer learns"),
    "without no_grad": WrongAnswer(without_no_grad, "torch.no_grad()"),
}
