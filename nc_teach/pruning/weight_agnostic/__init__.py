"""Weight agnostic networks (权重无关网络): a topology that works with one weight for all.

``search`` finds a :class:`Network`; :mod:`.network` computes it, :mod:`.mutations` changes it,
:mod:`.ranking` says which is better, :mod:`.changes` writes a network's line down.
"""

from nc_teach.pruning.weight_agnostic.changes import (
    Change as Change,
    change_between as change_between,
    replay as replay,
)
from nc_teach.pruning.weight_agnostic.network import (
    ACTIVATIONS as ACTIVATIONS,
    Network as Network,
    empty as empty,
    fully_connected as fully_connected,
)
from nc_teach.pruning.weight_agnostic.search import (
    SHARED_WEIGHTS as SHARED_WEIGHTS,
    Found as Found,
    Individual as Individual,
    log_likelihood as log_likelihood,
    search as search,
)
