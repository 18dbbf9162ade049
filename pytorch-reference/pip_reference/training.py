"""PIP trained on a frozen host (spec: pip.md, section 6, with clipping and without the spike rule)."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim import AdamW
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR

from .pip_level import PipLevel

ANGLE_WEIGHT = 2e-5


@dataclass(frozen=True)
class Run:
    """The numbers of a training run; rates as in the released recipe, at other counts."""

    steps: int = 50
    batch: int = 3
    patch: int = 32
    labels: int = 3
    peak: float = 2e-3
    warmup_steps: int = 10
    total_steps: int = 60
    betas: tuple[float, float] = (0.9, 0.999)
    eps: float = 1e-8
    weight_decay: float = 0.01
    max_norm: float = 1.0
    beta: float = 1.0
    angle_weight: float = ANGLE_WEIGHT


class Grafted(nn.Module):
    """A host that learns nothing, with one level of PIP on each skip, highest resolution first."""

    def __init__(self, host: nn.Module, levels: list[PipLevel]) -> None:
        super().__init__()
        self.host = host.requires_grad_(False)
        self.levels = nn.ModuleList(levels)

    def forward(self, image: Tensor, weights: Tensor) -> Tensor:
        encode = type(self.host).encode

        def modulated(image: Tensor) -> tuple:
            """Hosts encode first, and keep their skips in a list."""
            return tuple(
                [level(skip, weights) for level, skip in zip(self.levels, part, strict=True)]
                if isinstance(part, list)
                else part
                for part in encode(self.host, image)
            )

        self.host.encode = modulated
        return self.host(image)

    def adapter(self) -> dict[str, Tensor]:
        """Copies of the parameters as an adapter names and shapes them."""

        def shaped(level: PipLevel, name: str, tensor: Tensor) -> Tensor:
            return tensor.flatten() if name == "gate" and level.config.gate == "channel" else tensor

        return {
            f"level{number}.{name}": shaped(level, name, tensor).detach().clone()
            for number, level in enumerate(self.levels, start=1)
            for name, tensor in level.state_dict().items()
        }


def batch(run: Run, step: int) -> tuple[Tensor, Tensor, Tensor]:
    """Inputs and targets (B,3,patch,patch) by a formula, in float64 and then rounded; one-hot labels."""
    b = torch.arange(run.batch, dtype=torch.float64).reshape(-1, 1, 1, 1)
    c = torch.arange(3, dtype=torch.float64).reshape(1, -1, 1, 1)
    y = torch.arange(run.patch, dtype=torch.float64).reshape(1, 1, -1, 1)
    x = torch.arange(run.patch, dtype=torch.float64).reshape(1, 1, 1, -1)
    wave = torch.sin(0.37 * x + 0.23 * (b + 1) * (step + 1) + 0.9 * c)
    target = 0.5 + 0.4 * wave * torch.cos(0.29 * y - 0.11 * step)
    noise = torch.sin(12.9898 * x + 78.233 * y + 3.1 * c + 0.7 * b + 0.3 * step)
    labels = (torch.arange(run.batch) + step) % run.labels
    image = (target + 0.1 * noise).clip(0, 1)
    return image.float(), target.float(), F.one_hot(labels, run.labels).float()


def angle(levels: nn.ModuleList) -> Tensor:
    """Over levels and pairs of labels, the cosines of degradation prompts that are above 0, summed."""
    total = torch.zeros(())
    for level in levels:
        prompts = F.normalize(level.prompt.detask_prompt_param[0].flatten(1), dim=-1)
        first, second = torch.triu_indices(len(prompts), len(prompts), offset=1)
        total = total + (prompts @ prompts.T)[first, second].clip(min=0).sum()
    return total


def losses(net: Grafted, run: Run, image: Tensor, target: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
    """The loss, and its smooth L1 part."""
    smooth = F.smooth_l1_loss(net(image, weights), target, beta=run.beta)
    return smooth + run.angle_weight * angle(net.levels), smooth


@dataclass(frozen=True)
class Step:
    """`norm` is the gradient's, before clipping; `rate` is the one that was used."""

    loss: float
    smooth_l1: float
    rate: float
    norm: float


def optimiser_of(net: Grafted, run: Run) -> AdamW:
    return AdamW(net.levels.parameters(), lr=run.peak, betas=run.betas, eps=run.eps, weight_decay=run.weight_decay)


def train(net: Grafted, run: Run) -> list[Step]:
    """Trains `net` in place, in its own precision."""
    optimiser = optimiser_of(net, run)
    rise = LinearLR(optimiser, start_factor=0.1, end_factor=1.0, total_iters=run.warmup_steps)
    fall = CosineAnnealingLR(optimiser, T_max=run.total_steps - run.warmup_steps, eta_min=0.0)
    rates = SequentialLR(optimiser, [rise, fall], milestones=[run.warmup_steps])
    dtype = next(net.parameters()).dtype
    taken = []
    for step in range(run.steps):
        optimiser.zero_grad()
        loss, smooth = losses(net, run, *(tensor.to(dtype) for tensor in batch(run, step)))
        loss.backward()
        norm = nn.utils.clip_grad_norm_(net.levels.parameters(), run.max_norm)
        taken.append(Step(loss.item(), smooth.item(), optimiser.param_groups[0]["lr"], norm.item()))
        assert math.isfinite(taken[-1].loss), f"step {step} has no loss"
        optimiser.step()
        rates.step()
    return taken
