"""One loop: repeatable, interruptible, validated."""

import os
import signal
import threading
from functools import partial

import pytest
import torch
from torch import nn

from nc_teach import training
from nc_teach.training.interrupt import as_a_whole
from tests.checks import refuses, same, unchanged
from tests.nets import perceptron


def tiny(seed=0, outputs=3):
    return perceptron(16, 8, outputs, seed=seed, dropout=0.2)


def state(model):
    return {name: value.clone() for name, value in model.state_dict().items()}


class TestFit:
    def test_it_learns_and_the_history_says_so(self, rows):
        net = tiny()
        history = training.fit(net, rows, epochs=30, batch_size=10, lr=0.02)
        assert len(history) == 30
        assert history.validation[-1] == training.accuracy(net, rows.validation)
        assert history.train_loss[-1] < history.train_loss[0]
        assert [epoch.number for epoch in history] == list(range(1, 31))

    def test_the_same_seed_gives_the_same_network_bit_for_bit(self, rows):
        nets = [tiny(), tiny(), tiny()]
        for net, seed in zip(nets, (5, 5, 6), strict=True):
            torch.rand(3)  # the global state must not matter
            training.fit(net, rows, epochs=3, seed=seed, batch_size=7)
        assert same(state(nets[0]), state(nets[1]))
        assert not same(state(nets[0]), state(nets[2]))

    def test_the_global_random_state_is_left_alone(self, rows):
        torch.manual_seed(1)
        expected = torch.rand(2)
        torch.manual_seed(1)
        training.fit(tiny(), rows, epochs=1)
        assert torch.equal(torch.rand(2), expected)

    def test_the_modes_of_the_modules_come_back(self, rows):
        net = tiny()
        net.eval()
        net[3].train()
        training.fit(net, rows, epochs=1)
        training.accuracy(net, rows.test)
        assert [module.training for module in net] == [False, False, False, True, False]

    def test_one_step_is_the_step_of_plain_pytorch(self, rows):
        """Oracle: the loop written out by hand for one batch that holds the whole split."""
        net, twin = tiny().eval(), tiny()
        del net[3], twin[3]  # no dropout, so that both draw the same numbers
        training.fit(net, rows, epochs=1, batch_size=90, optimizer=partial(torch.optim.SGD, lr=0.5))
        order = torch.randperm(90, generator=torch.Generator().manual_seed(0))
        loss = nn.functional.cross_entropy(twin(rows.train.images[order]), rows.train.labels[order])
        loss.backward()
        for p in twin.parameters():
            p.data -= 0.5 * p.grad
        assert all(torch.allclose(state(net)[k], state(twin)[k], atol=1e-6) for k in state(net))

    def test_the_hook_runs_after_every_update_with_the_model(self, rows):
        calls = []
        net = tiny()
        training.fit(net, rows, epochs=2, batch_size=40, after_step=calls.append)
        assert len(calls) == 2 * 3
        assert all(model is net for model in calls)

    def test_schedule_scales_the_rate_from_its_base(self, rows):
        rates = []
        made = []

        def sgd(parameters):
            made.append(torch.optim.SGD(parameters, lr=0.4))
            return made[-1]

        def note(model):
            rates.append(made[-1].param_groups[0]["lr"])

        how = {"optimizer": sgd, "schedule": training.cosine, "after_step": note}
        training.fit(tiny(), rows, epochs=2, batch_size=45, **how)
        assert rates == pytest.approx([0.4 * training.cosine(p) for p in (0, 0.25, 0.5, 0.75)])

    def test_frozen_parameters_are_not_handed_to_the_optimizer(self, rows):
        net = tiny()
        net[1].weight.requires_grad_(False)
        before = state(net)
        decay = partial(torch.optim.SGD, lr=0.1, weight_decay=0.5)
        training.fit(net, rows, epochs=1, optimizer=decay)
        assert torch.equal(net[1].weight, before["1.weight"])
        assert not torch.equal(net[4].weight, before["4.weight"])


@pytest.mark.parametrize("cut", [lambda w: w, lambda w: w.t(), lambda w: w[:, ::2]])
def test_adam_is_algorithm_1_however_the_weights_lie_in_memory(cut):
    weight = nn.Parameter(cut(torch.arange(24.0, dtype=torch.float64).reshape(4, 6)))
    opt = training.adam([{"params": [weight], "lr": 0.1}], lr=1.0)
    w, m, v = weight.detach().clone(), 0, 0
    for t in (1, 2, 3):
        g = torch.linspace(-1, 1, weight.numel(), dtype=torch.float64).reshape(weight.shape) / t
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        w = w - 0.1 * (m / (1 - 0.9**t)) / ((v / (1 - 0.999**t)).sqrt() + 1e-8)
        weight.grad = g
        opt.step()
    torch.testing.assert_close(weight.detach(), w)


