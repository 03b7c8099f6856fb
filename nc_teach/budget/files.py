"""From a file back to a network, without unpickling: the class gives the form, the file the sizes.

A network whose neurons were removed does not fit the class that made it. The tensors in its file
say how large each layer is; so a fresh, full-sized network of that class is cut to those sizes and
filled. No code comes out of a file.
"""

from pathlib import Path

from torch import nn

from nc_teach.quantization import deep_compression
from nc_teach.surgery import fitted


def load_into(model: nn.Module, path: str | Path) -> nn.Module:
    """A copy of ``model``, with the sizes and the numbers of the file at ``path``.

    Raises ``ValueError`` when the file is damaged, or its tensors have other names, or more numbers
    in a layer, than ``model`` has room for.

    >>> import tempfile
    >>> import torch
    >>> small, full = nn.Sequential(nn.Linear(2, 1)), nn.Sequential(nn.Linear(2, 3))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = deep_compression.save(small, f"{folder}/small.ncd")
    ...     back = load_into(full, f"{folder}/small.ncd")
    >>> back[0], torch.equal(back[0].weight, small[0].weight)
    (Linear(in_features=2, out_features=1, bias=True), True)
    """
    return fitted(model, deep_compression.load(path), str(path))
