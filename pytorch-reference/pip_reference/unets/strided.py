"""Strided convolutions down, nearest-neighbour up; skips added, multiplied, or worked on and concatenated."""

from typing import Literal

import torch
from torch import Tensor, nn

from ..blocks import conv1x1, conv3x3
from .joining import Joining, convs


class GatedSkip(nn.Module):
    """A skip that is normalised and gated by itself before it is joined."""

    def __init__(self, c: int) -> None:
        super().__init__()
        self.conv, self.gate, self.norm = conv1x1(c, c, bias=True), conv1x1(c, c, bias=True), nn.GroupNorm(2, c)

    def forward(self, x: Tensor) -> Tensor:
        return self.norm(self.conv(x)) * torch.sigmoid(self.gate(x))


class StridedUNet(Joining):
    def __init__(self, c: int = 4, how: Literal["add", "mul", "concat"] = "add") -> None:
        super().__init__()
        self.how: Literal["add", "mul", "concat"] = how
        wide = 2 if how == "concat" else 1
        self.encoder1, self.encoder2 = convs(3, c), convs(2 * c, 2 * c)
        self.down1, self.down2 = nn.Conv2d(c, 2 * c, 3, 2, 1), nn.Conv2d(2 * c, 4 * c, 3, 2, 1)
        self.bottom, self.nearest = convs(4 * c, 4 * c), nn.Upsample(scale_factor=2, mode="nearest")
        self.up2, self.up1 = conv3x3(4 * c, 2 * c, bias=True), conv3x3(2 * c, c, bias=True)
        self.decoder2, self.decoder1 = convs(wide * 2 * c, 2 * c), convs(wide * c, c)
        self.side1 = GatedSkip(c) if how == "concat" else nn.Identity()
        self.side2 = GatedSkip(2 * c) if how == "concat" else nn.Identity()
        self.head = conv3x3(c, 3, bias=True)

    def forward(self, image: Tensor) -> Tensor:
        skip1 = self.encoder1(image)
        skip2 = self.encoder2(self.down1(skip1))
        x = self.bottom(self.down2(skip2))
        x = self.decoder2(self.join(self.how, self.up2(self.nearest(x)), self.side2(skip2)))
        x = self.decoder1(self.join(self.how, self.up1(self.nearest(x)), self.side1(skip1)))
        return self.head(x) + image
