"""6.5 Better than greedy (difficulty 3, 12 minutes)

A policy says for each of N inputs and K blocks, with p = sigmoid(`logits`), how likely the block is
computed. Draw a policy u of 0s and 1s, every block by its p, and take the greedy one v, 1 where p >
½. `reward(policy)` gives N numbers. Return the mean over the inputs of −(R(u) − R(v)) · log P(u),
where log P(u) is the sum over the blocks of log p where u is 1 and log(1 − p) where u is 0. Call
`reward` once for each of the two. Where may a gradient flow, and where not?

## Stub
    def policy_loss(logits, reward):
        drawn = ...
        return drawn

## Hint 1
`torch.bernoulli(logits.detach().sigmoid())` draws u, `(logits.detach() > 0).float()` is v. The
rewards are plain numbers: no gradient comes from them.

## Hint 2
log P(u) is minus a loss that you know: `-F.binary_cross_entropy_with_logits(logits, drawn,
reduction="none").sum(dim=1)`. Multiply by the advantage, take the mean, change the sign.

## Near miss
the same without `− R(v)`. On average the gradient is the same, so it learns in the end. But where
all rewards are good, every draw is made more likely, and one must wait for the better ones to win
the race.

## Reasoning
The draw has no slope, so nothing is learned through it. What is learned is its probability: more
likely if it did better than what the network would have done anyway, less likely if worse. The
gradient by a logit is −(R(u) − R(v)) (u − p) / N: where the greedy policy cannot be beaten it is
zero.
"""

import torch
import torch.nn.functional as F

from nc_teach.classroom.card import Refused

INPUTS, BLOCKS = 1200, 2


def policy_loss(logits, reward):
    drawn = torch.bernoulli(logits.detach().sigmoid())
    greedy = (logits.detach() > 0).to(logits.dtype)
    advantage = reward(drawn) - reward(greedy)
    chance = -F.binary_cross_entropy_with_logits(logits, drawn, reduction="none")
    return -(advantage * chance.sum(dim=1)).mean()


def oracle(logits, reward):
    """Draws with `rand`; log P(u) term by term from the probabilities."""
    p = logits.sigmoid()
    u, v = (torch.rand(p.shape) < p).float(), (p > 0.5).float()
    with torch.no_grad():
        gain = reward(u) - reward(v)
    logs = sum(torch.where(u[:, k] == 1, p[:, k].log(), (1 - p[:, k]).log()) for k in range(BLOCKS))
    return -(gain * logs).sum() / len(gain)


def cases():
    """What the reward is asked, the gradient for each kind and draw, and the loss itself."""
    p = torch.tensor([[0.75, 0.35], [0.3, 0.7], [0.6, 0.72]])
    prices = torch.tensor([[0.9, 0.3], [0.4, 0.8], [0.25, 1.1]])
    for look in ("asked", "gradient", "loss"):
        yield f"on {INPUTS} inputs and {BLOCKS} blocks", (p.logit(), prices, look)


class Run:
    """One call of a function, with a reward that remembers what it was asked.

    Only three kinds of inputs occur, so every pair (kind, what was drawn) is seen often, and what
    is right for it does not depend on how the reader draws.
    """

    def __init__(self, function, kinds, prices):
        self.asked, self.kind = [], torch.arange(INPUTS) % len(kinds)
        self.logits, self.prices = kinds[self.kind].clone().requires_grad_(), prices[self.kind]
        torch.manual_seed(65)
        self.loss = function(self.logits, self.reward)
        self.p = self.logits.detach().sigmoid()
        self.greedy = (self.p > 0.5).float()
        if not isinstance(self.loss, torch.Tensor) or self.loss.dim():
            form = f"{tuple(self.loss.shape)}" if hasattr(self.loss, "shape") else f"{self.loss!r}"
            raise Refused(ONE.format(form=form))

    def reward(self, policy):
        """Two minus what the chosen blocks cost, each input with prices of its own."""
        if not isinstance(policy, torch.Tensor) or policy.shape != self.prices.shape:
            raise Refused(f"`reward` wants a policy of {INPUTS} x {BLOCKS} numbers.")
        self.asked.append(policy.detach().float())
        return self.worth(self.asked[-1])

    def worth(self, policy):
        return 2 - (policy * self.prices).sum(dim=1)

    def drawn(self):
        """The policy among those asked that is not the greedy one, or None."""
        return next((u for u in self.asked if not torch.equal(u, self.greedy)), None)

    def share(self):
        """For each kind, how often each block was drawn."""
        drawn = self.greedy if self.drawn() is None else self.drawn()
        return torch.stack([drawn[self.kind == k].mean(dim=0) for k in range(3)])


def play(function, kinds, prices, look):
    """What was asked, or the gradient for each kind of input and draw, or whether the loss fits."""
    run = Run(function, kinds, prices)
    if look == "asked":
        return {
            "only 0 and 1": all(bool(torch.isin(u, torch.arange(2.0)).all()) for u in run.asked),
            "more than twice": len(run.asked) > 2,
            "something new": run.drawn() is not None,
            "as often as p": bool(((run.share() - kinds.sigmoid()).abs() < 0.12).all()),
        }
    u = run.greedy if run.drawn() is None else run.drawn()
    if look == "loss":
        chance = (u * run.p.log() + (1 - u) * (1 - run.p).log()).sum(dim=1)
        wanted = -((run.worth(u) - run.worth(run.greedy)) * chance).mean()
        return bool((run.loss - wanted).abs() < 1e-3)
    found = None
    if run.loss.requires_grad:
        (found,) = torch.autograd.grad(run.loss, run.logits, allow_unused=True)
    found = torch.zeros_like(run.p) if found is None else found
    cells = {(k, *policy) for k, policy in zip(run.kind.tolist(), u.int().tolist(), strict=True)}
    return {cell: _mean_at(run, INPUTS * found, u, cell) for cell in sorted(cells)}


