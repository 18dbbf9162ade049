"""Networks without skip connections between levels: nothing may be found in them."""

from torch import Tensor, nn

from ..blocks import conv3x3
from .joining import Joining, Residual, convs
from .uformer import WindowBlock, to_map, to_tokens


class SRResNet(Joining):
    """Doubles an image's size; its long residual stays at one resolution."""

    def __init__(self, c: int = 8) -> None:
        super().__init__()
        self.intro, self.blocks, self.after = conv3x3(3, c, True), nn.Sequential(Residual(c), Residual(c)), conv3x3(c, c)
        self.tail = nn.Sequential(conv3x3(c, 4 * c, True), nn.PixelShuffle(2), nn.PReLU(), conv3x3(c, 3, True))

    def forward(self, image: Tensor) -> Tensor:
        x = self.intro(image)
        return self.tail(x + self.after(self.blocks(x)))


class Classifier(Joining):
    def __init__(self, c: int = 8) -> None:
        super().__init__()
        self.intro, self.block1, self.block2 = conv3x3(3, c, True), Residual(c), Residual(2 * c)
        self.down, self.short = conv3x3(c, 2 * c, True), nn.Conv2d(c, 2 * c, 1, 2)
        self.down.stride = (2, 2)
        self.pool, self.head = nn.AdaptiveAvgPool2d(1), nn.Linear(2 * c, 10)

    def forward(self, image: Tensor) -> Tensor:
        x = self.block1(self.intro(image).relu())
        x = self.block2(self.down(x) + self.short(x))
        return self.head(self.pool(x).flatten(1))


class SwinIR(Joining):
    """Window attention at the image's own resolution."""

    def __init__(self, c: int = 8) -> None:
        super().__init__()
        self.intro, self.block1, self.block2 = conv3x3(3, c, True), WindowBlock(c), WindowBlock(c)
        self.after, self.tail = conv3x3(c, c, True), conv3x3(c, 3, True)

    def forward(self, image: Tensor) -> Tensor:
        h, w = image.shape[2:]
        x = self.intro(image)
        y = self.block2(self.block1(to_tokens(x), h, w), h, w)
        return self.tail(x + self.after(to_map(y, h, w))) + image


class Autoencoder(Joining):
    def __init__(self, c: int = 4) -> None:
        super().__init__()
        self.encoder = nn.Sequential(convs(3, c), nn.MaxPool2d(2), convs(c, 2 * c), nn.MaxPool2d(2), Residual(2 * c))
        self.decoder = nn.Sequential(
            *(nn.ConvTranspose2d(2 * c, c, 2, 2), convs(c, c), nn.ConvTranspose2d(c, c, 2, 2), conv3x3(c, 3, True))
        )

    def forward(self, image: Tensor) -> Tensor:
        return self.decoder(self.encoder(image)) + image
