"""Each paper's claim as an experiment with its controls: from seeds and budget to a verdict.

``nc-teach claims`` lists them, ``nc-teach claims free_lunch --seeds 5`` runs one, ``--all`` all.
"""

from nc_teach.claims.command import run_command
from nc_teach.claims.criterion import Check, check, fact
from nc_teach.claims.experiment import Claim, Outcome, all_claims, judged, overview, shipped
from nc_teach.claims.provenance import Provenance
from nc_teach.claims.result import Result, local, rounded
from nc_teach.claims.running import each_seed, measured, stopping_as_a_whole, together, with_bar
from nc_teach.table import Table
