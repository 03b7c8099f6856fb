"""Chapter 3, knowledge distillation: each paper's claim as an experiment with its controls.

Hinton et al. (2015) on soft targets and on the class that the student never saw; Ba and Caruana
(2014) on shallow mimics; Romero et al. (2015) on hints; Mirzadeh et al. (2020) on assistants; and
what may be averaged: outputs, parameters of one valley, an ensemble in one network.
"""

from nc_teach.claims.experiment import judged, overview, shipped

from .assistant import ASSISTANTS, Relay, run_relay
from .averaging import AVERAGING, Averages, average_networks
from .ensemble import ENSEMBLE_IN_ONE, EnsembleInOne, ensemble_in_one
from .examples import TellingDigits, telling_digits
from .hints import HINTS, Hints, compare_hints
from .interpolation import Paths, interpolation_paths
from .mimic import MIMIC, Mimics, mimic_a_teacher
from .networks import mlp, teacher_network, train_teacher
from .soft_targets import SOFT_TARGETS, Students, train_students
from .unseen import UNSEEN_CLASS, Unseen, hide_a_class

CLAIMS = (SOFT_TARGETS, UNSEEN_CLASS, MIMIC, HINTS, ASSISTANTS, AVERAGING, ENSEMBLE_IN_ONE)
