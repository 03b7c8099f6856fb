"""One slide: where it stands in the deck, what is on it, what the presenter sees."""

from __future__ import annotations

from dataclasses import dataclass, field

from .blocks import Block


@dataclass
class Slide:
    """One slide: `column` counts the columns of the deck from 0."""

    column: int
    role: str
    section: str
    heading: str
    blocks: list[Block] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    weight: float = 0

    @property
    def height(self) -> int:
        return sum(block.height for block in self.blocks)
