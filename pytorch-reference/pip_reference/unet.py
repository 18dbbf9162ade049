"""A plain U-Net: max-pool down, transposed convolution up, skips joined by concatenation."""

from torch import Tensor, nn

from .blocks import conv1x1
from .unets.joining import Joining, convs


class UNet(Joining):
    def __init__(self, image_channels: int = 3, width: int = 8, levels: int = 3) -> None:
        super().__init__()
        widths = [width * 2**i for i in range(levels + 1)]
        self.encoders = nn.ModuleList(convs(c_in, c) for c_in, c in zip([image_channels, *widths], widths[:-1]))
        self.pool = nn.MaxPool2d(2)
        self.bottom = convs(widths[-2], widths[-1])
        self.ups = nn.ModuleList(
            nn.ConvTranspose2d(2 * c, c, 2, stride=2) for c in reversed(widths[:-1])
        )
        self.decoders = nn.ModuleList(convs(2 * c, c) for c in reversed(widths[:-1]))
        self.head = conv1x1(width, image_channels, bias=True)

    def forward(self, image: Tensor) -> Tensor:
        x, skips = image, []
        for blocks in self.encoders:
            skips.append(blocks(x))
            x = self.pool(skips[-1])
        x = self.bottom(x)
        for up, blocks, skip in zip(self.ups, self.decoders, reversed(skips), strict=True):
            x = blocks(self.join("concat", up(x), skip))
        return self.head(x)
