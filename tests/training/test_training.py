"""One loop: repeatable, interruptible, validated."""

import copy
import os
import signal
import threading
from dataclasses import replace
from functools import partial

import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from nc_teach import training
from nc_teach.training.interrupt import as_a_whole
from tests.checks import refuses, same, unchanged
from tests.conftest import training_loss
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


class Root(nn.Module):
    """Its slope is infinite where its input is 0: the loss is finite, 0 times infinity is not."""

    def __init__(self):
        super().__init__()
        self.first, self.last = nn.Linear(16, 4), nn.Linear(4, 3)

    def forward(self, images):
        return self.last((self.first(images.flatten(1)) * 0).sqrt())


class Spy(torch.optim.SGD):
    """Never asked to take a step with a gradient that is not finite."""

    def step(self, closure=None):
        gradients = [p.grad for group in self.param_groups for p in group["params"]]
        assert all(g is None or g.isfinite().all() for g in gradients)
        return super().step(closure)


class TestNotFinite:
    """Nothing that is not finite is stepped; it is named; and the network is as it was."""

    def stops(self, says, net, data, **how):
        with unchanged(net), pytest.raises(FloatingPointError, match=says):
            training.fit(net.eval(), data, **{"epochs": 3, "batch_size": 30} | how)
        assert not any(module.training for module in net.modules())
        assert all(p.grad is None for p in net.parameters())

    def test_a_gradient(self, rows):
        says = "gradient of 'first.weight', 'first.bias' was not finite at step 1, though the loss"
        self.stops(says, Root(), rows, epochs=1, batch_size=90, optimizer=partial(Spy, lr=0.1))

    def test_a_large_gradient_is_finite(self, rows):
        def loss(model, images, labels):
            return 1e35 * training.cross_entropy(model, images, labels)

        net = nn.Sequential(nn.Flatten(), nn.Linear(16, 3))
        optimizer = partial(Spy, lr=1e-36)
        history = training.fit(net, rows, epochs=2, loss=loss, optimizer=optimizer)
        assert history.train_loss[0] > history.train_loss[1]

    def test_the_loss_after_too_large_a_step(self, rows):
        sgd = partial(Spy, lr=1e38)
        self.stops(
            "the loss became (nan|inf) at step 2: (inputs and|'1.)", tiny(), rows, optimizer=sgd
        )

    def test_a_parameter(self, rows):
        def spoil(model):
            with torch.no_grad():
                model[4].bias.fill_(float("nan"))

        self.stops(
            "nan at step 2: '4.bias' of the model went there", tiny(), rows, after_step=spoil
        )

    def test_the_loss_by_itself(self, rows):
        def loss(model, images, labels):
            return training.cross_entropy(model, images, labels) * float("inf")

        self.stops("inf at step 1: inputs and parameters are finite", tiny(), rows, loss=loss)

    def test_a_batch_norms_statistics(self, rows):
        net = nn.Sequential(nn.Flatten(), nn.Linear(16, 4), nn.BatchNorm1d(4), nn.Linear(4, 3))

        def measure(model, split):
            raise RuntimeError("I cannot")

        with unchanged(net), pytest.raises(RuntimeError, match="I cannot"):
            training.fit(net, rows, epochs=1, measure=measure)

    def test_accuracy_of_outputs_that_are_no_numbers(self, rows):
        net = tiny()
        nn.init.constant_(net[4].bias, float("nan"))
        with pytest.raises(FloatingPointError, match="NaN for 30 of the 30 images"):
            training.accuracy(net, rows.test)


class TestBatchOfOne:
    """Batch normalisation can make nothing of one image."""

    def net(self):
        torch.manual_seed(0)
        return nn.Sequential(nn.Flatten(), nn.Linear(16, 4), nn.BatchNorm1d(4), nn.Linear(4, 3))

    def test_a_last_image_joins_the_batch_before(self, rows):
        sizes = []

        def loss(model, images, labels):
            sizes.append(len(images))
            return training.cross_entropy(model, images, labels)

        training.fit(self.net(), rows, epochs=1, batch_size=89, loss=loss)
        training.fit(tiny(), rows, epochs=1, batch_size=89, loss=loss)
        assert sizes == [90, 89, 1]

    def test_it_is_refused_where_there_is_no_other(self, rows):
        for how in ({"batch_size": 1}, {"batch_size": 30}):
            one = replace(rows, train=rows.train.subset(1)) if how["batch_size"] > 1 else rows
            net = self.net()
            with unchanged(net):
                refuses(
                    "batch_size must leave .* at least 2", training.fit, net, one, epochs=1, **how
                )

    def test_maps_have_many_numbers_each(self, rows):
        net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Flatten(), nn.Linear(8, 3))
        assert len(training.fit(net, rows, epochs=1, batch_size=1)) == 1

    def test_statistics_measured_anew(self):
        torch.manual_seed(0)
        norm, images = nn.BatchNorm1d(3), torch.randn(7, 3)
        training.recalibrate_bn(norm, images, batch_size=3)
        means = [images[:3].mean(0), images[3:].mean(0)]
        torch.testing.assert_close(norm.running_mean, torch.stack(means).mean(0))
        with unchanged(norm):
            why = "images must be at least 2 for this network, got 1: .* more than 1 value"
            refuses(why, training.recalibrate_bn, norm, images[:1])
            refuses("images must be at least one", training.recalibrate_bn, norm, images[:0])
        assert norm.momentum == 0.1


