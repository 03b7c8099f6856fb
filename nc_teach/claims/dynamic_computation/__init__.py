"""Chapter 6, dynamic computation: each paper's claim as an experiment with its controls.

Teerapittayanon et al. (2016) on early exits; Huang et al. (2018) on MSDNet; Yu et al. (2019) and Yu
and Huang (2019) on slimmable networks.
"""

from nc_teach.claims.claim import overview, shipped
from nc_teach.claims.dynamic_computation.any_width import (
    UNIVERSALLY_SLIMMABLE,
    AnyWidth,
    read_any_width,
    train_any_width,
)
from nc_teach.claims.dynamic_computation.battery import (
    BATTERY,
    BatteryResult,
    iterative_pruning_run,
    read_battery,
)
from nc_teach.claims.dynamic_computation.block_drop import (
    BLOCK_DROP,
    BLOCK_DROP_IMAGES,
    drop_blocks,
)
from nc_teach.claims.dynamic_computation.early_exit import (
    EARLY_EXIT,
    EarlyExits,
    leave_early,
    overthinking,
    read_early_exits,
)
from nc_teach.claims.dynamic_computation.exits_hurt import (
    EARLY_EXITS_HURT,
    ExitsHurt,
    last_exit_with_and_without,
    read_exits_hurt,
)
from nc_teach.claims.dynamic_computation.multi_scale import (
    MSDNET,
    MultiScale,
    compare_networks,
    grid,
    read_multi_scale,
)
from nc_teach.claims.dynamic_computation.networks import early_exit_networks, half_size
from nc_teach.claims.dynamic_computation.path_time import PATH_TIME, time_paths
from nc_teach.claims.dynamic_computation.routes import Routes, read_routes
from nc_teach.claims.dynamic_computation.runtime_pruning import (
    RUNTIME_PRUNING,
    RuntimeGroups,
    prune_at_runtime,
    read_runtime,
)
from nc_teach.claims.dynamic_computation.saved_time import (
    SAVED_TIME,
    SavedTime,
    read_saved_time,
    time_networks,
)
from nc_teach.claims.dynamic_computation.skip_plane import (
    SKIP_PLANE,
    PlaneGates,
    gate_the_plane,
    read_plane,
)
from nc_teach.claims.dynamic_computation.skipnet import SKIPNET, SKIPNET_IMAGES, race_gates
from nc_teach.claims.dynamic_computation.slimmable import (
    SLIMMABLE,
    Slimmable,
    read_slimmable,
    train_widths,
)

CLAIMS = (
    EARLY_EXIT,
    EARLY_EXITS_HURT,
    MSDNET,
    SLIMMABLE,
    UNIVERSALLY_SLIMMABLE,
    SKIP_PLANE,
    SKIPNET,
    SKIPNET_IMAGES,
    BLOCK_DROP,
    BLOCK_DROP_IMAGES,
    RUNTIME_PRUNING,
    PATH_TIME,
    SAVED_TIME,
    BATTERY,
)

__all__ = [
    "BATTERY",
    "BLOCK_DROP",
    "BLOCK_DROP_IMAGES",
    "CLAIMS",
    "EARLY_EXIT",
    "EARLY_EXITS_HURT",
    "MSDNET",
    "PATH_TIME",
    "RUNTIME_PRUNING",
    "SAVED_TIME",
    "SKIPNET",
    "SKIPNET_IMAGES",
    "SKIP_PLANE",
    "SLIMMABLE",
    "UNIVERSALLY_SLIMMABLE",
    "AnyWidth",
    "BatteryResult",
    "EarlyExits",
    "ExitsHurt",
    "MultiScale",
    "PlaneGates",
    "Routes",
    "RuntimeGroups",
    "SavedTime",
    "Slimmable",
    "compare_networks",
    "drop_blocks",
    "early_exit_networks",
    "gate_the_plane",
    "grid",
    "half_size",
    "iterative_pruning_run",
    "last_exit_with_and_without",
    "leave_early",
    "overthinking",
    "overview",
    "prune_at_runtime",
    "race_gates",
    "read_any_width",
    "read_battery",
    "read_early_exits",
    "read_exits_hurt",
    "read_multi_scale",
    "read_plane",
    "read_routes",
    "read_runtime",
    "read_saved_time",
    "read_slimmable",
    "shipped",
    "time_networks",
    "time_paths",
    "train_any_width",
    "train_widths",
]
