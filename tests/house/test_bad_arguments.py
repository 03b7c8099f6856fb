"""One wrong argument at a time, to everything that the parts offer."""

import contextlib
import copy
import importlib
import inspect
import io
import itertools
import re
import traceback
import types
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.optim import Adam
from torch.utils.data import DataLoader, TensorDataset

from nc_teach import (
    budget,
    data,
    distillation,
    dynamic,
    meter,
    models,
    pruning,
    quantization,
    training,
)
from nc_teach.common.declaration import Declaration
from tests.checks import refuses, same
from tests.nets import small_net
from tests.right_arguments import dataset, matrix, right_arguments

PARTS = (
    *("models", "pruning", "distillation", "quantization", "architecture", "dynamic", "training"),
    *("meter", "storage", "data", "budget", "surgery", "sweep", "classroom"),
)
LEFT_OUT = (  # need a compiler, a download, a certificate; or are handed on from another module
    *("quantization.xnor_compiled", "data.load_full", "classroom.Verification", "classroom.verify"),
    *("quantization.huffman.Code", "quantization.huffman.Tables", "quantization.huffman.unpack"),
    *("quantization.huffman.words_at", "quantization.huffman.read_ranks"),
    *("quantization.huffman.read_table", "quantization.deep_compression.smallest"),
)
WRONG: tuple[Callable[[], Any], ...] = (
    *(lambda: None, lambda: "x", lambda: -1, lambda: 0.37, lambda: True, object, nn.ReLU),
    *(lambda: float("nan"), lambda: float("inf"), lambda: [], lambda: [object()], lambda: len),
    *(lambda: {"x": "y"}, lambda: np.array(["x"]), lambda: torch.zeros(2, 7, 1)),
    lambda: torch.zeros(2, 3, 1, 5, 1, dtype=torch.complex64),
)
MOST = 100  # calls that may end in anything but an error of ours that names the argument


