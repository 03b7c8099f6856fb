"""Chapter 5, architecture design: its ten questions."""

from __future__ import annotations

from .layers import LAYERS
from .networks import NETWORKS

QUESTIONS = LAYERS + NETWORKS
