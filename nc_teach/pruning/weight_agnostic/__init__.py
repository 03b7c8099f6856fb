"""Weight agnostic networks (權重無關網路): a topology that works with one weight for all.

``search`` finds a :class:`Network`; :mod:`.network` computes it, :mod:`.mutations` changes it,
:mod:`.ranking` says which is better, :mod:`.changes` writes a network's line down.
"""

from nc_teach.pruning.weight_agnostic.changes import Change, change_between, replay
from nc_teach.pruning.weight_agnostic.network import ACTIVATIONS, Network, empty, fully_connected
from nc_teach.pruning.weight_agnostic.search import (
    SHARED_WEIGHTS,
    Found,
    Individual,
    log_likelihood,
    search,
)
