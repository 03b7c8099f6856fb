"""Chapter 7, fit the budget: the methods of all chapters on one network, alone and stacked."""

from nc_teach.claims.experiment import judged, overview, shipped
from nc_teach.claims.fit_the_budget.board import FIT_THE_BUDGET, measure_board
from nc_teach.claims.fit_the_budget.board_result import METHODS, Board
from nc_teach.claims.fit_the_budget.orders import ORDER_OF_STEPS, Orders, compare_orders
from nc_teach.claims.fit_the_budget.plans import BUDGET, OTHER_ORDER, STACK
from nc_teach.claims.network_pruning.dense import dense_networks

CLAIMS = (FIT_THE_BUDGET, ORDER_OF_STEPS)
