"""Each paper's claim as an experiment with its controls: from seeds and budget to a verdict.

``nc-teach claims`` lists them, ``nc-teach claims free_lunch --seeds 5`` runs one, ``--all`` all.
"""

from nc_teach.claims.claim import Check, Claim, Outcome, Provenance, load_outcome
from nc_teach.claims.command import all_claims, run_command

__all__ = [
    "Check",
    "Claim",
    "Outcome",
    "Provenance",
    "all_claims",
    "load_outcome",
    "run_command",
]
