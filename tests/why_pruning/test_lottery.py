"""Lottery tickets: the algorithm, its controls, and the parts it was taken apart into."""

import copy
from functools import partial

import pytest
import torch

from nc_teach import pruning, training
from nc_teach.pruning import lottery, mask_actions, mask_criteria
from tests.checks import refuses, same, unchanged
from tests.nets import perceptron

make_net = partial(perceptron, 16, 24, 3)


def trainer(rows, epochs=2, **options):
    def train(model, after_step):
        return training.fit(
            model, rows, epochs=epochs, batch_size=10, lr=0.01, after_step=after_step, **options
        )

    return train


class TestFindTicket:
    def test_every_round_trains_from_the_start_without_what_is_gone(self, rows):
        seen = []

        def train(model, after_step):
            seen.append(copy.deepcopy(model.state_dict()))
            return trainer(rows)(model, after_step)

        ticket = lottery.find_ticket(make_net, train, lottery.prune_share(0.5), rounds=3)
        first = make_net().state_dict()
        kept_before = lottery.everything(make_net())
        for state, masks in zip(seen, [kept_before, *ticket.path], strict=False):
            for name, value in state.items():
                expected = first[name] * masks[name] if name in masks else first[name]
                assert torch.equal(value, expected)
        assert len(seen) == len(ticket.histories) == len(ticket.path) == 3
        assert same(first, ticket.start)

    def test_masks_only_ever_lose_and_lose_an_exact_count(self, rows):
        ticket = lottery.find_ticket(make_net, trainer(rows, 1), lottery.prune_share(0.5), rounds=3)
        assert [int(m["1.weight"].sum()) for m in ticket.path] == [192, 96, 48]
        assert [int(m["3.weight"].sum()) for m in ticket.path] == [54, 41, 31]  # a quarter, rounded
        for earlier, later in zip(ticket.path, ticket.path[1:], strict=False):
            assert all((later[name] <= earlier[name]).all() for name in later)
        assert ticket.masks is ticket.path[-1]

    def test_one_round_is_magnitude_pruning_of_the_trained_network(self, rows):
        prune = lottery.prune_share(0.5, output=0.5)
        ticket = lottery.find_ticket(make_net, trainer(rows), prune, rounds=1)
        net = make_net()
        trainer(rows)(net, lambda model: None)
        by_hand = pruning.select(pruning.magnitude(net), 0.5, "layer")
        assert same(by_hand, ticket.masks)

    def test_a_warm_up_moves_the_starting_point(self, rows):
        ticket = lottery.find_ticket(
            make_net, trainer(rows), lottery.prune_share(0.5), rounds=2, warm_up=trainer(rows, 1)
        )
        early = make_net()
        trainer(rows, 1)(early, lambda model: None)
        assert same(early, ticket.start)

    @pytest.mark.parametrize(("whole", "left"), [(0, 384 + 72), (1, 192 + 54), (2, 96 + 41)])
    def test_a_readers_stop_ends_with_the_last_whole_round(self, whole, left):
        answers = iter([training.History()] * whole + [training.History(interrupted=True)])
        ticket = lottery.find_ticket(
            make_net, lambda model, hook: next(answers), lottery.prune_share(0.5), rounds=5
        )
        assert ticket.interrupted
        assert len(ticket.histories) == whole + 1
        assert pruning.density(ticket.masks) == pytest.approx(left / (384 + 72))

    @pytest.mark.parametrize("rounds", [0, -1, 1.5])
    def test_rounds_are_checked_before_anything_is_trained(self, rounds):
        message = "rounds must be an integer of at least 1"
        refuses(message, lottery.find_ticket, make_net, pytest.fail, pytest.fail, rounds)


class TestRewind:
    def test_rewind_leaves_the_start_alone_and_takes_the_biases_along(self):
        start = make_net(seed=0).state_dict()
        before = copy.deepcopy(start)
        net = make_net(seed=1)
        masks = {"1.weight": torch.rand(24, 16) < 0.3}
        assert lottery.rewind(net, start, masks) is net
        assert torch.equal(net[1].weight, start["1.weight"] * masks["1.weight"])
        assert torch.equal(net[1].bias, start["1.bias"])
        assert torch.equal(net[3].weight, start["3.weight"])
        with torch.no_grad():
            net[1].weight.add_(1)
        assert same(before, start)

    def test_a_mask_that_does_not_fit_changes_nothing(self):
        net, start = make_net(seed=1), make_net(seed=0).state_dict()
        wrong = {"1.weight": torch.ones(2, 2, dtype=torch.bool)}
        with unchanged(net):
            refuses("must have shape", lottery.rewind, net, start, wrong)

    def test_a_random_mask_keeps_as_many_in_every_layer_in_other_places(self):
        masks = pruning.select(pruning.magnitude(make_net()), 0.8, "layer")
        drawn, again, other = (lottery.random_like(masks, seed=seed) for seed in (3, 3, 4))
        for name, mask in masks.items():
            assert drawn[name].sum() == mask.sum()
            assert drawn[name].dtype == torch.bool
            assert not torch.equal(drawn[name], mask)
            assert torch.equal(drawn[name], again[name])
        assert not torch.equal(drawn["1.weight"], other["1.weight"])

    def test_shares_are_checked(self):
        refuses("share must be at least 0 and less than 1, got 1", lottery.prune_share, 1)
        message = "output must be at least 0 and less than 1, or None, got -1"
        refuses(message, lottery.prune_share, 0.5, output=-1)


