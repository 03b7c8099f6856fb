"""Chapter 2, why pruning: each paper's claim as an experiment with its controls.

Frankle and Carbin (2019) on lottery tickets; Zhou et al. (2019), who took them apart; Liu et al.
(2019), who ask what pruning is worth.
"""

from nc_teach.claims.claim import overview, shipped
from nc_teach.claims.why_pruning.from_scratch import (
    TRAIN_FROM_SCRATCH,
    FromScratch,
    train_from_scratch,
)
from nc_teach.claims.why_pruning.learning_rate import (
    TICKET_LEARNING_RATE,
    Rates,
    race_at_rates,
)
from nc_teach.claims.why_pruning.lottery_ticket import LOTTERY_TICKET, Race, race
from nc_teach.claims.why_pruning.networks import glorot_lenet
from nc_teach.claims.why_pruning.plane import Plane, weight_plane
from nc_teach.claims.why_pruning.taken_apart import LOTTERY_SIGNS, TakenApart, take_apart

CLAIMS = (
    LOTTERY_TICKET,
    LOTTERY_SIGNS,
    TICKET_LEARNING_RATE,
    TRAIN_FROM_SCRATCH,
)

__all__ = [
    "CLAIMS",
    "LOTTERY_SIGNS",
    "LOTTERY_TICKET",
    "TICKET_LEARNING_RATE",
    "TRAIN_FROM_SCRATCH",
    "FromScratch",
    "Plane",
    "Race",
    "Rates",
    "TakenApart",
    "glorot_lenet",
    "overview",
    "race",
    "race_at_rates",
    "shipped",
    "take_apart",
    "train_from_scratch",
    "weight_plane",
]
