"""Chapter 2, why pruning: each paper's claim as an experiment with its controls.

Frankle and Carbin (2019) on lottery tickets; Zhou et al. (2019), who took them apart; Liu et al.
(2019), who ask what pruning is worth; Ramanujan et al. (2020), who train no weight at all; Gaier
and Ha (2019), who need only one.
"""

from nc_teach.claims.experiment import judged, overview, shipped

from .from_scratch import TRAIN_FROM_SCRATCH, FromScratch, train_from_scratch
from .learned_masks import LEARNED_MASKS, LearnedMasks, learn_masks
from .learning_rate import TICKET_LEARNING_RATE, Rates, race_at_rates
from .lottery_ticket import LOTTERY_TICKET, Race, race
from .networks import glorot_lenet
from .supermasks import SUPERMASKS, Supermasks, untrained_masks
from .taken_apart import LOTTERY_SIGNS, Plane, TakenApart, take_apart, weight_plane
from .topologies import Evolution, OneWeight
from .weight_agnostic import WEIGHT_AGNOSTIC, Topologies, evolution, one_weight, search_topologies

CLAIMS = (
    LOTTERY_TICKET,
    LOTTERY_SIGNS,
    TICKET_LEARNING_RATE,
    TRAIN_FROM_SCRATCH,
    SUPERMASKS,
    LEARNED_MASKS,
    WEIGHT_AGNOSTIC,
)
