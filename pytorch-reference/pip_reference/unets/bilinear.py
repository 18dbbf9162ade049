"""Max-pool down, bilinear up, skips concatenated; the upper side may be padded to the skip's size."""

from torch import Tensor, nn
from torch.nn import functional as F

from ..blocks import conv1x1
from .joining import Joining, convs


class BilinearUNet(Joining):
    def __init__(self, c: int = 4, pads: bool = False) -> None:
        super().__init__()
        self.pads = pads
        self.encoder1, self.encoder2, self.bottom = convs(3, c), convs(c, 2 * c), convs(2 * c, 2 * c)
        self.decoder2, self.decoder1 = convs(4 * c, c), convs(2 * c, c)
        self.pool, self.up = nn.MaxPool2d(2), nn.Upsample(scale_factor=2, mode="bilinear", align_corners=not pads)
        self.head = conv1x1(c, 3, bias=True)

    def fit(self, up: Tensor, skip: Tensor) -> Tensor:
        if not self.pads:
            return up
        rows, columns = skip.shape[2] - up.shape[2], skip.shape[3] - up.shape[3]
        return F.pad(up, (columns // 2, columns - columns // 2, rows // 2, rows - rows // 2))

    def forward(self, image: Tensor) -> Tensor:
        skip1 = self.encoder1(image)
        skip2 = self.encoder2(self.pool(skip1))
        x = self.bottom(self.pool(skip2))
        x = self.decoder2(self.join("concat", self.fit(self.up(x), skip2), skip2))
        x = self.decoder1(self.join("concat", self.fit(self.up(x), skip1), skip1))
        return self.head(x)
