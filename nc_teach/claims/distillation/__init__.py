"""Chapter 3, knowledge distillation: each paper's claim as an experiment with its controls.

Hinton et al. (2015) on soft targets and on the class that the student never saw; Ba and Caruana
(2014) on shallow mimics.
"""

from nc_teach.claims.claim import overview, shipped
from nc_teach.claims.distillation import mimic, soft_targets, unseen
from nc_teach.claims.distillation.mimic import MIMIC, Mimics, mimic_a_teacher, mimic_table
from nc_teach.claims.distillation.mlp import mlp
from nc_teach.claims.distillation.networks import small_cnn, teacher_network, train_teacher
from nc_teach.claims.distillation.soft_targets import (
    SOFT_TARGETS,
    Students,
    errors_table,
    teach_students,
)
from nc_teach.claims.distillation.unseen import UNSEEN_CLASS, Unseen, hide_a_class, unseen_table

CLAIMS = (
    *soft_targets.CLAIMS,
    *unseen.CLAIMS,
    *mimic.CLAIMS,
)

__all__ = [
    "CLAIMS",
    "MIMIC",
    "SOFT_TARGETS",
    "UNSEEN_CLASS",
    "Mimics",
    "Students",
    "Unseen",
    "errors_table",
    "hide_a_class",
    "mimic_a_teacher",
    "mimic_table",
    "mlp",
    "overview",
    "shipped",
    "small_cnn",
    "teach_students",
    "teacher_network",
    "train_teacher",
    "unseen_table",
]
