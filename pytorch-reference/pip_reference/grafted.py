"""Any network of the fixtures with its skips modulated on their way to the join, and nowhere else."""

import math
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass

from torch import Tensor, nn

from .onnx_families import Family
from .unets.joining import Joining
from .unets.uformer import to_map, to_tokens


@dataclass(frozen=True)
class Place:
    """One skip: its level and channels, and which it is in the order in which the network tells them."""

    index: int
    level: int
    channels: int
    scale: int


def places(family: Family, net: nn.Module) -> list[Place]:
    """Levels ascend; they are counted through where two skips have one resolution, as in fixtures.json."""
    inputs = family.inputs(1, family.size)
    height, width = inputs["image"].shape[2:]
    skips = [as_map(skip.tensor, height / width) for skip in family.skips(net, inputs)]
    scales = [2 ** round(math.log2(height / skip.shape[2])) for skip in skips]
    order = sorted(range(len(skips)), key=lambda index: (scales[index], index))
    unique = len(set(scales)) == len(scales)
    return [
        Place(index, 1 + int(math.log2(scales[index])) if unique else place, skips[index].shape[1], scales[index])
        for place, index in enumerate(order, start=1)
    ]


def as_map(skip: Tensor, ratio: float) -> Tensor:
    """(B,C,H,W), of tokens (B,HW,C) as well; `ratio` is H/W."""
    if skip.dim() == 4:
        return skip
    rows = round(math.sqrt(skip.shape[1] * ratio))
    return to_map(skip, rows, skip.shape[1] // rows)


def grafted(host: nn.Module, modulate: Callable[[int, Tensor], Tensor], ratio: float) -> nn.Module:
    """`modulate` is given which skip it is, and the skip as (B,C,H,W)."""
    net, seen = deepcopy(host), 0

    def modulated(skip: Tensor) -> Tensor:
        nonlocal seen
        result = modulate(seen, as_map(skip, ratio))
        seen += 1
        return result if skip.dim() == 4 else to_tokens(result)

    if isinstance(net, Joining):
        join = net.join
        net.join = lambda kind, up, skip, *between: join(kind, up, modulated(skip), *between)  # type: ignore[method-assign]
        return net
    # The other hosts encode first, and keep their skips in a list.
    encode = net.encode
    net.encode = lambda image: tuple(  # type: ignore[method-assign]
        [modulated(skip) for skip in part] if isinstance(part, list) else part for part in encode(image)
    )
    return net
