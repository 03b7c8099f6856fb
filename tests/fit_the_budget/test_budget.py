"""Plans and their steps: what one step has decided holds in the next, and misfits are refused."""

import copy
import math
from functools import partial

import pytest
import torch
from torch import nn

from nc_teach import architecture, budget, dynamic, pruning, surgery, training
from nc_teach.budget import (
    Budget,
    Distil,
    ExitEarly,
    FineTune,
    FineTuning,
    PruneWeights,
    RemoveUnits,
    State,
    WeightSharing,
)
from nc_teach.budget.steps import removed
from nc_teach.data import Split
from nc_teach.meter import Speedup
from nc_teach.quantization import deep_compression
from tests.checks import refuses, same, unchanged
from tests.nets import perceptron

mlp = partial(perceptron, 16, 12, 8, 3)


def exits_of(model):
    """The network of `mlp` with a way out before each of its last two layers."""
    torch.manual_seed(3)
    heads = [nn.Linear(16, 3), nn.Linear(12, 3)]
    return dynamic.EarlyExitNet([model[0], model[1:3], model[3:5]], [*heads, model[5]])


def convnet(seed=0):
    torch.manual_seed(seed)
    conv = nn.Conv2d(1, 6, 3, padding=1, bias=False)
    parts = (conv, nn.BatchNorm2d(6), nn.ReLU(), nn.MaxPool2d(2))
    return nn.Sequential(*parts, nn.Flatten(), nn.Linear(24, 3))


STACK = (RemoveUnits(0.5, 1), PruneWeights(0.5, 3), WeightSharing(4, 1))


@pytest.fixture(scope="module")
def net(rows):
    model = mlp()
    training.fit(model, rows, epochs=20, batch_size=10, lr=0.01, progress=False)
    return model


@pytest.fixture
def lesson(net, rows):
    return FineTuning(rows, training.predictions(net, rows.train))


class TestBudget:
    @pytest.mark.parametrize(
        ("numbers", "met"),
        [
            ((20_480, (2.0, 2.0, 2.0), 0.95, 0.96), "met met met"),  # just so
            ((20_481, (2.0, 2.0, 2.0), 0.95, 0.96), "missed met met"),
            ((20_480, (1.98, 1.98, 1.98), 0.95, 0.96), "met missed met"),
            ((20_480, (2.5, 1.99, 3.0), 0.95, 0.96), "met undecided met"),
            ((20_480, (1.5, 1.4, 2.0), 0.95, 0.96), "met undecided met"),
            ((20_480, (2.2, 0.0, math.inf), 0.95, 0.96), "met undecided met"),  # too few pairs
            ((20_480, (2.0, 2.0, 2.0), 0.9499, 0.96), "met met missed"),
            ((1, (20.0, 19.0, 21.0), 0.99, 0.96), "met met met"),  # better than before
        ],
    )
    def test_a_limit_is_met_up_to_itself(self, numbers, met):
        size, times, *accuracies = numbers
        limits = Budget().limits(size, Speedup(*times), *accuracies)
        assert " ".join(limit.verdict for limit in limits) == met
        assert [limit.met for limit in limits] == [word == "met" for word in met.split()]

    @pytest.mark.parametrize(
        ("accuracy", "points", "used"),
        [(0.90, 10.0, 0.5), (0.90, 0.0, float("inf")), (0.95, 0.0, 0), (0.96, 10.0, 0)],
    )
    def test_the_part_of_each_limit_that_is_used(self, accuracy, points, used):
        limits = Budget(1000, 2.0, points).limits(500, Speedup(4.0, 3.0, 5.0), accuracy, 0.95)
        assert [limit.used for limit in limits] == pytest.approx([0.5, 0.5, used])

    def test_a_limit_that_says_nothing_is_refused(self):
        nan, inf = float("nan"), float("inf")
        wrong = {"stored_bytes": (0, 2.5), "times_faster": (-1, inf), "points": (nan,)}
        for name, values in wrong.items():
            for value in values:
                refuses(name, Budget, **{name: value})


