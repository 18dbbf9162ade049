"""Write what PyTorch's AdamW, clipping, averaging and schedules do, for packages/train.

    python make_optimiser_goldens.py     # packages/train/test/optimise/goldens/{steps.safetensors,rates.json}

`steps.safetensors` has `initial/NAME`; for every step and part of a batch `gradient/STEP/PART/NAME`;
after every step `parameter/STEP/NAME`, `m/STEP/NAME`, `v/STEP/NAME` and `ema/STEP/NAME`; and all four
under `exact/` for the same steps in float64. Its metadata has the settings, and for every step the norm
before clipping and the rate.
"""

import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn
from torch.optim import SGD, AdamW
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, LRScheduler, SequentialLR
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

TARGET = Path(__file__).resolve().parent.parent / "packages/train/test/optimise/goldens"

STEPS = 20
PARTS = 2
SETTINGS = {
    "betas": [0.9, 0.999],
    "eps": 1e-8,
    "weightDecay": 0.05,
    "maxNorm": 3.0,
    "decay": 0.9,
    "schedule": {"peak": 3e-2, "warmupSteps": 5, "totalSteps": STEPS},
}
SHAPES = {"gate": (6,), "prompt": (3, 4), "conv.weight": (2, 3, 1, 1), "scale": ()}


class Parameters(nn.Module):
    """Parameters by name; a dot would make a submodule, so names are kept in a list."""

    def __init__(self, tensors: dict[str, torch.Tensor]) -> None:
        super().__init__()
        self.names = list(tensors)
        self.all = nn.ParameterList([nn.Parameter(tensor.clone()) for tensor in tensors.values()])

    def by_name(self) -> dict[str, nn.Parameter]:
        return dict(zip(self.names, self.all, strict=True))


def schedule(optimiser: torch.optim.Optimizer, warmup: int, total: int) -> LRScheduler:
    """A tenth to the peak on a straight line, then a cosine to 0."""
    rise = LinearLR(optimiser, start_factor=0.1, end_factor=1.0, total_iters=warmup)
    fall = CosineAnnealingLR(optimiser, T_max=total - warmup, eta_min=0.0)
    return SequentialLR(optimiser, [rise, fall], milestones=[warmup])


def draw() -> dict[str, torch.Tensor]:
    """Where parameters start, and the gradients of every step and part."""
    generator = torch.Generator().manual_seed(20)
    drawn = {f"initial/{name}": torch.randn(shape, generator=generator) for name, shape in SHAPES.items()}
    for step in range(STEPS):
        size = 0.3 * (1 + step % 4)  # some steps are clipped and some are not
        for part in range(PARTS):
            for name, shape in SHAPES.items():
                gradient = torch.randn(shape, generator=generator) * size
                if name == "gate":
                    gradient[0] = 0.0  # a number that only decays
                    gradient[1] *= 1e-6  # means so small that eps counts
                drawn[f"gradient/{step}/{part}/{name}"] = gradient
    return drawn


def run(drawn: dict[str, torch.Tensor], dtype: torch.dtype) -> tuple[dict[str, torch.Tensor], list, list]:
    """Tensors after every step, norms before clipping and rates."""
    model = Parameters({name: drawn[f"initial/{name}"].to(dtype) for name in SHAPES})
    optimiser = AdamW(
        model.parameters(),
        lr=SETTINGS["schedule"]["peak"],
        betas=tuple(SETTINGS["betas"]),
        eps=SETTINGS["eps"],
        weight_decay=SETTINGS["weightDecay"],
    )
    rates = schedule(optimiser, SETTINGS["schedule"]["warmupSteps"], STEPS)
    average = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(SETTINGS["decay"]))
    tensors, norms, used = {}, [], []
    for step in range(STEPS):
        optimiser.zero_grad()
        for part in range(PARTS):
            for name, parameter in model.by_name().items():
                gradient = drawn[f"gradient/{step}/{part}/{name}"].to(dtype)
                (parameter * gradient / PARTS).sum().backward()
        norms.append(nn.utils.clip_grad_norm_(model.parameters(), SETTINGS["maxNorm"]).item())
        used.append(optimiser.param_groups[0]["lr"])
        optimiser.step()
        rates.step()
        average.update_parameters(model)
        for name, parameter in model.by_name().items():
            state = optimiser.state[parameter]
            tensors[f"parameter/{step}/{name}"] = parameter.detach().clone()
            tensors[f"m/{step}/{name}"] = state["exp_avg"].clone()
            tensors[f"v/{step}/{name}"] = state["exp_avg_sq"].clone()
            tensors[f"ema/{step}/{name}"] = average.module.by_name()[name].detach().clone()
    return tensors, norms, used


def write_steps() -> None:
    drawn = draw()
    tensors, norms, rates = run(drawn, torch.float32)
    exact, _, _ = run(drawn, torch.float64)
    rounded = {f"exact/{name}": tensor.float() for name, tensor in exact.items()}
    record = {"settings": SETTINGS, "parts": PARTS, "norms": norms, "rates": rates}
    save_file({**drawn, **tensors, **rounded}, TARGET / "steps.safetensors", {"record": json.dumps(record)})


def write_rates() -> None:
    cases = []
    for peak, warmup, total in [(3.6e-4, 10, 120), (1.0, 1, 7), (2e-4, 50, 90)]:
        optimiser = SGD([nn.Parameter(torch.zeros(1))], lr=peak)
        rates = schedule(optimiser, warmup, total)
        used = []
        for _ in range(total):
            used.append(optimiser.param_groups[0]["lr"])
            optimiser.step()
            rates.step()
        cases.append({"peak": peak, "warmupSteps": warmup, "totalSteps": total, "rates": used})
    (TARGET / "rates.json").write_text(json.dumps(cases) + "\n")


if __name__ == "__main__":
    TARGET.mkdir(parents=True, exist_ok=True)
    write_steps()
    write_rates()
