"""``nc-teach claims``: run claims from the command line, print paper, here and verdict."""

import argparse
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from nc_teach import data
from nc_teach.claims.experiment import Claim, all_claims


def run_command(arguments: argparse.Namespace) -> int:
    """Run ``arguments.names``, or every claim with ``all``; print the list if neither is given.

    Uses ``seeds`` (how many; three if None), ``scale``, ``list`` and ``save`` (a folder for the
    results as JSON, or nothing). Returns the exit code: 0, whatever the verdicts; a claim that does
    not hold is a result and not an error. Raises ``ValueError`` for a name that is no claim, for
    names beside ``all``, or for seeds below 1.
    """
    known, names = all_claims(), arguments.names
    for name in names:
        if name not in known:
            raise ValueError(f"claim must be one of {', '.join(known)}, got {name!r}")
    if arguments.all and names:
        raise ValueError(f"NAME must be left out beside --all, got {' '.join(names)}")
    seeds = 3 if arguments.seeds is None else arguments.seeds
    if seeds < 1:
        raise ValueError(f"seeds must be at least 1, got {seeds}")
    if arguments.list or not (names or arguments.all):
        print(listing(known.values()))
        return 0
    torch.set_num_threads(1)
    for name in names or known:
        _run(known[name], seeds, arguments.scale, arguments.save)
    return 0


def listing(claims: Iterable[Claim]) -> str:
    """A line for each claim, and one that says how to run them."""
    lines = [f"{claim.key:22s} {claim.words.title}" for claim in claims]
    run = "Run some: nc-teach claims NAME [NAME ...]. Run every one, which takes many hours: --all."
    return "\n".join([*lines, "", run])


def _run(claim: Claim[Any], seeds: int, scale: str, folder: str | None) -> None:
    print(f"\n{claim.words.title} ({claim.key})", flush=True)
    found = claim.run(data.load(claim.dataset, scale), tuple(range(seeds)))
    command = f"nc-teach claims {claim.key} --seeds {seeds} --scale {scale}"
    found = replace(found, provenance=replace(found.provenance, command=command))
    print(claim.outcome(found).table())
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        found.save(Path(folder) / f"{claim.key}.json", claim.key)
