"""Chapter 7, fit the budget: its six questions."""

from __future__ import annotations

from .budgets import BUDGETS

QUESTIONS = BUDGETS
