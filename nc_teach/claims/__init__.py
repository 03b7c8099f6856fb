"""Each paper's claim as an experiment with its controls: from seeds and budget to a verdict.

``nc-teach claims`` lists them, ``nc-teach claims free_lunch --seeds 5`` runs one, ``--all`` all.
"""

from nc_teach.claims.command import run_command as run_command
from nc_teach.claims.criterion import Check as Check, check as check, fact as fact
from nc_teach.claims.experiment import (
    Claim as Claim,
    Outcome as Outcome,
    all_claims as all_claims,
    judged as judged,
    overview as overview,
    shipped as shipped,
)
from nc_teach.claims.provenance import Provenance as Provenance
from nc_teach.claims.result import Result as Result, local as local, rounded as rounded
from nc_teach.claims.running import (
    each_seed as each_seed,
    measured as measured,
    stopping_as_a_whole as stopping_as_a_whole,
    together as together,
    with_bar as with_bar,
)
from nc_teach.table import Table as Table
