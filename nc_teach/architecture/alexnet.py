"""AlexNet: the network that the compact ones are measured against. 96 % of it is three layers.

Source: Krizhevsky (2014), "One weird trick for parallelizing convolutional neural networks", the
network in one column, in the form in which torchvision gives it. It differs from the network of
2012, which had two columns, 96 first filters and 60 million parameters.
"""

from torch import Tensor, nn

from nc_teach.common.kinds import Count, Seed
from nc_teach.models import seeded_init

LAYERS = ((64, 11, 4, 2), (192, 5, 1, 2), (384, 3, 1, 1), (256, 3, 1, 1), (256, 3, 1, 1))
POOLED = (0, 1, 4)  # the convolutions that are followed by 3 x 3 max pooling with stride 2


class AlexNet(nn.Module):
    """Five convolutions and three fully connected layers: 61,100,840 parameters.

    Input N x ``in_channels`` x 224 x 224, float32 (from 63 x 63 up; the maps are pooled to 6 x 6).
    Output N x ``num_classes`` logits. 714,188,480 MACs at 224 x 224.
    """

    def __init__(
        self, num_classes: Count = 1000, in_channels: Count = 3, seed: Seed | None = None
    ) -> None:
        super().__init__()
        with seeded_init(seed):
            self.features = nn.Sequential(*_convolutions(in_channels))
            self.pool = nn.AdaptiveAvgPool2d(6)
            self.classifier = nn.Sequential(
                nn.Dropout(), nn.Linear(256 * 36, 4096), nn.ReLU(),
                nn.Dropout(), nn.Linear(4096, 4096), nn.ReLU(),
                nn.Linear(4096, num_classes),
            )  # fmt: skip

    def forward(self, images: Tensor) -> Tensor:
        return self.classifier(self.pool(self.features(images)).flatten(1))


def _convolutions(channels: int) -> list[nn.Module]:
    parts = []
    for place, (out, kernel, stride, padding) in enumerate(LAYERS):
        parts += [nn.Conv2d(channels, out, kernel, stride, padding), nn.ReLU()]
        parts += [nn.MaxPool2d(3, 2)] if place in POOLED else []
        channels = out
    return parts