INITIAL = torch.tensor([0.5, -0.5, 0.1, -0.1, 0.3])
FINAL = torch.tensor([0.9, 0.6, 0.15, -0.7, -0.05])
BY_HAND = {
    "large_final": [0.9, 0.6, 0.15, 0.7, 0.05],
    "small_final": [-0.9, -0.6, -0.15, -0.7, -0.05],
    "large_init": [0.5, 0.5, 0.1, 0.1, 0.3],
    "small_init": [-0.5, -0.5, -0.1, -0.1, -0.3],
    "large_init_large_final": [0.5, 0.5, 0.1, 0.1, 0.05],
    "small_init_small_final": [-0.9, -0.6, -0.15, -0.7, -0.3],
    "magnitude_increase": [0.4, 0.1, 0.05, 0.6, -0.25],
    "movement": [0.4, 1.1, 0.05, 0.6, 0.35],
    "large_final_same_sign": [0.9, 0.0, 0.15, 0.7, 0.0],
    "large_final_diff_sign": [0.0, 0.6, 0.0, 0.0, 0.05],
}


class TestMaskCriteria:
    @pytest.mark.parametrize("name", BY_HAND)
    def test_criteria_by_hand(self, name):
        found = getattr(mask_criteria, name)(INITIAL, FINAL)
        torch.testing.assert_close(found, torch.tensor(BY_HAND[name]))

    def test_alpha_puts_both_ends_on_one_scale(self):
        both = mask_criteria.large_init_large_final(INITIAL, FINAL, alpha=0.1)
        torch.testing.assert_close(both, 0.1 * FINAL.abs())

    def test_a_zero_start_has_no_sign_to_keep(self):
        zero, one = torch.zeros(1), torch.ones(1)
        assert mask_criteria.large_final_same_sign(zero, one).item() == 0
        assert mask_criteria.large_final_diff_sign(zero, one).item() == 0

    def test_scores_are_taken_layer_by_layer(self):
        first, last = {"a": INITIAL, "b": FINAL}, {"a": FINAL, "b": INITIAL}
        found = mask_criteria.score(mask_criteria.magnitude_increase, first, last)
        torch.testing.assert_close(found["b"], -found["a"])
        moved = partial(mask_criteria.score, mask_criteria.movement, first)
        refuses(r"final must have the names of initial, \['a', 'b'\]", moved, {"a": FINAL})
        shorter = {"a": FINAL, "b": FINAL[:2]}
        refuses(r"final\['b'\] must have the shape \(5,\) of initial", moved, shorter)

    def test_the_share_of_signs_that_stayed(self):
        everything = {"w": torch.ones(5, dtype=torch.bool)}
        some = {"w": torch.tensor([True, True, False, False, False])}
        share = partial(mask_criteria.same_sign_share, {"w": INITIAL}, {"w": FINAL})
        assert share(everything) == pytest.approx(3 / 5)
        assert share(some) == pytest.approx(1 / 2)
        refuses("at least one weight", share, {"w": ~everything["w"]})


class TestTreatments:
    def test_reshuffling_keeps_the_values_and_the_removed_places(self):
        mask = torch.rand(20, 30, generator=torch.Generator().manual_seed(0)) < 0.4
        w = torch.randn(20, 30, generator=torch.Generator().manual_seed(1))
        before = w.clone()
        mixed = mask_actions.reshuffled(w, mask, seed=5)
        assert torch.equal(mixed[~mask], w[~mask])
        assert torch.equal(mixed[mask].sort().values, w[mask].sort().values)
        assert not torch.equal(mixed[mask], w[mask])
        assert torch.equal(w, before)
        signed = mask_actions.same_signs(mixed, w)
        assert torch.equal(signed.sign(), w.sign())
        assert torch.equal(signed[mask].abs().sort().values, w[mask].abs().sort().values)

    def test_the_constant_is_the_spread_of_the_layer(self):
        w = torch.randn(50, 40, generator=torch.Generator().manual_seed(2))
        found = mask_actions.signed_constant(w)
        assert torch.equal(found.sign(), w.sign())
        torch.testing.assert_close(found.abs(), torch.full_like(w, w.std(correction=0).item()))
        refuses(
            "size must be a positive number, or None, got -1",
            mask_actions.signed_constant,
            w,
            size=-1,
        )

    def test_random_signs_are_half_and_half_and_touch_nothing_else(self):
        state = torch.get_rng_state()
        found = mask_actions.random_signs(torch.full((100, 100), -2.0), seed=0)
        assert torch.equal(torch.get_rng_state(), state)
        assert set(found.unique().tolist()) == {-2.0, 2.0}
        assert 0.47 < (found > 0).float().mean() < 0.53

    def test_removed_weights_held_where_they_began_survive_adam(self, rows):
        net = make_net()
        start = {n: w.detach().clone() for n, w in pruning.prunable_weights(net).items()}
        masks = lottery.random_like(pruning.select(pruning.magnitude(net), 0.5, "layer"))
        mask_actions.set_weights(net, start, masks, removed=start)
        assert all(torch.equal(net.get_parameter(n), start[n]) for n in start)
        trainer(rows)(net, mask_actions.frozen_at(masks, start))
        for name, mask in masks.items():
            assert torch.equal(net.get_parameter(name)[~mask], start[name][~mask])
            assert not torch.equal(net.get_parameter(name)[mask], start[name][mask])

    def test_towards_zero_by_hand(self):
        found = mask_actions.towards_zero(INITIAL, FINAL)
        torch.testing.assert_close(found, torch.tensor([0.5, -0.5, 0.1, -0.1, 0.0]))

    def test_values_that_do_not_fit_change_nothing(self):
        net, kept = make_net(), {"1.weight": torch.zeros(24, 16)}
        message = r"kept\['3.weight'\] must have the mask's shape \(3, 24\)"
        with unchanged(net):
            refuses(message, mask_actions.set_weights, net, kept, lottery.everything(net))
