"""Chapter 7, fit the budget: the methods of all chapters on one network, alone and stacked."""

from nc_teach.claims.experiment import judged, overview, shipped
from nc_teach.claims.network_pruning.dense import dense_networks

from .board import FIT_THE_BUDGET, measure_board
from .board_result import METHODS, Board
from .brackets import BracketReader, balanced, brackets
from .orders import ORDER_OF_STEPS, Orders, compare_orders
from .plans import BUDGET, OTHER_ORDER, STACK, by_chance

CLAIMS = (FIT_THE_BUDGET, ORDER_OF_STEPS)
