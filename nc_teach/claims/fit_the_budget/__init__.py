"""Chapter 7, fit the budget: the methods of all chapters on one network, alone and stacked."""

from nc_teach.claims.claim import overview, shipped
from nc_teach.claims.fit_the_budget.board import (
    FIT_THE_BUDGET,
    METHODS,
    Board,
    measure_board,
    read_board,
)
from nc_teach.claims.fit_the_budget.orders import (
    ORDER_OF_STEPS,
    Orders,
    compare_orders,
    read_orders,
)
from nc_teach.claims.fit_the_budget.plans import BUDGET, OTHER_ORDER, STACK
from nc_teach.claims.network_pruning.dense import dense_networks

CLAIMS = (FIT_THE_BUDGET, ORDER_OF_STEPS)

__all__ = [
    "BUDGET",
    "CLAIMS",
    "FIT_THE_BUDGET",
    "METHODS",
    "ORDER_OF_STEPS",
    "OTHER_ORDER",
    "STACK",
    "Board",
    "Orders",
    "compare_orders",
    "dense_networks",
    "measure_board",
    "overview",
    "read_board",
    "read_orders",
    "shipped",
]
