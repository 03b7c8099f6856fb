"""Elastic weight consolidation: the Fisher information of each weight.

Unlike optimal brain damage it needs only first derivatives, image by image: how strongly does what
the network says about an image depend on this weight? Unlike MAS it squares, and it looks at
log-probabilities.

As it comes this is the cost of moving a weight by one unit; for deleting it, see
:func:`~nc_teach.pruning.times_weight_squared.times_weight_squared`.

Source: Kirkpatrick et al. (2017), "Overcoming catastrophic forgetting in neural networks",
equation 3, whose F is the diagonal of the Fisher matrix.
"""

from dataclasses import replace
from typing import Annotated

import torch
from torch import Tensor, nn

from nc_teach.common.kinds import Count, Seed, one_of
from nc_teach.data import Split
from nc_teach.pruning.masks import prunable_weights
from nc_teach.pruning.per_sample import mean_over_images, outputs_of

LABELS = ("expected", "sampled", "true")


def ewc(
    model: nn.Module,
    split: Split,
    *,
    labels: Annotated[str, one_of(*LABELS)] = "expected",
    seed: Seed = 0,
    chunk_size: Count = 32,
) -> dict[str, Tensor]:
    """F_k = E[(d log p(y | x) / dw_k)^2], the mean over images of a square, per weight.

    The model's outputs are logits. ``labels`` says where y comes from:

    - "expected": all classes, weighted by the model's own p(y | x): the Fisher information itself;
    - "sampled": one y per image drawn from p(y | x) by ``seed``, right on average and cheaper by
      the number of classes;
    - "true": the labels of ``split``, called the empirical Fisher, which is something else: it
      vanishes when every image is right.

    ``chunk_size`` images are taken at a time; each needs a gradient of the size of all weights.

    Returns name -> scores in the shape and dtype of the weight, 0 or more, higher = keep, in nats^2
    per squared unit of weight. Nothing is changed. Raises ``ValueError`` for other ``labels``, or a
    chunk size below 1.

    >>> layer = nn.Linear(1, 2, bias=False)
    >>> _ = layer.weight.data.zero_()  # both classes have p = 1/2, d log p / dw is +-x/2
    >>> net = nn.Sequential(nn.Flatten(), layer)
    >>> split = Split(torch.tensor([0.4, 0.8]).reshape(2, 1, 1, 1), torch.tensor([0, 1]))
    >>> ewc(net, split)["1.weight"].flatten()  # (0.2^2 + 0.4^2) / 2
    tensor([0.1000, 0.1000])
    """
    prunable_weights(model)
    if labels == "true":
        return mean_over_images(model, split, _log_probability, torch.square, chunk_size)
    logits = outputs_of(model, split)
    if labels == "sampled":
        generator = torch.Generator().manual_seed(seed)
        drawn = logits.softmax(dim=1).cpu().multinomial(1, generator=generator).flatten()
        drawn_split = replace(split, labels=drawn.to(split.images.device))
        return mean_over_images(model, drawn_split, _log_probability, torch.square, chunk_size)
    each = (torch.full_like(split.labels, label) for label in range(logits.shape[1]))
    parts = [
        mean_over_images(model, replace(split, labels=said), _weighted, torch.square, chunk_size)
        for said in each
    ]
    return {name: torch.stack([part[name] for part in parts]).sum(dim=0) for name in parts[0]}


def _log_probability(logits: Tensor, label: Tensor) -> Tensor:
    """log p(label | x). The label selects by a product, since ``vmap`` allows it as no index."""
    chosen = torch.arange(len(logits), device=logits.device) == label
    return (logits.log_softmax(dim=0) * chosen).sum()


def _weighted(logits: Tensor, label: Tensor) -> Tensor:
    """sqrt(p) log p with p held fixed: the square of its gradient is p * (gradient of log p)^2."""
    log_p = _log_probability(logits, label)
    return (log_p.detach() / 2).exp() * log_p
