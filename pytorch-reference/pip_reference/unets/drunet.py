"""In the manner of DRUNet: residual blocks, no biases, skips added before going up, a noise map in the image."""

from torch import Tensor, nn

from ..blocks import conv3x3
from .joining import Joining, Residual


class DRUNet(Joining):
    def __init__(self, c: int = 4) -> None:
        super().__init__()
        self.head = conv3x3(4, c)
        self.down1 = nn.Sequential(Residual(c, False), nn.Conv2d(c, 2 * c, 2, 2, bias=False))
        self.down2 = nn.Sequential(Residual(2 * c, False), nn.Conv2d(2 * c, 4 * c, 2, 2, bias=False))
        self.body = Residual(4 * c, False)
        self.up2 = nn.Sequential(nn.ConvTranspose2d(4 * c, 2 * c, 2, 2, bias=False), Residual(2 * c, False))
        self.up1 = nn.Sequential(nn.ConvTranspose2d(2 * c, c, 2, 2, bias=False), Residual(c, False))
        self.tail = conv3x3(c, 3)

    def forward(self, image: Tensor) -> Tensor:
        x1 = self.head(image)
        x2 = self.down1(x1)
        x3 = self.down2(x2)
        x = self.up2(self.body(x3) + x3)
        x = self.up1(self.join("add", x, x2))
        return self.tail(self.join("add", x, x1))
