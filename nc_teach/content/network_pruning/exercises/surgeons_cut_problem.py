"""What the checks of card 1.3 ask: random weights and Hessians, and the oracle's answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

SIZE, PROBLEMS = 7, 12


@dataclass(frozen=True)
class Problem:
    """Weights and a Hessian, both float64."""

    weights: Tensor
    hessian: Tensor

    @property
    def inverse(self) -> Tensor:
        return torch.linalg.inv(self.hessian)

    def best_without(self, q: int) -> Tensor:
        """The oracle: the weights with w_q = 0 whose loss is least, found by solving with H.

        With d = v - w the loss rises by d H d / 2. Given d_q = -w_q the others, r, are where its
        gradient is zero: H_rr d_r = H_rq w_q.
        """
        rest = [place for place in range(len(self.weights)) if place != q]
        moved = torch.linalg.solve(
            self.hessian[rest][:, rest], self.hessian[rest, q] * self.weights[q]
        )
        new = torch.zeros_like(self.weights)
        new[rest] = self.weights[rest] + moved
        return new

    def rise(self, new: Tensor) -> float:
        """By how much the loss rises from the weights to ``new``."""
        change = new - self.weights
        return (change @ self.hessian @ change / 2).item()

    def cheapest(self) -> int:
        rises = [self.rise(self.best_without(q)) for q in range(len(self.weights))]
        return min(range(len(rises)), key=rises.__getitem__)

    def rivals(self) -> dict[str, int]:
        """The weight that a wrong rule deletes, under what to say to someone who goes by it."""
        w, h, inverse = self.weights, self.hessian.diagonal(), self.inverse.diagonal()
        costs = {
            "You choose the weight nearest to zero. Which one can the others replace?": w.abs(),
            "You choose by h_qq · w_q², as if no other weight could move.": h * w**2,
            "You multiply by [H⁻¹]_qq; the cost divides by it.": inverse * w**2,
            "You choose the most negative weight. Is w_q squared?": w / inverse,
            "You choose the one that costs most. Is it `argmin`?": -(w**2) / inverse,
        }
        return {says: int(cost.argmin()) for says, cost in costs.items()}


def problems(coupled: bool) -> Iterator[Problem]:
    """Random problems; without couplings H is diagonal, and h_qq w_q^2 is a right rule as well."""
    seeded = torch.Generator().manual_seed(31 + coupled)
    for _ in range(PROBLEMS):
        weights = torch.randn(SIZE, generator=seeded, dtype=torch.float64)
        scale = torch.randn(SIZE, 1, generator=seeded, dtype=torch.float64).exp()
        root = scale * torch.randn(SIZE, SIZE, generator=seeded, dtype=torch.float64)
        hessian = root @ root.T + 0.1 * torch.eye(SIZE, dtype=torch.float64)
        yield Problem(weights, hessian if coupled else hessian.diagonal().diag())
