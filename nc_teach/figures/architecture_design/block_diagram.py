"""The building block of each compact network, drawn from top to bottom with its counts.

A box is as wide as its output has channels. Beside it are the shape, the parameters, and the MACs
as a bar; above, what one standard 3 x 3 convolution of the same shape would take.
"""

from nc_teach import live
from nc_teach.figures.architecture_design.block_diagram_drawing import draw, shape
from nc_teach.figures.architecture_design.block_parts import BLOCKS, SIDE, standard
from nc_teach.figures.words import short

CHANNELS = (48, 96, 192)


def block_diagram(network: str = "MobileNet: separable block") -> live.LiveFigure:
    """A live figure of the networks' building blocks.

    Parameters
    ----------
    network
        The block that is shown first.

    Raises
    ------
    ValueError
        When there is no such block; the message names those that there are.

    >>> block_diagram().sentence({"channels": 96, "stride": 1})
    'MobileNet: separable block, 96 to 96 channels: 10,464 parameters and 7.9 M MACs; one standard \
3 x 3 convolution takes 7.9 times the parameters and 8.2 times the MACs.'
    """
    if network not in BLOCKS:
        raise ValueError(f"network must be one of {', '.join(BLOCKS)}, got {network!r}")
    return live.LiveFigure(
        "What is such a network built of?",
        [
            live.Choice("network", "Block", list(BLOCKS), start=network),
            live.Slider("channels", "Channels of the input", CHANNELS, start=96),
            live.Choice("stride", "Stride", {"1": 1, "2": 2}),
        ],
        lambda values: _state(values["network"], values["channels"], values["stride"]),
        draw,
        _describe,
        size=(940, 500),
        source="Counted just now from the channels; biases and normalisation are parameters.",
        table=_rows,
    )


def _state(network: str, channels: int, stride: int) -> live.State:
    whole = BLOCKS[network](channels, 1, SIDE)
    used = stride if whole.halves else 1
    block = BLOCKS[network](channels, used, SIDE)
    outputs = block.parts[-1].outputs
    return {
        "network": network,
        "stride": used,
        "asked": stride,
        "block": block,
        "standard": standard(channels, used, outputs),
    }


def _describe(state: live.State) -> str:
    block, plain = state["block"], state["standard"]
    first, last = block.parts[0], block.parts[-1]
    half = " (it has no form with stride 2)" if state["asked"] != state["stride"] else ""
    stride = ", stride 2" if state["stride"] == 2 else ""
    return (
        f"{state['network']}{stride}{half}, {first.outputs} to {last.outputs} channels: "
        f"{block.params:,} parameters and {short(block.macs)} MACs; one standard 3 x 3 "
        f"convolution takes {plain.params / block.params:.1f} times the parameters and "
        f"{plain.macs / block.macs:.1f} times the MACs."
    )


def _rows(points: list[live.Values]) -> list[dict[str, str]]:
    """A row for every part of every block that the page holds."""
    rows = []
    for point in points:
        state = _state(point["network"], point["channels"], point["stride"])
        if state["asked"] != state["stride"]:
            continue
        for part in state["block"].parts[1:]:
            rows.append(
                {
                    "Block": state["network"],
                    "Channels": str(point["channels"]),
                    "Stride": str(state["stride"]),
                    "Part": part.name,
                    "Output": shape(part),
                    "Parameters": f"{part.params:,}",
                    "MACs": f"{part.macs:,}",
                }
            )
    return rows
