"""In the manner of Attention U-Net: what comes up gates the skip before both are concatenated."""

import torch
from torch import Tensor, nn

from ..blocks import conv1x1
from .joining import Joining, convs


class Gate(nn.Module):
    def __init__(self, c: int) -> None:
        super().__init__()
        self.of_up, self.of_skip, self.psi = (conv1x1(c, n, bias=True) for n in (c, c, 1))

    def forward(self, up: Tensor, skip: Tensor) -> Tensor:
        return skip * torch.sigmoid(self.psi(torch.relu(self.of_up(up) + self.of_skip(skip))))


class AttentionUNet(Joining):
    def __init__(self, c: int = 4) -> None:
        super().__init__()
        self.encoder1, self.encoder2, self.bottom = convs(3, c), convs(c, 2 * c), convs(2 * c, 4 * c)
        self.up2, self.up1 = nn.ConvTranspose2d(4 * c, 2 * c, 2, 2), nn.ConvTranspose2d(2 * c, c, 2, 2)
        self.gate2, self.gate1 = Gate(2 * c), Gate(c)
        self.decoder2, self.decoder1 = convs(4 * c, 2 * c), convs(2 * c, c)
        self.pool, self.head = nn.MaxPool2d(2), conv1x1(c, 3, bias=True)

    def forward(self, image: Tensor) -> Tensor:
        skip1 = self.encoder1(image)
        skip2 = self.encoder2(self.pool(skip1))
        up = self.up2(self.bottom(self.pool(skip2)))
        x = self.decoder2(self.join("concat", up, self.gate2(up, skip2)))
        up = self.up1(x)
        return self.head(self.decoder1(self.join("concat", up, self.gate1(up, skip1))))
