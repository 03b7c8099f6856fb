"""Dynamic computation (动态计算): one network that computes less when less will do.

A network with exits can stop early (:class:`EarlyExitNet`, :class:`MSDNet`, :func:`early_exit`,
:func:`exit_thresholds`), a slimmable one can run at a smaller width (:class:`SlimmableNet`,
:class:`SwitchableBatchNorm2d`), and a network with gates chooses for every input which of its
blocks it computes (:class:`SkipNet`, :class:`BlockDrop`), or how much of each layer
(:class:`RuntimePruningNet`). :func:`battery` picks among all of them what a budget can pay for.
"""

from nc_teach.common import declared
from nc_teach.dynamic.backbones import image_blocks as image_blocks, point_blocks as point_blocks
from nc_teach.dynamic.blockdrop import (
    BlockDrop as BlockDrop,
    PolicyNet as PolicyNet,
    learn_with_curriculum as learn_with_curriculum,
    policy_loss as policy_loss,
    reward as reward,
)
from nc_teach.dynamic.budget import Option as Option, battery as battery, frontier as frontier
from nc_teach.dynamic.confidence import low_entropy as low_entropy, max_softmax as max_softmax
from nc_teach.dynamic.exit_network import EarlyExitNet as EarlyExitNet
from nc_teach.dynamic.exits import (
    Answers as Answers,
    ExitNet as ExitNet,
    Leaving as Leaving,
    UpTo as UpTo,
    anytime as anytime,
    early_exit as early_exit,
    exit_accuracies as exit_accuracies,
    exit_costs as exit_costs,
    exit_logits as exit_logits,
    last_exit_accuracy as last_exit_accuracy,
    sum_of_exits as sum_of_exits,
)
from nc_teach.dynamic.gates import (
    FeedForwardGates as FeedForwardGates,
    RecurrentGates as RecurrentGates,
)
from nc_teach.dynamic.msdnet import MSDNet as MSDNet
from nc_teach.dynamic.runtime_pruning import (
    RuntimePruningNet as RuntimePruningNet,
    actions_of as actions_of,
)
from nc_teach.dynamic.skipnet import (
    SkipNet as SkipNet,
    counting_loss as counting_loss,
    hybrid_loss as hybrid_loss,
    paths as paths,
    supervised_loss as supervised_loss,
)
from nc_teach.dynamic.skipping import Blocks as Blocks, compute_chosen as compute_chosen
from nc_teach.dynamic.slimmable import (
    SharedBatchNorm2d as SharedBatchNorm2d,
    SlimmableConv2d as SlimmableConv2d,
    SlimmableLinear as SlimmableLinear,
    SlimmableNet as SlimmableNet,
    SwitchableBatchNorm2d as SwitchableBatchNorm2d,
    recalibrate_bn as recalibrate_bn,
    slim as slim,
    sum_of_widths as sum_of_widths,
)
from nc_teach.dynamic.spent import InBatches as InBatches, mean_macs as mean_macs
from nc_teach.dynamic.thresholds import (
    answers_at as answers_at,
    exit_shares as exit_shares,
    exit_thresholds as exit_thresholds,
    exit_within as exit_within,
    leaves_at as leaves_at,
    mean_cost as mean_cost,
    random_exits as random_exits,
    shared_threshold as shared_threshold,
)
from nc_teach.dynamic.universally_slimmable import (
    sandwich_loss as sandwich_loss,
    soft_cross_entropy as soft_cross_entropy,
)

declared.hold(__name__)
