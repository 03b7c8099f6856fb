"""The small networks that are compared, and their twins without the trick.

A twin is the same network with one idea taken out: Fire modules, separable convolutions or Ghost
modules become plain convolutions of the same input and output. All are for 28 x 28 images.
"""

from collections.abc import Callable, Sequence

from torch import nn

from nc_teach import architecture
from nc_teach.architecture import CompactNet
from nc_teach.models import conv_norm_relu, seeded_init

Make = Callable[..., nn.Module]  # (num_classes=..., seed=...) -> network

PLAIN = ((16, 2), (24, 2), (32, 1), (40, 2))
NARROW = ((12, 2), (18, 2), (23, 1), (29, 2))  # as many MACs as with ghosts
COMPACT: dict[str, Make] = {
    "SqueezeNet": architecture.SqueezeNet.small,
    "MobileNet": architecture.MobileNetV1.small,
    "ShuffleNet": architecture.ShuffleNetV1.small,
    "Xception": architecture.Xception.small,
    "GhostNet": architecture.GhostNet.small,
}


def plain_network(
    num_classes: int = 10,
    seed: int | None = None,
    layers: Sequence[tuple[int, int]] = PLAIN,
    conv: Callable[..., nn.Module] = conv_norm_relu,
) -> CompactNet:
    """Plain 3 x 3 convolutions (channels, stride), by default four of them.

    All but the first are made by ``conv(inputs, outputs, kernel_size=3, stride=stride)``.

    With these it has about the parameters and MACs of the compact networks:

    >>> from nc_teach import meter
    >>> net = plain_network()
    >>> meter.count_params(net), meter.count_macs(net, (1, 28, 28))
    (22666, 720976)
    """
    with seeded_init(seed):
        (before, first), *rest = layers
        parts: list[nn.Module] = [conv_norm_relu(1, before, 3, first)]
        for channels, stride in rest:
            parts.append(conv(before, channels, kernel_size=3, stride=stride))
            before = channels
        return CompactNet(nn.Sequential(*parts), nn.Linear(before, num_classes))


def plain_mobilenet(num_classes: int = 10, seed: int | None = None) -> CompactNet:
    """The small MobileNet with full 3 x 3 convolutions: "Conv MobileNet" in the paper's words."""
    return plain_network(num_classes, seed, architecture.mobilenet.SMALL)


def plain_squeezenet(num_classes: int = 10, seed: int | None = None) -> nn.Module:
    """The small SqueezeNet with a plain 3 x 3 convolution in the place of every Fire module."""
    with seeded_init(seed):
        net = architecture.SqueezeNet.small(num_classes=num_classes)
        for name, fire in list(net.features.named_children()):
            if isinstance(fire, architecture.Fire):
                net.features.set_submodule(name, nn.Sequential(_full(fire), nn.ReLU()))
        return net


def _full(fire: architecture.Fire) -> nn.Conv2d:
    """The module's inputs and outputs in one 3 x 3 convolution, begun as SqueezeNet's are."""
    out = fire.expand1x1.out_channels + fire.expand3x3.out_channels
    conv = nn.Conv2d(fire.squeeze.in_channels, out, 3, padding=1)
    nn.init.kaiming_uniform_(conv.weight)
    assert conv.bias is not None
    nn.init.zeros_(conv.bias)
    return conv


def ghost_network(num_classes: int = 10, seed: int | None = None) -> CompactNet:
    """The plain network with half of the maps as ghosts, in all convolutions but the first.

    The first has one input channel: there a whole map costs as little as a ghost.
    """
    return plain_network(num_classes, seed, conv=architecture.GhostModule)
