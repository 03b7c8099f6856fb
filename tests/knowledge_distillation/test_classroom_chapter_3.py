"""Chapter 3's cards and quiz: other right answers, near misses, and sound questions."""

import copy

import pytest
import torch
import torch.nn.functional as F

from nc_teach import distillation
from nc_teach.classroom import cards, questions
from nc_teach.classroom.examine import examine

QUESTIONS = questions.find("3")


def test_our_own_loss_is_a_right_answer():
    def by_the_package(student_logits, teacher_logits, labels, temperature, soft_weight):
        return distillation.kd_loss(
            student_logits, teacher_logits, labels, temperature=temperature, soft_weight=soft_weight
        )

    def by_log_target(student_logits, teacher_logits, labels, temperature, soft_weight):
        with torch.no_grad():
            log_p = F.log_softmax(teacher_logits / temperature, 1)
        log_q = F.log_softmax(student_logits / temperature, 1)
        soft = F.kl_div(log_q, log_p, reduction="sum", log_target=True) / len(labels)
        hard = F.nll_loss(F.log_softmax(student_logits, 1), labels)
        return soft_weight * temperature**2 * soft + (1 - soft_weight) * hard

    assert examine(cards.find("3.1"), by_the_package) is None
    assert examine(cards.find("3.1"), by_log_target) is None


def test_asking_the_teacher_in_the_loop_is_a_right_answer():
    def in_the_loop(student, teacher, images, epochs):
        optimizer = torch.optim.Adam(student.parameters(), lr=0.02)
        awake = copy.deepcopy(teacher).eval()
        for _ in range(epochs):
            for batch in torch.randperm(len(images)).split(20):
                with torch.no_grad():
                    said = awake(images[batch])
                loss = F.mse_loss(student(images[batch]), said)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
        return student

    assert examine(cards.find("3.2"), in_the_loop) is None


def test_our_own_rule_is_a_right_answer_to_the_report():
    def by_the_package(validation, test, unseen, shifts):
        best = distillation.best_shift(*validation, [unseen], shifts)
        return best, 1 - distillation.errors_after(*test, [unseen], best) / len(test[1])

    assert examine(cards.find("3.3"), by_the_package) is None


@pytest.mark.parametrize(
    ("key", "name"),
    [("3.1", "without T squared"), ("3.2", "ReLU still there"), ("3.3", "a clone only")],
)
def test_a_near_miss_passes_the_first_check_and_not_the_second(key, name):
    card = cards.find(key)
    wrong = card.wrong_answers[name].function
    assert card.checks[0](wrong) is None
    assert card.checks[1](wrong) is not None


@pytest.mark.parametrize("key", ["3.1", "3.2", "3.3"])
def test_what_was_handed_out_is_said_to_be_wrong_and_not_to_be_empty(key):
    card = cards.find(key)
    space = {}
    exec(compile(card.stub, "<cell>", "exec"), space)
    message = examine(card, space[card.solution.__name__])
    assert message.endswith("Something in it is wrong: find it and mend it.")


def test_every_flaw_that_was_handed_out_is_named():
    card = cards.find("3.1")
    wrong = card.wrong_answers["T squared only"].function
    message = card.checks[0](wrong)
    assert "wrong way round" in message
    assert "number of classes" in message
    assert "T²" not in message