class TestSteps:
    def test_the_old_state_is_untouched(self, net, lesson):
        with unchanged(net):
            state = State(net)
            for step in (*STACK, FineTune(1)):
                step(state, lesson)
        assert all(p.requires_grad for p in net.parameters())

    @pytest.mark.parametrize("steps", [(0, 1), (1, 0)], ids=["prune, share", "share, prune"])
    def test_in_either_order_zeros_stay_zero_and_values_shared(self, net, lesson, steps):
        state = State(net)
        for number in steps:
            state = (PruneWeights(0.6, 3), WeightSharing(4, 2, biases=2))[number](state, lesson)
        zeros = sum(int((~mask).sum()) for mask in state.masks.values())
        assert zeros == int(0.6 * sum(mask.numel() for mask in state.masks.values()))
        for name, mask in state.masks.items():
            weight = state.model.get_parameter(name)
            assert torch.equal(weight != 0, mask)
            assert len(weight[mask].unique()) <= 4
            assert torch.equal(state.books[name].index >= 0, mask)
        assert all(len(p.unique()) <= 2 for p in state.model.parameters() if p.ndim == 1)

    def test_the_order_is_that_of_the_plan(self, net, rows):
        """The same numbers in the other order give another network, of the same sparsity."""
        one = budget.fit(net, rows, (PruneWeights(0.6, 3), WeightSharing(4, 1)))
        other = budget.fit(net, rows, (WeightSharing(4, 1), PruneWeights(0.6, 3)))
        assert one.stages[-1].nonzero == other.stages[-1].nonzero
        assert not budget.same(one.last, other.last)

    def test_units_are_gone_and_pruned_ones_stay_pruned(self, net, lesson):
        pruned = PruneWeights(0.5, 3)(State(net), lesson)
        small = RemoveUnits({"1": 5}, 2)(pruned, lesson)
        assert small.model[1].weight.shape == (5, 16)
        assert small.model[3].weight.shape == (8, 5)
        assert torch.equal(pruning.masks_of(small.model)["1.weight"], small.masks["1.weight"])
        assert not small.masks["1.weight"].all()

    def test_the_units_that_stay_are_the_best(self, net, lesson):
        scores = pruning.output_std_times_norm(net, lesson.dataset.train)["1"]
        small = RemoveUnits({"1": 4}, 0)(State(net), lesson).model
        best = scores.argsort(descending=True)[:4].sort().values
        assert torch.equal(small[1].weight, net[1].weight[best])

    def test_a_convolution_with_its_norm(self, rows):
        model = convnet()
        stack = budget.fit(model, rows, (RemoveUnits(0.5, 1), PruneWeights(0.3, 3)))
        assert stack.last[0].weight.shape == (3, 1, 3, 3)
        assert stack.last[1].num_features == 3
        assert stack.last[5].in_features == 12

    def test_healing_heals(self, net, rows):
        hurt = budget.fit(net, rows, (RemoveUnits(0.2, 0),)).stages[-1]
        healed = budget.fit(net, rows, (RemoveUnits(0.2, 0), FineTune(30))).stages[-1]
        assert healed.accuracy > hurt.accuracy

    def test_another_teacher_is_asked(self, net, rows):
        taught = [budget.fit(net, rows, (FineTune(1),), teacher=t).last for t in (mlp(), net)]
        assert not budget.same(*taught)

    def test_the_same_seed_is_the_same_network(self, net, rows):
        twins = [budget.fit(net, rows, STACK, seed=3).last for _ in range(2)]
        assert budget.same(*twins)

    @pytest.mark.parametrize(
        ("plan", "says"),
        [
            ((), "plan must hold at least one step"),
            ((PruneWeights(0.5, 2),), "step 1, prune 50 % .*multiple of 3 rounds"),
            ((WeightSharing(4, 0), WeightSharing(2, 0)), "step 2, share 2 .*must not come twice"),
            ((WeightSharing(4, 0), RemoveUnits(0.5, 0)), "RemoveUnits must come before Weight"),
            ((PruneWeights(0.5, 0), Distil(mlp, 1)), "Distil must be the first step"),
            ((RemoveUnits({"5": 2}, 0),), "keep must name hidden layers, 1, 3"),
            ((RemoveUnits({"1": 13}, 0),), "keep of '1' must be 1 to 12, got 13"),
            ((PruneWeights(0.6, 0), PruneWeights(0.5, 0, rounds=1)), "has removed"),
            ((PruneWeights(0.5, 3), ExitEarly(exits_of, 1)), "step 2, leave early .*must come bef"),
            ((WeightSharing,), "step 1, WeightSharing: it must return a State, got a class: make"),
            ((lambda state, tuning: None,), "step 1, .*it must return a State, got NoneType"),
            ((Distil(lambda: nn.Linear(5, 3), 1),), "step 1, .*cannot read images"),
            ((Distil(lambda: nn.Sequential(nn.Flatten(), nn.Linear(16, 2)), 1),), "N x classes"),
        ],
    )
    def test_a_plan_that_cannot_be_is_refused_before_anything_is_trained(
        self, net, rows, plan, says, monkeypatch
    ):
        def trains(self, state, epochs, lr=None):
            raise AssertionError("a step was taken for real")

        monkeypatch.setattr(FineTuning, "heal", trains)
        refuses(says, budget.fit, net, rows, plan)

    @pytest.mark.parametrize(
        ("make", "says"),
        [
            (lambda: PruneWeights(1.5, 3), "sparsity must be at least 0 and less than 1, got 1.5"),
            (lambda: WeightSharing(0, 0), "values must be an integer from 1 to 4,096, got 0"),
            (lambda: ExitEarly(exits_of, 1, points=-1), "points must be a number of at least 0"),
            (lambda: FineTune(-1), "epochs must be an integer of at least 0, got -1"),
            (lambda: FineTune(1.5), "epochs must be an integer of at least 0, got 1.5"),
        ],
    )
    def test_a_step_that_cannot_be_is_refused_when_it_is_made(self, make, says):
        refuses(says, make)

    def test_the_rehearsal_leaves_no_trace(self, net, lesson):
        state = torch.random.get_rng_state()
        student = Distil(lambda: nn.Sequential(nn.Flatten(), nn.Linear(16, 3)), 5)
        with unchanged(net):
            budget.stack.rehearse(net, lesson, (student, WeightSharing(4, 1)))
        assert torch.equal(state, torch.random.get_rng_state())

    def test_a_stop_ends_the_whole_plan(self, net, rows, monkeypatch):
        stopped = training.History(interrupted=True, note="by you")
        monkeypatch.setattr(budget.state, "distil", lambda *a, **k: stopped)
        with pytest.raises(KeyboardInterrupt):
            budget.fit(net, rows, (WeightSharing(4, 2),))

    def test_the_meter_s_numbers(self, net, rows):
        stack = budget.fit(net, rows, (PruneWeights(0.5, 3), WeightSharing(4, 1)))
        last = stack.stages[-1]
        assert last.stored_bytes == len(deep_compression.encode(last.model.state_dict()))
        assert last.accuracy == training.accuracy(last.model, rows.validation)
        assert stack.stages[0].macs == 16 * 12 + 12 * 8 + 8 * 3
        text = repr(stack.table(stack.latencies(repeats=3)))
        assert "share 4 values a layer" in text
        assert "batch 1, 1 thread" in text


