"""Network pruning (网络剪枝): find what a trained network can do without, and remove it.

A *criterion* scores every weight (higher = keep), :func:`select` turns scores into masks with an
exact count, :func:`apply_masks` sets the rest to zero, and :func:`prune_iteratively` goes round
the loop: judge, remove, train on.
"""

from nc_teach.common import declared
from nc_teach.pruning import (
    lottery as lottery,
    mask_actions as mask_actions,
    mask_criteria as mask_criteria,
    supermask as supermask,
    weight_agnostic as weight_agnostic,
)
from nc_teach.pruning.curvature import gauss_newton_diagonal as gauss_newton_diagonal
from nc_teach.pruning.depth import (
    branch_groups as branch_groups,
    remove_layers as remove_layers,
    residual_blocks as residual_blocks,
    silence_layers as silence_layers,
    zero_blocks as zero_blocks,
)
from nc_teach.pruning.edge_popup import edge_popup as edge_popup
from nc_teach.pruning.ewc import ewc as ewc
from nc_teach.pruning.group_lasso import group_lasso as group_lasso, group_norms as group_norms
from nc_teach.pruning.growth import grow_neurons as grow_neurons
from nc_teach.pruning.im2col import (
    Im2colConv2d as Im2colConv2d,
    remove_filter_positions as remove_filter_positions,
    to_im2col as to_im2col,
)
from nc_teach.pruning.iterative import (
    PruningResult as PruningResult,
    prune_iteratively as prune_iteratively,
)
from nc_teach.pruning.magnitude import magnitude as magnitude
from nc_teach.pruning.mas import mas as mas
from nc_teach.pruning.masks import (
    apply_masks as apply_masks,
    density as density,
    mask_hook as mask_hook,
    masks_of as masks_of,
    prunable_weights as prunable_weights,
    sparsity as sparsity,
)
from nc_teach.pruning.neurons import (
    apoz as apoz,
    l1_norm as l1_norm,
    l2_norm as l2_norm,
    mean_activation as mean_activation,
    nonzero_share as nonzero_share,
    output_std_times_norm as output_std_times_norm,
    random_units as random_units,
    taylor_neurons as taylor_neurons,
)
from nc_teach.pruning.obd import (
    hessian_diagonal as hessian_diagonal,
    obd as obd,
    saliency as saliency,
)
from nc_teach.pruning.obs import (
    inverse_hessian as inverse_hessian,
    obs as obs,
    obs_saliency as obs_saliency,
    obs_step as obs_step,
)
from nc_teach.pruning.proximal import proximal_step as proximal_step, shrink_groups as shrink_groups
from nc_teach.pruning.random import random as random
from nc_teach.pruning.schedules import (
    cubic_schedule as cubic_schedule,
    geometric_schedule as geometric_schedule,
)
from nc_teach.pruning.selection import keep_top as keep_top, select as select
from nc_teach.pruning.synaptic_intelligence import (
    SynapticIntelligence as SynapticIntelligence,
    synaptic_intelligence as synaptic_intelligence,
)
from nc_teach.pruning.times_weight_squared import (
    times_abs_weight as times_abs_weight,
    times_weight_squared as times_weight_squared,
)
from nc_teach.pruning.torch_prune import (
    from_torch_prune as from_torch_prune,
    to_torch_prune as to_torch_prune,
)
from nc_teach.surgery import (
    remove_channels as remove_channels,
    remove_neurons as remove_neurons,
    zero_units as zero_units,
)

declared.hold(__name__, lottery, mask_actions, mask_criteria, supermask, weight_agnostic)
