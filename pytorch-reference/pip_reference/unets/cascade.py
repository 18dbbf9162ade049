"""In the manner of MPRNet: two U-Nets in a row, supervised attention between them, features passed across."""

import torch
from torch import Tensor, nn

from ..blocks import conv1x1, conv3x3
from .joining import Joining, Residual


class ChannelGated(nn.Module):
    """A residual block whose branch is weighted channel by channel."""

    def __init__(self, c: int) -> None:
        super().__init__()
        self.body = nn.Sequential(conv3x3(c, c), nn.PReLU(), conv3x3(c, c))
        self.weigh = nn.Sequential(nn.AdaptiveAvgPool2d(1), conv1x1(c, c), nn.Sigmoid())

    def forward(self, x: Tensor) -> Tensor:
        y = self.body(x)
        return x + y * self.weigh(y)


def resized(scale: float, c_in: int, c_out: int) -> nn.Sequential:
    return nn.Sequential(nn.Upsample(scale_factor=scale, mode="bilinear", align_corners=False), conv1x1(c_in, c_out))


class Stage(nn.Module):
    def __init__(self, c: int) -> None:
        super().__init__()
        self.encoder1, self.encoder2, self.bottom = ChannelGated(c), ChannelGated(2 * c), ChannelGated(3 * c)
        self.down1, self.down2 = resized(0.5, c, 2 * c), resized(0.5, 2 * c, 3 * c)
        self.up2, self.up1 = resized(2, 3 * c, 2 * c), resized(2, 2 * c, c)
        self.side1, self.side2 = ChannelGated(c), ChannelGated(2 * c)
        self.decoder2, self.decoder1 = ChannelGated(2 * c), ChannelGated(c)


class CascadeUNet(Joining):
    def __init__(self, c: int = 4) -> None:
        super().__init__()
        self.shallow1, self.shallow2 = conv3x3(3, c), conv3x3(3, c)
        self.stage1, self.stage2 = Stage(c), Stage(c)
        self.across1, self.across2 = conv1x1(c, c), conv1x1(2 * c, 2 * c)
        self.to_image, self.of_feature, self.of_image = conv1x1(c, 3), conv1x1(c, c), conv1x1(3, c)
        self.narrow, self.tail = conv3x3(2 * c, c), conv3x3(c, 3)

    def run(self, stage: Stage, x: Tensor, before: tuple[Tensor, Tensor] | None) -> tuple[Tensor, Tensor]:
        """What comes out at levels 1 and 2 of the decoder."""
        skip1 = stage.encoder1(x)
        if before is not None:
            skip1 = skip1 + self.across1(before[0])
        skip2 = stage.encoder2(stage.down1(skip1))
        if before is not None:
            skip2 = skip2 + self.across2(before[1])
        x = stage.bottom(stage.down2(skip2))
        level2 = stage.decoder2(self.join("add", stage.up2(x), stage.side2(skip2)))
        return stage.decoder1(self.join("add", stage.up1(level2), stage.side1(skip1))), level2

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        out, level2 = self.run(self.stage1, self.shallow1(image), None)
        early = self.to_image(out) + image
        supervised = out + self.of_feature(out) * torch.sigmoid(self.of_image(early))
        x = self.narrow(torch.cat([self.shallow2(image), supervised], dim=1))
        late, _ = self.run(self.stage2, x, (out, level2))
        return self.tail(late) + image, early
