"""A budget (预算), and techniques of all chapters stacked until a network fits it.

A plan is a tuple of steps; :func:`fit` takes a trained network through it. :func:`check_model`
looks at a network of your own before that, and :func:`load_into` reads the file that comes out.
"""

from nc_teach.budget.check_model import CheckedModel as CheckedModel, check_model as check_model
from nc_teach.budget.exits import ExitEarly as ExitEarly, Exiting as Exiting
from nc_teach.budget.files import load_into as load_into
from nc_teach.budget.limits import KIB as KIB, Budget as Budget, Limit as Limit
from nc_teach.budget.stack import Stack as Stack, Stage as Stage, fit as fit, same as same
from nc_teach.budget.state import FineTuning as FineTuning, State as State
from nc_teach.budget.steps import (
    Distil as Distil,
    FineTune as FineTune,
    PruneWeights as PruneWeights,
    RemoveUnits as RemoveUnits,
    WeightSharing as WeightSharing,
    label as label,
)
from nc_teach.common import declared

declared.hold(__name__)
