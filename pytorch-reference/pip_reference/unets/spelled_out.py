"""Pixel (un)shuffles spelled out: by reshape and transpose, and by strided slices as in YOLO's Focus."""

import torch
from torch import Tensor, nn

from ..blocks import conv1x1, conv3x3
from .joining import Joining, convs


def unshuffle(x: Tensor) -> Tensor:
    b, c, h, w = x.shape
    return x.view(b, c, h // 2, 2, w // 2, 2).permute(0, 1, 3, 5, 2, 4).reshape(b, 4 * c, h // 2, w // 2)


def shuffle(x: Tensor) -> Tensor:
    b, c, h, w = x.shape
    return x.view(b, c // 4, 2, 2, h, w).permute(0, 1, 4, 2, 5, 3).reshape(b, c // 4, 2 * h, 2 * w)


def focus(x: Tensor) -> Tensor:
    return torch.cat([x[:, :, i::2, j::2] for i in (0, 1) for j in (0, 1)], dim=1)


class ReshapeUNet(Joining):
    def __init__(self, c: int = 4) -> None:
        super().__init__()
        self.encoder1, self.encoder2, self.bottom = convs(3, c), convs(4 * c, 2 * c), convs(8 * c, 4 * c)
        self.up2, self.up1 = conv1x1(4 * c, 8 * c), conv1x1(2 * c, 4 * c)
        self.decoder2, self.decoder1 = convs(2 * c, 2 * c), convs(c, c)
        self.head = conv3x3(c, 3, bias=True)

    def forward(self, image: Tensor) -> Tensor:
        skip1 = self.encoder1(image)
        skip2 = self.encoder2(unshuffle(skip1))
        x = self.bottom(unshuffle(skip2))
        x = self.decoder2(self.join("add", shuffle(self.up2(x)), skip2))
        x = self.decoder1(self.join("add", shuffle(self.up1(x)), skip1))
        return self.head(x) + image


class FocusUNet(Joining):
    """Works at half the image's resolution from its first layer on."""

    def __init__(self, c: int = 4) -> None:
        super().__init__()
        self.encoder1, self.encoder2, self.bottom = convs(12, c), convs(4 * c, 2 * c), convs(8 * c, 4 * c)
        self.decoder2, self.decoder1 = convs(6 * c, 2 * c), convs(3 * c, c)
        self.nearest, self.head = nn.Upsample(scale_factor=2, mode="nearest"), conv3x3(c, 12, bias=True)

    def forward(self, image: Tensor) -> Tensor:
        skip1 = self.encoder1(focus(image))
        skip2 = self.encoder2(focus(skip1))
        x = self.bottom(focus(skip2))
        x = self.decoder2(self.join("concat", self.nearest(x), skip2))
        x = self.decoder1(self.join("concat", self.nearest(x), skip1))
        return nn.functional.pixel_shuffle(self.head(x), 2) + image
