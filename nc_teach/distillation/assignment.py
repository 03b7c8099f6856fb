"""Assignment: pair rows with columns, one to one, so that the sum of the costs is least. Exactly.

The row of each pair is added by the shortest augmenting path, with prices that prove the result:
no pair anywhere costs less than its row's and its column's price together, and every chosen pair
costs exactly that, so no other pairing can be cheaper. n rows take n^3 steps (128: 0.1 s).

Sources: Kuhn (1955), "The Hungarian method for the assignment problem"; Jonker and Volgenant
(1987), "A shortest augmenting path algorithm for dense and sparse linear assignment problems".
"""

import numpy as np

from nc_teach.common.kinds import Numbers


def assign(costs: Numbers) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The column of each row in the cheapest pairing, and the prices of rows and of columns.

    Returns n integers; twice n float64 numbers with row_prices[i] + column_prices[j] <= costs[i,
    j], and equal where j = columns[i] (up to rounding). Raises ``ValueError`` unless ``costs`` is
    square and finite.

    - ``costs``: n x n numbers. For the pairing with the largest sum hand in ``-costs``.

    >>> costs = np.array([[4.0, 1.0, 3.0], [2.0, 0.0, 5.0], [3.0, 2.0, 2.0]])
    >>> columns, rows, cols = assign(costs)
    >>> columns, costs[range(3), columns].sum(), rows.sum() + cols.sum()
    (array([1, 0, 2]), np.float64(5.0), np.float64(5.0))
    """
    costs = np.asarray(costs, dtype=np.float64)
    if costs.ndim != 2 or costs.shape[0] != costs.shape[1] or not np.isfinite(costs).all():
        raise ValueError(f"costs must be a square array of finite numbers, got {costs.shape}")
    n = len(costs)
    row_prices, column_prices = np.zeros(n), np.zeros(n)
    row_of = np.full(n, -1)  # the row that holds each column
    for row in range(n):
        _add(row, costs, row_prices, column_prices, row_of)
    columns = np.empty(n, dtype=int)
    columns[row_of] = np.arange(n)
    return columns, row_prices, column_prices


def _add(
    start: int, costs: np.ndarray, rows: np.ndarray, cols: np.ndarray, row_of: np.ndarray
) -> None:
    """Give row ``start`` a column, moving others along the cheapest chain (Dijkstra), in place."""
    n = len(costs)
    distance = np.full(n, np.inf)  # what the cheapest chain to each column costs
    before = np.full(n, -1)  # the column before it on that chain; -1 is the start itself
    settled = np.zeros(n, dtype=bool)
    row, column, reached = start, -1, 0.0
    while True:
        through = reached + costs[row] - rows[row] - cols
        shorter = ~settled & (through < distance)
        distance[shorter], before[shorter] = through[shorter], column
        column = int(np.where(settled, np.inf, distance).argmin())
        reached = distance[column]
        if row_of[column] < 0:  # a free column: the end of the chain
            break
        settled[column] = True
        row = row_of[column]
    slack = reached - distance[settled]
    rows[row_of[settled]] += slack
    cols[settled] -= slack
    rows[start] += reached
    while column >= 0:
        row_of[column] = start if before[column] < 0 else row_of[before[column]]
        column = before[column]