def _mean_at(run, gradient, u, cell):
    """The mean gradient of the inputs of one kind for which the same was drawn."""
    return gradient[(run.kind == cell[0]) & (u == torch.tensor(cell[1:])).all(dim=1)].mean(dim=0)


def details(kinds, prices, look, answer):
    """How often the first block was drawn; what the gradient is and should be in one place."""
    if look != "gradient":
        return {"p": f"{100 * kinds[0, 0].sigmoid():.0f}"}
    right = play(oracle, kinds, prices, look)
    cell = next(c for c in right if (answer[c] - right[c]).abs().max() > 1e-4)
    block = int((answer[cell] - right[cell]).abs().argmax())
    yours, wanted = (f"{g[cell][block]:.4f}".replace("-", "−") for g in (answer, right))
    return {"what": f"where u is {cell[1:]}, N times it is {yours} and should be {wanted}"}


def draw(logits):
    return torch.bernoulli(logits.detach().sigmoid())


def greedy(logits):
    return (logits.detach() > 0).to(logits.dtype)


def logs(logits, policy):
    return -F.binary_cross_entropy_with_logits(logits, policy, reduction="none")


def gain(logits, drawn, reward):
    return reward(drawn) - reward(greedy(logits))


def scored(advantage, chance=logs, draw=draw, blocks=torch.sum, inputs=torch.mean):
    """A loss that is right but for what is given here."""

    def wrong(logits, reward):
        drawn = draw(logits)
        return -inputs(advantage(logits, drawn, reward) * blocks(chance(logits, drawn), 1))

    return wrong


def centred(logits, u, reward):
    won = reward(u)
    return won - won.mean()


def means_multiplied(logits, reward):
    drawn = draw(logits)
    return -gain(logits, drawn, reward).mean() * logs(logits, drawn).sum(dim=1).mean()


def the_reward_too(logits, reward):
    drawn = draw(logits)
    won = gain(logits, drawn, reward)
    return -(won * logs(logits, drawn).sum(dim=1)).mean() - won.mean()


ONE = "your loss should be a tensor with one number, the mean over the inputs; it is {form}."
WRONG = {
    scored(lambda z, u, reward: -gain(z, u, reward)): "the sign is wrong: your step makes draws "
    "**less** likely that did well. A loss is minimised, so there is a minus before it.",
    scored(lambda z, u, reward: reward(u)): "your reward has no baseline: it should be R(u) − "
    "R(v). The greedy policy is what the network would do anyway.",
    scored(centred): "your baseline is the mean of the batch. Here it is the greedy policy's "
    "reward for the **same** input.",
    scored(gain, lambda z, u: logs(z, greedy(z))): "you take the log-probability of the **greedy** "
    "policy. It is the drawn one that was tried.",
    scored(gain, lambda z, u: u * F.logsigmoid(z)): "blocks that are skipped do not count in "
    "yours. Where u is 0 the term is log(1 − p).",
    scored(gain, inputs=torch.sum): "you sum over the inputs. Take the mean, or a larger batch "
    "makes larger steps.",
    scored(gain, blocks=torch.mean): "you take the mean over the blocks as well. log P(u) is their "
    "**sum**: the probabilities of independent draws are multiplied.",
    means_multiplied: "every draw is rewarded with the mean advantage of the batch. Multiply input "
    "by input, and take the mean after that.",
    scored(gain, lambda z, u: logs(z, u).exp()): "you multiply by the **probability** of the draw, "
    "not by its logarithm.",
    scored(gain, lambda z, u: logs(z.sigmoid(), u)): "you put p through another sigmoid: "
    "`..._with_logits` takes the logits themselves.",
    lambda z, reward: -gain(z, draw(z), reward).mean() + 0 * z.sum(): "no gradient reaches the "
    "logits. It must come from log P(u): is it detached, or is the loss made of rewards alone?",
    scored(gain, draw=greedy): "you ask only for the greedy policy. Without a draw nothing new is "
    "ever tried: u is drawn, block by block, with probability p.",
    scored(gain, draw=lambda z: torch.bernoulli(0.5 * torch.ones_like(z))): "your draws do not "
    "follow p: where p is {p} %, a block should be drawn in {p} % of the cases. Draw every block "
    "by its own p.",
    lambda z, reward: -gain(z, z.sigmoid(), reward).mean() + 0 * z.sum(): "you ask `reward` for "
    "a policy that is not of 0s and 1s. A block is computed or not: draw, then ask.",
    lambda z, reward: (scored(gain)(z, reward) + scored(gain)(z, reward)) / 2: "you call "
    "`reward` more than twice; once for u, once for v is enough.",
    scored(lambda z, u, reward: reward(u) - reward(draw(z))): "the gradient by the logits is not "
    "−(R(u) − R(v)) (u − p) / N: {what}. Is your baseline a **second draw**? It should be the "
    "greedy policy.",
    the_reward_too: "the gradient is right, but the loss itself is not the mean of −(R(u) − R(v)) "
    "· log P(u). Is something added that has no gradient?",
    scored(gain, inputs=lambda each: each): ONE,
}

OTHERWISE = "the gradient by the logits is not −(R(u) − R(v)) (u − p) / N: {what}."
