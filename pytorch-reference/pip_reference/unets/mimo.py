"""In the manner of MIMO-UNet: images of three sizes go in, images of three sizes come out, skips are fused."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..blocks import conv1x1, conv3x3
from .joining import Joining, Residual


def at(x: Tensor, scale: float) -> Tensor:
    return x if scale == 1 else F.interpolate(x, scale_factor=scale)


class MimoUNet(Joining):
    """`inside`: the smaller images are made of the large one here; otherwise they are inputs."""

    def __init__(self, c: int = 4, inside: bool = True) -> None:
        super().__init__()
        self.inside = inside
        self.intro = conv3x3(3, c, bias=True)
        self.small2, self.small4 = conv3x3(3, 2 * c, bias=True), conv3x3(3, 4 * c, bias=True)
        self.attend2, self.attend4 = conv3x3(2 * c, 2 * c, bias=True), conv3x3(4 * c, 4 * c, bias=True)
        self.encoder1, self.encoder2, self.encoder3 = Residual(c), Residual(2 * c), Residual(4 * c)
        self.down1, self.down2 = nn.Conv2d(c, 2 * c, 3, 2, 1), nn.Conv2d(2 * c, 4 * c, 3, 2, 1)
        self.fuse1, self.fuse2 = conv1x1(7 * c, c, bias=True), conv1x1(7 * c, 2 * c, bias=True)
        self.up3, self.up2 = nn.ConvTranspose2d(4 * c, 2 * c, 4, 2, 1), nn.ConvTranspose2d(2 * c, c, 4, 2, 1)
        self.narrow2, self.narrow1 = conv1x1(4 * c, 2 * c, bias=True), conv1x1(2 * c, c, bias=True)
        self.decoder3, self.decoder2, self.decoder1 = Residual(4 * c), Residual(2 * c), Residual(c)
        self.tail4, self.tail2, self.tail1 = (conv3x3(c * k, 3, bias=True) for k in (4, 2, 1))

    def forward(self, image: Tensor, *smaller: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        image2, image4 = (at(image, 0.5), at(image, 0.25)) if self.inside else smaller
        z1 = self.encoder1(self.intro(image))
        z = self.down1(z1)
        z2 = self.encoder2(z + self.attend2(z * self.small2(image2)))
        z = self.down2(z2)
        z3 = self.encoder3(z + self.attend4(z * self.small4(image4)))
        skip1 = self.fuse1(torch.cat([z1, at(z2, 2), at(z3, 4)], dim=1))
        skip2 = self.fuse2(torch.cat([at(z1, 0.5), z2, at(z3, 2)], dim=1))
        z = self.decoder3(z3)
        out4 = self.tail4(z) + image4
        z = self.decoder2(self.narrow2(self.join("concat", self.up3(z), skip2)))
        out2 = self.tail2(z) + image2
        z = self.decoder1(self.narrow1(self.join("concat", self.up2(z), skip1)))
        return self.tail1(z) + image, out2, out4
