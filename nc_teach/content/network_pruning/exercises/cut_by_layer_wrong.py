"""Known wrong answers to card 1.1. Each is rejected with its own message; a test proves it."""

from __future__ import annotations

import torch
from torch import Tensor

from nc_teach.classroom.card import WrongAnswer

Scores = dict[str, Tensor]


def _cut(s: Tensor, count: int) -> Tensor:
    mask = torch.ones(s.numel(), dtype=torch.bool)
    mask[s.flatten().argsort(stable=True)[:count]] = False
    return mask.view_as(s)


def all_layers_together(scores: Scores, sparsity: float) -> Scores:
    flat = torch.cat([s.flatten() for s in scores.values()])
    mask = _cut(flat, int(sparsity * flat.numel()))
    parts = mask.split([s.numel() for s in scores.values()])
    return {name: part.view_as(scores[name]) for name, part in zip(scores, parts, strict=True)}


def greater_than(scores: Scores, sparsity: float) -> Scores:
    at = {n: s.flatten().sort().values[int(sparsity * s.numel())] for n, s in scores.items()}
    return {n: s > at[n] for n, s in scores.items()}


def greater_or_equal(scores: Scores, sparsity: float) -> Scores:
    at = {n: s.flatten().kthvalue(int(sparsity * s.numel())).values for n, s in scores.items()}
    return {n: s >= at[n] for n, s in scores.items()}


def threshold_among_equals(scores: Scores, sparsity: float) -> Scores:
    at = {n: s.flatten().kthvalue(int(sparsity * s.numel())).values for n, s in scores.items()}
    return {n: s > at[n] for n, s in scores.items()}


def threshold_keeps_equals(scores: Scores, sparsity: float) -> Scores:
    at = {n: s.flatten().sort().values[int(sparsity * s.numel())] for n, s in scores.items()}
    return {n: s >= at[n] for n, s in scores.items()}


def rounded(scores: Scores, sparsity: float) -> Scores:
    return {n: _cut(s, round(sparsity * s.numel())) for n, s in scores.items()}


def int_of_what_is_kept(scores: Scores, sparsity: float) -> Scores:
    return {n: _cut(s, s.numel() - int((1 - sparsity) * s.numel())) for n, s in scores.items()}


def upside_down(scores: Scores, sparsity: float) -> Scores:
    return {n: ~_cut(s, int(sparsity * s.numel())) for n, s in scores.items()}


def float_masks(scores: Scores, sparsity: float) -> Scores:
    return {n: _cut(s, int(sparsity * s.numel())).float() for n, s in scores.items()}


def flattened(scores: Scores, sparsity: float) -> Scores:
    return {n: _cut(s, int(sparsity * s.numel())).flatten() for n, s in scores.items()}


def a_list(scores: Scores, sparsity: float) -> list[Tensor]:
    return [_cut(s, int(sparsity * s.numel())) for s in scores.values()]


def one_layer_only(scores: Scores, sparsity: float) -> Scores:
    name, s = next(iter(scores.items()))
    return {name: _cut(s, int(sparsity * s.numel()))}


def absolute_again(scores: Scores, sparsity: float) -> Scores:
    return {n: _cut(s.abs(), int(sparsity * s.numel())) for n, s in scores.items()}


def changes_its_input(scores: Scores, sparsity: float) -> Scores:
    masks = {n: _cut(s, int(sparsity * s.numel())) for n, s in scores.items()}
    for name, s in scores.items():
        s.mul_(masks[name])
    return masks


def minus_zero(scores: Scores, sparsity: float) -> Scores:
    masks = {}
    for name, s in scores.items():
        mask = torch.ones(s.numel(), dtype=torch.bool)
        mask[s.flatten().argsort(descending=True)[-int(sparsity * s.numel()) :]] = False
        masks[name] = mask.view_as(s)
    return masks


def forgets_to_return(scores: Scores, sparsity: float) -> None:
    {n: _cut(s, int(sparsity * s.numel())) for n, s in scores.items()}


def random_places(scores: Scores, sparsity: float) -> Scores:
    return {n: _cut(torch.rand(s.shape), int(sparsity * s.numel())) for n, s in scores.items()}


def sparsity_of_one_hundred(scores: Scores, sparsity: float) -> Scores:
    return {n: _cut(s, int(sparsity * s.numel() / 100)) for n, s in scores.items()}


def divides_by_the_cut(scores: Scores, sparsity: float) -> Scores:
    cut = {n: int(sparsity * s.numel()) for n, s in scores.items()}
    return {
        n: _cut(s, s.numel() * cut[n] // (cut[n] * s.numel()) * cut[n]) for n, s in scores.items()
    }


WRONG_ANSWERS = {
    "all layers together": WrongAnswer(all_layers_together, "ranked all layers together"),
    "greater than": WrongAnswer(greater_than, "compare with `>`?"),
    "greater or equal": WrongAnswer(greater_or_equal, "compare with `>=`?"),
    "a threshold cuts all equals": WrongAnswer(threshold_among_equals, "many scores are equal"),
    "a threshold keeps all equals": WrongAnswer(threshold_keeps_equals, "many scores are equal"),
    "rounded": WrongAnswer(rounded, "18.75 is rounded down"),
    "int of what is kept": WrongAnswer(int_of_what_is_kept, "12.5 is rounded down"),
    "upside down": WrongAnswer(upside_down, "upside down"),
    "float masks": WrongAnswer(float_masks, "torch.float32"),
    "flattened": WrongAnswer(flattened, "view_as"),
    "a list": WrongAnswer(a_list, "return a dict"),
    "one layer only": WrongAnswer(one_layer_only, "they should be"),
    "absolute again": WrongAnswer(absolute_again, "`abs()` again"),
    "changes its input": WrongAnswer(changes_its_input, "Work on a copy"),
    "minus zero": WrongAnswer(minus_zero, "[-cut:]"),
    "forgets to return": WrongAnswer(forgets_to_return, "returns `None`"),
    "random places": WrongAnswer(random_places, "keep a lower one"),
    "sparsity in per cent": WrongAnswer(sparsity_of_one_hundred, "it should keep"),
    "stops at sparsity 0": WrongAnswer(divides_by_the_cut, "ZeroDivisionError"),
}
