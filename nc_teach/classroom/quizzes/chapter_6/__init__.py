"""Chapter 6, dynamic computation: its ten questions."""

from __future__ import annotations

from .depth_and_width import DEPTH_AND_WIDTH
from .paths import PATHS

QUESTIONS = DEPTH_AND_WIDTH + PATHS
