"""A plain U-Net: max-pool down, transposed convolution up, skips joined by concatenation."""

import torch
from torch import Tensor, nn

from .blocks import conv1x1, conv3x3


def double_conv(c_in: int, c_out: int) -> nn.Sequential:
    return nn.Sequential(
        conv3x3(c_in, c_out, bias=True), nn.ReLU(), conv3x3(c_out, c_out, bias=True), nn.ReLU()
    )


class UNet(nn.Module):
    def __init__(self, image_channels: int = 3, width: int = 8, levels: int = 3) -> None:
        super().__init__()
        widths = [width * 2**i for i in range(levels + 1)]
        self.encoders = nn.ModuleList(
            double_conv(c_in, c) for c_in, c in zip([image_channels, *widths], widths[:-1])
        )
        self.pool = nn.MaxPool2d(2)
        self.bottom = double_conv(widths[-2], widths[-1])
        self.ups = nn.ModuleList(
            nn.ConvTranspose2d(2 * c, c, 2, stride=2) for c in reversed(widths[:-1])
        )
        self.decoders = nn.ModuleList(double_conv(2 * c, c) for c in reversed(widths[:-1]))
        self.head = conv1x1(width, image_channels, bias=True)

    def encode(self, image: Tensor) -> tuple[list[Tensor], Tensor]:
        x, skips = image, []
        for blocks in self.encoders:
            skips.append(blocks(x))
            x = self.pool(skips[-1])
        return skips, self.bottom(x)

    def skips(self, image: Tensor) -> list[Tensor]:
        return self.encode(image)[0]

    def forward(self, image: Tensor) -> Tensor:
        skips, x = self.encode(image)
        for up, blocks, skip in zip(self.ups, self.decoders, reversed(skips), strict=True):
            x = blocks(torch.cat([skip, up(x)], dim=1))
        return self.head(x)
