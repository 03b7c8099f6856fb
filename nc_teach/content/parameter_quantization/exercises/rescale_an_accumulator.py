"""4.6 Rescale an accumulator (difficulty 2, 8 minutes)

A layer has multiplied integers of 8 bits and summed the products, with its bias and with the zero
point of its input taken into account: `accumulator` is N x out, int32. One step of column j is
worth `scale_x * scale_w[j]`, because every neuron has a weight scale of its own; `scale_w` is a
tensor of `out` floats, `scale_x` a float. The next layer reads integers from −128 to 127, whose
step is worth `scale_y`, and among which `zero_y` stands for 0.0. Return these integers, N x out.

## Stub
    def rescale(accumulator, scale_x, scale_w, scale_y, zero_y):
        factor = ...
        return factor

## Hint 1
Which number is it? `accumulator * scale_x * scale_w`. How many steps of the new grid is that?
Divide by `scale_y`. Then the order is that of every grid: round, add the zero point, cut.

## Hint 2
`factor = scale_x * scale_w / scale_y` has one number per column, and multiplies column by column as
it is. `torch.round(accumulator * factor) + zero_y`, and `clamp(-128, 127)` as the last step.

## Near miss
`.to(torch.int8)` instead of `clamp(-128, 127)`. Right as long as everything fits. But 130 becomes
−126: the strongest answer of a layer turns into one of the weakest.

## Reasoning
The product of two integers of 8 bits has 16, and a sum of 784 of them about 24: that
is why it is summed in 32 bits, and why it must come back to 8 before the next layer can read it.
The factor is the only number in the layer that is no integer. A processor without floats takes m /
2^n in its place, one multiplication and one shift. And if `zero_y` is −128, the cut at −128 is a
ReLU for free.
"""

import torch


def rescale(accumulator, scale_x, scale_w, scale_y, zero_y):
    factor = scale_x * scale_w / scale_y
    return (torch.round(accumulator * factor) + zero_y).clamp(-128, 127)


def cases():
    """What fits at first; then what must be cut, at both ends; a square; one with a ReLU."""
    sizes = ((3, 4, 12_000, 10), (5, 3, 15_000, -20), (4, 4, 60_000, 7), (6, 2, 40_000, -128))
    for seed, (n, out, most, zero) in enumerate(sizes):
        seeded = torch.Generator().manual_seed(seed)
        scale_w = 0.002 + 0.006 * torch.rand(out, generator=seeded)
        accumulator = torch.randint(-most, most, (n, out), dtype=torch.int32, generator=seeded)
        accumulator[0] = torch.arange(
            3, 3 + out
        )  # small ones, of which no wrong factor makes an end
        place = accumulator * (0.0117 * scale_w / 0.0123)
        half = (place - place.floor() - 0.5).abs() < 0.01  # either way would be right there
        yield (
            f"with a zero point of {zero}",
            (accumulator + 9 * half, 0.0117, scale_w, 0.0123, zero),
        )


def oracle(accumulator, scale_x, scale_w, scale_y, zero_y):
    """Looks for the nearest of all 256 values, number by number."""
    grid = [(q - zero_y) * scale_y for q in range(-128, 128)]
    numbers = (accumulator.double() * scale_x * scale_w.double()).flatten().tolist()
    nearest = [min(range(256), key=lambda q: abs(grid[q] - y)) - 128 for y in numbers]
    return torch.tensor(nearest).view_as(accumulator)


def details(accumulator, scale_x, scale_w, scale_y, zero_y, answer):
    """Where the answer is furthest off, and the steps that lead to the right one."""
    right = rescale(accumulator, scale_x, scale_w, scale_y, zero_y)
    at = int((answer.to(torch.float64) - right).abs().argmax())
    column = at % accumulator.shape[1]
    factor = (scale_x * scale_w / scale_y)[column].item()
    return {
        "sum": f"{int(accumulator.flatten()[at]):,}",
        "column": column,
        "factor": f"{factor:.6f}",
        "place": f"{accumulator.flatten()[at].item() * factor:.2f}",
        "yours": f"{answer.flatten()[at].item():g}",
        "ours": f"{right.flatten()[at].item():g}",
        "zero": zero_y,
    }


def scaled(factor):
    """A wrong function: with another factor."""
    return lambda a, x, w, y, zero: (torch.round(a * factor(x, w, y)) + zero).clamp(-128, 127)


