"""What every routine leaves alone: random states; and what it asks of a device: no float64."""

import copy
import random
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import nn
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.weak import WeakIdKeyDictionary

from nc_teach import (
    architecture,
    budget,
    distillation,
    dynamic,
    meter,
    models,
    pruning,
    quantization,
    surgery,
    training,
)
from nc_teach.data import Dataset
from nc_teach.quantization import deep_compression
from tests.conftest import make_split
from tests.nets import perceptron

SPLIT = make_split(30, 0)
ROWS = Dataset("rows", "small", SPLIT, SPLIT, SPLIT, ("a", "b", "c"), "the tests")
WEIGHTS, INPUTS = torch.linspace(-1, 1, 64), torch.ones(5, 8)
LOGITS = torch.linspace(-2, 3, 18).view(2, 3, 3)
HALF = torch.arange(8) % 2 == 0


def net(seed: int = 0) -> nn.Sequential:
    return perceptron(16, 8, 8, 3, seed=seed)


def conv() -> nn.Conv2d:
    return nn.Conv2d(4, 6, 3, padding=1)


def fit(model: nn.Module, **how) -> training.History:
    return training.fit(model, ROWS, epochs=1, **how)


def masks_of(model: nn.Module, criterion=pruning.magnitude):
    return pruning.select(criterion(model), 0.5)


def tune(step):
    model = net()
    tuning = budget.FineTuning(ROWS, training.predictions(model, SPLIT))
    return step(budget.State(model), tuning)


def exits():
    heads = [nn.Linear(16, 3), nn.Linear(8, 3)]
    model = net()
    return dynamic.EarlyExitNet([model[0], model[1:]], [heads[0], nn.Identity()])


def mean_of_slim(width):
    slimmable = dynamic.SlimmableNet(seed=0)
    slimmable.width = width
    return dynamic.slim(slimmable)


SI = pruning.synaptic_intelligence
ROUTINES: dict[str, Callable[[], object]] = {
    "fit": lambda: fit(net()),
    "fit, with dropout": lambda: fit(perceptron(16, 8, 3, dropout=0.5)),
    "recalibrate_bn": lambda: training.recalibrate_bn(nn.BatchNorm2d(1), SPLIT.images),
    "accuracy": lambda: training.accuracy(net(), SPLIT),
    "networks": lambda: models.SmallResNet(seed=0),
    "compact networks": lambda: architecture.GhostNet.small(seed=0),
    "masks": lambda: pruning.apply_masks(model := net(), masks_of(model)),
    "random": lambda: pruning.random(net(), seed=0),
    "obd": lambda: pruning.obd(net(), SPLIT),
    "hutchinson": lambda: pruning.obd(net(), SPLIT, hessian="hutchinson", probes=2),
    "gauss_newton": lambda: pruning.obd(net(), SPLIT, hessian="gauss_newton"),
    "obs": lambda: pruning.obs(net(), SPLIT, 2),
    "ewc": lambda: pruning.ewc(net(), SPLIT),
    "mas": lambda: pruning.mas(net(), SPLIT),
    "synaptic_intelligence": lambda: SI(net(), lambda model, hook: fit(model, after_step=hook)),
    "group_lasso": lambda: pruning.group_lasso(net(), {"1.weight": "filters"}),
    "output_std_times_norm": lambda: pruning.output_std_times_norm(net(), SPLIT),
    "apoz": lambda: pruning.apoz(net(), SPLIT),
    "mean_activation": lambda: pruning.mean_activation(net(), SPLIT),
    "taylor_neurons": lambda: pruning.taylor_neurons(net(), SPLIT),
    "l1_norm": lambda: pruning.l1_norm(net()),
    "random_units": lambda: pruning.random_units(net()),
    "grow_neurons": lambda: pruning.grow_neurons(net(), "1", 10),
    "remove_neurons": lambda: surgery.remove_neurons(net(), "1", HALF),
    "zero_units": lambda: surgery.zero_units(net(), "1", HALF),
    "to_im2col": lambda: pruning.to_im2col(CONV),
    "supermask": lambda: pruning.supermask.learn(net(), fit),
    "edge_popup": lambda: pruning.edge_popup(net(), fit, 0.5),
    "shuffled": lambda: pruning.mask_actions.reshuffled(torch.ones(4), torch.ones(4) > 0),
    "distil": lambda: distillation.distil(
        net(), net(1), ROWS, lambda z, v, y: distillation.soft_target_loss(z, v, 4.0), epochs=1
    ),
    "kd_loss": lambda: distillation.kd_loss(
        LOGITS[0],
        LOGITS[1],
        torch.arange(3),
        temperature=4.0,
        soft_weight=0.5,
    ),
    "average_parameters": lambda: distillation.average_parameters([net(), net(1)]),
    "match by weights": lambda: distillation.match_permutation(net()[1:], net(1)[1:]),
    "swa": lambda: distillation.swa(net(), lambda model, cycle: fit(model, seed=cycle), 2),
    "cluster": lambda: quantization.cluster(WEIGHTS, 4, "random"),
    "distortion": lambda: quantization.distortion(WEIGHTS, quantization.cluster(WEIGHTS, 4)),
    "cluster_weights": lambda: quantization.cluster_weights(net(), 2),
    "quantize_weights": lambda: quantization.quantize_weights(net(), 2),
    "low_rank": lambda: architecture.low_rank(LINEAR, 2),
    "low_rank, of inputs": lambda: architecture.low_rank(LINEAR, 2, INPUTS),
    "low_rank, of a convolution": lambda: architecture.low_rank(CONV, 2),
    "low_rank_spatial": lambda: architecture.low_rank_spatial(CONV, 2),
    "nearest_separable": lambda: architecture.nearest_separable(CONV),
    "deep_compression": lambda: deep_compression.decode(
        deep_compression.encode(net().state_dict())
    ),
    "exit_accuracies": lambda: dynamic.exit_accuracies(LOGITS, LOGITS[0, :, 0].long()),
    "slim": lambda: mean_of_slim(dynamic.SlimmableNet(seed=0).width),
    "budget: units": lambda: tune(budget.RemoveUnits(0.5, 1)),
    "budget: weights": lambda: tune(budget.PruneWeights(0.5, 3)),
    "budget: sharing": lambda: tune(budget.WeightSharing(2, 1)),
    "meter": lambda: meter.count_macs(net(), (1, 4, 4)),
}
with torch.random.fork_rng(devices=[]):
    CONV, LINEAR = conv(), nn.Linear(8, 6)