class TestStopping:
    def test_early_stop_ends_with_the_best_weights(self, rows):
        scores = iter([0.5, 0.7, 0.7, 0.6, 0.9])
        seen = []

        def measure(model, split):
            assert split is rows.validation
            seen.append(state(model))
            return next(scores)

        net = tiny()
        history = training.fit(net, rows, epochs=5, patience=2, measure=measure)
        assert len(history) == 4
        assert history.best_epoch == 2
        assert "stopped early" in history.note
        assert same(state(net), seen[1])

    @pytest.mark.parametrize("at_step", [1, 4, 6, 9])
    def test_ctrl_c_ends_after_a_whole_step_and_returns_the_history(self, rows, at_step):
        """The interrupted network equals, bit for bit, the one that was trained up to that step."""
        snapshots = []

        def press(model):
            snapshots.append(state(model))
            if len(snapshots) == at_step:
                os.kill(os.getpid(), signal.SIGINT)

        net, before = tiny(), signal.getsignal(signal.SIGINT)
        history = training.fit(net, rows, epochs=5, batch_size=30, after_step=press)
        assert history.interrupted
        assert len(snapshots) == at_step
        assert len(history) == at_step // 3
        assert same(state(net), snapshots[-1])
        assert f"in epoch {(at_step - 1) // 3 + 1}, after step {at_step} in all" in history.note
        assert signal.getsignal(signal.SIGINT) is before

    def test_inside_an_experiment_ctrl_c_stops_everything(self, rows):
        def press(model):
            os.kill(os.getpid(), signal.SIGINT)

        with pytest.raises(KeyboardInterrupt), as_a_whole():
            training.fit(tiny(), rows, epochs=5, batch_size=30, after_step=press)
        assert training.fit(tiny(), rows, epochs=5, after_step=press).interrupted

    def test_it_trains_outside_the_main_thread(self, rows):
        results = []
        train = partial(training.fit, tiny(), rows, epochs=1)
        thread = threading.Thread(target=lambda: results.append(train()))
        thread.start()
        thread.join()
        assert len(results[0]) == 1

    def test_a_diverging_run_is_stopped_before_the_step_that_would_spread_it(self, rows):
        net = tiny()
        with pytest.raises(FloatingPointError, match="learning rate 1e\\+38 is probably too large"):
            training.fit(net.eval(), rows, epochs=50, optimizer=partial(torch.optim.SGD, lr=1e38))
        assert not any(module.training for module in net.modules())


class TestArguments:
    @pytest.mark.parametrize(
        ("wrong", "message"),
        [
            ({"epochs": -1}, "epochs must be an integer of at least 0, got -1"),
            ({"epochs": 1.5}, "epochs must be an integer of at least 0, got 1.5"),
            ({"batch_size": 0}, "batch_size must be an integer of at least 1, got 0"),
            ({"lr": 0.0}, "lr must be a positive number, got 0.0"),
            ({"lr": float("nan")}, "lr must be a positive number, got nan"),
            ({"patience": 0}, "patience must be an integer of at least 1, or None, got 0"),
        ],
    )
    def test_wrong_arguments_are_named_and_change_nothing(self, rows, wrong, message):
        net = tiny()
        with unchanged(net):
            refuses(message, training.fit, net, rows, **{"epochs": 1, **wrong})

    def test_too_few_outputs_are_named(self, rows):
        message = "model has 2 outputs, but rows has 3 classes"
        refuses(message, training.fit, tiny(outputs=2), rows, epochs=1)

    def test_no_epochs_leave_the_model(self, rows):
        net = tiny()
        with unchanged(net):
            assert len(training.fit(net, rows, epochs=0)) == 0


class TestReadings:
    def test_accuracy_by_hand(self, rows):
        class Says(nn.Module):
            def forward(self, images):
                return nn.functional.one_hot(torch.ones(len(images), dtype=torch.long), 3).float()

        assert training.accuracy(Says(), rows.test) == pytest.approx(1 / 3)
        outputs = training.predictions(Says(), rows.test, batch_size=7)
        assert outputs.shape == (30, 3)
