"""NAFNet (spec: backbones.md, section 2)."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .blocks import conv1x1, conv3x3, depthwise3x3


@dataclass(frozen=True)
class NAFNetConfig:
    """The defaults are the published GoPro w32 network."""

    image_channels: int = 3
    width: int = 32
    encoder: tuple[int, ...] = (1, 1, 1, 28)
    middle: int = 1
    decoder: tuple[int, ...] = (1, 1, 1, 1)
    # Height and width of the training pictures, for the variant with a local mean.
    local: tuple[int, int] | None = None

    @property
    def multiple(self) -> int:
        return 2 ** len(self.encoder)


class LayerNorm2d(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        centred = x - x.mean(1, keepdim=True)
        variance = centred.pow(2).mean(1, keepdim=True)
        normed = centred / torch.sqrt(variance + 1e-6)
        return normed * self.weight[:, None, None] + self.bias[:, None, None]


class LocalMean(nn.Module):
    """The published local variant's pooling (megvii-research/NAFNet, MIT): a window 1.5 times the
    training picture, by sums over the whole picture, with the border repeated."""

    def __init__(self) -> None:
        super().__init__()
        self.window: tuple[int, int] | None = None
        self.wanted: tuple[tuple[int, int], tuple[int, int]] | None = None

    def forward(self, x: Tensor) -> Tensor:
        h, w = x.shape[2:]
        if self.window is None and self.wanted is not None:
            (base_h, base_w), (train_h, train_w) = self.wanted
            self.window = (h * base_h // train_h, w * base_w // train_w)
        if self.window is None or (self.window[0] >= h and self.window[1] >= w):
            return x.mean(dim=(2, 3), keepdim=True)
        kh, kw = min(h, self.window[0]), min(w, self.window[1])
        sums = F.pad(x.cumsum(dim=3).cumsum(dim=2), (1, 0, 1, 0))
        mean = sums[:, :, kh:, kw:] + sums[:, :, :-kh, :-kw] - sums[:, :, :-kh, kw:] - sums[:, :, kh:, :-kw]
        mean = mean / (kh * kw)
        dh, dw = h - mean.shape[2], w - mean.shape[3]
        return F.pad(mean, (dw // 2, (dw + 1) // 2, dh // 2, (dh + 1) // 2), mode="replicate")


def simple_gate(x: Tensor) -> Tensor:
    first, second = x.chunk(2, dim=1)
    return first * second


class NAFBlock(nn.Module):
    def __init__(self, c: int) -> None:
        super().__init__()
        self.norm1 = LayerNorm2d(c)
        self.conv1 = conv1x1(c, 2 * c, bias=True)
        self.conv2 = depthwise3x3(2 * c, bias=True)
        self.sca = nn.Sequential(LocalMean(), conv1x1(c, c, bias=True))
        self.conv3 = conv1x1(c, c, bias=True)
        self.beta = nn.Parameter(torch.zeros(1, c, 1, 1))
        self.norm2 = LayerNorm2d(c)
        self.conv4 = conv1x1(c, 2 * c, bias=True)
        self.conv5 = conv1x1(c, c, bias=True)
        self.gamma = nn.Parameter(torch.zeros(1, c, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        t = simple_gate(self.conv2(self.conv1(self.norm1(x))))
        y = x + self.conv3(t * self.sca(t)) * self.beta
        t = simple_gate(self.conv4(self.norm2(y)))
        return y + self.conv5(t) * self.gamma


class NAFNet(nn.Module):
    def __init__(self, config: NAFNetConfig = NAFNetConfig()) -> None:
        super().__init__()
        self.config = config
        c = config.width
        self.intro = conv3x3(config.image_channels, c, bias=True)
        self.encoders, self.downs = nn.ModuleList(), nn.ModuleList()
        self.ups, self.decoders = nn.ModuleList(), nn.ModuleList()
        for count in config.encoder:
            self.encoders.append(nn.Sequential(*(NAFBlock(c) for _ in range(count))))
            self.downs.append(nn.Conv2d(c, 2 * c, 2, stride=2))
            c *= 2
        self.middle_blks = nn.Sequential(*(NAFBlock(c) for _ in range(config.middle)))
        for count in config.decoder:
            self.ups.append(nn.Sequential(conv1x1(c, 2 * c), nn.PixelShuffle(2)))
            c //= 2
            self.decoders.append(nn.Sequential(*(NAFBlock(c) for _ in range(count))))
        self.ending = conv3x3(config.width, config.image_channels, bias=True)
        if config.local is not None:
            self.fix_windows(config.local)

    def fix_windows(self, trained: tuple[int, int]) -> None:
        """Every window is fixed by what a training picture gives at its place, as published."""
        means = [m for m in self.modules() if isinstance(m, LocalMean)]
        for mean in means:
            mean.wanted = ((int(trained[0] * 1.5), int(trained[1] * 1.5)), trained)
        with torch.no_grad():
            self(torch.zeros(1, self.config.image_channels, *trained))

    def pad(self, image: Tensor) -> Tensor:
        """Zeros on the right and at the bottom, up to a multiple of 2^levels."""
        h, w = image.shape[2:]
        m = self.config.multiple
        return F.pad(image, (0, (m - w % m) % m, 0, (m - h % m) % m))

    def encode(self, padded: Tensor) -> tuple[list[Tensor], Tensor]:
        """The skip features from level 1 on, and the bottom."""
        x, skips = self.intro(padded), []
        for blocks, down in zip(self.encoders, self.downs, strict=True):
            x = blocks(x)
            skips.append(x)
            x = down(x)
        return skips, self.middle_blks(x)

    def skips(self, image: Tensor) -> list[Tensor]:
        return self.encode(self.pad(image))[0]

    def forward(self, image: Tensor) -> Tensor:
        h, w = image.shape[2:]
        padded = self.pad(image)
        skips, x = self.encode(padded)
        for up, blocks, skip in zip(self.ups, self.decoders, reversed(skips), strict=True):
            x = blocks(up(x) + skip)
        return (self.ending(x) + padded)[:, :, :h, :w]
