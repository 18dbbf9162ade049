"""Adapters that PyTorch trained on frozen hosts, for packages/train.

    python make_training_goldens.py     # packages/train/test/trainer/goldens/

A case is `NAME.host.safetensors` with the host's parameters under their published names, in float16 and
exactly those that were used, `NAME.adapter/` as training starts, `NAME.trained.safetensors` with the adapter's parameters after the last step, and
`NAME.losses.json`: how to build the host, the run, and of every step the loss, its smooth L1 part, the
rate, the norm of the gradient before clipping, and the same loss of a run in float64, `exact_loss`.

A batch is made by a formula, for b, c, y, x from 0, in float64 and then rounded to float32:

    target = 0.5 + 0.4 sin(0.37 x + 0.23 (b+1) (step+1) + 0.9 c) cos(0.29 y - 0.11 step)
    input  = clip(target + 0.1 sin(12.9898 x + 78.233 y + 3.1 c + 0.7 b + 0.3 step), 0, 1)

and the label of sample b is (b + step) mod 3, alone.
"""

import json
import shutil
from collections.abc import Callable
from copy import deepcopy
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from make_goldens import camel_case
from pip_reference.nafnet import NAFNet, NAFNetConfig
from pip_reference.pip_level import Attach, Gate, LevelConfig, Mode, PipLevel
from pip_reference.randomise import randomise
from pip_reference.restormer import Restormer, RestormerConfig
from pip_reference.training import Grafted, Run, Step, train

FOLDER = Path(__file__).resolve().parent.parent / "packages/train/test/trainer/goldens"
LABELS = ("noise", "rain", "haze")
# Further apart, and the proof would say little: PyTorch's own float32 would not stay at its float64.
MOST_DRIFT = 2e-4


@dataclass(frozen=True)
class Case:
    name: str
    build: Callable[[], nn.Module]
    backbone: dict[str, object]
    mode: Mode
    attach: Attach
    channels: tuple[int, ...]
    prompt_channels: tuple[int, ...]
    prompt_sizes: tuple[int, ...]
    p2f_heads: tuple[int, ...]
    seed: int
    # The host's last convolution and how much its weights grow, so that some errors exceed 1 and some
    # gradients are clipped.
    last: str
    loud: float
    gate: Gate = "channel"


def nafnet(name: str, attach: Attach, seed: int, gate: Gate = "channel", loud: float = 4.0) -> Case:
    config = NAFNetConfig(3, 8, (1, 1), 1, (1, 1))
    backbone = {"family": "nafnet", "config": camel_case(asdict(config))}
    return Case(
        name,
        lambda: NAFNet(config),
        backbone,
        "convgate",
        attach,
        channels=(8, 16),
        prompt_channels=(8, 4),
        prompt_sizes=(8, 5),
        p2f_heads=(4, 4),
        seed=seed,
        last="ending",
        loud=loud,
        gate=gate,
    )


def restormer(name: str, seed: int) -> Case:
    config = RestormerConfig(dim=8, blocks=(1, 1, 1, 1), heads=(1, 2, 4, 8), refinement=1)
    sizes = {**camel_case(asdict(config)), "thinLatent": False}
    return Case(
        name,
        lambda: Restormer(config),
        {"family": "restormer", "config": sizes},
        "pip_cross_topm",
        "replace",
        channels=(8, 16, 32),
        prompt_channels=(8, 8, 4),
        prompt_sizes=(8, 6, 4),
        # Four channels a head: of two, top-m attention would keep one, whatever the query.
        p2f_heads=(2, 2, 1),
        seed=seed,
        last="output",
        loud=3.0,
    )


CASES = (
    nafnet("nafnet-convgate-residual", "residual", 700),
    nafnet("nafnet-convgate-replace", "replace", 701),
    restormer("restormer-topm-replace", 702),
    nafnet("nafnet-convgate-label", "residual", 703, "label", loud=6.0),
)


