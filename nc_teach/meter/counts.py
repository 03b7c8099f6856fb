"""How big is a network? Parameters, multiply-accumulates, bytes."""

from torch import nn

from nc_teach import storage
from nc_teach.meter.care import CannotCountError, check_countable
from nc_teach.meter.inputs import ALLOWED, Sizes, blank_inputs, described
from nc_teach.meter.products import macs_of


def count_params(model: nn.Module, nonzero: bool = False) -> int:
    """Number of parameters: all of them, or only those that are not zero.

    A parameter that two layers share is counted once; buffers (the running statistics of batch
    normalisation, masks) are not parameters. Raises ``ValueError`` for weights that are packed, and
    for a layer that does not know its sizes yet.

    >>> layer = nn.Linear(3, 2)
    >>> count_params(layer)
    8
    >>> _ = layer.weight.data.zero_(), layer.bias.data.fill_(1.0)
    >>> count_params(layer, nonzero=True)
    2
    """
    check_countable(model)
    parameters = list(model.parameters())
    return sum(int(p.count_nonzero()) if nonzero else p.numel() for p in parameters)


def count_macs(model: nn.Module, input_shape: Sizes, nonzero: bool = False) -> int:
    """Multiply-accumulates (MACs) that one forward pass of one input really executes.

    Counts every matrix product and convolution that runs, whichever module, function or kernel
    called it, and products number by number that are summed right after; biases, normalisation and
    activations are not counted, as is usual. One MAC is one multiplication and one addition; many
    papers call it "one FLOP", others count two, so we say MACs.
    :mod:`nc_teach.meter.formulas` has the formulas.

    ``input_shape`` is that of one input without the batch: ``(1, 28, 28)``, or ``784``; for several
    inputs a tuple of shapes. The model gets zeros, in its own dtype, or token 0 where it looks
    tokens up. An example, a tensor *with* its batch, may stand for any shape; then this is what the
    whole example takes. ``nonzero`` leaves out products with a weight that is zero, wherever it is
    multiplied: what a machine *could* save; an ordinary one computes them all the same.

    Raises ``ValueError``, and changes nothing, when ``input_shape`` is not of that form or does not
    fit, or when something runs whose products are not known (packed integers, sparse or complex
    numbers, an operator of another library), by its name.

    >>> count_macs(nn.Linear(784, 300), (784,))
    235200
    >>> count_macs(nn.LSTM(16, 32), (10, 16))  # 10 steps of 4 * 32 * (16 + 32)
    61440
    """
    failed: Exception | None = None
    for inputs in blank_inputs(model, input_shape):
        try:
            return macs_of(model, inputs, nonzero)
        except Exception as error:
            failed = failed or error
    if isinstance(failed, CannotCountError):
        raise failed
    raise ValueError(
        f"input_shape must fit the model ({ALLOWED}), got {described(input_shape)}, with which "
        f"{type(model).__name__} stops: {failed}"
    ) from failed


def stored_bytes(model: nn.Module, encoding: str = "smallest") -> int:
    """Size in bytes of the file that :func:`nc_teach.storage.save` would write.

    Everything that is needed to read it back is counted: header, indices of the numbers that are
    not zero, buffers, checksum. ``encoding="dense"`` is the ordinary file, in which a zero takes as
    much room as any number; "smallest" takes for each tensor what is shortest. A tensor that two
    layers share is stored once. Raises ``ValueError`` as :func:`count_params` does.
    """
    check_countable(model)
    return len(storage.encode(model.state_dict(), encoding))
