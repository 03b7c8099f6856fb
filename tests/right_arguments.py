"""Arguments that are right: for each function and class that a part offers, those it must have.

``NAMED`` says what an argument of that name usually is, ``OWN`` what a single function takes
instead; every value is made anew for each call.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils import prune

from nc_teach import budget, classroom, data, dynamic, meter, models, pruning, quantization, storage
from nc_teach.pruning import lottery, weight_agnostic
from nc_teach.quantization import binary, huffman, xnor
from nc_teach.training import Epoch, History
from tests.nets import images, small_net

FOLDER = Path(mkdtemp())


def split(count: int = 12, size: int = 4) -> data.Split:
    return data.Split(images(count, size), torch.arange(count) % 3)


def dataset(size: int = 4) -> data.Dataset:
    parts = split(12, size), split(6, size), split(6, size)
    return data.Dataset("toy", "small", *parts, ("a", "b", "c"), "made up")


def history() -> History:
    return History([Epoch(1, 0.5, 0.5, 0.1)])


def trained(*_: object, **__: object) -> History:
    return history()


def matrix(rows: int = 3, columns: int = 3, seed: int = 0) -> Tensor:
    return torch.rand(rows, columns, generator=torch.Generator().manual_seed(seed)) + 0.1


def logits(seed: int = 0) -> Tensor:
    return matrix(4, 3, seed)


def masks() -> dict[str, Tensor]:
    return {name: w > 0 for name, w in models.layer_weights(small_net()).items()}


def scores() -> dict[str, Tensor]:
    return {name: w.detach().abs() for name, w in models.layer_weights(small_net()).items()}


def half(count: int) -> Tensor:
    return torch.arange(count) % 2 == 0


def exits() -> dynamic.EarlyExitNet:
    return dynamic.EarlyExitNet.small(3, ((2, 2), (2, 1)), seed=0)


def dropping() -> dynamic.BlockDrop:
    return dynamic.BlockDrop(dynamic.point_blocks(3, 2, 4, 0), dynamic.PolicyNet(2, 2, seed=0))


def skipping() -> dynamic.SkipNet:
    return dynamic.SkipNet(dynamic.point_blocks(3, 2, 4, 0), dynamic.FeedForwardGates(2, 4, seed=0))


def slimmable() -> dynamic.SlimmableNet:
    return dynamic.SlimmableNet(3, (4, 4), (1, 2), seed=0)


def measurement() -> meter.Measurement:
    return meter.Measurement("net", 1, 1, 1, 1, 4, 4, latency(), None, 0.5)


def latency() -> meter.Latency:
    return meter.Latency(1.0, 0.9, 1.1, 1, 1, 5)


def book() -> quantization.Codebook:
    return quantization.cluster(matrix(), 2)


def books() -> dict[str, quantization.Codebook]:
    return quantization.cluster_weights(small_net(), 2)


def residual() -> models.SmallResNet:
    return models.SmallResNet(3, 2, 4, seed=0)


def block_drop_split() -> Tensor:
    return torch.rand(3, 1, 1, 2)


def torch_pruned() -> nn.Module:
    net = small_net()
    prune.l1_unstructured(net[1], "weight", 3)
    return net


def stored(save: Callable[..., int], name: str) -> Path:
    path = FOLDER / name
    if not path.exists():
        save(small_net(), path)
    return path


def code() -> huffman.Code:
    return huffman.code_for([3, 1, 1])


def point_images() -> Tensor:
    return torch.rand(3, 1, 1, 2, generator=torch.Generator().manual_seed(0))


def conv() -> nn.Conv2d:
    return nn.Conv2d(2, 3, 3)


def stack() -> budget.Stack:
    return budget.fit(small_net(), dataset(), fit_plan())


def certificate() -> Path:
    return FOLDER / "small.json"


def fit_plan() -> tuple[budget.FineTune, ...]:
    return (budget.FineTune(0),)


def mutated() -> weight_agnostic.Network:
    first = network()
    return replace(first, connections=first.connections[1:])


def constantly(value: Any) -> Callable[[], Any]:
    return lambda: value


def state_dict() -> dict[str, Tensor]:
    return small_net().state_dict()


def network() -> weight_agnostic.Network:
    return weight_agnostic.fully_connected(2, 2)


NAMED: dict[str, Callable[[], Any]] = {
    **dict.fromkeys(
        ("model", "network", "student", "teacher", "a", "b", "one", "other"), small_net
    ),
    **dict.fromkeys(("of", "layer", "form"), small_net),
    **dict.fromkeys(("split", "train_split", "validation", "test", "held_out"), split),
    **dict.fromkeys(("masks", "removed_masks"), masks),
    **dict.fromkeys(("scores", "initials"), scores),
    **dict.fromkeys(("weight", "weights", "x", "maps2d"), matrix),
    **dict.fromkeys(("initial", "values", "final", "q", "guided", "hint"), matrix),
    **dict.fromkeys(("logits", "student_logits", "teacher_logits", "outputs", "targets"), logits),
    **dict.fromkeys(("keep", "mask"), partial(half, 12)),
    "labels": lambda: torch.tensor([0, 1, 2, 0]),
    "dataset": dataset,
    "images": partial(images, 4, 4),
    "batch": partial(images, 4, 4),
    "inputs": partial(images, 4, 4),
    "train": constantly(trained),
    "loss": constantly(lambda outputs, labels: nn.functional.cross_entropy(outputs, labels)),
    "seed": constantly(0),
    "epochs": constantly(0),
    "bits": constantly(4),
    "rank": constantly(2),
    "k": constantly(2),
    "scale": constantly(0.5),
    "zero_point": constantly(0),
    "temperature": constantly(2.0),
    "sparsity": constantly(0.5),
    "classes": constantly((0, 1)),
    "shift": constantly(0.5),
    "rounds": constantly(2),
    "costs": constantly([1.0, 2.0]),
    "budget": constantly(1.5),
    "confidence": lambda: matrix(2, 4),
    "thresholds": constantly([0.5]),
    "leaving": lambda: torch.tensor([0, 1, 0, 1]),
    "net": exits,
    "conv": conv,
    "lr": constantly(0.1),
    "weight_": matrix,
    "speedup": constantly(None),
    "batch_size": constantly(1),
    "threads": constantly(1),
    "least": constantly(0.5),
    "most": constantly(0.5),
    "ms": lambda: {"one": np.ones(3)},
    "times": constantly(1.0),
    "activation": constantly({}),
    "device": constantly(torch.device("cpu")),
    "models": lambda: {"one": small_net()},
    "input_shape": constantly((1, 4, 4)),
    "gamma": constantly(1.0),
    "channels": constantly(4),
    "in_channels": constantly(4),
    "out_channels": constantly(4),
    "width": constantly(4),
    "blocks": constantly(2),
    "stride": constantly(1),
    "groups": constantly(2),
    "maps": lambda: torch.rand(2, 4, 5, 5),
    "units": constantly(2),
    "books": books,
    "book": book,
    "counts": constantly([3, 1, 1]),
    "code": code,
    "tensors": state_dict,
    "path": lambda: FOLDER / "written",
    "options": lambda: [dynamic.Option("a", "b", 1.0, 1.0, 0.5)],
    "name": constantly("fc1"),
    "history": history,
    "histories": lambda: (history(),),
    "inverse": lambda: torch.eye(3),
    "damping": constantly(0.1),
    "backbone": partial(dynamic.point_blocks, 3, 2, 4),
    "chapter": constantly("1"),
    "key": constantly("1.1"),
    "question": constantly("How many?"),
    "low": constantly(0.0),
    "high": constantly(1.0),
    "progress": constantly(0.5),
    "sizes": constantly((16, 3)),
    "signs": lambda: np.array([[1.0, -1.0]]),
    "rule": constantly(binary.BinaryConnect(binary.deterministic, binary.real)),
    "symbols": constantly([0, 1, 2]),
    "in_features": constantly(4),
    "out_features": constantly(4),
}
_LAYERS = {"model": small_net, "layer": constantly("1"), "keep": partial(half, 12)}
_POINTS = {"model": skipping, "inputs": point_images, "labels": lambda: torch.tensor([0, 1, 2])}
OWN: dict[str, dict[str, Callable[[], Any]]] = {
    "models.weight_of": {"layer": conv},
    "pruning.saliency": {"weight": matrix, "curvature": matrix},
    "pruning.gauss_newton_diagonal": {"slopes": lambda: torch.rand(4, 3, 2), "logits": logits},
    "pruning.remove_neurons": _LAYERS,
    "pruning.remove_channels": {
        "model": residual,
        "layer": constantly("blocks.0.conv1"),
        "keep": partial(half, 4),
    },
    "pruning.zero_units": _LAYERS,
    "pruning.grow_neurons": {"layer": constantly("1"), "units": constantly(14)},
    "pruning.residual_blocks": {"model": residual},
    "pruning.branch_groups": {"model": residual},
    "pruning.zero_blocks": {"model": residual},
    "pruning.remove_layers": {"model": residual, "layers": constantly("blocks.0")},
    "pruning.silence_layers": {"model": residual, "layers": constantly("blocks.0")},
    "pruning.edge_popup": {"keep": constantly(0.5)},
    "pruning.group_lasso": {"groups": constantly({"1.weight": "filters"})},
    "pruning.proximal_step": {
        "groups": constantly({"1.weight": "filters"}),
        "strength": constantly(0.1),
    },
    "pruning.shrink_groups": {"step": constantly(0.1)},
    "pruning.Im2colConv2d": {"keep": lambda: half(18).view(2, 3, 3)},
    "pruning.remove_filter_positions": {
        "model": lambda: nn.Sequential(conv()),
        "layer": constantly("0"),
    },
    "pruning.prune_iteratively": {"sparsities": constantly([0.5])},
    "pruning.obs": {"remove": constantly(1)},
    "pruning.obs_saliency": {"weights": lambda: torch.ones(3)},
    "pruning.obs_step": {"weights": lambda: torch.ones(3), "q": constantly(1)},
    "pruning.inverse_hessian": {"matrix": lambda: torch.eye(3)},
    "pruning.cubic_schedule": {"final": constantly(0.5)},
    "pruning.geometric_schedule": {"final": constantly(0.5)},
    "pruning.keep_top": {"scores": matrix, "removed": lambda: matrix() < 0, "count": constantly(2)},
    "pruning.from_torch_prune": {"model": torch_pruned},
    "pruning.lottery.find_ticket": {
        "make_model": constantly(small_net),
        "prune": lambda: lottery.prune_share(0.2),
    },
    "pruning.lottery.rewind": {"start": state_dict},
    "pruning.lottery.prune_share": {"share": constantly(0.2)},
    "pruning.lottery.Ticket": {"start": state_dict, "path": lambda: (masks(),)},
    "pruning.mask_actions.reshuffled": {"mask": lambda: matrix() > 0.5},
    "pruning.mask_actions.set_weights": {"kept": scores},
    "pruning.mask_actions.frozen_at": {"values": scores},
    "pruning.mask_criteria.score": {
        "criterion": constantly(pruning.mask_criteria.movement),
        "initial": scores,
        "final": scores,
    },
    "pruning.mask_criteria.same_sign_share": {"initial": scores, "final": scores},
    "pruning.supermask.with_weights": {"weights": scores},
    "pruning.supermask.Learned": {"scores": scores},
    "pruning.weight_agnostic.Network": {
        "inputs": constantly(2),
        "outputs": constantly(1),
        "places": constantly((0.0, 0.0, 0.0, 1.0)),
        "activations": constantly(("linear",)),
        "connections": constantly(()),
    },
    "pruning.weight_agnostic.empty": {"inputs": constantly(2), "outputs": constantly(2)},
    "pruning.weight_agnostic.fully_connected": {"inputs": constantly(2), "outputs": constantly(2)},
    "pruning.weight_agnostic.change_between": {"parent": mutated, "child": network},
    "pruning.weight_agnostic.replay": {"first": network, "changes": constantly(())},
    "pruning.weight_agnostic.Found": {
        "network": network,
        "history": constantly(()),
        "best": constantly(()),
    },
    "pruning.weight_agnostic.Individual": {"network": network, "born": constantly(0)},
    "pruning.weight_agnostic.log_likelihood": {
        "logits": lambda: np.zeros((4, 3)),
        "labels": lambda: np.array([0, 1, 2, 0]),
    },
    "pruning.weight_agnostic.search": {
        "inputs": lambda: np.ones((4, 2)),
        "labels": lambda: np.array([0, 1, 1, 0]),
        "classes": constantly(2),
        "generations": constantly(1),
        "population": constantly(5),
    },
    "distillation.assign": {"costs": lambda: np.eye(3)},
    "distillation.distil_in_steps": {"path": lambda: [small_net()]},
    "distillation.average_logits": {"logits": lambda: [logits(), logits()]},
    "distillation.average_outputs": {"logits": lambda: [logits(), logits()]},
    "distillation.ensemble_logits": {"logits": lambda: [logits(), logits()]},
    "distillation.average_parameters": {
        "models": lambda: [small_net(), small_net()],
        "weights": constantly([0.5, 0.5]),
    },
    "distillation.average_states": {
        "states": lambda: [state_dict(), state_dict()],
        "weights": constantly([0.5, 0.5]),
    },
    "distillation.interpolate": {"alpha": constantly(0.5)},
    "distillation.interpolation_path": {
        "alphas": constantly([0.5]),
        "measure": constantly(lambda model: 0.5),
    },
    "distillation.smoothed_labels": {"classes": constantly(3)},
    "distillation.train_on_hints": {"guided": constantly(1), "hint": constantly(1)},
    "distillation.permute_units": {"permutations": constantly({"1": torch.arange(12)})},
    "distillation.kd_loss": {"soft_weight": constantly(0.5)},
    "distillation.SwaResult": {"average": small_net, "snapshots": lambda: (small_net(),)},
    "distillation.entropy": {"probabilities": lambda: torch.full((2, 2), 0.5)},
    "distillation.temperature_table": {
        "logits": constantly([1.0, 2.0]),
        "temperatures": constantly([1.0]),
    },
    "distillation.best_shift": {"shifts": constantly([0.5, 1.0])},
    "distillation.read_as": {"label": constantly(1)},
    "distillation.shift_for_share": {"share": constantly(0.5)},
    "distillation.distil": {"loss": constantly(lambda model, images, labels: None)},
    "distillation.variances": {"net": small_net},
    "quantization.Codebook": {
        "centroids": lambda: torch.ones(2),
        "index": lambda: torch.zeros(3, dtype=torch.long),
    },
    "quantization.share": {
        "centroids": lambda: torch.ones(2),
        "index": lambda: torch.zeros(3, dtype=torch.long),
    },
    "quantization.square_hinge_loss": {},
    "quantization.binary.adam": {},
    "quantization.binary.glorot_scale": {"fan_in": constantly(4), "fan_out": constantly(4)},
    "quantization.binary.BinaryConnect": {
        "in_training": constantly(binary.deterministic),
        "at_test": constantly(binary.real),
    },
    "quantization.huffman_code.Code": {"lengths": constantly((1, 2, 2))},
    **{
        f"quantization.huffman.{name}": {"symbols": lambda: np.array([0, 1, 2])}
        for name in ("pack", "check_symbols")
    },
    "quantization.huffman.decode": {"data": lambda: huffman.encode([0, 1, 1])},
    "quantization.deep_compression.load": {
        "path": lambda: stored(quantization.deep_compression.save, "small.ncd")
    },
    "quantization.deep_compression.decode": {
        "data": lambda: quantization.deep_compression.encode(state_dict())
    },
    "quantization.xnor.Packed": {"words": lambda: np.zeros((1, 1), np.uint64), "n": constantly(2)},
    "quantization.xnor.unpack": {"packed": lambda: xnor.pack([[1.0, -1.0]])},
    "quantization.xnor.matmul": {
        "a": lambda: xnor.pack([[1.0, -1.0]]),
        "b": lambda: xnor.pack([[1.0, -1.0]]),
    },
    "quantization.xnor.differing": {
        "a": lambda: np.zeros((1, 1), np.uint64),
        "b": lambda: np.zeros((1, 1), np.uint64),
    },
    "quantization.xnor_net.filter_scale": {"weight": lambda: torch.rand(2, 1, 3, 3)},
    "quantization.xnor_net.scaled_sign": {"weight": lambda: torch.rand(2, 1, 3, 3)},
    "quantization.xnor_net.input_scale": {"inputs": lambda: torch.rand(2, 2, 5, 5), "layer": conv},
    "quantization.xnor_net.ScaledSignConv2d": {"kernel_size": constantly(3)},
    "quantization.xnor_net.XnorBlock": {"inputs": constantly(2), "outputs": constantly(2)},
    "architecture.CompactNet": {"features": small_net, "classifier": small_net},
    "architecture.GhostBottleneck": {"middle": constantly(4)},
    "architecture.low_rank": {"layer": conv},
    "architecture.best_factors_for": {"inputs": lambda: matrix(5, 3)},
    "architecture.nearest_separable": {"conv": lambda: nn.Conv2d(2, 3, 3, padding=1)},
    "architecture.break_even_rank": {"outputs": constantly(4), "inputs": constantly(4)},
    "architecture.InvertedResidual": {"expansion": constantly(2)},
    "architecture.ConvCost": {
        "standard": constantly(4),
        "depthwise": constantly(2),
        "pointwise": constantly(1),
    },
    "architecture.Fire": {"squeeze": constantly(2), "expand": constantly(2)},
    **{
        f"architecture.{name}": {"width_mult": constantly(0.25), "num_classes": constantly(2)}
        for name in ("GhostNet", "MobileNetV1", "MobileNetV2", "ShuffleNetV1")
    },
    "architecture.ShuffleNetV2": {"width_mult": constantly(0.5), "num_classes": constantly(2)},
    "architecture.ShuffleUnit": {"in_channels": constantly(8), "out_channels": constantly(8)},
    "dynamic.BlockDrop": {"policy_net": partial(dynamic.PolicyNet, 2, 2)},
    "dynamic.learn_with_curriculum": {"model": dropping, "stages": constantly([1])},
    "dynamic.policy_loss": {},
    "dynamic.reward": {
        "policy": lambda: torch.ones(3, 2),
        "right": lambda: torch.tensor([True, False, True]),
    },
    "dynamic.Option": {
        "method": constantly("a"),
        "name": constantly("b"),
        "macs": constantly(1.0),
        "latency_ms": constantly(1.0),
        "validation": constantly(0.5),
    },
    "dynamic.EarlyExitNet": {
        "blocks": lambda: [nn.Identity()],
        "classifiers": lambda: [nn.Identity()],
    },
    "dynamic.Answers": {"exit": lambda: torch.tensor([0, 1, 0, 1])},
    "dynamic.UpTo": {"k": constantly(0)},
    "dynamic.early_exit": {"confidence": constantly(dynamic.max_softmax)},
    "dynamic.Leaving": {"confidence": constantly(dynamic.max_softmax)},
    "dynamic.exit_accuracies": {"logits": lambda: torch.rand(2, 4, 3)},
    "dynamic.sum_of_exits": {"weights": constantly([0.5, 0.5])},
    "dynamic.MSDNet": {"exits_at": constantly([1]), "num_classes": constantly(2)},
    "dynamic.actions_of": {
        "model": lambda: dynamic.RuntimePruningNet(3, 2, 4, 2, 0),
        "images": lambda: images(2, 28),
    },
    "dynamic.SkipNet": {"gates": partial(dynamic.FeedForwardGates, 2, 4)},
    "dynamic.counting_loss": {"weight": constantly(0.1)},
    "dynamic.hybrid_loss": {"weight": constantly(0.1)},
    "dynamic.paths": _POINTS,
    "dynamic.supervised_loss": _POINTS,
    "dynamic.Blocks": {
        "stem": nn.Identity,
        "blocks": lambda: nn.ModuleList([nn.Identity()]),
        "head": nn.Identity,
    },
    "dynamic.compute_chosen": {
        "block": constantly(torch.relu),
        "x": matrix,
        "chosen": partial(half, 3),
    },
    "dynamic.SlimmableConv2d": {"kernel_size": constantly(3)},
    "dynamic.SwitchableBatchNorm2d": {"widths": constantly((0.5, 1.0))},
    "dynamic.recalibrate_bn": {"net": slimmable},
    "dynamic.slim": {"net": slimmable},
    "dynamic.sum_of_widths": {"net": slimmable},
    "dynamic.InBatches": {"size": constantly(2)},
    "dynamic.answers_at": {"logits": lambda: torch.rand(2, 4, 3)},
    "training.adam": {"parameters": lambda: list(small_net().parameters())},
    "training.can_be_fused": {"parameters": lambda: list(small_net().parameters())},
    "training.Epoch": {
        "number": constantly(1),
        "train_loss": constantly(0.5),
        "validation": constantly(0.5),
        "seconds": constantly(0.1),
    },
    "training.fit": {"epochs": constantly(1)},
    "meter.latency": {"repeats": constantly(2), "warm_up": constantly(0)},
    "meter.latencies": {"repeats": constantly(2), "warm_up": constantly(0)},
    "meter.mean_latencies": {"repeats": constantly(2), "warm_up": constantly(0)},
    "meter.measure": {"repeats": constantly(2)},
    "meter.compare": {"repeats": constantly(2)},
    "meter.explain": {"before": measurement, "after": measurement},
    "meter.macs_of": {"inputs": lambda: [images(1, 4)]},
    "meter.Measurement": {
        **{
            name: constantly(1)
            for name in (
                "params",
                "nonzero_params",
                "macs",
                "nonzero_macs",
                "dense_bytes",
                "stored_bytes",
            )
        },
        "latency": latency,
        "accuracy": constantly(0.5),
    },
    "meter.Latency": {
        "median": constantly(1.0),
        "lower": constantly(0.9),
        "upper": constantly(1.1),
        "batch_size": constantly(1),
        "threads": constantly(1),
        "repeats": constantly(5),
    },
    "storage.write_whole": {"data": constantly(b"12")},
    "storage.decode": {"data": lambda: storage.encode(state_dict())},
    "storage.load": {"path": lambda: stored(storage.save, "small.nct")},
    "data.Dataset": {
        "name": constantly("toy"),
        "scale": constantly("small"),
        "classes": constantly(("a", "b", "c")),
        "train": split,
        "validation": split,
        "test": split,
        "source": constantly("made up"),
    },
    "data.Split": {},
    "data.load": {"name": constantly("digits"), "scale": constantly("small")},
    "data.load_small": {"source": lambda: data.SOURCES["digits"], "scale": constantly("small")},
    "data.load_full": {
        "source": lambda: data.SOURCES["mnist"],
        "root": lambda: FOLDER,
        "mirrors": constantly(()),
    },
    "budget.check_model": {"train": split, "classes": constantly(("a", "b", "c"))},
    "budget.CheckedModel": {"notes": constantly(())},
    "budget.ExitEarly": {"exits": constantly(exits)},
    "budget.Exiting": {"confidence": constantly(dynamic.max_softmax)},
    "budget.load_into": {"path": lambda: stored(quantization.deep_compression.save, "small.ncd")},
    "budget.Limit": {
        "what": constantly("a"),
        "allowed": constantly("b"),
        "measured": constantly("c"),
        "used": constantly(0.5),
    },
    "budget.Stack": {"stages": constantly(())},
    "budget.Stage": {
        **{name: constantly(1) for name in ("params", "nonzero", "macs", "stored_bytes")},
        "accuracy": constantly(0.5),
    },
    "budget.fit": {"plan": fit_plan},
    "budget.Distil": {"student": constantly(small_net)},
    "budget.RemoveUnits": {"keep": constantly(0.5)},
    "budget.WeightSharing": {"values": constantly(4)},
    "budget.label": {"step": lambda: fit_plan()[0]},
    "surgery.remove_neurons": _LAYERS,
    "surgery.remove_channels": {
        "model": residual,
        "layer": constantly("blocks.0.conv1"),
        "keep": partial(half, 4),
    },
    "surgery.zero_units": _LAYERS,
    "surgery.Group": {
        "bundles": constantly({}),
        "keepers": constantly(()),
        "readers": constantly({}),
        "why_not": constantly(""),
        "fixed": partial(half, 3),
        "norm": constantly({}),
    },
    "sweep.run": {"function": constantly(pow), "grid": constantly([{"base": 2, "exp": 2}])},
    "sweep.points": {"grid": constantly([{"base": 2, "exp": 2}])},
    "classroom.Certificate": {
        **{
            name: constantly(1)
            for name in ("stored_bytes", "params", "nonzero_params", "macs", "right", "images")
        },
        **{name: constantly({}) for name in ("latency", "speedup", "before", "data", "budget")},
        **{
            name: constantly("x")
            for name in ("title", "network", "file", "sha256", "machine", "day")
        },
        "plan": constantly(()),
    },
    "classroom.load_certificate": {"path": certificate},
    "classroom.score": {
        "prediction": lambda: classroom.Prediction("key", "How many?", 0.0, 1.0),
        "measured": constantly(0.5),
    },
    "classroom.answer": {"question": constantly(1), "letter": constantly("a")},
    "classroom.check": {"candidate": constantly(None)},
    "classroom.show": {"obj": constantly(small_net)},
    "classroom.certify": {
        "title": constantly("x"),
        "budget": budget.Budget,
        "stack": stack,
        "path": lambda: FOLDER / "small.ncd",
    },
    "classroom.verify": {"form": small_net, "path": certificate},
}


def right_arguments(name: str, function: Callable[..., Any]) -> Mapping[str, Any]:
    """What ``function``, offered as ``name``, must be given, and what keeps the call short."""
    own = OWN.get(name, {})
    parameters = inspect.signature(function).parameters
    needed = [
        each.name
        for each in parameters.values()
        if each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)
        and (each.default is each.empty or each.name in own)
    ]
    return {each: (own.get(each) or NAMED[each])() for each in needed}
