"""A budget (預算), and techniques of all chapters stacked until a network fits it.

A plan is a tuple of steps; :func:`fit` takes a trained network through it. :func:`bring` looks at a
network that you bring, and :func:`load_into` reads the file that comes out.
"""

from nc_teach.budget.bring import Brought, bring
from nc_teach.budget.exits import ExitEarly, Exiting
from nc_teach.budget.files import load_into
from nc_teach.budget.limits import KIB, Budget, Limit
from nc_teach.budget.stack import Stack, Stage, fit, same
from nc_teach.budget.state import Lesson, State
from nc_teach.budget.steps import Distil, Heal, PruneWeights, RemoveUnits, ShareValues, label

__all__ = [
    "KIB",
    "Brought",
    "Budget",
    "Distil",
    "ExitEarly",
    "Exiting",
    "Heal",
    "Lesson",
    "Limit",
    "PruneWeights",
    "RemoveUnits",
    "ShareValues",
    "Stack",
    "Stage",
    "State",
    "bring",
    "fit",
    "label",
    "load_into",
    "same",
]