@pytest.mark.parametrize("routine", ROUTINES.values(), ids=ROUTINES)
def test_the_random_states_are_what_they_were(routine):
    torch.manual_seed(11)
    np.random.seed(11)
    random.seed(11)
    drawn = torch.rand(1).item(), np.random.rand(), random.random()
    torch.manual_seed(11)
    np.random.seed(11)
    random.seed(11)
    routine()
    assert (torch.rand(1).item(), np.random.rand(), random.random()) == drawn


class NoDoubles(TorchFunctionMode):
    """Every tensor counts as one of a device without float64, until it has passed ``.cpu()``.

    On a machine without a GPU nothing tells ``weights.cpu().double()`` from ``weights.double()``.
    So what ``.cpu()`` gives is noted as at home, and so is what is calculated from such tensors
    alone, and what is made without naming a device. Elsewhere a float64 result is an error, and so
    is to bring one from home to a device.
    """

    def __init__(self) -> None:
        super().__init__()
        self.home = WeakIdKeyDictionary()

    def __torch_function__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        given = [t for t in tree_leaves((args, kwargs)) if isinstance(t, torch.Tensor)]
        result = func(*args, **kwargs)
        name = getattr(func, "__name__", "")
        moves = name == "to" and any(
            isinstance(a, torch.device | torch.Tensor) for a in (*args[1:], *kwargs.values())
        )
        made = not given and kwargs.get("device") is None
        at_home = made or (all(t in self.home for t in given) and bool(given) and not moves)
        if name == "cpu":
            result, at_home = result.view(result.shape), True  # another tensor, also on a CPU
        for value in tree_leaves(result):
            if isinstance(value, torch.Tensor):
                if value.dtype == torch.float64 and not at_home:
                    raise AssertionError(f"{name} gives float64 on a device")
                if at_home:
                    self.home[value] = True
        return result


@pytest.mark.parametrize("name", ROUTINES)
def test_no_float64_before_the_cpu(name, monkeypatch):
    with NoDoubles() as mode:
        given = torch.from_numpy

        def from_numpy(numbers):  # no mode sees it
            mode.home[tensor := given(numbers)] = True
            return tensor

        monkeypatch.setattr(torch, "from_numpy", from_numpy)
        ROUTINES[name]()


def test_the_rule_finds_what_it_forbids():
    weights = torch.ones(3)
    for wrong in (
        lambda: weights.double(),
        lambda: torch.zeros_like(weights, dtype=torch.float64),
        lambda: weights + weights.cpu().double(),
        lambda: weights.cpu().double().to(weights.device),
        lambda: torch.zeros(3, dtype=torch.float64, device=weights.device),
    ):
        with NoDoubles(), pytest.raises(AssertionError, match="float64 on a device"):
            wrong()
    with NoDoubles():
        assert weights.cpu().double().sum().item() == 3


class NoDoublesOnCuda(TorchDispatchMode):
    """The same on a real device, for every operator that runs there."""

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        result = func(*args, **(kwargs or {}))
        for value in tree_leaves(result):
            if isinstance(value, torch.Tensor) and value.is_cuda and value.dtype == torch.float64:
                raise AssertionError(f"{func} gives float64 on a GPU")
        return result


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")
@pytest.mark.parametrize(
    "call",
    [
        lambda model: fit(model),
        lambda model: pruning.obd(model, SPLIT),
        lambda model: pruning.obs(model, SPLIT, 2),
        lambda model: pruning.ewc(model, SPLIT),
        lambda model: pruning.mas(model, SPLIT),
        lambda model: pruning.output_std_times_norm(model, SPLIT),
        lambda model: pruning.apoz(model, SPLIT),
        lambda model: pruning.taylor_neurons(model, SPLIT),
        lambda model: surgery.remove_neurons(model, "1", HALF),
        lambda model: distillation.average_parameters([model, copy.deepcopy(model)]),
        lambda model: distillation.match_permutation(model[1:], copy.deepcopy(model[1:])),
        lambda model: quantization.cluster_weights(model, 4),
        lambda model: quantization.quantize_weights(model, 4),
        lambda model: architecture.low_rank(model[1], 2, torch.ones(5, 16)),
        lambda model: budget.fit(
            model,
            ROWS,
            (budget.RemoveUnits(0.5, 1), budget.PruneWeights(0.5, 3), budget.WeightSharing(4, 1)),
        ),
    ],
)
def test_no_float64_on_a_gpu(call):
    with NoDoublesOnCuda():
        call(net().cuda())
