"""Seeded parameters of ordinary size, nothing left at its trivial starting value."""

import re

import torch
from torch import Tensor, nn


def _value(name: str, like: Tensor, rng: torch.Generator) -> Tensor:
    def normal(mean: float, deviation: float) -> Tensor:
        return mean + deviation * torch.randn(like.shape, generator=rng)

    leaf = name.rsplit(".", 1)[-1]
    if leaf == "temperature":
        return 1 + 3 * torch.rand(like.shape, generator=rng)
    if leaf in ("beta", "gamma"):
        return normal(0.3, 0.15)
    if leaf == "gate":
        return normal(0.3, 0.3)
    if re.fullmatch(r"attn[1-4]", leaf):
        return normal(0.25, 0.1)
    if leaf.endswith("prompt_param"):
        return normal(0, 1)
    if leaf == "bias":
        return normal(0, 0.1)
    if like.dim() == 1:  # layer-norm weights
        return normal(1, 0.2)
    return normal(0, 0.9 / like[0].numel() ** 0.5)  # linear maps: about variance-preserving


def randomise(module: nn.Module, seed: int) -> None:
    """Overwrite every parameter, in state-dict order."""
    rng = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            parameter.copy_(_value(name, parameter, rng))
