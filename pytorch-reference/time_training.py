"""How long PyTorch takes for a training step of PIP on a frozen host, on the processor.

    python time_training.py --network nafnet32 --batch 4 --patch 128 --steps 5 --threads 2

A step is forward, backward and AdamW, eagerly in float32, on the hosts' published blocks with the adapter
that PIP Graft would start; making the batch is not counted. One JSON line: the median in milliseconds
without the first steps, and the largest memory that the process had resident in MiB, at its start as well.
"""

import argparse
import json
import resource
import time
from statistics import median

import torch
from torch import nn

from pip_reference.nafnet import NAFNet, NAFNetConfig
from pip_reference.pip_level import LevelConfig, Mode, PipLevel
from pip_reference.randomise import randomise
from pip_reference.restormer import Restormer, RestormerConfig
from pip_reference.training import Grafted, Run, batch, losses, optimiser_of

LABELS = 5
WARM_UP = 2


def level(channels: int, scale: int, mode: Mode, ratio: float, full_size: int) -> PipLevel:
    """Sizes as the product's default: prompts of a multiple of 8 channels, 8 pixels at least."""
    prompt_channels = max(8, int(channels * ratio / 8 + 0.5) * 8)
    prompt_size = max(8, full_size // scale)
    return PipLevel(LevelConfig(channels, prompt_channels, prompt_size, LABELS, mode, "residual"))


def nafnet(width: int) -> Grafted:
    config = NAFNetConfig(width=width)
    scales = [2**i for i in range(len(config.encoder))]
    return Grafted(NAFNet(config), [level(width * scale, scale, "convgate", 1 / 4, 32) for scale in scales])


def restormer(dim: int) -> Grafted:
    host = Restormer(RestormerConfig(dim=dim))
    return Grafted(host, [level(dim * scale, scale, "pip_cross_topm", 4 / 3, 64) for scale in (1, 2, 4)])


NETWORKS = {
    "nafnet16": lambda: nafnet(16),
    "nafnet32": lambda: nafnet(32),
    "restormer24": lambda: restormer(24),
}


def peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def count(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def measure(net: Grafted, run: Run) -> list[float]:
    """Milliseconds of every step but the first ones."""
    optimiser = optimiser_of(net, run)
    taken = []
    for step in range(WARM_UP + run.steps):
        data = batch(run, step)
        start = time.perf_counter()
        optimiser.zero_grad()
        losses(net, run, *data)[0].backward()
        optimiser.step()
        taken.append((time.perf_counter() - start) * 1000)
    return taken[WARM_UP:]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--network", choices=NETWORKS, required=True)
    for name in ("batch", "patch", "steps", "threads"):
        parser.add_argument(f"--{name}", type=int, required=True)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    net = NETWORKS[given.network]()
    randomise(net.host, 1)
    randomise(net.levels, 2)
    at_start = peak_mib()
    taken = measure(net, Run(steps=given.steps, batch=given.batch, patch=given.patch, labels=LABELS))
    record = {
        **vars(given),
        "torch": torch.__version__,
        "host_parameters": count(net.host),
        "adapter_parameters": count(net.levels),
        "step_ms": round(median(taken), 1),
        "fastest_ms": round(min(taken), 1),
        "start_mib": round(at_start),
        "peak_mib": round(peak_mib()),
    }
    print(json.dumps(record))


if __name__ == "__main__":
    main()