class TestExits:
    def test_all_exits_learn_and_the_network_then_leaves(self, net, rows):
        stack = budget.fit(net, rows, (ExitEarly(exits_of, 200),))
        model, costs = stack.last, dynamic.exit_costs(stack.last.net, (1, 4, 4))
        logits = dynamic.exit_logits(model.net, rows.validation)
        right = dynamic.exit_accuracies(logits, rows.validation.labels)
        assert min(right) > 1 / 3  # the new exits too are better than chance
        leaving = dynamic.leaves_at(dynamic.max_softmax(logits), model.thresholds.tolist())
        assert stack.stages[-1].macs == round(dynamic.mean_cost(leaving, costs))
        assert stack.stages[-1].accuracy >= right[-1] - 0.005 - 1e-9
        assert stack.stages[-1].stored_bytes > stack.stages[0].stored_bytes  # the exits weigh

    def test_the_loss_is_the_sum_of_the_exits(self):
        z, v, labels = torch.randn(2, 5, 3), torch.randn(5, 3), torch.tensor([0, 1, 2, 0, 1])
        one, two = (budget.state.soft_and_hard(each, v, labels) for each in z)
        assert torch.allclose(budget.state.soft_and_hard([*z], v, labels), one + two)

    def test_training_answers_everywhere_and_use_leaves(self, net):
        model = budget.Exiting(exits_of(copy.deepcopy(net)), [0.0, 0.0])
        images = torch.rand(4, 1, 4, 4)
        assert [tuple(z.shape) for z in model.train()(images)] == [(4, 3)] * 3
        assert torch.equal(model.eval()(images), model.net(images)[0])

    def test_the_thresholds_are_the_cheapest_that_are_good_enough(self):
        torch.manual_seed(1)
        labels, costs = torch.randint(0, 3, (200,)), [10, 40, 100]
        right = nn.functional.one_hot(labels, 3).float()
        logits = torch.stack([torch.randn(200, 3) + k * right for k in (1, 2, 4)])
        last = dynamic.exit_accuracies(logits, labels)[-1]
        spent = []
        for points in (0, 2, 10, 100):
            bars = budget.exits.cheapest_thresholds(logits, labels, costs, points)
            leaving = dynamic.leaves_at(dynamic.max_softmax(logits), bars)
            answers = dynamic.answers_at(logits, leaving)
            assert (answers == labels).double().mean() >= last - points / 100 - 1e-9
            spent.append(dynamic.mean_cost(leaving, costs))
        assert spent == sorted(spent, reverse=True)
        assert spent[-1] == 10  # everything may be lost: all leave at once

    def test_values_are_shared_through_the_exits(self, net, rows, tmp_path):
        stack = budget.fit(net, rows, (ExitEarly(exits_of, 3), WeightSharing(4, 2, biases=2)))
        assert all(len(p.unique()) <= 4 for p in stack.last.parameters())
        stack.save(tmp_path / "exits.ncd")
        form = budget.Exiting(exits_of(mlp(seed=7)), [0.5, 0.5])
        back = budget.load_into(form, tmp_path / "exits.ncd")
        assert budget.same(back, stack.last)
        assert torch.equal(back.thresholds, stack.last.thresholds)


