"""Chapter 6, dynamic computation: each paper's claim as an experiment with its controls.

Teerapittayanon et al. (2016) on early exits; Huang et al. (2018) on MSDNet; Yu et al. (2019) and Yu
and Huang (2019) on slimmable networks.
"""

from nc_teach.claims.experiment import judged, overview, shipped

from .any_width import UNIVERSALLY_SLIMMABLE, AnyWidth, train_any_width
from .battery import BATTERY, BatteryResult, iterative_pruning_run
from .block_drop import BLOCK_DROP, BLOCK_DROP_IMAGES, drop_blocks
from .early_exit import EARLY_EXIT, EarlyExits, leave_early
from .exit_measures import overthinking
from .exits_hurt import EARLY_EXITS_HURT, ExitsHurt, last_exit_with_and_without
from .mixed_images import MIXED_IMAGES, MixedImages, mix_images
from .multi_scale import MSDNET, MultiScale, compare_networks, grid
from .networks import early_exit_networks, half_size
from .path_time import PATH_TIME, time_paths
from .routes import Routes
from .runtime_pruning import RUNTIME_PRUNING, RuntimeGroups, prune_at_runtime
from .saved_time import SAVED_TIME, SavedTime, time_networks
from .skip_plane import SKIP_PLANE, PlaneGates, gate_the_plane
from .skipnet import SKIPNET, SKIPNET_IMAGES, race_gates
from .slimmable import SLIMMABLE, Slimmable, train_widths

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
    MIXED_IMAGES,
    RUNTIME_PRUNING,
    PATH_TIME,
    SAVED_TIME,
    BATTERY,
)
