"""What would break a training is met before its first step, and named.

And when a number in it is not finite, it says which: the inputs', a parameter's, a gradient's, or
none of these.
"""

import math
import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from nc_teach.data import Dataset
from nc_teach.training.adam import adam
from nc_teach.training.evaluate import as_input, evaluating, outputs_of, preserve_modes
from nc_teach.training.settings import restored


def check_calls(**calls: object) -> None:
    """Raise ``ValueError`` for what is neither None nor a function (a class makes no number)."""
    for name, call in calls.items():
        if call is not None and (not callable(call) or isinstance(call, type)):
            raise ValueError(f"{name} must be a function, got {call!r}")


def check_numbers(epochs: int, batch_size: int, lr: float, patience: int | None) -> None:
    """Raise ``ValueError`` for a number out of range."""
    for name, value, least in (("epochs", epochs, 0), ("batch_size", batch_size, 1)):
        if not isinstance(value, int) or value < least:
            raise ValueError(f"{name} must be an integer of at least {least}, got {value!r}")
    if patience is not None and (not isinstance(patience, int) or patience < 1):
        raise ValueError(f"patience must be None or at least 1, got {patience!r}")
    if not lr > 0 or not math.isfinite(lr):
        raise ValueError(f"lr must be a positive number, got {lr!r}")


def are_probabilities(outputs: Tensor) -> bool:
    """Whether every row is what a softmax gives: from 0, with sum 1.

    >>> [are_probabilities(torch.tensor([row])) for row in ([0.25, 0.75], [2.0, -1.0])]
    [True, False]
    """
    outputs = outputs.detach()
    sums = outputs.float().sum(dim=-1)
    rough = 1e-4 if outputs.dtype in (torch.float32, torch.float64) else 1e-2
    return bool((outputs >= 0).all() and ((sums - 1).abs() < rough).all())


def check_outputs(model: nn.Module, dataset: Dataset) -> None:
    """Raise ``ValueError`` for fewer outputs than classes."""
    with evaluating(model):
        first = outputs_of(model, dataset.train.images[:2])
    outputs = first.shape[-1]
    if are_probabilities(first):
        warnings.warn(
            "the model gives probabilities, and cross-entropy takes logits: leave the softmax at "
            "its end out, or its gradients are tiny",
            stacklevel=4,
        )
    if outputs < len(dataset.classes):
        classes = f"{dataset.name} has {len(dataset.classes)} classes"
        raise ValueError(f"model has {outputs} outputs, but {classes}")


def trainable(model: nn.Module) -> dict[str, nn.Parameter]:
    """The parameters that require a gradient, by name.

    Raises ``ValueError`` when there is none, or where they have no numbers that could be trained.
    """
    named = dict(model.named_parameters())
    for name, parameter in named.items():
        if parameter.is_meta:
            raise ValueError(f"model must have numbers, got {name!r} on the device 'meta'")
        if parameter.dtype == torch.float16:
            raise ValueError(
                f"model must be float32, float64 or bfloat16, got {name!r} in float16, whose range "
                "is too small for Adam: train model.float(), and take .half() of that"
            )
        if parameter.is_inference():
            raise ValueError(
                f"model must be made outside of torch.inference_mode, got {name!r} from inside: "
                "train copy.deepcopy(model)"
            )
    found = {name: parameter for name, parameter in named.items() if parameter.requires_grad}
    if not found:
        raise ValueError("model must have a parameter that requires a gradient, got none")
    return found


def optimizer_for(
    parameters: Iterable[nn.Parameter],
    optimizer: Callable[[Iterable[nn.Parameter]], Optimizer] | None,
    lr: float,
) -> Optimizer:
    """Adam, or what ``optimizer`` makes; ``ValueError`` unless it makes an optimizer."""
    parameters = list(parameters)
    if optimizer is None:
        return adam(parameters, lr)
    made: object = optimizer
    if callable(optimizer):
        try:
            made = optimizer(parameters)
        except TypeError as error:
            made = error
    if isinstance(made, Optimizer) and made is not optimizer:
        return made
    raise ValueError(
        "optimizer must make an optimizer of parameters, such as partial(torch.optim.SGD, lr=0.1), "
        f"got {optimizer!r}" + (f": {made}" if isinstance(made, TypeError) else "")
    )


def normalises_batches(model: nn.Module) -> bool:
    """Whether the network has batch normalisation, which can make nothing of a batch of one."""
    return any(isinstance(m, nn.modules.batchnorm._BatchNorm) for m in model.modules())


def batches_of(places: Tensor, batch_size: int, model: nn.Module) -> list[Tensor]:
    """``places`` cut into batches; where there is batch normalisation, no last one of one alone.

    >>> [len(batch) for batch in batches_of(torch.arange(7), 3, nn.BatchNorm1d(2))]
    [3, 4]
    """
    parts = list(places.split(batch_size))
    if len(parts) > 1 and len(parts[-1]) == 1 < batch_size and normalises_batches(model):
        parts[-2:] = [torch.cat(parts[-2:])]
    return parts


def check_batch_of_one(model: nn.Module, images: Tensor, batch_size: int) -> None:
    """Raise ``ValueError`` for a network that cannot be trained on one image, if it has to be."""
    if not normalises_batches(model) or min(batch_size, len(images)) > 1:
        return
    with preserve_modes(model), restored(model, always=True), torch.no_grad():
        model.train()
        try:
            model(as_input(model, images[:1]))
        except ValueError as error:
            raise ValueError(
                "batch_size must leave batches of at least 2 images for batch normalisation, got "
                f"{min(batch_size, len(images))}: {error}"
            ) from error


def are_finite(tensors: Sequence[Tensor | None]) -> bool:
    """Whether all numbers are: no sum is finite if one of its numbers is not."""
    given = [t for t in tensors if t is not None]
    sums = [t.sum() for t in given]
    if given and not given[0].is_cpu:  # one wait for the device, not one each
        sums = [torch.stack([one.float() for one in sums]).sum()]
    if math.isfinite(sum(map(float, sums))):
        return True
    return all(bool(t.isfinite().all()) for t in given)  # the sum itself may be too large


def odd_tensors(named: Iterable[tuple[str, Tensor | None]]) -> str:
    """The names of those that are not finite: "'a', 'b' and 2 more", or ""."""
    names = [repr(n) for n, t in named if t is not None and not are_finite([t.detach()])]
    more = f" and {len(names) - 2} more" if len(names) > 2 else ""
    return ", ".join(names[:2]) + more


def why_not_finite(model: nn.Module, images: Tensor) -> str:
    """What made a loss that is not finite: the first of inputs, parameters and buffers."""
    if images.is_floating_point() and not are_finite([images]):
        return "the inputs of this step are not all finite"
    floats: list[tuple[str, Any]] = [*model.named_parameters(), *model.named_buffers()]
    if odd := odd_tensors((n, t) for n, t in floats if t.is_floating_point()):
        return f"{odd} of the model went there with the last update, or were not finite before"
    name, largest = max(
        ((n, p.detach().abs().max().item()) for n, p in model.named_parameters() if p.numel()),
        key=lambda pair: pair[1],
    )
    return (
        f"inputs and parameters are finite (the largest is {largest:.3g}, in {name!r}), so it "
        "came about in the forward pass or in the loss"
    )
