"""Knowledge distillation (知识蒸馏): a small network learns from the outputs of a large one.

:func:`softmax` at a temperature makes the teacher's opinion of the wrong classes visible,
:func:`soft_target_loss`, :func:`kd_loss` and :func:`logit_loss` say what the student should match,
and :func:`distil` trains it. Hints speak to a layer in the middle, an assistant stands between
teacher and student, and several networks become one by their outputs or by their parameters.
"""

from nc_teach.common import declared
from nc_teach.distillation.assignment import assign as assign
from nc_teach.distillation.assistant import distil_in_steps as distil_in_steps
from nc_teach.distillation.averaging import (
    average_logits as average_logits,
    average_outputs as average_outputs,
    average_parameters as average_parameters,
    average_states as average_states,
    ensemble_logits as ensemble_logits,
    interpolate as interpolate,
    interpolation_path as interpolation_path,
)
from nc_teach.distillation.controls import (
    shuffle_wrong_classes as shuffle_wrong_classes,
    smoothed_labels as smoothed_labels,
)
from nc_teach.distillation.distil import distil as distil
from nc_teach.distillation.hints import (
    hint_loss as hint_loss,
    standardise as standardise,
    train_on_hints as train_on_hints,
    variances as variances,
)
from nc_teach.distillation.logits import (
    logit_loss as logit_loss,
    standardise_logits as standardise_logits,
)
from nc_teach.distillation.matching import (
    match_permutation as match_permutation,
    permute_units as permute_units,
)
from nc_teach.distillation.soft_targets import (
    high_temperature_gradient as high_temperature_gradient,
    kd_loss as kd_loss,
    soft_target_gradient as soft_target_gradient,
    soft_target_loss as soft_target_loss,
)
from nc_teach.distillation.swa import SwaResult as SwaResult, swa as swa
from nc_teach.distillation.temperature import (
    entropy as entropy,
    softmax as softmax,
    temperature_table as temperature_table,
)
from nc_teach.distillation.unseen import (
    best_shift as best_shift,
    errors_after as errors_after,
    read_as as read_as,
    shift_bias as shift_bias,
    shift_for_share as shift_for_share,
    without_classes as without_classes,
)
from nc_teach.training import recalibrate_bn as recalibrate_bn

declared.hold(__name__)
