"""Our U-Net of plain residual blocks, from half size down; `unet.py` is another one, with concatenation."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .blocks import conv1x1

LIGHT_WIDTH = 32
START = 0.1


@dataclass(frozen=True)
class UnetConfig:
    """The defaults are `unet-medium`."""

    image_channels: int = 3
    widths: tuple[int, ...] = (48, 96, 128)
    encoder: tuple[int, ...] = (1, 2)
    middle: int = 2
    decoder: tuple[int, ...] = (2, 2)
    light: bool = True

    @property
    def multiple(self) -> int:
        return 2 ** len(self.widths)


def edge3x3(c_in: int, c_out: int) -> nn.Conv2d:
    return nn.Conv2d(c_in, c_out, 3, padding=1, padding_mode="replicate")


def start_alike(conv: nn.Conv2d, count: int) -> None:
    """Channels that a pixel shuffle puts side by side start the same: no grid."""
    with torch.no_grad():
        for parameter in conv.parameters():
            parameter.copy_(parameter[::count].repeat_interleave(count, dim=0))


def dark_channel(image: Tensor) -> Tensor:
    """The smallest value of any colour in a block of 4x4 pixels, in 7 of these blocks, and in 13."""
    smallest = image.amin(dim=1, keepdim=True)
    dark = -F.max_pool2d(-smallest, 4)
    wide = -F.max_pool2d(-dark, 7, stride=1, padding=3)
    return torch.cat([dark, wide, -F.max_pool2d(-wide, 7, stride=1, padding=3)], dim=1)


class ResidualBlock(nn.Module):
    def __init__(self, c: int) -> None:
        super().__init__()
        self.conv1 = edge3x3(c, c)
        self.conv2 = edge3x3(c, c)
        with torch.no_grad():
            for parameter in self.conv1.parameters():
                parameter *= 6**0.5
            for parameter in self.conv2.parameters():
                parameter *= START * 6**0.5

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv2(F.relu(self.conv1(x)))


class HazePath(nn.Module):
    """A gain and an offset that remove haze, from what is known of the image at `side` times less size."""

    THINNEST = 0.08

    def __init__(self, image_channels: int, side: int) -> None:
        super().__init__()
        self.side = side
        self.first = edge3x3(image_channels + 6, LIGHT_WIDTH)
        with torch.no_grad():
            for parameter in self.first.parameters():
                parameter *= 6**0.5
        self.blocks = nn.Sequential(ResidualBlock(LIGHT_WIDTH), ResidualBlock(LIGHT_WIDTH))
        self.ending = conv1x1(LIGHT_WIDTH, 1 + image_channels, bias=True)
        self.mask = conv1x1(LIGHT_WIDTH, 1)
        for parameter in (*self.ending.parameters(), self.mask.weight):
            nn.init.zeros_(parameter)

    def known(self, image: Tensor, dark: Tensor) -> tuple[Tensor, Tensor]:
        """The largest dark channel around; and, relative to it, means, deviation and dark channels."""
        bright = F.pixel_unshuffle(image.mean(dim=1, keepdim=True), self.side)
        deviation = (bright - bright.mean(dim=1, keepdim=True)).abs().mean(dim=1, keepdim=True)
        near = F.max_pool2d(dark[:, 1:2], 25, stride=1, padding=12)
        far = F.max_pool2d(near, 25, stride=1, padding=12)
        seen = torch.cat([F.avg_pool2d(image, self.side), 5 * deviation, dark, near], dim=1)
        return far, torch.cat([seen / (far + 0.05), far], dim=1)

    def forward(self, image: Tensor, dark: Tensor, seen: Tensor) -> tuple[Tensor, Tensor]:
        dark = F.avg_pool2d(dark, self.side // 4)
        far, known = self.known(image, dark)
        x = self.blocks(F.relu(self.first(known)))
        share, above = self.ending(F.relu(x)).split([1, image.shape[1]], dim=1)
        air = (far + (1 - far) * torch.sigmoid(above - 1)).clamp(min=0.05)
        veil = torch.sigmoid(share + 2) * dark[:, 1:2] / air.mean(dim=1, keepdim=True)
        t = (1 - veil).clamp(min=self.THINNEST)
        change = self.mask(seen).clamp(0, 1) * (1 / t - 1)
        return 1 + change, -change * air


class UnetRestorer(nn.Module):
    def __init__(self, config: UnetConfig = UnetConfig()) -> None:
        super().__init__()
        self.config = config
        widths, blocked = config.widths, 4 * config.image_channels
        pairs = list(zip(widths, widths[1:], strict=False))
        stage = lambda c, count: nn.Sequential(*(ResidualBlock(c) for _ in range(count)))  # noqa: E731
        self.intro = edge3x3(blocked, widths[0])
        self.encoders = nn.ModuleList(stage(c, n) for c, n in zip(widths[:-1], config.encoder, strict=True))
        self.downs = nn.ModuleList(nn.Conv2d(c, wider, 2, stride=2) for c, wider in pairs)
        self.middle = stage(widths[-1], config.middle)
        self.ups = nn.ModuleList(conv1x1(wider, c) for c, wider in reversed(pairs))
        self.decoders = nn.ModuleList(
            stage(c, n) for c, n in zip(reversed(widths[:-1]), config.decoder, strict=True)
        )
        self.ending = edge3x3(widths[0], blocked)
        with torch.no_grad():
            for parameter in self.ending.parameters():
                parameter *= START
        start_alike(self.ending, 4)
        if config.light:
            self.light = nn.ModuleList(
                (edge3x3(widths[-2], LIGHT_WIDTH), conv1x1(LIGHT_WIDTH, 2 * config.image_channels, bias=True))
            )
            nn.init.zeros_(self.light[1].weight)
            nn.init.zeros_(self.light[1].bias)
            self.haze = HazePath(config.image_channels, 2 ** len(widths))
            self.dark = nn.Conv2d(3, widths[1], 3, padding=1, padding_mode="replicate", bias=False)
            nn.init.zeros_(self.dark.weight)

    def pad(self, image: Tensor) -> Tensor:
        """The last column and row repeated, up to a multiple of 2^levels."""
        h, w = image.shape[2:]
        m = self.config.multiple
        return F.pad(image, (0, (m - w % m) % m, 0, (m - h % m) % m), mode="replicate")

    def encode(self, padded: Tensor) -> tuple[list[Tensor], Tensor]:
        """The skip features from half size on, and the bottom."""
        x, skips = self.intro(F.pixel_unshuffle(padded, 2)), []
        for blocks, down in zip(self.encoders, self.downs, strict=True):
            x = blocks(x)
            skips.append(x)
            x = down(x)
            if self.config.light and len(skips) == 1:
                x = x + self.dark(dark_channel(padded))
        return skips, self.middle(x)

    def skips(self, image: Tensor) -> list[Tensor]:
        return self.encode(self.pad(image))[0]

    def lit(self, image: Tensor, lowest: Tensor) -> Tensor:
        """The image times a smooth gain, plus a smooth offset."""
        conv, head = self.light
        seen = F.avg_pool2d(F.relu(conv(lowest)), 2)
        log_gain, shift = head(seen).chunk(2, dim=1)
        gain, offset = self.haze(image, dark_channel(image), seen)
        small = torch.cat([log_gain.exp() * gain, log_gain.exp() * offset + shift], dim=1)
        large = F.interpolate(small, size=image.shape[2:], mode="bilinear", align_corners=False)
        times, plus = large.chunk(2, dim=1)
        return image * times + plus

    def forward(self, image: Tensor) -> Tensor:
        h, w = image.shape[2:]
        padded = self.pad(image)
        skips, x = self.encode(padded)
        lowest = None
        for up, blocks, skip in zip(self.ups, self.decoders, reversed(skips), strict=True):
            x = blocks(F.interpolate(up(x), scale_factor=2, mode="bilinear", align_corners=False) + skip)
            lowest = x if lowest is None else lowest
        base = padded if lowest is None or not self.config.light else self.lit(padded, lowest)
        return (base + F.pixel_shuffle(self.ending(x), 2))[:, :, :h, :w]
