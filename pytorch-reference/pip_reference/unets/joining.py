"""What the U-Nets here share: joins that can be watched, and a few layers."""

import torch
from torch import Tensor, nn

from ..blocks import conv3x3
from ..skip import Join, Skip


class Joining(nn.Module):
    """A network that joins what comes up with skips through `join`, so that `skips` can tell them."""

    def __init__(self) -> None:
        super().__init__()
        self.watched: list[Skip] | None = None

    def skips(self, *inputs: Tensor) -> list[Skip]:
        """The skips of one run, in the order in which they are joined."""
        self.watched = []
        self(*inputs)
        watched, self.watched = self.watched, None
        return watched

    def join(self, kind: Join, up: Tensor, skip: Tensor, *between: Tensor) -> Tensor:
        """Concatenation puts the skip first, on the last axis of tokens and on the channels otherwise."""
        if kind == "concat":
            merged = torch.cat([skip, *between, up], dim=1 if skip.dim() == 4 else 2)
        else:
            merged = up + skip if kind == "add" else up * skip
        if self.watched is not None:
            self.watched.append(Skip(skip, kind, merged))
        return merged


def convs(c_in: int, c_out: int) -> nn.Sequential:
    return nn.Sequential(conv3x3(c_in, c_out, bias=True), nn.ReLU(), conv3x3(c_out, c_out, bias=True), nn.ReLU())


class Residual(nn.Module):
    def __init__(self, c: int, bias: bool = True) -> None:
        super().__init__()
        self.body = nn.Sequential(conv3x3(c, c, bias), nn.ReLU(), conv3x3(c, c, bias))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.body(x)
