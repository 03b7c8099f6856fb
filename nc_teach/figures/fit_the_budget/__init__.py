"""The live figures of chapter 7, fit the budget."""

from nc_teach.figures.fit_the_budget.budget_stages import budget_stages, budget_ways
from nc_teach.figures.fit_the_budget.step_order import step_order
