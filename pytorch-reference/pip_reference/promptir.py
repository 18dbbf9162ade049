"""PromptIR with its decoder prompts on (spec: backbones.md, section 3)."""

from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from .blocks import TransformerBlock, conv1x1, conv3x3, resize
from .restormer import RestormerConfig, ThinTrunk

NOISE_HEADS = 4
DIM = 48


@dataclass(frozen=True)
class PromptIRConfig:
    """The trunk, and the prompt blocks of levels 1, 2 and 3."""

    trunk: RestormerConfig = field(default_factory=RestormerConfig)
    prompts: int = 5
    prompt_channels: tuple[int, int, int] | None = None
    prompt_sizes: tuple[int, int, int] = (64, 32, 16)

    @property
    def channels(self) -> tuple[int, int, int]:
        """64, 128 and 320 at dim 48; in proportion otherwise, in multiples of the heads."""
        if self.prompt_channels is not None:
            return self.prompt_channels
        return tuple(  # type: ignore[return-value]
            max(1, round(c * self.trunk.dim / DIM / NOISE_HEADS)) * NOISE_HEADS for c in (64, 128, 320)
        )


class PromptBlock(nn.Module):
    """A mixture of learned prompts, weighted by what the feature looks like on average."""

    def __init__(self, channels: int, prompts: int, size: int, lin_dim: int) -> None:
        super().__init__()
        self.prompt_param = nn.Parameter(torch.rand(1, prompts, channels, size, size))
        self.linear_layer = nn.Linear(lin_dim, prompts)
        self.conv3x3 = conv3x3(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        weights = self.linear_layer(x.mean(dim=(2, 3))).softmax(dim=1)
        prompt = (weights[:, :, None, None, None] * self.prompt_param).sum(dim=1)
        return self.conv3x3(resize(prompt, (x.shape[2], x.shape[3])))


class PromptIR(ThinTrunk):
    def __init__(self, config: PromptIRConfig = PromptIRConfig()) -> None:
        super().__init__(config.trunk)
        trunk, (c1, c2, c3), (s1, s2, s3) = config.trunk, config.channels, config.prompt_sizes
        d1, d2, d3, d4 = (trunk.dim * 2**i for i in range(4))

        def noise(dim: int) -> TransformerBlock:
            return TransformerBlock(dim, NOISE_HEADS, trunk.expansion, trunk.bias, trunk.norm_bias)

        self.prompt1 = PromptBlock(c1, config.prompts, s1, d2)
        self.prompt2 = PromptBlock(c2, config.prompts, s2, d3)
        self.prompt3 = PromptBlock(c3, config.prompts, s3, d4)
        self.noise_level3 = noise(d4 + c3)
        self.reduce_noise_level3 = conv1x1(d4 + c3, d3, trunk.bias)
        self.noise_level2 = noise(d3 + c2)
        self.reduce_noise_level2 = conv1x1(d3 + c2, d3, trunk.bias)
        self.noise_level1 = noise(d2 + c1)
        self.reduce_noise_level1 = conv1x1(d2 + c1, d2, trunk.bias)

        # Never used by forward; published checkpoints carry them. The specification does not give
        # their shapes. These agree with the published parameter count, which other shapes could too.
        thin3 = c3 * 4 // 5
        self.chnl_reduce1 = conv1x1(c1, c1, trunk.bias)
        self.chnl_reduce2 = conv1x1(c2, c2, trunk.bias)
        self.chnl_reduce3 = conv1x1(c3, thin3, trunk.bias)
        self.reduce_noise_channel_1 = conv1x1(d1 + c1, d1, trunk.bias)
        self.reduce_noise_channel_2 = conv1x1(d2 + c2, d2, trunk.bias)
        self.reduce_noise_channel_3 = conv1x1(d3 + thin3, d3, trunk.bias)

    def skips(self, image: Tensor) -> list[Tensor]:
        return self.encode(image)[1]

    def forward(self, image: Tensor) -> Tensor:
        _, (skip1, skip2, skip3), x = self.encode(image)
        x = self.noise_level3(torch.cat([x, self.prompt3(x)], dim=1))
        x = self.up4_3(self.reduce_noise_level3(x))
        x = self.reduce_chan_level3(torch.cat([x, skip3], dim=1))
        x = self.decoder_level3(x)
        x = self.noise_level2(torch.cat([x, self.prompt2(x)], dim=1))
        x = self.up3_2(self.reduce_noise_level2(x))
        x = self.reduce_chan_level2(torch.cat([x, skip2], dim=1))
        x = self.decoder_level2(x)
        x = self.noise_level1(torch.cat([x, self.prompt1(x)], dim=1))
        x = self.up2_1(self.reduce_noise_level1(x))
        x = self.decoder_level1(torch.cat([x, skip1], dim=1))
        return self.output(self.refinement(x)) + image
