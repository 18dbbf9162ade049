"""In the manner of Uformer: window attention on tokens (B, HW, C), skips concatenated as tokens."""

import torch
from torch import Tensor, nn

from ..blocks import conv3x3
from .joining import Joining


def to_tokens(x: Tensor) -> Tensor:
    return x.flatten(2).transpose(1, 2)


def to_map(x: Tensor, h: int, w: int) -> Tensor:
    return x.transpose(1, 2).reshape(x.shape[0], x.shape[2], h, w)


class WindowBlock(nn.Module):
    """Attention within square windows, then a feed-forward; both behind a layer norm, with a residual."""

    def __init__(self, c: int, heads: int = 2, window: int = 4) -> None:
        super().__init__()
        self.heads, self.window = heads, window
        self.norm1, self.norm2 = nn.LayerNorm(c), nn.LayerNorm(c)
        self.qkv, self.project = nn.Linear(c, 3 * c), nn.Linear(c, c)
        self.ffn = nn.Sequential(nn.Linear(c, 2 * c), nn.GELU(), nn.Linear(2 * c, c))

    def attend(self, x: Tensor) -> Tensor:
        n, t, c = x.shape
        q, k, v = self.qkv(x).reshape(n, t, 3, self.heads, c // self.heads).permute(2, 0, 3, 1, 4).unbind(0)
        scores = (q @ k.transpose(-2, -1) * (c // self.heads) ** -0.5).softmax(dim=-1)
        return self.project((scores @ v).transpose(1, 2).reshape(n, t, c))

    def forward(self, x: Tensor, h: int, w: int) -> Tensor:
        b, _, c = x.shape
        m = self.window
        windows = self.norm1(x).reshape(b, h // m, m, w // m, m, c).permute(0, 1, 3, 2, 4, 5)
        y = self.attend(windows.reshape(-1, m * m, c))
        y = y.reshape(b, h // m, w // m, m, m, c).permute(0, 1, 3, 2, 4, 5).reshape(b, h * w, c)
        x = x + y
        return x + self.ffn(self.norm2(x))


class Uformer(Joining):
    def __init__(self, c: int = 4) -> None:
        super().__init__()
        self.embed, self.head = conv3x3(3, c, bias=True), conv3x3(2 * c, 3, bias=True)
        self.encoder1, self.encoder2, self.bottom = (WindowBlock(c * k) for k in (1, 2, 4))
        self.down1, self.down2 = nn.Conv2d(c, 2 * c, 4, 2, 1), nn.Conv2d(2 * c, 4 * c, 4, 2, 1)
        self.up2, self.up1 = nn.ConvTranspose2d(4 * c, 2 * c, 2, 2), nn.ConvTranspose2d(4 * c, c, 2, 2)
        self.decoder2, self.decoder1 = WindowBlock(4 * c), WindowBlock(2 * c)

    def forward(self, image: Tensor) -> Tensor:
        h, w = image.shape[2:]
        skip1 = self.encoder1(to_tokens(torch.relu(self.embed(image))), h, w)
        skip2 = self.encoder2(to_tokens(self.down1(to_map(skip1, h, w))), h // 2, w // 2)
        x = self.bottom(to_tokens(self.down2(to_map(skip2, h // 2, w // 2))), h // 4, w // 4)
        up = to_tokens(self.up2(to_map(x, h // 4, w // 4)))
        x = self.decoder2(self.join("concat", up, skip2), h // 2, w // 2)
        up = to_tokens(self.up1(to_map(x, h // 2, w // 2)))
        x = self.decoder1(self.join("concat", up, skip1), h, w)
        return self.head(to_map(x, h, w)) + image
