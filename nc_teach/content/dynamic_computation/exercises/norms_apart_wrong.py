"""Known wrong answers to card 6.3. Each is rejected with its own message; a test proves it."""

from __future__ import annotations

from torch import Tensor

from nc_teach.classroom.old_card import WrongAnswer

Running = dict[float, tuple[Tensor, Tensor]]


def _batch(maps: Tensor, correction: int = 0) -> tuple[Tensor, Tensor]:
    return maps.mean(dim=(0, 2, 3)), maps.var(dim=(0, 2, 3), correction=correction)


def _by(maps: Tensor, mean: Tensor, var: Tensor) -> Tensor:
    return (maps - mean.reshape(1, -1, 1, 1)) / (var.reshape(1, -1, 1, 1) + 1e-5).sqrt()


def _remember(running: Running, width: float, maps: Tensor, new: float = 0.1) -> None:
    mean, var = _batch(maps, 1)
    old_mean, old_var = running[width]
    running[width] = ((1 - new) * old_mean + new * mean, (1 - new) * old_var + new * var)


def _norm(maps: Tensor, width: float, running: Running, training: bool) -> Tensor:
    """The right answer, for wrong ones that are wrong in one place."""
    if training:
        _remember(running, width, maps)
        return _by(maps, *_batch(maps))
    return _by(maps, *running[width])


def one_for_all(maps: Tensor, width: float, running: Running, training: bool) -> Tensor:
    mean, var = running[1.0]
    c = maps.shape[1]
    if not training:
        return _by(maps, mean[:c], var[:c])
    new_mean, new_var = _batch(maps, 1)
    mean, var = mean.clone(), var.clone()
    mean[:c] = 0.9 * mean[:c] + 0.1 * new_mean
    var[:c] = 0.9 * var[:c] + 0.1 * new_var
    for w, (old, _) in running.items():
        running[w] = (mean[: len(old)], var[: len(old)])
    return _by(maps, *_batch(maps))


def by_the_batch(maps: Tensor, width: float, running: Running, training: bool) -> Tensor:
    if training:
        _remember(running, width, maps)
    return _by(maps, *_batch(maps))


def by_the_memory(maps: Tensor, width: float, running: Running, training: bool) -> Tensor:
    answer = _by(maps, *running[width])
    if training:
        _remember(running, width, maps)
    return answer


def by_the_new_memory(maps: Tensor, width: float, running: Running, training: bool) -> Tensor:
    if training:
        _remember(running, width, maps)
    return _by(maps, *running[width])


def never_remembers(maps: Tensor, width: float, running: Running, training: bool) -> Tensor:
    return _by(maps, *(_batch(maps) if training else running[width]))


def always_remembers(maps: Tensor, width: float, running: Running, training: bool) -> Tensor:
    answer = _by(maps, *(_batch(maps) if training else running[width]))
    _remember(running, width, maps)
    return answer


def weights_swapped(maps: Tensor, width: float, running: Running, training: bool) -> Tensor:
    if training:
        _remember(running, width, maps, new=0.9)
        return _by(maps, *_batch(maps))
    return _by(maps, *running[width])


def replaced(maps: Tensor, width: float, running: Running, training: bool) -> Tensor:
    if training:
        running[width] = _batch(maps, 1)
        return _by(maps, *_batch(maps))
    return _by(maps, *running[width])


def biased_memory(maps: Tensor, width: float, running: Running, training: bool) -> Tensor:
    if training:
        mean, var = _batch(maps)
        old_mean, old_var = running[width]
        running[width] = (0.9 * old_mean + 0.1 * mean, 0.9 * old_var + 0.1 * var)
        return _by(maps, mean, var)
    return _by(maps, *running[width])


def mean_alone(maps: Tensor, width: float, running: Running, training: bool) -> Tensor:
    old = running[width][1]
    answer = _norm(maps, width, running, training)
    running[width] = (running[width][0], old)
    return answer


def unbiased(maps: Tensor, width: float, running: Running, training: bool) -> Tensor:
    answer = _norm(maps, width, running, training)
    return _by(maps, *_batch(maps, 1)) if training else answer


def by_the_variance(maps: Tensor, width: float, running: Running, training: bool) -> Tensor:
    mean, var = _batch(maps)
    return (maps - mean.reshape(1, -1, 1, 1)) / (var.reshape(1, -1, 1, 1) + 1e-5)


def over_the_images(maps: Tensor, width: float, running: Running, training: bool) -> Tensor:
    return (maps - maps.mean(0)) / (maps.var(0, correction=0) + 1e-5).sqrt()


def over_everything(maps: Tensor, width: float, running: Running, training: bool) -> Tensor:
    return (maps - maps.mean()) / (maps.var(correction=0) + 1e-5).sqrt()


def every_image_alone(maps: Tensor, width: float, running: Running, training: bool) -> Tensor:
    over = {"dim": (2, 3), "keepdim": True}
    return (maps - maps.mean(**over)) / (maps.var(correction=0, **over) + 1e-5).sqrt()


def in_place(maps: Tensor, width: float, running: Running, training: bool) -> Tensor:
    mean, var = _batch(maps)
    maps -= mean.reshape(1, -1, 1, 1)
    return maps / (var.reshape(1, -1, 1, 1) + 1e-5).sqrt()


def the_pair_too(
    maps: Tensor, width: float, running: Running, training: bool
) -> tuple[Tensor, Running]:
    return _norm(maps, width, running, training), running


def forgets_to_return(maps: Tensor, width: float, running: Running, training: bool) -> None:
    _norm(maps, width, running, training)


WRONG_ANSWERS = {
    "one for all": WrongAnswer(one_for_all, "Every width for itself"),
    "by the batch": WrongAnswer(by_the_batch, "by the **batch**"),
    "by the memory": WrongAnswer(by_the_memory, "what is **remembered**; use"),
    "by the new memory": WrongAnswer(by_the_new_memory, "after it was moved"),
    "never remembers": WrongAnswer(never_remembers, "is as it was"),
    "always remembers": WrongAnswer(always_remembers, "Only training may do that"),
    "weights swapped": WrongAnswer(weights_swapped, "the other way round"),
    "replaced": WrongAnswer(replaced, "is replaced"),
    "biased memory": WrongAnswer(biased_memory, "that divided by n."),
    "the mean alone": WrongAnswer(mean_alone, "the mean alone"),
    "unbiased": WrongAnswer(unbiased, "n − 1 in the normalisation"),
    "by the variance": WrongAnswer(by_the_variance, "by the **variance**"),
    "over the images": WrongAnswer(over_the_images, "over the images only"),
    "over everything": WrongAnswer(over_everything, "one mean over all channels"),
    "every image alone": WrongAnswer(every_image_alone, "every image by itself"),
    "in place": WrongAnswer(in_place, "changes the maps"),
    "the pair too": WrongAnswer(the_pair_too, "it is tuple"),
    "forgets to return": WrongAnswer(forgets_to_return, "returns `None`"),
}
