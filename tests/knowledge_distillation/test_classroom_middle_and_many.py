"""Cards 3.4 and 3.5: near misses, other right answers, and what the stub of 3.5 does."""

import copy

import torch
import torch.nn.functional as F
from torch import nn

from nc_teach import distillation
from nc_teach.classroom.examine import examine
from nc_teach.content.knowledge_distillation.exercises import forgotten_regressor, half_way
from nc_teach.content.knowledge_distillation.exercises.forgotten_regressor_checks import Run


def test_a_near_miss_passes_the_first_check_and_not_the_second():
    for card, name in (
        (half_way.CARD, "rows only"),
        (forgotten_regressor.CARD, "everybody learns"),
    ):
        wrong = card.wrong_answers[name].function
        assert card.checks[0](wrong) is None
        assert card.checks[1](wrong) is not None


def test_our_own_functions_are_right_answers_too():
    def by_the_package(a, b, order):
        return distillation.interpolate(a, distillation.permute_units(b, {"0": order}), 0.5)

    def by_state(a, b, order):
        state = copy.deepcopy(b.state_dict())
        for name in ("0.weight", "0.bias"):
            state[name] = state[name][order]
        state["2.weight"] = state["2.weight"].index_select(1, order)
        mean = copy.deepcopy(b)
        mean.load_state_dict({k: (v + state[k]) / 2 for k, v in a.state_dict().items()})
        return mean

    assert examine(half_way.CARD, by_the_package) is None
    assert examine(half_way.CARD, by_state) is None


def test_a_hint_may_be_asked_in_every_round_and_in_whole():
    def each_round(listener, regressor, speaker, images, epochs):
        optimizer = torch.optim.Adam(nn.Sequential(listener, regressor).parameters(), lr=0.02)
        for _ in range(6 * epochs):
            loss = distillation.hint_loss(regressor(listener(images)), speaker(images).detach())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        return listener

    assert examine(forgotten_regressor.CARD, each_round) is None


def test_the_stub_s_loss_falls_to_nearly_nothing_as_the_card_says():
    losses, space = [], {"torch": torch}
    exec(compile(forgotten_regressor.CARD.stub, "<stub>", "exec"), space)

    class Noting:
        @staticmethod
        def mse_loss(said, hints):
            losses.append(F.mse_loss(said, hints))
            return losses[-1]

    space["F"] = Noting
    with torch.random.fork_rng(devices=[]):
        run = Run()
        space["learn_from_hint"](run.listener, run.regressor, run.speaker, run.images, 60)
    assert losses[-1].item() < 0.001 * losses[0].item()
    assert run.explained() < 0.5
