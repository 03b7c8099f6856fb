"""A budget (預算), and techniques of all chapters stacked until a network fits it.

A plan is a tuple of steps; :func:`fit` takes a trained network through it. :func:`check_model`
looks at a network of your own before that, and :func:`load_into` reads the file that comes out.
"""

from nc_teach.budget.check_model import CheckedModel, check_model
from nc_teach.budget.exits import ExitEarly, Exiting
from nc_teach.budget.files import load_into
from nc_teach.budget.limits import KIB, Budget, Limit
from nc_teach.budget.stack import Stack, Stage, fit, same
from nc_teach.budget.state import FineTuning, State
from nc_teach.budget.steps import Distil, FineTune, PruneWeights, RemoveUnits, WeightSharing, label
