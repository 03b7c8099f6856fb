"""How sure is an answer? Numbers that say so, higher = surer.

Both read the softmax p of the logits. Neither is a probability of being right: networks are surer
than they are good, so what is sure enough is chosen on validation data
(:func:`.exit_thresholds`).

Sources: Huang et al. (2018), "Multi-Scale Dense Networks" (the largest softmax value);
Teerapittayanon, McDanel, Kung (2016), "BranchyNet" (entropy).
"""

import math
from collections.abc import Callable

from torch import Tensor

from nc_teach.common.kinds import Scores

Confidence = Callable[[Tensor], Tensor]


def max_softmax(logits: Scores) -> Tensor:
    """The largest probability max_c p_c, from 1/C to 1. Logits ... x C; result without the C.

    >>> import torch
    >>> max_softmax(torch.tensor([[math.log(3), 0.0], [0.0, 0.0]]))
    tensor([0.7500, 0.5000])
    """
    return logits.softmax(dim=-1).amax(dim=-1)  # without the last dimension


def low_entropy(logits: Scores) -> Tensor:
    """1 - H(p) / log C with H(p) = -sum_c p_c log p_c: 1 is certain, 0 knows nothing.

    BranchyNet's entropy, turned round and scaled to [0, 1], so that higher is surer here too.

    >>> import torch
    >>> low_entropy(torch.tensor([[math.log(3), 0.0], [0.0, 0.0], [200.0, 0.0]]))
    tensor([0.1887, 0.0000, 1.0000])
    """
    logs = logits.log_softmax(dim=-1)
    entropy = -(logs.exp() * logs).sum(dim=-1)  # in nats
    return 1 - entropy / math.log(logits.shape[-1])
