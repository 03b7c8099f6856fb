"""1.5 Count the silence (difficulty 1, 5 minutes)

You get the `outputs` of a layer for N images, **before** ReLU: N × units from a linear layer, N ×
channels × height × width from a convolution. Return for each unit or channel the share of its
outputs that are zero **after** ReLU: a float tensor with one number from 0 to 1 for each. In a
convolution every position counts as an output. What does a 1 mean? And a 0?

## Stub
    def silence(outputs):
        ...

## Hint 1
`outputs.relu() == 0` says yes or no for every output. The mean of yes and no, as floats, is a
share. Over which dimensions, if the second one is to stay?

## Hint 2
Bring the units to the front with `transpose(0, 1)`, put all that follows into one dimension with
`flatten(1)`, and take `float().mean(dim=1)`. It serves both shapes.

## Near miss
`(outputs <= 0).float().mean(dim=0)`. Right for the neurons of a linear layer. Of a convolution it
gives a map for each channel: a share for every position by itself.

## Reasoning
ReLU makes every output that is not positive a zero, so zeros are counted behind it. A unit is what
lies along the second dimension; images and positions are only occasions to speak. A 1 is a unit
that never speaks: it can go and nothing changes. A 0 is one that always speaks: on these images its
ReLU does nothing and the unit is linear. It is not thereby important.
"""

import torch


def silence(outputs):
    silent = outputs.relu() == 0
    return silent.transpose(0, 1).flatten(1).float().mean(dim=1)


def oracle(outputs):
    """Counts one output after the other."""
    shares = []
    for unit in range(outputs.shape[1]):
        spoken = [value > 0 for value in outputs[:, unit].flatten().tolist()]
        shares.append(spoken.count(False) / len(spoken))
    return torch.tensor(shares)


def outputs_before_relu(*shape):
    """Random outputs: a unit that never speaks, one that always does, some exact and near zeros."""
    seeded = torch.Generator().manual_seed(41)
    outputs = torch.randn(shape, generator=seeded)
    outputs[torch.rand(shape, generator=seeded) < 0.2] = 0.0
    outputs[torch.rand(shape, generator=seeded) < 0.1] = 0.001
    outputs[:, 0] = -outputs[:, 0].abs()
    outputs[:, 1] = 0.5 + outputs[:, 1].abs()
    return outputs


def cases():
    """A linear layer, a convolution, and a single image."""
    yield "for 12 × 5 outputs", (outputs_before_relu(12, 5),)
    yield "for 6 × 4 × 3 × 2 outputs", (outputs_before_relu(6, 4, 3, 2),)
    yield "for a single image", (outputs_before_relu(12, 5)[:1],)


def details(outputs, shares):
    """The unit that is farthest off."""
    right, flat = oracle(outputs), flatten(outputs)
    unit = int((shares.float() - right).abs().nan_to_num(torch.inf).argmax())
    zeros = f"{int((flat[unit] <= 0).sum())} of its {flat.shape[1]} outputs are zero after ReLU"
    return {
        "unit": f"your answer for unit {unit} is {float(shares[unit]):.3g}; {zeros}, a share of "
        f"{float(right[unit]):.3g}."
    }


def flatten(outputs):
    return outputs.transpose(0, 1).flatten(1)


def each(rule):
    """A wrong share for each unit: rule(its outputs) -> a number."""
    return lambda outputs: torch.stack([rule(unit).float() for unit in flatten(outputs)])


def squeezed(outputs):
    silent = (outputs <= 0).float().squeeze()
    return silent.mean(dim=[d for d in range(silent.dim()) if d != 1])


def only_for_neurons(outputs):
    images, units = outputs.shape
    return torch.stack([(outputs[:, u] <= 0).sum() / images for u in range(units)])


def maps(outputs):
    return outputs.reshape(*outputs.shape[:2], -1)


WRONG = {
    lambda outputs: (outputs <= 0).flatten(1).float().mean(1): "{where} you return {answer}: a "
    "number for each image. The question is what each unit does, whatever the image. Which "
    "dimension should be gone?",
    lambda outputs: (outputs <= 0).float().mean(0): "{where} you return {answer}: a share for "
    "every position. A channel speaks at all of them; count all.",
    each(lambda unit: (unit < 0).float().mean()): "you count the outputs below zero. An output of "
    "exactly 0 is a 0 after ReLU as well.",
    each(lambda unit: (unit == 0).float().mean()): "you count the zeros before ReLU. What does "
    "ReLU do with a negative output?",
    each(lambda unit: (unit < 0.01).float().mean()): "you count outputs that are nearly zero as "
    "silent. A small output still speaks; only an exact 0 does not.",
    each(lambda unit: (unit > 0).float().mean()): "you count the outputs that are **not** zero, so "
    "a dead unit gets a 0. Silence is the rest.",
    each(lambda unit: 100 * (unit <= 0).float().mean()): "your shares are in per cent. Return "
    "numbers from 0 to 1.",
    each(lambda unit: (unit <= 0).sum()): "you return how many, not which share. Divide by the "
    "number of outputs that a unit has.",
    each(lambda unit: unit.relu().mean()): "you return the mean output after ReLU: how loud a unit "
    "is, not how often it is silent.",
    lambda outputs: (flatten(outputs) <= 0).sum(1) / len(outputs): "you divide by the number of "
    "images, but a channel speaks at every position of each. Your shares exceed 1.",
    lambda outputs: (maps(outputs) <= 0).all(2).float().mean(0): "you count a map as silent only "
    "where all its positions are. Count each position.",
    lambda outputs: (maps(outputs).mean(2) <= 0).float().mean(0): "you take the mean over a map "
    "first and count then. A map is silent here and loud there; its mean hides that.",
    lambda outputs: silence(outputs.relu_()): "your function changes the outputs that it was "
    "given. `relu()`, not `relu_()`.",
    squeezed: "{where} you return {answer}; it should still have the shape (5,). `squeeze` takes "
    "away more than you think.",
    lambda outputs: silence(outputs) * (silence(outputs) < 1): "{unit} A unit that never speaks is "
    "silent all the time.",
    only_for_neurons: "{where} your function stopped with {answer}. A convolution's outputs have "
    "four dimensions: which of them should be gone?",
}

OTHERWISE = "{unit}"
