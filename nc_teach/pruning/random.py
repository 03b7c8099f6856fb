"""Random scores: the control that every criterion has to beat.

Unlike magnitude this knows nothing of the weights. If pruning by a criterion is no better than by
this one at the same count, the criterion has found nothing.
"""

from typing import overload

import torch
from torch import Tensor, nn

from nc_teach.common.kinds import Seed
from nc_teach.pruning.masks import prunable_weights


@overload
def random(of: Tensor, seed: Seed = 0) -> Tensor: ...
@overload
def random(of: nn.Module, seed: Seed = 0) -> dict[str, Tensor]: ...
def random(of: nn.Module | Tensor, seed: Seed = 0) -> dict[str, Tensor] | Tensor:
    """Score every weight by a number drawn uniformly from [0, 1). Higher = keep.

    The same ``seed`` gives the same scores; torch's global random state is not touched. Returns
    float32 in the shape of the weight, for a model a dict from parameter name to scores.

    >>> scores = random(torch.zeros(2, 3), seed=1)
    >>> scores.shape, torch.equal(scores, random(torch.ones(2, 3), seed=1))
    (torch.Size([2, 3]), True)
    """
    generator = torch.Generator().manual_seed(seed)
    if isinstance(of, Tensor):
        return torch.rand(of.shape, generator=generator).to(of.device)
    return {
        name: torch.rand(weight.shape, generator=generator).to(weight.device)
        for name, weight in prunable_weights(of).items()
    }