def ended(end):
    """A wrong function: something else is done with the number of steps."""
    return lambda a, x, w, y, zero: end(a * (x * w / y), zero)


def across(accumulator, scale_x, scale_w, scale_y, zero_y):
    if len(accumulator) != len(scale_w):
        return rescale(accumulator, scale_x, scale_w, scale_y, zero_y)
    return rescale(accumulator.T, scale_x, scale_w, scale_y, zero_y).T


WRONG = {
    ended(lambda steps, zero: steps.round().clamp(-128, 127)): "{where} you forget to add the zero "
    "point: 0.0 must become {zero}, and with you it becomes 0.",
    ended(lambda steps, zero: (steps.round() - zero).clamp(-128, 127)): "{where} you subtract the "
    "zero point. It is added on the way to integers, and subtracted on the way back.",
    ended(lambda steps, zero: (steps.trunc() + zero).clamp(-128, 127)): "{where} you cut the "
    "fraction off: {place} steps with the zero point {zero} are {ours}, and yours is {yours}. "
    "Round, or all outputs shrink by half a step.",
    ended(lambda steps, zero: (steps.floor() + zero).clamp(-128, 127)): "{where} you round down: "
    "{place} steps with the zero point {zero} are {ours}, and yours is {yours}. Round, or all "
    "outputs sink by half a step.",
    ended(
        lambda steps, zero: (steps + zero).clamp(-128, 127)
    ): "{where} your answer holds {yours}, which is no integer. Round.",
    ended(lambda steps, zero: steps.round() + zero): "{where} you return {yours}. The next layer "
    "reads −128 … 127; cut what lies outside.",
    ended(lambda steps, zero: (steps.round() + zero + 128) % 256 - 128): "{where} {place} steps "
    "became {yours}: int8 starts again at the other end. Cut to −128 … 127 *before* you make it "
    "int8.",
    ended(lambda steps, zero: steps.round().clamp(-128, 127) + zero): "{where} you cut before you "
    "add the zero point, and return {yours}. The cut is the last step.",
    ended(lambda steps, zero: (steps.round() + zero).clamp(0, 255)): "{where} you cut to 0 … 255. "
    "These integers have a sign: −128 … 127.",
    ended(lambda steps, zero: (steps.round() + zero).clamp(zero, 127)): "{where} you cut at the "
    "zero point. That is right for a layer with a ReLU; this one has none.",
    scaled(lambda x, w, y: y / (x * w)): "{where} your factor is upside down: s_y / (s_x s_w). A "
    "step of the accumulator is worth less than one of the output: the factor is below 1.",
    scaled(
        lambda x, w, y: x * w[0] / y
    ): "{where} you use the weight scale of the first neuron for "
    "all of them. Column {column} has its own, and its factor is {factor}.",
    scaled(
        lambda x, w, y: x * w.mean() / y
    ): "{where} you use the mean of the weight scales. Column "
    "{column} has its own, and its factor is {factor}.",
    scaled(lambda x, w, y: x * w.max() / y): "{where} you use the largest of the weight scales. "
    "Column {column} has its own, and its factor is {factor}.",
    scaled(lambda x, w, y: x * w): "{where} you forget scale_y: that is the number, rounded, and "
    "not how many steps of the new grid it is.",
    scaled(lambda x, w, y: x / y): "{where} you forget the scale of the weights. A step of the "
    "accumulator is worth scale_x * scale_w.",
    scaled(lambda x, w, y: w / y): "{where} you forget the scale of the input. A step of the "
    "accumulator is worth scale_x * scale_w.",
    scaled(lambda x, w, y: x * w * y): "{where} all your outputs are the zero point. Either you "
    "multiply by scale_y instead of dividing, or you round the factor, {factor}, first.",
    lambda a, x, w, y, zero: (
        a * x * w
    ): "{where} you return the numbers themselves. Asked are their "
    "integers on the grid of the output.",
    across: "{where} you take a scale for each row, that is for each image. The scales belong to "
    "the neurons, which are the columns.",
}

OTHERWISE = "{where} the sum {sum} in column {column}, times {factor}, is {place} steps; with the "
OTHERWISE += "zero point and the cut it should be {ours}, and yours is {yours}."
