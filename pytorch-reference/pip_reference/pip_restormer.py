"""PIP on the thinned Restormer, with the names of the authors' checkpoints (pip.md, section 5)."""

from dataclasses import dataclass, field

import torch
from torch import Tensor

from .blocks import conv1x1
from .pip_level import LevelConfig, Mode, Prompt, interaction
from .restormer import RestormerConfig, ThinTrunk

LEVELS = (1, 2, 3)


@dataclass(frozen=True)
class PipRestormerConfig:
    """The defaults are the authors' training setting with five labels."""

    trunk: RestormerConfig = field(default_factory=RestormerConfig)
    prompt_channels: tuple[int, int, int] = (64, 128, 256)
    prompt_sizes: tuple[int, int, int] = (64, 32, 16)
    degradations: int = 5
    mode: Mode = "pip_cross_topm"

    def level(self, level: int) -> LevelConfig:
        return LevelConfig(
            feature_channels=self.trunk.dim * 2 ** (level - 1),
            prompt_channels=self.prompt_channels[level - 1],
            prompt_size=self.prompt_sizes[level - 1],
            degradations=self.degradations,
            mode=self.mode,
            expansion=self.trunk.expansion,
        )


class PipRestormer(ThinTrunk):
    def __init__(self, config: PipRestormerConfig = PipRestormerConfig()) -> None:
        super().__init__(config.trunk)
        bias = config.trunk.bias
        for level in LEVELS:
            at = config.level(level)
            setattr(self, f"prompt{level}", Prompt(at))
            setattr(self, f"low_prompt_interaction_level{level}", interaction(at))
            # Never used by forward; the specification names them but does not give their shapes.
            c, big = at.prompt_channels, at.feature_channels
            setattr(self, f"reduce_noise_channel_{level}", conv1x1(big + c, big, bias))
        self.chnl_reduce3 = conv1x1(8 * config.trunk.dim, 4 * config.trunk.dim, bias)

    def modulate(self, level: int, skip: Tensor, weights: Tensor) -> Tensor:
        universal = getattr(self, f"prompt{level}")(skip, weights).universal
        return getattr(self, f"low_prompt_interaction_level{level}")(skip, universal)

    def forward(self, image: Tensor, weights: Tensor) -> Tensor:
        _, skips, x = self.encode(image)
        skip1, skip2, skip3 = (
            self.modulate(level, skip, weights) for level, skip in zip(LEVELS, skips, strict=True)
        )
        x = self.up4_3(self.chnl_reduce3(x))
        x = self.reduce_chan_level3(torch.cat([x, skip3], dim=1))
        x = self.decoder_level3(x)
        x = self.reduce_chan_level2(torch.cat([self.up3_2(x), skip2], dim=1))
        x = self.decoder_level2(x)
        x = self.decoder_level1(torch.cat([self.up2_1(x), skip1], dim=1))
        return self.output(self.refinement(x)) + image
