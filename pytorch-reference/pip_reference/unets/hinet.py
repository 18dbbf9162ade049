"""In the manner of HINet: instance norm on half the channels on the way down, a convolution on each skip."""

import torch
from torch import Tensor, nn

from ..blocks import conv1x1, conv3x3
from .joining import Joining, convs


class HalfNormed(nn.Module):
    def __init__(self, c_in: int, c: int) -> None:
        super().__init__()
        self.conv1, self.conv2, self.short = conv3x3(c_in, c, True), conv3x3(c, c, True), conv1x1(c_in, c, True)
        self.norm, self.act = nn.InstanceNorm2d(c // 2, affine=True), nn.LeakyReLU(0.2)

    def forward(self, x: Tensor) -> Tensor:
        first, second = self.conv1(x).chunk(2, dim=1)
        y = self.act(torch.cat([self.norm(first), second], dim=1))
        return self.act(self.conv2(y)) + self.short(x)


class HINet(Joining):
    def __init__(self, c: int = 4) -> None:
        super().__init__()
        self.intro, self.tail = conv3x3(3, c, True), conv3x3(c, 3, True)
        self.encoder1, self.encoder2, self.bottom = HalfNormed(c, c), HalfNormed(c, 2 * c), HalfNormed(2 * c, 4 * c)
        self.down1, self.down2 = nn.Conv2d(c, c, 4, 2, 1, bias=False), nn.Conv2d(2 * c, 2 * c, 4, 2, 1, bias=False)
        self.side1, self.side2 = conv3x3(c, c, True), conv3x3(2 * c, 2 * c, True)
        self.up2, self.up1 = nn.ConvTranspose2d(4 * c, 2 * c, 2, 2), nn.ConvTranspose2d(2 * c, c, 2, 2)
        self.decoder2, self.decoder1 = convs(4 * c, 2 * c), convs(2 * c, c)

    def forward(self, image: Tensor) -> Tensor:
        skip1 = self.encoder1(self.intro(image))
        skip2 = self.encoder2(self.down1(skip1))
        x = self.bottom(self.down2(skip2))
        x = self.decoder2(self.join("concat", self.up2(x), self.side2(skip2)))
        x = self.decoder1(self.join("concat", self.up1(x), self.side1(skip1)))
        return self.tail(x) + image
