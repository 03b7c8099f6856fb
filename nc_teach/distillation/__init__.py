"""Knowledge distillation (知識蒸餾): a small network learns from the outputs of a large one.

:func:`softmax` at a temperature makes the teacher's opinion of the wrong classes visible,
:func:`soft_target_loss`, :func:`kd_loss` and :func:`logit_loss` say what the student should match,
and :func:`distil` trains it.
"""

from nc_teach.distillation.controls import shuffle_wrong_classes, smoothed_labels
from nc_teach.distillation.distil import distil
from nc_teach.distillation.logits import logit_loss, standardise_logits
from nc_teach.distillation.soft_targets import (
    high_temperature_gradient,
    kd_loss,
    soft_target_gradient,
    soft_target_loss,
)
from nc_teach.distillation.temperature import entropy, softmax, temperature_table
from nc_teach.distillation.unseen import (
    best_shift,
    errors_after,
    read_as,
    shift_bias,
    shift_for_share,
    without_classes,
)

__all__ = [
    "best_shift",
    "distil",
    "entropy",
    "errors_after",
    "high_temperature_gradient",
    "kd_loss",
    "logit_loss",
    "read_as",
    "shift_bias",
    "shift_for_share",
    "shuffle_wrong_classes",
    "smoothed_labels",
    "soft_target_gradient",
    "soft_target_loss",
    "softmax",
    "standardise_logits",
    "temperature_table",
    "without_classes",
]
