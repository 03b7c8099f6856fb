"""The exercise cards: `chapter_N` names a chapter's cards, each card is a module of its own."""
