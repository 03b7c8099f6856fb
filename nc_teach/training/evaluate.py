"""How good is a network? Predictions and accuracy on one split."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from nc_teach.common.kinds import Count
from nc_teach.data import Split


def device_of(model: nn.Module) -> torch.device:
    """The device of the model's first parameter (the CPU for a model without parameters)."""
    return next((p.device for p in model.parameters()), torch.device("cpu"))


def as_input(model: nn.Module, inputs: Tensor) -> Tensor:
    """``inputs`` on the model's device; floats in the dtype of its first parameter of floats.

    >>> as_input(nn.Linear(2, 1, dtype=torch.float64), torch.zeros(3, 2)).dtype
    torch.float64
    """
    dtypes = (p.dtype for p in model.parameters() if p.is_floating_point())
    dtype = next(dtypes, inputs.dtype) if inputs.is_floating_point() else inputs.dtype
    return inputs.to(device_of(model), dtype)


def check_data(name: str, data: object, *parts: str) -> None:
    """Raise ``ValueError`` unless ``data`` has these parts, as a data set or a split has."""
    if not all(hasattr(data, part) for part in parts):
        kind = "Dataset" if "train" in parts else "Split"
        raise ValueError(
            f"{name} must be a {kind}, got {type(data).__name__}; from a DataLoader, torch.cat its "
            "batches first"
        )


@contextmanager
def preserve_modes(model: nn.Module) -> Iterator[None]:
    """Each module's own mode (training or evaluation) is put back afterwards, whatever happens."""
    modes = [(module, module.training) for module in model.modules()]
    try:
        yield
    finally:
        for module, mode in modes:
            module.training = mode


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Evaluation mode and no gradients inside; each module's own mode again afterwards."""
    with preserve_modes(model), torch.no_grad():
        model.eval()
        yield


def outputs_of(model: nn.Module, inputs: Tensor, what: str = "images") -> Tensor:
    """What the model answers to ``inputs``, a batch of ``what``, in the mode that it is in.

    Raises ``ValueError`` when it cannot read them, or answers with anything but a tensor.
    """
    try:
        outputs: object = model(as_input(model, inputs))
    except torch.OutOfMemoryError:
        raise
    except Exception as error:
        size = tuple(inputs.shape[1:])
        raise ValueError(f"model cannot read {what} of {size}: {error}") from error
    if not isinstance(outputs, Tensor):
        raise ValueError(f"model must return a tensor of logits, got {type(outputs).__name__}")
    return outputs


def predictions(model: nn.Module, split: Split, batch_size: Count = 250) -> Tensor:
    """The model's outputs for every image of ``split``, in order, in evaluation mode.

    Returns N x classes, float32, on the CPU. Raises ``ValueError`` when the model cannot read the
    images, or answers with anything but a tensor.
    """
    check_data("split", split, "images", "labels")
    what = getattr(split, "what", "images")
    with evaluating(model):
        outputs = [outputs_of(model, part, what) for part in split.images.split(batch_size)]
    return torch.cat([output.cpu().float() for output in outputs])


def accuracy(model: nn.Module, split: Split, batch_size: Count = 250) -> float:
    """Share of the images of ``split`` whose largest output is the right class, in [0, 1].

    The model is put in evaluation mode meanwhile and then back as it was. Raises
    ``FloatingPointError`` when an output is NaN: there is no largest one then.
    """
    outputs = predictions(model, split, batch_size)
    if broken := int(outputs.isnan().any(dim=1).sum()):
        raise FloatingPointError(
            f"the model gives NaN for {broken:,} of the {len(outputs):,} images"
        )
    right = outputs.argmax(dim=1) == split.labels.cpu()
    return right.double().mean().item()
