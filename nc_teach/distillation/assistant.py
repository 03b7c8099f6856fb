"""Teacher assistant: a network of middle size learns from the teacher, and teaches the student.

Unlike plain distillation there are two steps down or more, each smaller. The idea is that a student
learns less well from a teacher that is far above it; whether that pays is a question of measuring.

Source: Mirzadeh, Farajtabar, Li, Levine, Matsukawa, Ghasemzadeh (2020), "Improved Knowledge
Distillation via Teacher Assistant", section on teacher assistant knowledge distillation.
"""

from collections.abc import Callable, Sequence

from torch import nn

from nc_teach.training import History

Train = Callable[[nn.Module, nn.Module], History]


def distil_in_steps(
    teacher: nn.Module, path: Sequence[nn.Module], train: Train
) -> tuple[History, ...]:
    """Train the networks of ``path`` in place: the first from ``teacher``, the next from the first.

    Returns one a training; fewer than ``path`` when the reader has stopped it. Raises
    ``ValueError`` for an empty path, or the same network twice, before anything is trained.

    - ``teacher``: A trained network. It is not changed.
    - ``path``: Untrained networks, usually from large to small: the assistants, then the student.
      One network alone is plain distillation.
    - ``train``: ``(student, teacher) -> History``: trains the student in place on what the teacher
      says.
    """
    everyone = [teacher, *path]
    if len(everyone) < 2 or len({id(net) for net in everyone}) < len(everyone):
        raise ValueError(
            f"path must be at least one network, all different and none the teacher, "
            f"got {len(path)}"
        )
    histories: list[History] = []
    for above, below in zip(everyone, path, strict=False):
        histories.append(train(below, above))
        if histories[-1].interrupted:
            break
    return tuple(histories)
