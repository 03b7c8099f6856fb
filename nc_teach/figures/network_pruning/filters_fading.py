"""Filters that fade to exactly zero: a convolution under group lasso, moment by moment.

Left, the filters of the first convolution as pictures; one that is exactly zero is an empty square
with a cross. Right, the norm of every filter of every layer, the largest first, on a logarithmic
axis; exact zeros have a row of their own, for a norm of 0.001 is not zero. Unlike a magnitude cut,
nobody picks the filters: the penalty pulls at all of them while the task's loss pulls back. Here
are the numbers, in ``filters_fading_drawing`` the picture.
"""

import numpy as np

from nc_teach import live
from nc_teach.claims.network_pruning.fading import Fading
from nc_teach.figures.network_pruning.filters_fading_drawing import draw

FREE = "no penalty"


def filters_fading(result: Fading) -> live.LiveFigure:
    """A live figure of filters recorded while a convolutional network trains.

    Parameters
    ----------
    result
        ``filters`` (variant -> moments x filters x height x width, of the first convolution),
        ``norms`` (variant -> layer -> moments x filters, the first layer's first), ``epochs``
        (the moments, in epochs) and ``provenance``. The variant "no penalty", where there is one,
        is what the sentence compares with.

    Raises
    ------
    ValueError
        When filters, norms and epochs do not have the same variants, moments and filters.
    """
    _check(result)
    return live.LiveFigure(
        "Which filters fade?",
        [
            live.Slider("epochs", "Epochs", result.epochs, start=result.epochs[-1], format=_epochs),
            live.Choice("variant", "Train with", list(result.filters)),
        ],
        lambda values: _state(result, **values),
        lambda figure, state: draw(figure, state, result),
        _describe,
        size=(860, 400),
        source=result.provenance.line(),
        table=lambda points: _table(result),
    )


def _check(result: Fading) -> None:
    if set(result.filters) != set(result.norms):
        raise ValueError(
            f"result.norms must have the variants {list(result.filters)}, got {list(result.norms)}"
        )
    for variant, layers in result.norms.items():
        shapes = {"filters": result.filters[variant].shape[:2]}
        shapes["norms"] = next(iter(layers.values())).shape
        for name, shape in shapes.items():
            wanted = (len(result.epochs), shapes["filters"][1])
            if shape != wanted:
                raise ValueError(
                    f"result.{name}[{variant!r}] must be moments x filters = {wanted}, got {shape}"
                )


def _state(result: Fading, epochs: float, variant: str) -> live.State:
    now = int(np.argmin(np.abs(np.asarray(result.epochs) - epochs)))
    norms = {layer: recorded[now] for layer, recorded in result.norms[variant].items()}
    free = result.norms.get(FREE, {})
    return {
        "epochs": epochs,
        "variant": variant,
        "filters": result.filters[variant][now],
        "zero": ~result.filters[variant][now].any(axis=(1, 2)),
        "norms": {layer: np.sort(values)[::-1] for layer, values in norms.items()},
        "left": {layer: (int((v > 0).sum()), len(v)) for layer, v in norms.items()},
        "smallest": min(float(values.min()) for values in norms.values()),
        "free": min((float(recorded[now].min()) for recorded in free.values()), default=None),
    }


def _describe(state: live.State) -> str:
    (first, (left, count)), *others = state["left"].items()
    parts = [f"{left} of {count} filters of {first}"]
    parts += [f"{n} of {all_} of {layer}" for layer, (n, all_) in others]
    what = (
        f"After {_epochs(state['epochs'])} epochs with {state['variant']}: "
        f"{' and '.join(parts)} are not zero"
    )
    if state["free"] is None:
        return f"{what}."
    if state["variant"] == FREE:
        return f"{what}; the smallest norm is {state['free']:.2f}."
    if state["smallest"] > 0:
        return (
            f"{what}; the smallest norm is {_norm(state['smallest'])}, "
            f"without the penalty {state['free']:.2f}."
        )
    return f"{what}; without the penalty the smallest norm is {state['free']:.2f}."


def _table(result: Fading) -> list[dict[str, str]]:
    states = [_state(result, e, variant) for variant in result.filters for e in result.epochs]
    return [
        {
            "Trained with": state["variant"],
            "Epochs": _epochs(state["epochs"]),
            **{f"{k}, not zero": f"{n} of {all_}" for k, (n, all_) in state["left"].items()},
            **{f"{k}, smallest norm": _norm(v.min()) for k, v in state["norms"].items()},
        }
        for state in states
    ]


def _norm(value: float) -> str:
    """A norm to two decimals, or four where two would make a small one look like zero.

    >>> _norm(0.5284), _norm(0.0011), _norm(0.0)
    ('0.53', '0.0011', '0.00')
    """
    return f"{value:.4f}" if 0 < value < 0.005 else f"{value:.2f}"


def _epochs(value: float) -> str:
    """An epoch to two decimals at most.

    >>> _epochs(0.142857), _epochs(2.0)
    ('0.14', '2')
    """
    return f"{round(value, 2):g}"
