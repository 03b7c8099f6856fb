"""Card 6.3: a batch normalisation that remembers every width apart."""

from __future__ import annotations

from nc_teach.classroom.old_card import Exercise

from .norms_apart_checks import CHECKS
from .norms_apart_wrong import WRONG_ANSWERS


def switchable_norm(maps, width, running, training):
    if training:
        mean, var = maps.mean(dim=(0, 2, 3)), maps.var(dim=(0, 2, 3), correction=0)
        n = maps.numel() // maps.shape[1]
        old_mean, old_var = running[width]
        running[width] = (0.9 * old_mean + 0.1 * mean, 0.9 * old_var + 0.1 * var * n / (n - 1))
    else:
        mean, var = running[width]
    shape = (1, -1, 1, 1)
    return (maps - mean.reshape(shape)) / (var.reshape(shape) + 1e-5).sqrt()


CARD = Exercise(
    key="6.3",
    title="Every width for itself",
    difficulty=2,
    minutes=10,
    task=(
        "Write the batch normalisation of a slimmable network, without scale and shift. `maps` is "
        "N x C x H x W; at a small width it has fewer channels. `running[width]` is the pair "
        "`(mean, var)` that this width remembers. In training, normalise by the mean and the "
        "variance of the batch (divided by n) and move the pair a tenth of the way to them (there "
        "the variance is divided by n − 1, as PyTorch does). Otherwise normalise by what is "
        "remembered. Add 1e-5 to a variance before the root."
    ),
    stub="""\
def switchable_norm(maps, width, running, training):
    mean, var = ...
    return (maps - mean) / (var + 1e-5).sqrt()
""",
    checks=CHECKS,
    hints=(
        "One mean for each channel, over images, rows and columns: `maps.mean(dim=(0, 2, 3))`. To "
        "subtract it, give it the shape `(1, -1, 1, 1)`.",
        "`running[width] = (0.9 * old_mean + 0.1 * mean, 0.9 * old_var + 0.1 * var * n / (n - 1))`"
        ", with n = `maps.numel() // maps.shape[1]`, only in training, and only for this width.",
    ),
    near_miss=(
        "one pair for all widths, with the first entries for the narrow ones. In training all is "
        "well, for there the batch is used. At test every width gets the average of all of them, "
        "which fits none."
    ),
    solution=switchable_norm,
    reasoning=(
        "At a quarter of the width a channel sums a quarter of the inputs: another mean, another "
        "variance. The weights can be shared because the loss sees them at every width; the "
        "running statistics are not learned by any loss, they only remember, and must know what. "
        "It costs two numbers a channel and width."
    ),
    wrong_answers=WRONG_ANSWERS,
)
