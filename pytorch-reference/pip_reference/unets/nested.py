"""In the manner of UNet++: between encoder and decoder lie nodes that take part in later joins."""

import torch
from torch import Tensor, nn

from ..blocks import conv1x1
from .joining import Joining, convs


class NestedUNet(Joining):
    """`join` tells the last join of each level: where the encoder's value meets the decoder."""

    def __init__(self, c: int = 4) -> None:
        super().__init__()
        self.x00, self.x10, self.x20 = convs(3, c), convs(c, 2 * c), convs(2 * c, 4 * c)
        self.x01, self.x11, self.x02 = convs(3 * c, c), convs(6 * c, 2 * c), convs(4 * c, c)
        self.pool, self.up = nn.MaxPool2d(2), nn.Upsample(scale_factor=2, mode="bilinear")
        self.head = conv1x1(c, 3, bias=True)

    def forward(self, image: Tensor) -> Tensor:
        x00 = self.x00(image)
        x10 = self.x10(self.pool(x00))
        x20 = self.x20(self.pool(x10))
        x01 = self.x01(torch.cat([x00, self.up(x10)], dim=1))
        x11 = self.x11(self.join("concat", self.up(x20), x10))
        x02 = self.x02(self.join("concat", self.up(x11), x00, x01))
        return self.head(x02)
