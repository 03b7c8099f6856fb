"""What can be done to a live network, and the words for it.

Unlike :mod:`.controls`, which knows any control, these are the ones that the workbench understands.
"""

from collections.abc import Sequence

from .controls import Choice, Control, Slider

SHARES = (*range(0, 90, 5), *range(90, 100))  # of the weights removed, in %
TEMPERATURES = (0.5, 1, 2, 4, 8, 16)
THRESHOLDS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999)
COMPRESSES = "compress the network that reads it"
WARMS = "change the temperature at which it is read"
LEAVES = "choose how sure an exit must be to let it leave"
GUESSED = {
    "removed": "Your guess for the test images was {:g} %.",
    "by": "",
    "centroids": "Your guess for the test images was {:g} centroids a layer.",
    "bits": "Your guess for the test images was {:g} bits a weight.",
    "temperature": "Your guess was T = {:g}.",
    "exit": "Your guess was exit {:g}.",
}


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def controls() -> dict[str, Control]:
    """What can be done to a network, by name; each begins where nothing is done.

    >>> list(controls())
    ['removed', 'by', 'centroids', 'bits', 'temperature', 'exit']
    """
    centroids = {"all values": None, **{str(k): k for k in (256, 64, 32, 16, 8, 4, 3, 2)}}
    bits = {"32": None, **{str(b): b for b in (8, 6, 5, 4, 3, 2)}, "1 (the sign)": 1}
    found: list[Control] = [
        Slider("removed", "Weights removed", [s / 100 for s in SHARES], format=_percent),
        Choice("by", "Which ones", {"the smallest": "magnitude", "at random": "random"}),
        Choice("centroids", "Centroids a layer", centroids),
        Choice("bits", "Bits a weight", bits),
        Slider("temperature", "Temperature", TEMPERATURES, start=1, format="T = {:g}"),
        Slider("exit", "Threshold of an exit", THRESHOLDS, start=0.9, format="{:g}"),
    ]
    return {control.name: control for control in found}


def chosen(compress: Sequence[str]) -> list[Control]:
    """The controls with these names. Raises ``ValueError`` for others, or none."""
    offered = controls()
    if isinstance(compress, str) or not compress or not set(compress) <= set(offered):
        raise ValueError(f"compress must be a sequence of {', '.join(offered)}, got {compress!r}")
    return [offered[name] for name in dict.fromkeys(compress)]


def words_of_guess(number: float | None, control: Control) -> str:
    """What the reader guessed, said for the control that it is about; empty without a guess.

    >>> words_of_guess(2, controls()["exit"])
    'Your guess was exit 2.'
    """
    return "" if number is None else GUESSED[control.name].format(number)