def test_units_that_only_go_together_are_judged_together():
    model = architecture.ShuffleNetV2.small(seed=0)
    group = surgery.hidden_layers(model)["features.2.1.branch.2.0"]
    assert group.count == 6  # four layers of 24 channels
    scores = {name: torch.zeros(24) for name in group.layers}
    for unit, name in zip((0, 5, 9), group.layers, strict=False):
        scores[name][unit] = 1.0
    best = [int(group.bundles[name][unit]) for unit, name in zip((0, 5, 9), scores, strict=False)]
    keep = torch.isin(torch.arange(6), torch.tensor(best))
    small = removed(model, group, scores, int(keep.sum()))
    assert same(small, surgery.remove_channels(model, group.layers, keep))


class TestFiles:
    @pytest.mark.parametrize("make", [mlp, convnet])
    def test_a_smaller_network_comes_back_into_its_class(self, rows, tmp_path, make):
        model = make()
        stack = budget.fit(model, rows, STACK)
        stack.save(tmp_path / "small.ncd")
        back = budget.load_into(make(seed=9), tmp_path / "small.ncd")
        assert budget.same(back, stack.last)
        seen = [training.predictions(model, rows.test) for model in (back, stack.last)]
        assert torch.equal(*seen)
        training.fit(back, rows, epochs=1, progress=False)  # an ordinary network again

    def test_a_depthwise_layer_keeps_its_groups(self, tmp_path):
        wide, narrow = nn.Conv2d(6, 6, 3, groups=6), nn.Conv2d(4, 4, 3, groups=4)
        deep_compression.save(narrow, tmp_path / "a.ncd")
        back = budget.load_into(wide, tmp_path / "a.ncd")
        assert (back.in_channels, back.out_channels, back.groups) == (4, 4, 4)
        deep_compression.save(nn.Conv2d(2, 3, 3, bias=False), tmp_path / "a.ncd")
        grouped = nn.Conv2d(4, 4, 3, groups=2, bias=False)
        refuses("must have rows for all groups", budget.load_into, grouped, tmp_path / "a.ncd")
        deep_compression.save(wide, tmp_path / "b.ncd")
        assert budget.load_into(nn.Conv2d(6, 6, 3, groups=6), tmp_path / "b.ncd").in_channels == 6

    def test_another_class_and_a_damaged_file_are_refused(self, tmp_path):
        deep_compression.save(mlp(), tmp_path / "a.ncd")
        small = mlp()
        small[1] = nn.Linear(16, 5)
        refuses("is not a file of a Linear", budget.load_into, small[1], tmp_path / "a.ncd")
        refuses(r"must fit into \(5, 16\)", budget.load_into, small, tmp_path / "a.ncd")
        content = (tmp_path / "a.ncd").read_bytes()
        (tmp_path / "a.ncd").write_bytes(content[:-9])
        refuses("damaged or cut short", budget.load_into, mlp(), tmp_path / "a.ncd")


