"""Network pruning (網路剪枝): find what a trained network can do without, and remove it.

A *criterion* scores every weight (higher = keep), :func:`select` turns scores into masks with an
exact count, :func:`apply_masks` sets the rest to zero, and :func:`prune_iteratively` goes round
the loop: judge, remove, train on.
"""

from nc_teach.pruning import lottery, mask_actions, mask_criteria, supermask, weight_agnostic
from nc_teach.pruning.depth import (
    branch_groups,
    remove_layers,
    residual_blocks,
    silence_layers,
    zero_blocks,
)
from nc_teach.pruning.edge_popup import edge_popup
from nc_teach.pruning.ewc import ewc
from nc_teach.pruning.group_lasso import group_lasso, group_norms
from nc_teach.pruning.growth import grow_neurons
from nc_teach.pruning.im2col import Im2colConv2d, remove_filter_positions, to_im2col
from nc_teach.pruning.iterative import PruningResult, prune_iteratively
from nc_teach.pruning.magnitude import magnitude
from nc_teach.pruning.mas import mas
from nc_teach.pruning.masks import (
    apply_masks,
    density,
    mask_hook,
    masks_of,
    prunable_weights,
    sparsity,
)
from nc_teach.pruning.neurons import (
    apoz,
    l1_norm,
    l2_norm,
    mean_activation,
    nonzero_share,
    output_std_times_norm,
    random_units,
    taylor_neurons,
)
from nc_teach.pruning.obd import hessian_diagonal, obd
from nc_teach.pruning.obs import inverse_hessian, obs, obs_saliency, obs_step
from nc_teach.pruning.proximal import proximal_step, shrink_groups
from nc_teach.pruning.random import random
from nc_teach.pruning.removal import remove_channels, remove_neurons, zero_units
from nc_teach.pruning.schedules import cubic_schedule, geometric_schedule
from nc_teach.pruning.selection import keep_top, select
from nc_teach.pruning.synaptic_intelligence import SynapticIntelligence, synaptic_intelligence
from nc_teach.pruning.times_weight_squared import times_abs_weight, times_weight_squared
from nc_teach.pruning.torch_prune import from_torch_prune, to_torch_prune
