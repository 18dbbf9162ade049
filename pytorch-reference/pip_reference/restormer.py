"""Restormer (spec: backbones.md, section 1), and the pieces its descendants share."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from .blocks import EXPANSION, TransformerBlock, conv1x1, conv3x3


@dataclass(frozen=True)
class RestormerConfig:
    in_channels: int = 3
    out_channels: int = 3
    dim: int = 48
    # Encoder levels 1 to 3, latent; then decoder levels 1 to 3 where they differ from the encoder's.
    blocks: tuple[int, ...] = (4, 6, 6, 8)
    refinement: int = 4
    heads: tuple[int, int, int, int] = (1, 2, 4, 8)
    expansion: float = EXPANSION
    bias: bool = False
    norm_bias: bool = True
    dual_pixel: bool = False


class PatchEmbed(nn.Module):
    """The first convolution; a module of its own because checkpoints name it `patch_embed.proj`."""

    def __init__(self, c_in: int, dim: int, bias: bool) -> None:
        super().__init__()
        self.proj = conv3x3(c_in, dim, bias)

    def forward(self, x: Tensor) -> Tensor:
        return self.proj(x)


class Downsample(nn.Module):
    """Half the size, twice the channels."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.body = nn.Sequential(conv3x3(dim, dim // 2), nn.PixelUnshuffle(2))

    def forward(self, x: Tensor) -> Tensor:
        return self.body(x)


class Upsample(nn.Module):
    """Twice the size, half the channels."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.body = nn.Sequential(conv3x3(dim, 2 * dim), nn.PixelShuffle(2))

    def forward(self, x: Tensor) -> Tensor:
        return self.body(x)


def stage(config: RestormerConfig, dim: int, count: int, heads: int) -> nn.Sequential:
    """`count` transformer blocks in a row."""
    return nn.Sequential(
        *(
            TransformerBlock(dim, heads, config.expansion, config.bias, config.norm_bias)
            for _ in range(count)
        )
    )


class Trunk(nn.Module):
    """Encoder and latent, and the decoder's blocks: the same in Restormer, PromptIR and PIP-Restormer."""

    def __init__(self, config: RestormerConfig) -> None:
        super().__init__()
        self.config = config
        d1, d2, d3, d4 = (config.dim * 2**i for i in range(4))
        n1, n2, n3, n4, *decoder = config.blocks
        m1, m2, m3 = decoder or (n1, n2, n3)
        h1, h2, h3, h4 = config.heads
        self.patch_embed = PatchEmbed(config.in_channels, d1, config.bias)
        self.encoder_level1 = stage(config, d1, n1, h1)
        self.down1_2 = Downsample(d1)
        self.encoder_level2 = stage(config, d2, n2, h2)
        self.down2_3 = Downsample(d2)
        self.encoder_level3 = stage(config, d3, n3, h3)
        self.down3_4 = Downsample(d3)
        self.latent = stage(config, d4, n4, h4)
        self.decoder_level3 = stage(config, d3, m3, h3)
        self.reduce_chan_level2 = conv1x1(2 * d2, d2, config.bias)
        self.decoder_level2 = stage(config, d2, m2, h2)
        self.up2_1 = Upsample(d2)
        self.decoder_level1 = stage(config, d2, m1, h1)
        self.refinement = stage(config, d2, config.refinement, h1)
        self.output = conv3x3(d2, config.out_channels, config.bias)

    def encode(self, image: Tensor) -> tuple[Tensor, list[Tensor], Tensor]:
        """The embedded image, the skip features of levels 1 to 3, and the latent."""
        embedded = self.patch_embed(image)
        skip1 = self.encoder_level1(embedded)
        skip2 = self.encoder_level2(self.down1_2(skip1))
        skip3 = self.encoder_level3(self.down2_3(skip2))
        latent = self.latent(self.down3_4(skip3))
        return embedded, [skip1, skip2, skip3], latent


class Restormer(Trunk):
    def __init__(self, config: RestormerConfig = RestormerConfig()) -> None:
        super().__init__(config)
        dim = config.dim
        self.up4_3 = Upsample(8 * dim)
        self.reduce_chan_level3 = conv1x1(8 * dim, 4 * dim, config.bias)
        self.up3_2 = Upsample(4 * dim)
        if config.dual_pixel:
            self.skip_conv = conv1x1(dim, 2 * dim, config.bias)

    def skips(self, image: Tensor) -> list[Tensor]:
        return self.encode(image)[1]

    def forward(self, image: Tensor) -> Tensor:
        embedded, (skip1, skip2, skip3), x = self.encode(image)
        x = self.reduce_chan_level3(torch.cat([self.up4_3(x), skip3], dim=1))
        x = self.decoder_level3(x)
        x = self.reduce_chan_level2(torch.cat([self.up3_2(x), skip2], dim=1))
        x = self.decoder_level2(x)
        x = self.decoder_level1(torch.cat([self.up2_1(x), skip1], dim=1))
        x = self.refinement(x)
        if self.config.dual_pixel:
            return self.output(x + self.skip_conv(embedded))
        return self.output(x) + image


class ThinTrunk(Trunk):
    """The trunk PromptIR and PIP-Restormer share: the decoder starts at 4*dim instead of 8*dim."""

    def __init__(self, config: RestormerConfig) -> None:
        super().__init__(config)
        dim = config.dim
        self.up4_3 = Upsample(4 * dim)
        self.reduce_chan_level3 = conv1x1(2 * dim + 4 * dim, 4 * dim, config.bias)
        self.up3_2 = Upsample(4 * dim)
