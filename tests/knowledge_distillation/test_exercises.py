"""Chapter 3's cards: other right answers, near misses, and what is said of what was handed out."""

import copy

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from nc_teach import distillation
from nc_teach.classroom import cards
from nc_teach.classroom.examine import examine
from tests.card_rules import assert_a_near_miss


def package_loss(student_logits, teacher_logits, labels, temperature, soft_weight):
    return distillation.kd_loss(
        student_logits, teacher_logits, labels, temperature=temperature, soft_weight=soft_weight
    )


def loss_by_log_target(student_logits, teacher_logits, labels, temperature, soft_weight):
    with torch.no_grad():
        log_p = F.log_softmax(teacher_logits / temperature, 1)
    log_q = F.log_softmax(student_logits / temperature, 1)
    soft = F.kl_div(log_q, log_p, reduction="sum", log_target=True) / len(labels)
    hard = F.nll_loss(F.log_softmax(student_logits, 1), labels)
    return soft_weight * temperature**2 * soft + (1 - soft_weight) * hard


def asks_in_the_loop(student, teacher, images, epochs):
    optimizer = torch.optim.Adam(student.parameters(), lr=0.02)
    awake = copy.deepcopy(teacher).eval()
    for _ in range(epochs):
        for batch in torch.randperm(len(images)).split(20):
            with torch.no_grad():
                said = awake(images[batch])
            optimizer.zero_grad()
            F.mse_loss(student(images[batch]), said).backward()
            optimizer.step()
    return student


def package_report(validation, test, unseen, shifts):
    best = distillation.best_shift(*validation, [unseen], shifts)
    return best, 1 - distillation.errors_after(*test, [unseen], best) / len(test[1])


def report_in_numpy(validation, test, unseen, shifts):
    def right(split, shift):
        logits, labels = (part.double().numpy() for part in split)
        return np.mean((logits + shift * np.eye(2)[unseen]).argmax(1) == labels)

    best = np.argmax([right(validation, shift) for shift in shifts])
    return [np.float64(shifts[best]), right(test, shifts[best])]


def package_half_way(a, b, order):
    return distillation.interpolate(a, distillation.permute_units(b, {"0": order}), 0.5)


def half_way_by_state(a, b, order):
    state = copy.deepcopy(b.state_dict())
    for name in ("0.weight", "0.bias"):
        state[name] = state[name][order]
    state["2.weight"] = state["2.weight"].index_select(1, order)
    mean = copy.deepcopy(b)
    mean.load_state_dict({k: (v + state[k]) / 2 for k, v in a.state_dict().items()})
    return mean


def hint_in_whole(listener, regressor, speaker, images, epochs):
    """Asked in every round, of all images."""
    optimizer = torch.optim.Adam(nn.Sequential(listener, regressor).parameters(), lr=0.02)
    for _ in range(6 * epochs):
        optimizer.zero_grad()
        distillation.hint_loss(regressor(listener(images)), speaker(images).detach()).backward()
        optimizer.step()
    return listener


RIGHT = {
    "3.1": (package_loss, loss_by_log_target),
    "3.2": (asks_in_the_loop,),
    "3.3": (package_report, report_in_numpy),
    "3.4": (package_half_way, half_way_by_state),
    "3.5": (hint_in_whole,),
}


@pytest.mark.parametrize(("key", "answer"), [(k, answer) for k in RIGHT for answer in RIGHT[k]])
def test_other_right_answers_pass(key, answer):
    assert examine(cards.find(key), answer) is None


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("3.1", "The factor T² is missing."),
        ("3.2", "how firmly to say no"),
        ("3.3", "the best on the **test** set"),
        ("3.4", "the first bias and the columns of the second weight"),
    ],
)
def test_a_near_miss_passes_the_first_case_alone(key, said):
    assert_a_near_miss(key, said)


@pytest.mark.parametrize("key", ["3.1", "3.2", "3.3", "3.5"])
def test_what_was_handed_out_is_said_to_be_wrong_and_not_to_be_empty(key):
    card = cards.find(key)
    space = {}
    exec(compile(card.stub, "<cell>", "exec"), space)
    message = examine(card, space[card.solution.__name__])
    assert message.endswith("Find what is wrong.")
