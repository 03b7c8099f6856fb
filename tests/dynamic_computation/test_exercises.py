"""Chapter 6's cards: right answers by other ways pass."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from nc_teach.classroom import cards
from nc_teach.classroom.examine import examine
from nc_teach.dynamic import budget, skipping, thresholds


def our_battery(options, macs, milliseconds):
    named = [budget.Option("", str(i), *option) for i, option in enumerate(options)]
    found = budget.battery(named, macs=macs, latency_ms=milliseconds)
    return None if found is None else int(found.name)


def place_of_numpy(options, macs, milliseconds):
    table = np.array(options).reshape(-1, 3)
    fits = np.flatnonzero((table[:, 0] <= macs) & (table[:, 1] <= milliseconds))
    return fits[np.lexsort((table[fits, 0], -table[fits, 2]))[0]] if len(fits) else None


def walking(logits, threshold):
    classes = torch.zeros(logits.shape[1], dtype=torch.long)
    exits = torch.full_like(classes, -1)
    for k, said in enumerate(logits):
        sure = F.softmax(said, dim=1).amax(dim=1) >= threshold
        leaving = (exits < 0) & (sure if k < len(logits) - 1 else torch.ones_like(sure))
        classes[leaving], exits[leaving] = said[leaving].argmax(dim=1), k
    return classes, exits


def our_exits(logits, threshold):
    confidence = logits.double().softmax(dim=2).amax(dim=2)
    leaving = thresholds.leaves_at(confidence, [threshold] * (len(logits) - 1))
    return [thresholds.answers_at(logits, leaving), leaving.numpy()]


def our_threshold(validation, test, costs, budget):
    bars = thresholds.shared_threshold(validation, costs.tolist(), budget)
    return bars[0], thresholds.mean_cost(thresholds.leaves_at(test, bars), costs.tolist())


def norm_of_pytorch(maps, width, running, training):
    mean, var = running[width]
    return F.batch_norm(maps, mean, var, training=training, momentum=0.1)


def norm_in_double(maps, width, running, training):
    maps = maps.double()
    mean, var = maps.mean((0, 2, 3), keepdim=True), maps.var((0, 2, 3), keepdim=True)
    n = maps.numel() / maps.shape[1]
    if not training:
        mean, var = (t.reshape(1, -1, 1, 1) for t in running[width])
        return (maps - mean) * (var + 1e-5).rsqrt()
    with torch.no_grad():
        pairs = zip(running[width], (mean, var), strict=True)
        running[width] = [torch.lerp(old.double(), new.flatten(), 0.1) for old, new in pairs]
    return (maps - mean) * (var * (n - 1) / n + 1e-5).rsqrt()


def index_copied(block, x, chosen):
    places = chosen.nonzero().flatten()
    return x.index_copy(0, places, block(x[places])) if len(places) else x


def by_distribution(logits, reward):
    policy = torch.distributions.Bernoulli(logits=logits)
    drawn = policy.sample()
    gain = reward(drawn) - reward((policy.probs > 0.5).float())
    return -(gain * policy.log_prob(drawn).sum(1)).mean()


def drawn_with_rand(logits, reward):
    p = logits.double().sigmoid()
    drawn, greedy = torch.rand(p.shape) < p, p > 0.5
    chance = torch.where(drawn, p, 1 - p).log().sum(dim=1)
    return ((reward(greedy) - reward(drawn)) @ chance.float()) / len(p)


RIGHT = {
    "6.0": (our_battery, place_of_numpy),
    "6.1": (walking, our_exits),
    "6.2": (our_threshold,),
    "6.3": (norm_of_pytorch, norm_in_double),
    "6.4": (skipping.compute_chosen, index_copied),
    "6.5": (by_distribution, drawn_with_rand),
}


@pytest.mark.parametrize(
    ("key", "function"), [(key, one) for key, functions in RIGHT.items() for one in functions]
)
def test_right_answers_by_other_ways_pass(key, function):
    assert examine(cards.find(key), function) is None
