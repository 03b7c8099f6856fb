"""Chapter 3, distillation: what people believe."""

from __future__ import annotations

from ..belief import Belief

BELIEFS = (
    Belief(
        "A higher temperature makes the teacher know more.",
        "It changes nothing about the answer, only how loud the other classes are. A small student "
        "does worse at a high one, here as in the paper.",
        "temperature", "soft_targets", "30 units",
    ),
    Belief(
        "The factor T² is a detail.",
        "The gradient of the soft part falls as 1/T². Without the factor, a second loss beside it "
        "drowns it out. Let them do exercise 3.1.",
        "temperature",
    ),
    Belief(
        "The student's gain is the teacher's dark knowledge.",
        "Then label smoothing, which has none, should do worse. Show both rows before you explain.",
        "teacher_student", "soft_targets", "soft targets make fewer errors than label smoothing",
    ),
    Belief(
        "A shift that was chosen on the test set shows what the student knows.",
        "It shows what the labels of the test set know. Ask how one could choose it without them.",
        "unseen", "unseen_class", "soft targets: at least 88 %",
    ),
    Belief(
        "Averaging parameters is a cheap ensemble.",
        "Only inside one valley. Half-way between two independent networks there is a hill.",
        "averaging", "averaging", "parameters of 4 independent runs",
    ),
    Belief(
        "A hint helps a deep student.",
        "Compare with other first weights and no teacher at all: much of what hints cured was a "
        "bad start.",
        "half_way_help", "hints", "control, He start and no teacher",
    ),
    Belief(
        "The best teacher is the best network.",
        "Read the list of teachers by size. A student can be too far below.",
        "half_way_help", "assistants", "the 12-12 student",
    ),
)  # fmt: skip
