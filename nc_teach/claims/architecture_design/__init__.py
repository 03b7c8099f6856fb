"""Chapter 5, architecture design: each paper's claim as an experiment with its controls.

Howard et al. (2017) on separable convolutions; Denton et al. and Jaderberg et al. (2014) on low
rank; Iandola et al. (2016) on SqueezeNet; Zhang et al. (2018) on ShuffleNet; Han et al. (2020) on
GhostNet; and all networks of the chapter at equal budget.
"""

from nc_teach.claims.experiment import judged, overview, shipped
from nc_teach.claims.network_pruning.dense import dense_networks

from .blind_halves import BLIND_HALVES, classify_halves
from .budget import EQUAL_BUDGET, NETWORKS, equal_budget, latencies
from .channel_shuffle import CHANNEL_SHUFFLE, shuffle_or_not
from .compared import Compared
from .conv_ways import CONV_WAYS, ConvWays, unfold_in_three_ways
from .fifty import FIFTY_TIMES, FiftyTimes, fifty_times
from .ghosts import GHOST_MAPS, GhostMaps, ghost_maps
from .low_rank import LOW_RANK, LowRank, factorise
from .separable_cost import SEPARABLE_COST, SeparableTimes, time_separable
from .separable_rank import SEPARABLE_RANK, SeparableRank, rank_of_channels
from .sizes import REFERENCE_SIZES, FullSize, full_size
from .toy_tasks import ToyTasks
from .tricks import FIRE, FULL_CONVOLUTIONS, GHOST_NETWORK, SHUFFLE_ON_IMAGES, SHUFFLES

CLAIMS = (
    BLIND_HALVES,
    SEPARABLE_COST,
    FULL_CONVOLUTIONS,
    LOW_RANK,
    SEPARABLE_RANK,
    CONV_WAYS,
    FIFTY_TIMES,
    FIRE,
    CHANNEL_SHUFFLE,
    SHUFFLE_ON_IMAGES,
    GHOST_MAPS,
    GHOST_NETWORK,
    REFERENCE_SIZES,
    EQUAL_BUDGET,
)