class TestBring:
    def bring(self, rows, model=None, **splits):
        given = {"train": rows.train, "validation": rows.validation, "test": rows.test} | splits
        return budget.check_model(model if model is not None else mlp(), **given)

    def test_a_trained_network_with_plain_tensors(self, net, rows):
        splits = (rows.train, rows.validation, rows.test)
        brought = budget.check_model(net, *((split.images, split.labels) for split in splits))
        assert brought.notes == ()
        assert brought.dataset.classes == ("0", "1", "2")
        assert "Sequential on Dataset yours" in repr(brought)
        stack = budget.fit(brought.model, brought.dataset, (WeightSharing(4, 0),))
        assert stack.stages[-1].stored_bytes < stack.stages[0].stored_bytes

    def test_what_gives_cause_for_thought_gets_a_word(self, net, rows):
        assert "train it first" in self.bring(rows).notes[0]
        images = torch.cat([rows.test.images[:25], rows.train.images[:5]])
        leaked = Split(images, torch.cat([rows.test.labels[:25], rows.train.labels[:5]]))
        (note,) = self.bring(rows, net, test=leaked).notes
        assert note.startswith("5 of the 30 test images are training images too")

    def test_a_network_that_cannot_work_is_told_why(self, rows):
        refuses("model must be a network, got a function", self.bring, rows, lambda x: x)
        refuses("linear or convolutional layer", self.bring, rows, nn.Flatten())
        nine, two = (nn.Sequential(nn.Flatten(), nn.Linear(*n)) for n in ((9, 3), (16, 2)))
        refuses(r"cannot read images of \(1, 4, 4\)", self.bring, rows, nine)
        message = "model must return 2 x at least 3 logits, got \\(2, 3, 2, 2\\)"
        refuses(message, self.bring, rows, nn.Conv2d(1, 3, 3))
        refuses("one for each class, got \\(2, 2\\)", self.bring, rows, two)
        answers_twice = nn.Sequential(nn.Flatten(), nn.Linear(16, 8), nn.GRU(8, 3))
        refuses("logits, got tuple", self.bring, rows, answers_twice)
        odd, broken = nn.Linear(4, 3, dtype=torch.complex64), mlp()
        nn.init.constant_(broken[1].weight, float("nan"))
        refuses("complex64, which no file", self.bring, rows, odd)
        refuses("'1.weight' of the model must be finite", self.bring, rows, broken)

    def test_data_that_cannot_work_are_told_why(self, rows):
        def refused(says, given):
            refuses(f"validation{says}", self.bring, rows, validation=given)

        images, labels = torch.zeros(3, 1, 4, 4), torch.zeros(3).long()
        pair = r" must be a Split, or a pair \(a tensor, a tensor\), got "
        refused(f"{pair}3", 3)
        refused(f"{pair}.torch.float32 of shape .3, 1, 4, 4.", (images,))
        refused(f"{pair}.an ndarray of float32, shape .*, torch.int64", (images.numpy(), labels))
        refused(": .*normalisation", (torch.full_like(images, 2.0), labels))
        refused(": ", (images, torch.zeros(3)))
        refused(" must have images of", (torch.zeros(3, 1, 5, 5), labels))
