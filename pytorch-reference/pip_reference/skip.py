"""A skip connection, as PyTorch sees it."""

from dataclasses import dataclass
from typing import Literal

from torch import Tensor

Join = Literal["concat", "add", "mul"]


@dataclass(frozen=True)
class Skip:
    """The tensor that is joined, and, where it is known, what the join gives."""

    tensor: Tensor
    join: Join
    merged: Tensor | None = None
