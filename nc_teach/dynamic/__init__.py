"""Dynamic computation (動態運算): one network that computes less when less will do.

A network with exits can stop early, a slimmable one can run at a smaller width, and a network with
gates chooses for every input which of its blocks it computes.
"""

__all__: list[str] = []