class TestSettings:
    """What the caller has set in torch makes no difference, or is refused by name."""

    def trained(self, rows):
        net = tiny()
        training.fit(net, rows, epochs=1)
        return net

    @pytest.mark.parametrize(
        "setting", [torch.no_grad, torch.inference_mode, partial(torch.device, "meta")]
    )
    def test_the_same_network_comes_out(self, rows, setting):
        net, wanted = tiny(), self.trained(rows)
        with setting():
            training.fit(net, rows, epochs=1)
        assert same(net, wanted)

    def test_gradients_switched_off(self, rows):
        torch.set_grad_enabled(False)
        try:
            assert same(self.trained(rows), (torch.set_grad_enabled(True), self.trained(rows))[1])
        finally:
            torch.set_grad_enabled(True)

    def test_another_default_dtype(self, rows):
        torch.set_default_dtype(torch.float64)
        try:
            net = self.trained(rows)
        finally:
            torch.set_default_dtype(torch.float32)
        assert net[1].weight.dtype == torch.float64
        twin = tiny().double()
        training.fit(twin, rows, epochs=1)
        assert training.predictions(net, rows.test).dtype == torch.float32

    @pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
    def test_a_network_of_another_dtype(self, rows, dtype):
        net = tiny().to(dtype)
        before = training_loss(net, rows)
        training.fit(net, rows, epochs=5, batch_size=10)
        assert {p.dtype for p in net.parameters()} == {dtype}
        assert training_loss(net, rows) < before

    def test_half_precision_is_read_and_not_trained(self, rows):
        net = self.trained(rows)
        wanted = training.accuracy(net, rows.test)
        assert training.accuracy(net.half(), rows.test) == pytest.approx(wanted, abs=0.1)
        refuses("'1.weight' in float16.*model.float\\(\\)", training.fit, net, rows, epochs=1)

    def test_a_network_without_numbers(self, rows):
        with torch.device("meta"):
            net = nn.Sequential(nn.Flatten(), nn.Linear(16, 3))
        refuses("'1.weight' on the device 'meta'", training.fit, net, rows, epochs=1)
        with torch.inference_mode():
            net = nn.Sequential(nn.Flatten(), nn.Linear(16, 3))
        refuses("outside of torch.inference_mode", training.fit, net, rows, epochs=1)
        assert len(training.fit(copy.deepcopy(net), rows, epochs=1)) == 1


class TestArguments:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"optimizer": "Adam"},
            {"optimizer": torch.optim.SGD(nn.Linear(1, 1).parameters(), lr=0.1)},
            {"optimizer": torch.optim.lr_scheduler.StepLR},
            {"optimizer": lambda parameters: None},
            {"schedule": torch.optim.lr_scheduler.CosineAnnealingLR},
            {"after_step": "x"},
            {"measure": "x"},
            {"loss": "x"},
        ],
        ids=lambda wrong: next(iter(wrong)),
    )
    def test_what_is_no_function_of_the_right_kind_is_named(self, rows, wrong):
        net = tiny()
        with unchanged(net):
            refuses(f"{next(iter(wrong))} must", training.fit, net, rows, epochs=1, **wrong)

    def test_data_in_another_form_and_frozen_networks(self, rows):
        loader = DataLoader(TensorDataset(rows.train.images, rows.train.labels))
        refuses(
            "dataset must be a Dataset, got a DataLoader", training.fit, tiny(), loader, epochs=1
        )
        refuses("split must be a Split, got a DataLoader", training.accuracy, tiny(), loader)
        frozen = tiny().requires_grad_(False)
        refuses("requires a gradient, got none", training.fit, frozen, rows, epochs=1)

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

    def test_a_network_that_does_not_read_the_images_or_gives_no_tensor(self, rows):
        class Named(nn.Module):
            def __init__(self):
                super().__init__()
                self.net = tiny()

            def forward(self, x):
                return {"logits": self.net(x)}

        for call in (
            lambda net: training.fit(net, rows, epochs=1),
            lambda net: training.accuracy(net, rows.test),
            lambda net: training.predictions(net, rows.test),
        ):
            refuses(r"model cannot read images of \(1, 4, 4\): mat1 and", call, nn.Linear(5, 3))
            refuses("model must return a tensor of logits, got dict", call, Named())

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
