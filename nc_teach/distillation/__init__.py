"""Knowledge distillation (知識蒸餾): a small network learns from the outputs of a large one."""

__all__: list[str] = []
