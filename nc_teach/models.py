"""The course's networks: small, well known, and trained from nothing in seconds.

Each is an ordinary :class:`torch.nn.Module`. ``seed`` fixes the initial weights without touching
torch's global random state, so two networks with the same seed begin as twins:

>>> import torch
>>> torch.equal(LeNet300100(seed=0).fc1.weight, LeNet300100(seed=0).fc1.weight)
True
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nc_teach.common import declared
from nc_teach.common.kinds import Count, Odd, Seed
from nc_teach.common.seeded import seeded
from nc_teach.common.weights import check_plain

__all__ = [
    "FashionConvNet",
    "LeNet5Caffe",
    "LeNet300100",
    "ResidualBlock",
    "SmallResNet",
    "layer_weights",
]


def layer_weights(model: nn.Module) -> dict[str, nn.Parameter]:
    """The weights of all linear and convolutional layers by parameter name; no biases, no norms.

    They are what is pruned and what is quantized. A weight that layers share (tied) is there once,
    by its first name. Raises ``ValueError`` when the model has none, or is not plain
    (:func:`~nc_teach.common.weights.check_plain`).

    >>> list(layer_weights(nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2))))
    ['0.weight', '2.weight']
    """
    check_plain(model)
    kinds = (nn.Linear, nn.modules.conv._ConvNd)
    wanted = {id(module.weight) for module in model.modules() if isinstance(module, kinds)}
    weights = {name: p for name, p in model.named_parameters() if id(p) in wanted}
    if not weights:
        raise ValueError(
            f"model must have a linear or convolutional layer, got {type(model).__name__}"
        )
    return weights


def weight_of(layer: nn.Module) -> Tensor:
    """The weight of a layer that has one: a linear layer, a convolution, a normalisation.

    Raises ``ValueError`` for a module without a weight.
    """
    weight = getattr(layer, "weight", None)
    if not isinstance(weight, Tensor):
        raise ValueError(f"layer must have a weight, got a {type(layer).__name__}")
    return weight


@contextmanager
def seeded_init(seed: Seed | None) -> Iterator[None]:
    """Draw initial weights from ``seed``; leave torch's global random state as it was.

    With ``seed=None`` the weights come from the global state, as usual in PyTorch.
    """
    if seed is None:
        yield
        return
    with seeded(seed, torch.get_default_device()):
        yield


def conv_norm(
    in_channels: Count,
    out_channels: Count,
    kernel_size: Odd = 3,
    stride: Count = 1,
    groups: Count = 1,
) -> nn.Sequential:
    """Convolution without bias, then batch normalisation. Odd kernels keep the map's size.

    The batch normalisation (批归一化) subtracts the mean of every map, and any bias with it.

    N x in x H x W to N x out x ceil(H / stride) x ceil(W / stride).

    >>> sum(p.numel() for p in conv_norm(2, 4).parameters())  # 4 * 2 * 9, then 4 and 4
    80
    """
    how = (kernel_size, stride, kernel_size // 2)  # zeros around, so that the size stays
    conv = nn.Conv2d(in_channels, out_channels, *how, groups=groups, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(out_channels))


def conv_norm_relu(
    in_channels: Count,
    out_channels: Count,
    kernel_size: Odd = 3,
    stride: Count = 1,
    groups: Count = 1,
    activation: type[nn.Module] = nn.ReLU,
) -> nn.Sequential:
    """As :func:`conv_norm`, then the activation. Never in place: the input may also be a shortcut.

    >>> [type(part).__name__ for part in conv_norm_relu(2, 4)]
    ['Conv2d', 'BatchNorm2d', 'ReLU']
    """
    return conv_norm(in_channels, out_channels, kernel_size, stride, groups).append(activation())


class LeNet300100(nn.Module):
    """LeNet-300-100: two hidden layers of 300 and 100 neurons for 28 x 28 images.

    266,610 parameters, of which 266,200 are weights and 410 are biases:
    784 x 300 + 300 x 100 + 100 x 10 = 266,200. One image costs 266,200 MACs.

    Input N x 1 x 28 x 28, float32. Output N x ``num_classes`` logits.

    Source: LeCun, Bottou, Bengio, Haffner (1998), "Gradient-based learning applied to document
    recognition", section III; ReLU as in Han et al. (2015).
    """

    def __init__(self, num_classes: Count = 10, seed: Seed | None = None) -> None:
        super().__init__()
        with seeded_init(seed):
            self.fc1 = nn.Linear(784, 300)
            self.fc2 = nn.Linear(300, 100)
            self.fc3 = nn.Linear(100, num_classes)

    def forward(self, images: Tensor) -> Tensor:
        hidden = F.relu(self.fc1(images.flatten(1)))
        hidden = F.relu(self.fc2(hidden))
        return self.fc3(hidden)


class LeNet5Caffe(nn.Module):
    """LeNet-5 in the form that came with Caffe, which the pruning papers compress.

    431,080 parameters: two 5 x 5 convolutions (20 and 50 filters), each followed by 2 x 2 max
    pooling, then 500 neurons and the output. One image costs 2,293,000 MACs. Unlike the LeNet-5 of
    1998 it pools by the maximum, and there is no ReLU between the convolutions.

    Input N x 1 x 28 x 28, float32. Output N x ``num_classes`` logits.

    Source: Han et al. (2015), "Learning both Weights and Connections", table 3 (counts).
    """

    def __init__(self, num_classes: Count = 10, seed: Seed | None = None) -> None:
        super().__init__()
        with seeded_init(seed):
            self.conv1 = nn.Conv2d(1, 20, 5)
            self.conv2 = nn.Conv2d(20, 50, 5)
            self.fc1 = nn.Linear(50 * 4 * 4, 500)
            self.fc2 = nn.Linear(500, num_classes)

    def forward(self, images: Tensor) -> Tensor:
        maps = F.max_pool2d(self.conv1(images), 2)
        maps = F.max_pool2d(self.conv2(maps), 2)
        return self.fc2(F.relu(self.fc1(maps.flatten(1))))


class FashionConvNet(nn.Module):
    """A small convolutional network with batch normalisation, for Fashion-MNIST.

    Three 3 x 3 convolutions (``width``, 2 ``width`` and 2 ``width`` filters), each with batch
    normalisation and ReLU, the first two followed by 2 x 2 max pooling; then the mean over each map
    and one linear layer. With the usual width of 16: 14,458 parameters, 1,467,968 MACs an image.

    Input N x 1 x 28 x 28, float32. Output N x ``num_classes`` logits.
    """

    def __init__(
        self, num_classes: Count = 10, width: Count = 16, seed: Seed | None = None
    ) -> None:
        super().__init__()
        with seeded_init(seed):
            self.conv1 = nn.Conv2d(1, width, 3, padding=1, bias=False)
            self.bn1 = nn.BatchNorm2d(width)
            self.conv2 = nn.Conv2d(width, 2 * width, 3, padding=1, bias=False)
            self.bn2 = nn.BatchNorm2d(2 * width)
            self.conv3 = nn.Conv2d(2 * width, 2 * width, 3, padding=1, bias=False)
            self.bn3 = nn.BatchNorm2d(2 * width)
            self.fc = nn.Linear(2 * width, num_classes)

    def forward(self, images: Tensor) -> Tensor:
        maps = F.max_pool2d(F.relu(self.bn1(self.conv1(images))), 2)
        maps = F.max_pool2d(F.relu(self.bn2(self.conv2(maps))), 2)
        maps = F.relu(self.bn3(self.conv3(maps)))
        return self.fc(maps.mean(dim=(2, 3)))


class ResidualBlock(nn.Module):
    """relu(x + branch(x)), where the branch is conv, norm, ReLU, conv, norm of the same width.

    A basic block whose shortcut is the identity; N x ``width`` x H x W in and out.
    """

    def __init__(self, width: Count) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)

    def forward(self, maps: Tensor) -> Tensor:
        branch = F.relu(self.bn1(self.conv1(maps)))
        return F.relu(maps + self.bn2(self.conv2(branch)))


class SmallResNet(nn.Module):
    """A small residual network for 28 x 28 images, whose depth is the number of its blocks.

    The stem is one 5 x 5 convolution with stride 4 (16 filters), which leaves 7 x 7; then
    ``blocks`` residual blocks, the mean over each map, and one linear layer. All blocks have the
    same shape, so that any of them can be taken out. With the usual 6 blocks of width 16: 28,634
    parameters, 1,374,512 MACs an image, of which each block computes 225,792.

    Input N x 1 x 28 x 28, float32. Output N x ``num_classes`` logits.

    Source: He, Zhang, Ren, Sun (2016), "Deep Residual Learning for Image Recognition", section 3,
    much smaller.
    """

    def __init__(
        self,
        num_classes: Count = 10,
        blocks: Count = 6,
        width: Count = 16,
        seed: Seed | None = None,
    ) -> None:
        super().__init__()
        with seeded_init(seed):
            self.stem = nn.Conv2d(1, width, 5, stride=4, padding=2, bias=False)
            self.bn = nn.BatchNorm2d(width)
            self.blocks = nn.Sequential(*(ResidualBlock(width) for _ in range(blocks)))
            self.fc = nn.Linear(width, num_classes)

    def forward(self, images: Tensor) -> Tensor:
        maps = F.relu(self.bn(self.stem(images)))
        return self.fc(self.blocks(maps).mean(dim=(2, 3)))


declared.hold(__name__)
