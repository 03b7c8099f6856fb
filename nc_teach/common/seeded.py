"""Random numbers from a seed, which leave torch's global random state as they found it."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def seeded(seed: int, device: torch.device) -> Iterator[None]:
    """Inside, what torch draws on the CPU and on ``device`` comes from ``seed``.

    (``torch.manual_seed`` would seed every GPU there is, and they would stay so.)

    >>> before = torch.get_rng_state()
    >>> with seeded(0, torch.device("cpu")):
    ...     torch.rand(1).item() == torch.rand(1, generator=torch.Generator().manual_seed(0)).item()
    True
    >>> torch.equal(torch.get_rng_state(), before)
    True
    """
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.default_generator.manual_seed(seed)
        if device.type == "cuda":
            with torch.cuda.device(device):
                torch.cuda.manual_seed(seed)
        yield
