"""Dynamic computation (動態運算): one network that computes less when less will do.

A network with exits can stop early (:class:`EarlyExitNet`, :class:`MSDNet`, :func:`early_exit`,
:func:`exit_thresholds`), a slimmable one can run at a smaller width (:class:`SlimmableNet`,
:class:`SwitchableBatchNorm2d`), and a network with gates chooses for every input which of its
blocks it computes (:class:`SkipNet`, :class:`BlockDrop`), or how much of each layer
(:class:`RuntimePruningNet`). :func:`battery` picks among all of them what a budget can pay for.
"""

from nc_teach.dynamic.backbones import image_blocks, point_blocks
from nc_teach.dynamic.blockdrop import (
    BlockDrop,
    PolicyNet,
    learn_with_curriculum,
    policy_loss,
    reward,
)
from nc_teach.dynamic.budget import Option, battery, frontier
from nc_teach.dynamic.confidence import low_entropy, max_softmax
from nc_teach.dynamic.exit_network import EarlyExitNet
from nc_teach.dynamic.exits import (
    Answers,
    ExitNet,
    Leaving,
    UpTo,
    anytime,
    early_exit,
    exit_accuracies,
    exit_costs,
    exit_logits,
    last_exit_accuracy,
    sum_of_exits,
)
from nc_teach.dynamic.gates import FeedForwardGates, RecurrentGates
from nc_teach.dynamic.msdnet import MSDNet
from nc_teach.dynamic.runtime_pruning import RuntimePruningNet, actions_of
from nc_teach.dynamic.skipnet import SkipNet, counting_loss, hybrid_loss, paths, supervised_loss
from nc_teach.dynamic.skipping import Blocks, compute_chosen
from nc_teach.dynamic.slimmable import (
    SharedBatchNorm2d,
    SlimmableConv2d,
    SlimmableLinear,
    SlimmableNet,
    SwitchableBatchNorm2d,
    recalibrate_bn,
    slim,
    sum_of_widths,
)
from nc_teach.dynamic.spent import InBatches, mean_macs
from nc_teach.dynamic.thresholds import (
    answers_at,
    exit_shares,
    exit_thresholds,
    exit_within,
    leaves_at,
    mean_cost,
    random_exits,
    shared_threshold,
)
from nc_teach.dynamic.universally_slimmable import sandwich_loss, soft_cross_entropy