def network(case: Case) -> Grafted:
    host = case.build()
    randomise(host, case.seed)
    host.get_submodule(case.last).weight.data *= case.loud
    # The file holds float16, to be small.
    host = host.half().float()
    levels = [
        PipLevel(LevelConfig(big, c, s, len(LABELS), case.mode, case.attach, p2f_heads=heads, gate=case.gate))
        for big, c, s, heads in zip(
            case.channels, case.prompt_channels, case.prompt_sizes, case.p2f_heads, strict=True
        )
    ]
    randomise(nn.ModuleList(levels), case.seed + 50)
    with torch.no_grad():
        for level in levels:
            if case.attach == "residual":
                level.gate.copy_(0.1 + (level.gate - 0.3) / 6)  # of deviation 0.05
    return Grafted(host, levels)


def adapter_config(case: Case) -> dict[str, object]:
    levels = zip(case.channels, case.prompt_channels, case.prompt_sizes, case.p2f_heads, strict=True)
    return {
        "format_version": 1,
        "peft_type": "PIP",
        "mode": case.mode,
        "attach": case.attach,
        **({"gate": case.gate} if case.gate == "label" else {}),
        "labels": LABELS,
        "levels": [
            {
                "level": number,
                "channels": big,
                "prompt_channels": c,
                "prompt_size": s,
                "p2p_heads": 2,
                "p2f_heads": heads,
            }
            for number, (big, c, s, heads) in enumerate(levels, start=1)
        ],
        "expansion": 2.66,
        "dtype": "float32",
        "default_degradation": None,
        "base": {"family": case.backbone["family"], "name": None, "fingerprint": None, "digest": None},
        "training": None,
        "license": None,
        "base_license": None,
    }


def save(tensors: dict[str, Tensor], path: Path) -> None:
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, path)


def losses_text(case: Case, run: Run, steps: list[Step], exact: list[Step]) -> str:
    """A line for each step."""
    head = json.dumps({"backbone": case.backbone, "run": camel_case(asdict(run))}, indent=2)
    rows = [
        json.dumps(asdict(step) | {"exact_loss": other.loss}) for step, other in zip(steps, exact, strict=True)
    ]
    return head[:-2] + ',\n  "steps": [\n    ' + ",\n    ".join(rows) + "\n  ]\n}\n"


def write(case: Case, run: Run) -> None:
    net = network(case)
    folder = FOLDER / f"{case.name}.adapter"
    folder.mkdir(parents=True)
    start = net.adapter()
    save({name: tensor.half() for name, tensor in net.host.state_dict().items()}, FOLDER / f"{case.name}.host.safetensors")
    save(start, folder / "adapter_model.safetensors")
    (folder / "adapter_config.json").write_text(json.dumps(adapter_config(case), indent=2) + "\n")
    double = deepcopy(net).double()
    steps, exact = train(net, run), train(double, run)
    trained = net.adapter()
    save(trained, FOLDER / f"{case.name}.trained.safetensors")
    (FOLDER / f"{case.name}.losses.json").write_text(losses_text(case, run, steps, exact))
    report(case, steps, exact, furthest(trained, start), furthest(trained, double.adapter()))


def furthest(tensors: dict[str, Tensor], others: dict[str, Tensor]) -> dict[str, float]:
    return {name: (tensor - others[name]).abs().max().item() for name, tensor in tensors.items()}


def report(
    case: Case, steps: list[Step], exact: list[Step], moved: dict[str, float], drifted: dict[str, float]
) -> None:
    drift = max(abs(a.loss - b.loss) / b.loss for a, b in zip(steps, exact, strict=True))
    norms = [step.norm for step in steps]
    least, most = min(moved, key=moved.__getitem__), max(drifted, key=drifted.__getitem__)
    print(
        f"{case.name:28} loss {steps[0].loss:.4f} to {steps[-1].loss:.4f}, norm {min(norms):.3f} to {max(norms):.3f}"
        f" ({sum(norm > 1 for norm in norms)} clipped), float32 drifts {drift:.1e}\n"
        f"    least moved {least} {moved[least]:.1e}, most drifted {most} {drifted[most]:.1e}"
    )
    assert drift < MOST_DRIFT, f"{case.name}: float32 and float64 part by {drift:.1e}"


def main() -> None:
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1)
    shutil.rmtree(FOLDER, ignore_errors=True)
    for case in CASES:
        write(case, Run())
    total = sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file())
    print(f"{total / 1024:.0f} KiB in all")


if __name__ == "__main__":
    main()
