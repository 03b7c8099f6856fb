"""Chapter 3, knowledge distillation: each paper's claim as an experiment with its controls.

Hinton et al. (2015) on soft targets and on the class that the student never saw; Ba and Caruana
(2014) on shallow mimics; Romero et al. (2015) on hints; Mirzadeh et al. (2020) on assistants; and
what may be averaged: outputs, parameters of one valley, an ensemble in one network.
"""

from nc_teach.claims.experiment import judged, overview, shipped
from nc_teach.claims.knowledge_distillation.assistant import ASSISTANTS, Relay, run_relay
from nc_teach.claims.knowledge_distillation.averaging import AVERAGING, Averages, average_networks
from nc_teach.claims.knowledge_distillation.ensemble import (
    ENSEMBLE_IN_ONE,
    EnsembleInOne,
    ensemble_in_one,
)
from nc_teach.claims.knowledge_distillation.examples import TellingDigits, telling_digits
from nc_teach.claims.knowledge_distillation.hints import HINTS, Hints, compare_hints
from nc_teach.claims.knowledge_distillation.interpolation import Paths, interpolation_paths
from nc_teach.claims.knowledge_distillation.mimic import MIMIC, Mimics, mimic_a_teacher
from nc_teach.claims.knowledge_distillation.networks import mlp, teacher_network, train_teacher
from nc_teach.claims.knowledge_distillation.soft_targets import (
    SOFT_TARGETS,
    Students,
    train_students,
)
from nc_teach.claims.knowledge_distillation.unseen import UNSEEN_CLASS, Unseen, hide_a_class

CLAIMS = (SOFT_TARGETS, UNSEEN_CLASS, MIMIC, HINTS, ASSISTANTS, AVERAGING, ENSEMBLE_IN_ONE)