def offered(part: str) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Functions and classes behind the door of a part, and of the modules that it offers."""
    door = importlib.import_module(f"nc_teach.{part}")
    home = f"nc_teach.{part}" if "." in part else "nc_teach."
    text = Path(door.__file__ or "").read_text(encoding="utf-8")
    for name, value in list(vars(door).items()):
        if name.startswith("_") or f"{part}.{name}" in LEFT_OUT:
            continue
        if isinstance(value, types.ModuleType) and f"{name} as {name}" in text:
            yield from offered(f"{part}.{name}")
        error = inspect.isclass(value) and issubclass(value, Exception)
        called = (inspect.isfunction(value) or inspect.isclass(value)) and not error
        if called and value.__module__.startswith(home) and inspect.signature(value).parameters:
            yield f"{part}.{name}", value


def ending(function: Callable[..., Any], wrong: str, arguments: dict[str, Any]) -> str:
    """How a call with one wrong argument ends."""
    try:
        function(**arguments)
    except (ValueError, TypeError) as error:
        ours = "nc_teach" in traceback.extract_tb(error.__traceback__)[-1].filename
        # What several arguments must be together may be said of any of them.
        names = (wrong, *(inspect.signature(function).parameters if ours else ()))
        return "named" if any(re.search(rf"\b{n}\b", str(error)) for n in names) else "not named"
    except Exception:
        return "foreign"
    return "accepted"


def numbers(arguments: dict[str, Any]) -> dict[str, Tensor]:
    """The numbers of all networks and tensors among the arguments, by name."""
    found: dict[str, Tensor] = {}
    for name, value in arguments.items():
        state = value.state_dict() if isinstance(value, nn.Module) else {"": value}
        found |= {f"{name}.{key}": t for key, t in state.items() if isinstance(t, Tensor)}
    return {name: tensor.detach().clone() for name, tensor in found.items()}


@pytest.mark.parametrize(
    "step", [5, pytest.param(1, marks=pytest.mark.everything)], ids=["a fifth", "all"]
)
def test_a_wrong_argument_is_named_and_nothing_has_changed(tmp_path, monkeypatch, step):
    """Of the wrong values, every fifth: to the next argument, those that follow."""
    values = itertools.cycle(range(step))
    monkeypatch.setenv("NC_TEACH_PROGRESS", str(tmp_path / "progress.json"))
    monkeypatch.chdir(tmp_path)
    endings, different = Counter[tuple[str, str]](), []
    for part in PARTS:
        for name, function in offered(part):
            for wrong in inspect.signature(function).parameters.values():
                if wrong.kind in (wrong.VAR_POSITIONAL, wrong.VAR_KEYWORD):
                    continue
                right = dict(right_arguments(name, function))
                right.pop(wrong.name, None)
                before = numbers(right)
                for value in WRONG[next(values) :: step]:
                    with contextlib.redirect_stdout(io.StringIO()):
                        end = ending(function, wrong.name, right | {wrong.name: value()})
                    endings[part, end] += 1
                    if not same(before, numbers(right)):  # a new one for those that follow
                        different += [f"{name}({wrong.name}={value()!r})"] * (end == "named")
                        right = dict(right_arguments(name, function))
                        right.pop(wrong.name, None)
    for part in PARTS:
        print(part, {end: count for (of, end), count in endings.items() if of == part})
    bad = {key: count for key, count in endings.items() if key[1] in ("foreign", "not named")}
    assert sum(endings.values()) > 10_000 / step
    assert sum(bad.values()) <= MOST / step, bad
    assert not different


REMEDIES = (  # what many people give, and what they are told to do
    (lambda: training.fit(small_net(), dataset().train, epochs=1), "a Dataset holds three of them"),
    (lambda: training.fit(small_net, dataset(), epochs=1), "got a function$"),
    (
        lambda: models.layer_weights(models.LeNet300100),
        r"the class .*make one of it, LeNet300100\(",
    ),
    (lambda: training.fit(small_net(), dataset(), epochs=1, optimizer="adam"), "function itself"),
    (
        lambda: training.fit(small_net(), dataset(), epochs=1, loss=nn.CrossEntropyLoss()),
        "3 arguments, got a CrossEntropyLoss: lambda model, images, labels: ",
    ),
    (lambda: budget.fit(small_net(), dataset(), budget.FineTune(1)), r"\(step,\) is a sequence of"),
    (lambda: training.accuracy(small_net(), dataset()), "got a Dataset: give a part of it"),
    (
        lambda: training.accuracy(small_net(), (matrix(), matrix())),
        r"Split\(images, labels\) makes",
    ),
    (lambda: training.accuracy(small_net(), TensorDataset(matrix())), r"Split\(\*dataset.tensors"),
    (lambda: meter.latency(small_net(), np.ones((2, 5))), "torch.from_numpy makes one of it"),
    (lambda: meter.latency(small_net(), [matrix(), matrix()]), "torch.stack makes one of them"),
    (lambda: meter.measure(small_net(), dataset().test), "give it a name, {'mine': model}"),
    (lambda: meter.count_params(small_net().state_dict()), "an OrderedDict of .*load_state_dict"),
    (
        lambda: data.Samples(torch.rand(3, 5), torch.eye(3)),
        r"labels must be .*\(3, 3\): of one-hot rows, argmax\(1\) makes it",
    ),
    (lambda: data.Samples(torch.rand(3, 5), torch.ones(3)), r"\(3,\): .long\(\) makes it"),
)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: pruning.keep_top(matrix(), matrix() < 0, -1), "count .*at least 0, got -1"),
        (lambda: pruning.obs_step(torch.ones(3), torch.eye(3), -1), "q must be .* got -1"),
        (lambda: dynamic.answers_at(torch.rand(2, 4, 3), -1), "leaving must be .*, got -1"),
        (
            lambda: dynamic.answers_at(torch.rand(2, 2, 3), torch.tensor([2, -1])),
            "leaving must be from 0 to 1, got -1 to 2",
        ),
        (
            lambda: dynamic.exit_accuracies(matrix()[None] * float("nan"), torch.zeros(3).long()),
            "logits must be .*exits x N x classes, without NaN",
        ),
        (
            lambda: training.fit(small_net(), DataLoader([1]), epochs=1),
            "dataset must be a Dataset, got a DataLoader: torch.cat its batches first",
        ),
        (
            lambda: training.fit(small_net(), dataset(), epochs=1, optimizer=Adam([matrix()])),
            r"optimizer .*that takes 1 argument, or None, got an Adam: give what makes it",
        ),
        (lambda: dynamic.Option("a", "b", "zzz", 1.0, 0.5), "macs must be a number .*'zzz'"),
        (lambda: dynamic.Option("a", "b", 1.0, -1, 0.5), "latency_ms must be .* got -1"),
        (lambda: dynamic.Option("a", "b", 1.0, 1.0, float("nan")), "validation .*got nan"),
        (lambda: dynamic.RuntimePruningNet(layers=-1), "layers must be .*at least 1, got -1"),
        (lambda: dynamic.image_blocks(blocks=-1), "blocks must be .*at least 1, got -1"),
        (lambda: quantization.grid_values(-1, 0, 4), "scale must be .*got -1"),
        (lambda: quantization.grid_values(0.5, 0, True), "bits must be .*got True"),
        (
            lambda: distillation.interpolate(small_net(), small_net(), float("nan")),
            "alpha must be a finite number, got nan",
        ),
        (
            lambda: distillation.errors_after(matrix(), 0.5, [0], 1.0),
            "labels must be an int64 tensor, N, got 0.5",
        ),
        *REMEDIES,
        (lambda: pruning.apply_masks(small_net(), {"1.weight": 3}), r"masks\['1.weight'\] must"),
        (lambda: pruning.prune_iteratively(small_net(), len, [0.5]), "train .*that takes 2"),
    ],
)
def test_nonsense_is_refused(call, says):
    refuses(says, call)


@pytest.mark.parametrize("argument", ["after_step", "measure", "loss", "optimizer", "schedule"])
def test_what_is_no_function_is_refused_before_training(argument):
    net, rows = small_net(), dataset()
    before = copy.deepcopy(net)
    refuses(f"{argument} must be a function", training.fit, net, rows, epochs=1, **{argument: "x"})
    assert same(net, before)


@pytest.mark.parametrize(
    "three", [np.int64(3), np.uint8(3), np.array(3), torch.tensor(3), torch.tensor(3).int()]
)
def test_integers_of_numpy_and_torch_are_integers(three):
    layer = models.LeNet300100(num_classes=three).fc3
    assert type(layer.out_features) is int
    assert layer.out_features == 3


@pytest.mark.parametrize("half", [np.float32(0.5), np.array(0.5), torch.tensor(0.5)])
def test_numbers_of_numpy_and_torch_are_numbers(half):
    scores = {"w": torch.arange(4.0)}
    assert same(pruning.select(scores, half), pruning.select(scores, 0.5))
    assert dynamic.exit_shares([1.0, half + 1], half + 1) == dynamic.exit_shares([1.0, 1.5], 1.5)


def test_every_item_is_looked_at_and_no_random_number_is_drawn():
    import random

    state = random.getstate()
    wrong = [*[0.5] * 50, "x", *[0.5] * 50]
    refuses(
        r"sparsities\[50\] must be .* got 'x'", pruning.prune_iteratively, small_net(), print, wrong
    )
    refuses("classes must be", data.Dataset, "a", "b", *[dataset().train] * 3, ["a"], "c")
    assert random.getstate() == state


def test_a_declared_type_is_still_there_for_a_reader():
    parameter = inspect.signature(pruning.keep_top).parameters["count"]
    assert parameter.annotation.__metadata__[0].words == "an integer of at least 0"
    assert inspect.getsource(pruning.keep_top).startswith("def keep_top(")


def test_a_forward_pass_is_not_looked_at(monkeypatch):
    """It is timed; what our own code hands on is right already."""
    net = dynamic.Leaving(dynamic.EarlyExitNet.small(seed=0).eval(), [0.5] * 3).eval()
    images, looked = torch.rand(4, 1, 28, 28), []
    allowed = Declaration.allowed

    def noted(self: Declaration, *given: Any) -> Any:
        looked.append(self)
        return allowed(self, *given)

    monkeypatch.setattr(Declaration, "allowed", noted)
    with torch.no_grad():
        out = net(images)
        assert not looked
        assert torch.equal(dynamic.early_exit(net.net, images, [0.5] * 3).logits, out)
    assert looked
